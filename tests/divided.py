"""A snapshot divided into segments in memory, each with the statistics and tables of the whole."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from indexing.arrays import Float32Array, Int64Array, UInt32Array
from indexing.catalogue.documents import Documents
from indexing.columns import Columns, Groups, KeywordColumn, KeywordTable, NumericColumn
from indexing.columns.priors import best_liked
from indexing.postings.postings import InvertedIndex, TitleTerms
from indexing.snapshot import Snapshot
from indexing.strings import StringTable
from indexing.types.type_model import NO_TYPE, TypeModel
from indexing.vectors.index import VectorIndex
from ranking.generation import Generation

NOT_HERE = -1


def divided(generation: Generation, part_of_group: Int64Array, parts: int) -> Generation:
    """The same products in segments: each group in that of its number."""
    whole = generation.snapshot
    part_of = part_of_group[whole.columns.group_of]
    docs = [np.flatnonzero(part_of == part).astype(np.uint32) for part in range(parts)]
    return replace(generation, parts=tuple(segment_of(whole, own) for own in docs))


def segment_of(whole: Snapshot, docs: UInt32Array) -> Snapshot:
    """docs: ascending."""
    liked = whole.liked[docs]
    return replace(
        whole,
        index=index_of(whole.index, docs),
        columns=columns_of(whole.columns, docs),
        documents=documents_of(whole.documents, docs),
        vectors=vectors_of(whole.vectors, docs),
        categories=replace(whole.categories, class_of=whole.categories.class_of[docs]),
        types=types_of(whole.types, docs, liked),
        priors=whole.priors[docs],
        liked=liked,
        popular=best_liked(liked),
        prices=whole.prices[docs],
    )


def types_of(whole: TypeModel, docs: UInt32Array, liked: Float32Array) -> TypeModel:
    type_of = whole.type_of[docs]
    members = np.lexsort((np.arange(len(docs)), -liked, type_of))
    members = members[np.count_nonzero(type_of == NO_TYPE) :]
    starts = np.searchsorted(type_of[members], np.arange(len(whole) + 1))
    return replace(
        whole,
        type_of=type_of,
        sureness=whole.sureness[docs],
        title_roles=whole.title_roles[docs],
        members=members.astype(np.uint32),
        member_starts=starts.astype(np.uint32),
    )


def places_of(docs: UInt32Array, count: int) -> Int64Array:
    """int64[count], each document's place among these, NOT_HERE for others."""
    places = np.full(count, NOT_HERE, dtype=np.int64)
    places[docs] = np.arange(len(docs))
    return places


def index_of(whole: InvertedIndex, docs: UInt32Array) -> InvertedIndex:
    places = places_of(docs, whole.doc_count)[whole.docs]
    here = places != NOT_HERE
    before = np.concatenate([[0], np.cumsum(here)]).astype(np.uint64)
    titles = [
        whole.titles.terms[int(whole.titles.offsets[doc]) : int(whole.titles.offsets[doc + 1])]
        for doc in docs.tolist()
    ]
    offsets = np.cumsum([0, *map(len, titles)]).astype(np.uint64)
    terms = np.concatenate([*titles, np.empty(0, dtype=np.uint32)]).astype(np.uint32)
    return replace(
        whole,
        offsets=before[whole.offsets.astype(np.int64)],
        docs=places[here].astype(np.uint32),
        tfs=whole.tfs[here],
        lengths=whole.lengths[docs],
        titles=TitleTerms(offsets, terms),
    )


def columns_of(whole: Columns, docs: UInt32Array) -> Columns:
    tables: dict[int, KeywordTable] = {}
    keywords: dict[str, KeywordColumn] = {}
    for name, column in whole.keywords.items():
        if id(column.table) not in tables:
            tables[id(column.table)] = table_of(column.table, docs)
        keywords[name] = replace(column, table=tables[id(column.table)])
    _, groups = np.unique(whole.group_of[docs], return_inverse=True)
    return replace(
        whole,
        doc_count=len(docs),
        numbers={name: numbers_of(column, docs) for name, column in whole.numbers.items()},
        keywords=keywords,
        groups=Groups.of(groups.astype(np.int64) + 1),
        keys=whole.keys[docs],
        completeness=whole.completeness[docs],
        number_bits=whole.number_bits[docs],
    )


def numbers_of(whole: NumericColumn, docs: UInt32Array) -> NumericColumn:
    if whole.dense:
        return replace(whole, doc_count=len(docs), values=whole.values[docs])
    places = places_of(docs, whole.doc_count)[whole.docs]
    here = places != NOT_HERE
    own = places[here].astype(np.uint32)
    return replace(whole, doc_count=len(docs), docs=own, values=whole.values[here])


def table_of(whole: KeywordTable, docs: UInt32Array) -> KeywordTable:
    held = [
        whole.ordinals[int(whole.offsets[doc]) : int(whole.offsets[doc + 1])]
        for doc in docs.tolist()
    ]
    offsets = np.cumsum([0, *map(len, held)]).astype(np.int64)
    ordinals = np.concatenate([*held, np.empty(0, dtype=np.uint32)]).astype(np.uint32)
    values = [whole.values[ordinal] for ordinal in range(len(whole))]
    made = KeywordTable.of(values, offsets, ordinals, [])
    return replace(made, hashes=whole.hashes, hashed=whole.hashed)


def documents_of(whole: Documents, docs: UInt32Array) -> Documents:
    lines = [whole.json_at(doc).decode() for doc in docs.tolist()]
    places = places_of(docs, len(whole))[whole.by_hash]
    here = places != NOT_HERE
    by_hash = places[here].astype(np.uint32)
    return Documents(StringTable.of(lines), whole.id_hashes[here], by_hash)


def vectors_of(whole: VectorIndex, docs: UInt32Array) -> VectorIndex:
    if whole.docs is None:
        return replace(whole, doc_count=len(docs), codes=whole.codes[docs], rough=None)
    places = places_of(docs, whole.doc_count)[whole.docs]
    here = places != NOT_HERE
    own = places[here].astype(np.uint32)
    return replace(whole, doc_count=len(docs), docs=own, codes=whole.codes[here], rough=None)


def shares(groups: int, weights: Sequence[float], seed: int) -> Int64Array:
    """Each group's segment, drawn with these weights."""
    return np.random.default_rng(seed).choice(len(weights), groups, p=weights).astype(np.int64)
