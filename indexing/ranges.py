"""Are all offsets and ids of a snapshot inside what they point into? Asked when it is opened.

Kernels do not check their indices. Checksums say that a file is what the build wrote; this says
that what was written fits together. Each array is read once.
"""

from typing import TYPE_CHECKING

import numpy as np

from indexing.array_checks import check_ids, check_length, check_offsets, unfit
from indexing.columns.keyword import KeywordTable
from indexing.postings.postings import FIELD_COUNT
from indexing.postings.token_stream import EXTRA
from indexing.query_log.links import Links
from indexing.query_log.table import NO_PRODUCT
from indexing.strings import StringTable
from indexing.types.kind_column import KIND

if TYPE_CHECKING:
    from indexing.snapshot import Snapshot


def check_ranges(snapshot: "Snapshot") -> None:
    """Raises CorruptSnapshotError, which names the first array that does not fit."""
    n = snapshot.doc_count
    _check_postings(snapshot, n)
    _check_columns(snapshot, n)
    _check_spelling(snapshot)
    _check_completions(snapshot)
    _check_queries(snapshot, n)
    _check_understanding(snapshot, n)
    _strings("documents", snapshot.documents.products, n)
    check_length("documents/id_hashes", snapshot.documents.id_hashes, n)
    check_length("documents/by_hash", snapshot.documents.by_hash, n)
    check_ids("documents/by_hash", snapshot.documents.by_hash, n)
    check_length("priors", snapshot.priors, n)
    check_length("liked", snapshot.liked, n)
    check_ids("popular", snapshot.popular, n)
    if snapshot.vectors.docs is not None:
        check_length("vectors/docs", snapshot.vectors.docs, len(snapshot.vectors))
        check_ids("vectors/docs", snapshot.vectors.docs, n)


def _check_postings(snapshot: "Snapshot", n: int) -> None:
    index = snapshot.index
    terms = len(index.lexicon)
    _strings("postings/terms", index.lexicon.terms, terms)
    check_offsets("postings/offsets", index.offsets, terms, len(index.docs))
    check_length("postings/tfs", index.tfs, len(index.docs))
    check_ids("postings/docs", index.docs, n)
    check_length("postings/lengths", index.lengths, n)
    if index.lengths.shape[1:] != (FIELD_COUNT,):
        raise unfit("postings/lengths", f"has the shape {index.lengths.shape}")
    check_length("postings/doc_freqs", index.statistics.doc_freqs, terms)
    check_offsets("postings/title_offsets", index.titles.offsets, n, len(index.titles.terms))
    check_ids("postings/title_terms", index.titles.terms, terms, mask=EXTRA - 1)


def _check_columns(snapshot: "Snapshot", n: int) -> None:
    columns = snapshot.columns
    for name, column in columns.numbers.items():
        where = f"columns: the numbers of {name}"
        check_length(where, column.values, n if column.dense else len(column.docs))
        check_ids(where, column.docs, n)
    tables = {id(each.table): (name, each) for name, each in columns.keywords.items()}
    for name, keyword in tables.values():
        _check_keywords(f"columns: {name}", keyword.table, n)
    for name, keyword in columns.keywords.items():
        if not 0 <= keyword.first <= keyword.last <= len(keyword.table):
            raise unfit(f"columns: {name}", "has ordinals beyond its table")
        check_ids(f"columns: parents of {name}", keyword.parents, len(keyword.table))
    check_length("columns/group_of", columns.groups.group_of, n)
    check_ids("columns/group_of", columns.groups.group_of, len(columns.groups))


def _check_keywords(where: str, table: KeywordTable, n: int) -> None:
    values = len(table)
    _strings(where, table.values, values)
    check_offsets(f"{where}, offsets", table.offsets, n, len(table.ordinals))
    check_ids(f"{where}, ordinals", table.ordinals, values)
    check_offsets(f"{where}, starts", table.starts, values, len(table.holders))
    check_ids(f"{where}, holders", table.holders, n)
    check_length(f"{where}, hashes", table.hashes, len(table.hashed))
    check_ids(f"{where}, hashed", table.hashed, values)


def _check_spelling(snapshot: "Snapshot") -> None:
    spelling = snapshot.spelling
    words = len(spelling)
    check_offsets("spelling/offsets", spelling.offsets, words, len(spelling.characters))
    check_offsets("spelling/buckets", spelling.buckets, None, len(spelling.listed))
    check_length("spelling/tags", spelling.tags, len(spelling.listed))
    check_ids("spelling/listed", spelling.listed, words)
    check_length("spelling/pair_times", spelling.pair_times, len(spelling.pairs))
    check_length("spelling/sound_words", spelling.sound_words, len(spelling.sounds))
    check_ids("spelling/sound_words", spelling.sound_words, words)


