"""While building: names of the values in the keyword columns, and how surely they mean them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from indexing.analysis.analyzer import Analyzer
from indexing.analysis.chunks import Kind
from indexing.arrays import save_array
from indexing.columns import Columns, KeywordColumn
from indexing.columns.keyword import SEPARATOR
from indexing.doc_sets import intersect
from indexing.entity_names import MAX_TERMS, OWN, EntityNames, name_key
from indexing.lexicon import UNKNOWN
from indexing.postings import InvertedIndex

MAX_NAMES: Final = 500_000
_SMALL: Final = 10_000  # products, below which a value of one product is a name too
_NO_NAMES: Final = frozenset(
    ("true", "false", "yes", "no", "none", "n/a", "na", "other", "others", "unknown", "various",
     "default", "generic", "其他", "无", "是", "否")
)  # fmt: skip


class Name(NamedTuple):
    """key: of its term ids. field: place in the list of fields. share: see `EntityNames`."""

    key: int
    field: int
    ordinal: int
    share: float
    source: int


def build_entity_names(
    folder: Path, columns: Columns, index: InvertedIndex, analyzer: Analyzer
) -> EntityNames:
    """Write the names of all brands, categories (each level by itself) and attribute values."""
    least = 2 if columns.doc_count >= _SMALL else 1
    names: list[Name] = []
    for place, column in enumerate(columns.keywords.values()):
        names += _names_of(place, column, index, analyzer, least)
    if len(names) > MAX_NAMES:
        tables = [column.table for column in columns.keywords.values()]
        names.sort(key=lambda name: -int(tables[name.field].freqs[name.ordinal]))
        del names[MAX_NAMES:]
    save_names(folder, list(columns.keywords), names)
    return EntityNames.load(folder)


def save_names(folder: Path, fields: list[str], names: list[Name]) -> None:
    """In order of key; of one key the surest first."""
    names.sort(key=lambda name: (name.key, -name.share, name.field, name.ordinal))
    (folder / "fields.json").write_text(json.dumps(fields, ensure_ascii=False), encoding="utf-8")
    save_array(folder / "keys.npy", np.array([name.key for name in names], dtype=np.uint64))
    save_array(folder / "fields.npy", np.array([name.field for name in names], dtype=np.uint16))
    save_array(folder / "ordinals.npy", np.array([name.ordinal for name in names], dtype=np.uint32))
    save_array(folder / "shares.npy", np.array([name.share for name in names], dtype=np.float32))
    save_array(folder / "sources.npy", np.array([name.source for name in names], dtype=np.uint8))


def _names_of(
    place: int, column: KeywordColumn, index: InvertedIndex, analyzer: Analyzer, least: int
) -> Iterator[Name]:
    for ordinal in range(column.first, column.last):
        holders = int(column.table.freqs[ordinal])
        if holders < least:
            continue
        value = column.values[ordinal]
        if column.kind == "category":
            value = value.rsplit(SEPARATOR, 1)[-1]
        ids = primary_ids(value, index, analyzer)
        if not ids or value.casefold() in _NO_NAMES:
            continue
        share = min(holders / max(holding_all(ids, index), 1), 1.0)
        yield Name(name_key(ids), place, ordinal, share, OWN)


def primary_ids(text: str, index: InvertedIndex, analyzer: Analyzer) -> list[int]:
    """Term ids of the words of a name, none if it is too long or has unknown words."""
    ids = [
        index.lexicon.id_of(token.term)
        for token in analyzer.tokens(text)
        if token.kind in (Kind.WORD, Kind.CHAR)
    ]
    return ids if len(ids) <= MAX_TERMS and UNKNOWN not in ids else []


def holding_all(term_ids: list[int], index: InvertedIndex) -> int:
    """Number of documents that hold all of the terms, in any field."""
    lists = sorted((index.postings(term)[0] for term in set(term_ids)), key=len)
    found = lists[0]
    for docs in lists[1:]:
        found = intersect(found, docs)
    return len(found)
