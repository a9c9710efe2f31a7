"""While building: free attributes, each of which becomes a number column, a text column or none.

An attribute is a number if all of its values are; text otherwise (`true` and `false` are text).
It is kept if it has values of at most 64 characters on at least 20 products, or on 1 % of them
in a catalogue of fewer than 2,000; the 1,000 most frequent names at most.
"""

import math
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numba import njit

from indexing.arrays import (
    BoolArray,
    Float64Array,
    Int64Array,
    UInt32Array,
)
from indexing.catalogue.attributes import PREFIX, Attribute, text_of
from indexing.columns.keyword import (
    KeywordTable,
    by_document,
    folded_value,
    hash_of,
)
from indexing.columns.numeric import count_by_name, split_by_name
from indexing.columns.spill import NOT_KEPT, SpillingArray

MAX_CHARS = 64
MIN_PRODUCTS = 20
MIN_SHARE = 0.01
MAX_NAMES = 1_000

MAX_COLLECTED_NAMES = 100_000
MAX_COLLECTED_VALUES = 4_000_000
"""Distinct values held while building; beyond it the most varied attribute (an unknown
identifier, most likely) is given up: some 600 MB of memory."""


class _Name:
    """number: provisional id. values: text → provisional id. text: has any text value.

    given_up: too varied; values stays empty.
    """

    __slots__ = ("given_up", "number", "text", "values")

    def __init__(self, number: int) -> None:
        self.number = number
        self.values: dict[str, int] = {}
        self.text = False
        self.given_up = False


@dataclass(frozen=True, slots=True)
class Attributes:
    """table: all text attributes in one space. text: (name, first, last ordinal), by name.

    numbers: name, ascending documents, values beside them; by name, made one at a time.
    """

    table: KeywordTable
    text: list[tuple[str, int, int]]
    numbers: Iterator[tuple[str, UInt32Array, Float64Array]]