def _check_completions(snapshot: "Snapshot") -> None:
    completions = snapshot.completions
    entries, keys = len(completions), len(completions.key_starts)
    for name in ("key_entries", "key_kinds", "key_weights"):
        check_length(f"completions/{name}", getattr(completions, name), keys)
    check_ids("completions/key_starts", completions.key_starts, len(completions.blob))
    check_ids("completions/key_entries", completions.key_entries, entries)
    check_ids("completions/key_maxima", completions.key_maxima.reshape(-1), max(keys, 1))
    for name in ("text_starts", "text_sizes", "sources", "payloads"):
        check_length(f"completions/{name}", getattr(completions, name), entries)
    ends = completions.text_starts.astype(np.int64) + completions.text_sizes
    check_ids("completions/text_starts", ends, len(completions.blob) + 1)
    if len(completions.blob) and completions.blob[-1] != 0:
        raise unfit("completions/blob", "does not end with 0")
    scopes = completions.scope_ordinals
    check_offsets("completions/scope_offsets", completions.scope_offsets, entries, len(scopes))
    check_length("completions/scope_weights", completions.scope_weights, len(scopes))


def _check_queries(snapshot: "Snapshot", n: int) -> None:
    table = snapshot.queries
    rows = len(table)
    _strings("queries/texts", table.texts, rows)
    for name in ("sources", "signatures", "growth", "tags"):
        check_length(f"queries/{name}", getattr(table, name), rows)
    check_ids("queries/hashed", table.hashed, rows)
    check_length("queries/hashed", table.hashed, len(table.hashes))
    tops = table.tops.reshape(-1)
    check_ids("queries/tops", tops[tops != NO_PRODUCT], n)
    check_ids("queries/hot", table.hot, rows)
    categories = len(snapshot.columns.keywords["category"].table)
    for name, links, below in (
        ("scopes", table.scopes, categories), ("clicked", table.clicked, n),
        ("clickers", table.clickers, rows), ("followers", table.followers, rows),
        ("by_category", table.by_category, rows), ("words", table.words.links, rows),
        ("returns", table.returns.links, rows),
    ):  # fmt: skip
        _links(f"queries/{name}", links, below)
    check_length("queries/words.keys", table.words.keys, len(table.words.links))
    check_length("queries/returns.keys", table.returns.keys, len(table.returns.links))


def _check_understanding(snapshot: "Snapshot", n: int) -> None:
    model, types, names = snapshot.categories, snapshot.types, snapshot.entities
    classes = len(model)
    check_length("categories/class_of", model.class_of, n)
    check_ids("categories/class_of", model.class_of, classes)
    check_offsets("categories/starts", model.starts, len(model.terms), len(model.places))
    check_length("categories/counts", model.counts, len(model.places))
    check_ids("categories/places", model.places, classes)
    check_ids("categories/classes", model.classes, len(model.parents))
    check_ids("categories/parents", model.parents, len(model.parents))
    check_length("types/type_of", types.type_of, n)
    check_ids("types/type_of", types.type_of, len(types.sizes))
    _strings("types/words", types.words.terms, len(types.words))
    check_offsets("types/word_starts", types.word_starts, len(types.words), len(types.word_types))
    check_ids("types/word_types", types.word_types, len(types.sizes))
    check_length("kinds/places", snapshot.kinds.places.reshape(-1), 2 * _kinds(snapshot))
    check_ids("kinds/places", snapshot.kinds.places.reshape(-1), len(snapshot.kinds.column.table))
    beside = snapshot.companions
    _strings("companions/kinds", beside.kinds.terms, len(beside))
    check_offsets("companions/starts", beside.starts, len(beside), len(beside.texts))
    _strings("companions/texts", beside.texts, len(beside.signatures))
    for name in ("fields", "ordinals", "shares", "sources"):
        check_length(f"entities/{name}", getattr(names, name), len(names))
    check_ids("entities/fields", names.fields, len(names.field_names))
    tables = [snapshot.columns.keyword(name) for name in names.field_names]
    most = max((len(each.table) for each in tables if each is not None), default=0)
    check_ids("entities/ordinals", names.ordinals, most)
    check_ids("entities/pattern_fields", names.pattern_fields, len(names.number_names))


def _kinds(snapshot: "Snapshot") -> int:
    """Types that the field `kind` has places for; none where the snapshot lacks the field."""
    return len(snapshot.types) if KIND in snapshot.columns.keywords else 0


def _links(where: str, links: Links, below: int) -> None:
    check_offsets(where, links.offsets, None, len(links.targets))
    check_length(where, links.weights, len(links.targets))
    check_ids(where, links.targets, below)


def _strings(where: str, table: StringTable, count: int) -> None:
    check_offsets(f"{where}, strings", table.offsets, count, len(table.blob))
