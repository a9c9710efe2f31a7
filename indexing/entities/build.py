"""While building: names of the values in the keyword columns, and how surely they mean them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from indexing.analysis.analyzer import Analyzer
from indexing.analysis.chunks import Kind
from indexing.arrays import Int32Array, save_array
from indexing.catalogue.attributes import PREFIX
from indexing.columns import Columns, KeywordColumn
from indexing.columns.keyword import SEPARATOR
from indexing.entities.name_mining import NumberName, mine_names, mine_numbers
from indexing.entities.names import MAX_TERMS, OWN, EntityNames, Name, name_key
from indexing.entities.title_grams import sample_titles
from indexing.postings.doc_sets import intersect
from indexing.postings.lexicon import UNKNOWN
from indexing.postings.postings import InvertedIndex

MAX_NAMES: Final = 500_000
_SMALL: Final = 10_000  # products, below which a value of one product is a name too
_NO_NAMES: Final = frozenset(
    ("true", "false", "yes", "no", "none", "n/a", "na", "other", "others", "unknown", "various",
     "default", "generic", "其他", "无", "是", "否")
)  # fmt: skip


def build_entity_names(
    folder: Path,
    columns: Columns,
    index: InvertedIndex,
    analyzer: Analyzer,
    class_of: Int32Array,
) -> EntityNames:
    """Write the names of all brands, categories (each level by itself) and attribute values.

    class_of: int32[n], each document's class of the category model.
    """
    least = 2 if columns.doc_count >= _SMALL else 1
    names: list[Name] = []
    words_of: dict[int, set[int]] = {}
    known: set[tuple[int, ...]] = set()
    for place, column in enumerate(columns.keywords.values()):
        for name, ids in _names_of(place, column, index, analyzer, least):
            names.append(name)
            known.add(tuple(ids))
            if column.name.startswith(PREFIX):
                words_of[name.ordinal] = set(ids)
    if len(names) > MAX_NAMES:
        tables = [column.table for column in columns.keywords.values()]
        names.sort(key=lambda name: -int(tables[name.field].freqs[name.ordinal]))
        del names[MAX_NAMES:]
    titles = sample_titles(index, analyzer.stop_words)
    places = {field: place for place, field in enumerate(columns.keywords)}
    names += mine_names(titles, columns, class_of, places, words_of, frozenset(known))
    numbers = mine_numbers(titles, columns)
    _save(folder, list(columns.keywords), names, numbers)
    return EntityNames.load(folder)


def _save(folder: Path, fields: list[str], names: list[Name], numbers: list[NumberName]) -> None:
    """In order of key; of one key the surest first."""
    number_names = sorted({number.field for number in numbers})
    known = {"keywords": fields, "numbers": number_names}
    (folder / "fields.json").write_text(json.dumps(known, ensure_ascii=False), encoding="utf-8")
    names.sort(key=lambda name: (name.key, -name.share, name.field, name.ordinal))
    numbers.sort(key=lambda number: (number.key, -number.share, number.field))
    places = [number_names.index(number.field) for number in numbers]
    parts: dict[str, npt.NDArray[Any]] = {
        "keys": np.array([name.key for name in names], dtype=np.uint64),
        "fields": np.array([name.field for name in names], dtype=np.uint16),
        "ordinals": np.array([name.ordinal for name in names], dtype=np.uint32),
        "shares": np.array([name.share for name in names], dtype=np.float32),
        "sources": np.array([name.source for name in names], dtype=np.uint8),
        "pattern_keys": np.array([number.key for number in numbers], dtype=np.uint64),
        "pattern_fields": np.array(places, dtype=np.uint16),
        "pattern_shares": np.array([number.share for number in numbers], dtype=np.float32),
    }
    for part, array in parts.items():
        save_array(folder / f"{part}.npy", array)


def _names_of(
    place: int, column: KeywordColumn, index: InvertedIndex, analyzer: Analyzer, least: int
) -> Iterator[tuple[Name, list[int]]]:
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
        yield Name(name_key(ids), place, ordinal, share, OWN), ids


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