class AttributeCollector:
    def __init__(self, scratch: Path, kinds: Mapping[str, bool] | None = None) -> None:
        """kinds: names that become columns, and whether of text; None: those of the products."""
        self._kinds = kinds
        self._names: dict[str, _Name] = {}
        self._owners = array("I")  # of each provisional value, the name's number
        self._held = 0
        self._text_rows = SpillingArray(scratch / "text_rows", "I")
        self._text_values = SpillingArray(scratch / "text_values", "I")
        self._number_rows = SpillingArray(scratch / "number_rows", "I")
        self._number_names = SpillingArray(scratch / "number_names", "I")
        self._numbers = SpillingArray(scratch / "numbers", "d")

    def add(self, row: int, attributes: Mapping[str, Attribute]) -> None:
        names = self._names
        add_row, add_value = self._text_rows.pending.append, self._text_values.pending.append
        for name, value in attributes.items():
            known = names.get(name)
            if known is None:
                if len(names) >= MAX_COLLECTED_NAMES:
                    continue
                known = names[name] = _Name(len(names))
            kind = type(value)
            if kind is str:
                number = known.values.get(value)  # type: ignore[arg-type]
                if number is None:
                    self._add_text(row, known, value)  # type: ignore[arg-type]
                else:
                    add_row(row)
                    add_value(number)
            elif kind is float or kind is int:
                self._number_rows.pending.append(row)
                self._number_names.pending.append(known.number)
                self._numbers.pending.append(value)
            elif kind is bool:
                self._add_text(row, known, "true" if value else "false")
            else:
                for text in dict.fromkeys(value):  # type: ignore[arg-type]
                    self._add_text(row, known, text)

    def _add_text(self, row: int, known: _Name, text: str) -> None:
        known.text = True
        if known.given_up or not text or len(text) > MAX_CHARS:
            return
        number = known.values.get(text)
        if number is None:
            number = self._new_value(known, text)
        self._text_rows.pending.append(row)
        self._text_values.pending.append(number)

    def _new_value(self, known: _Name, text: str) -> int:
        number = known.values[text] = len(self._owners)
        self._owners.append(known.number)
        self._held += 1
        if self._held > MAX_COLLECTED_VALUES:
            widest = max(self._names.values(), key=lambda name: len(name.values))
            self._held -= len(widest.values)
            widest.values = {}
            widest.given_up = True
        return number

    def spill(self) -> None:
        for part in (
            self._text_rows,
            self._text_values,
            self._number_rows,
            self._number_names,
            self._numbers,
        ):
            part.spill()

    def finish(self, doc_of_row: UInt32Array, doc_count: int) -> Attributes:
        numbers = _Numbers(
            self._number_rows.close(), self._number_names.close(), self._numbers.close()
        )
        streams = [(self._text_rows.close(), self._text_values.close())]
        kinds = self._kinds or {}
        is_text = np.array(
            [kinds.get(name, known.text) for name, known in self._names.items()], dtype=np.bool_
        )
        mixed = is_text[numbers.names] if len(numbers.names) else np.zeros(0, dtype=np.bool_)
        if mixed.any():
            streams.append(self._as_text(numbers, mixed))

        owners = np.frombuffer(self._owners, dtype=np.uint32)
        counts = np.zeros(len(self._names), dtype=np.int64)
        count_by_name(doc_of_row, numbers.rows, numbers.names, numbers.values, counts)
        counts[is_text] = 0
        of_numbers = counts.copy()
        freqs = np.zeros(len(owners), dtype=np.uint32)
        for rows, values in streams:
            newest = np.full(len(counts), -1, dtype=np.int64)
            _count_texts(doc_of_row, rows, values, owners, newest, counts, freqs)

        chosen = self._chosen(counts, doc_count)
        text = [name for name in chosen if is_text[self._names[name].number]]
        spans, texts, table_ids = self._ordered(text, freqs)
        final = np.full(len(owners), NOT_KEPT, dtype=np.uint32)
        final[table_ids] = np.arange(len(table_ids), dtype=np.uint32)
        offsets, ordinals = by_document(doc_count, doc_of_row, final, streams)
        keys = [
            (hash_of(PREFIX + name, folded_value(texts[ordinal])), ordinal)
            for name, first, last in spans
            for ordinal in range(first, last)
        ]
        table = KeywordTable.of(texts, offsets, ordinals, keys)
        plain = {
            name: self._names[name].number
            for name in chosen
            if not is_text[self._names[name].number]
        }
        return Attributes(table, spans, numbers.columns(plain, of_numbers, doc_of_row))

    def _as_text(self, numbers: "_Numbers", mixed: BoolArray) -> tuple[UInt32Array, UInt32Array]:
        """Numbers of attributes that also have text values, as a stream of text values."""
        rows, names, values = numbers.rows[mixed], numbers.names[mixed], numbers.values[mixed]
        by_number = list(self._names.values())
        made = np.full(len(rows), NOT_KEPT, dtype=np.uint32)
        order = np.lexsort((values, names))
        changes = (np.diff(names[order]) != 0) | (np.diff(values[order]) != 0)
        for same in np.split(order, np.flatnonzero(changes) + 1):
            known, value = by_number[names[same[0]]], float(values[same[0]])
            if not known.given_up and math.isfinite(value):
                text = text_of(value)
                found = known.values.get(text)
                made[same] = self._new_value(known, text) if found is None else found
        kept = made != NOT_KEPT
        return rows[kept], made[kept]

    def _chosen(self, counts: Int64Array, doc_count: int) -> list[str]:
        """Names that become columns, sorted."""
        if self._kinds is not None:
            return sorted(name for name in self._kinds if name in self._names)
        needed = max(1, min(MIN_PRODUCTS, math.ceil(doc_count * MIN_SHARE)))
        frequent = [
            (-int(counts[known.number]), name)
            for name, known in self._names.items()
            if counts[known.number] >= needed and not known.given_up
        ]
        return sorted(name for _, name in sorted(frequent)[:MAX_NAMES])

    def _ordered(
        self, names: list[str], freqs: UInt32Array
    ) -> tuple[list[tuple[str, int, int]], list[str], Int64Array]:
        """Spans of ordinals, the values and their provisional ids, by name and value."""
        spans: list[tuple[str, int, int]] = []
        texts: list[str] = []
        ids = array("q")
        for name in names:
            first = len(texts)
            values = self._names[name].values
            for text in sorted(text for text, number in values.items() if freqs[number]):
                texts.append(text)
                ids.append(values[text])
            spans.append((name, first, len(texts)))
        return spans, texts, np.frombuffer(ids, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class _Numbers:
    """A stream of numbers: rows, uint32 names and float64 values, equally long."""

    rows: UInt32Array
    names: UInt32Array
    values: Float64Array

    def columns(
        self, names: dict[str, int], counts: Int64Array, doc_of_row: UInt32Array
    ) -> Iterator[tuple[str, UInt32Array, Float64Array]]:
        slots = np.full(len(counts), -1, dtype=np.int64)
        ends = np.zeros(len(names) + 1, dtype=np.int64)
        for slot, number in enumerate(names.values()):
            slots[number] = slot
            ends[slot + 1] = counts[number]
        ends = np.cumsum(ends)
        docs = np.empty(int(ends[-1]), dtype=np.uint32)
        values = np.empty(int(ends[-1]), dtype=np.float64)
        places = ends[:-1].copy()
        split_by_name(doc_of_row, slots, self.rows, self.names, self.values, places, docs, values)
        for slot, name in enumerate(names):
            part = slice(int(ends[slot]), int(ends[slot + 1]))
            order = np.argsort(docs[part])
            yield name, docs[part][order], values[part][order]


@njit(nogil=True, cache=True)
def _count_texts(
    doc_of_row: UInt32Array,
    rows: UInt32Array,
    values: UInt32Array,
    owners: UInt32Array,
    newest: Int64Array,
    counts: Int64Array,
    freqs: UInt32Array,
) -> None:
    """Count kept products by name (rows must ascend) and by value.

    newest: int64[names], -1; then the last row seen with the name.
    """
    for i in range(len(rows)):
        if doc_of_row[rows[i]] == np.uint32(0xFFFFFFFF):
            continue
        owner = owners[values[i]]
        freqs[values[i]] += np.uint32(1)
        if newest[owner] != rows[i]:
            newest[owner] = rows[i]
            counts[owner] += 1
