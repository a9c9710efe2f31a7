"""Numbers of the products: dense where most have one, sparse where few do."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numba import njit

from indexing.arrays import SMALL, Float64Array, Int64Array, UInt32Array, load_array, save_array
from indexing.postings.doc_sets import gallop

DENSE_SHARE = 1 / 8
"""Coverage above which a value a document is smaller and faster than a sorted list."""


@dataclass(frozen=True, slots=True)
class NumericColumn:
    """One number a document, float64, so that a price of 19.99 equals 19.99.

    dense: values is float64[n], NaN where missing, and docs is empty.
    Otherwise docs is uint32[k], ascending, and values float64[k] beside it, none of them NaN.
    """

    name: str
    doc_count: int
    dense: bool
    docs: UInt32Array
    values: Float64Array

    def at(self, doc_ids: UInt32Array) -> Float64Array:
        """float64[k] of the documents, NaN where missing. Fastest if they ascend."""
        out = np.empty(len(doc_ids), dtype=np.float64)
        if self.dense:
            gather(self.values, doc_ids, out)
            return out
        sparse_at(self.docs, self.values, doc_ids, out)
        return out

    def held_by(self, doc_ids: UInt32Array) -> int:
        """How many of the documents (ascending) have a value."""
        if self.dense:
            return int(np.count_nonzero(~np.isnan(self.at(doc_ids))))
        few, many = (self.docs, doc_ids) if len(self.docs) < len(doc_ids) else (doc_ids, self.docs)
        return int(count_shared(few, many))

    def all(self) -> Float64Array:
        """float64[n], NaN where missing; the mapped array itself if the column is dense."""
        if self.dense:
            return self.values
        out = np.full(self.doc_count, np.nan, dtype=np.float64)
        out[self.docs] = self.values
        return out


def save_numeric(
    folder: Path, doc_count: int, columns: Iterable[tuple[str, UInt32Array, Float64Array]]
) -> None:
    """Write columns, each given as (name, ascending docs, values beside them).

    One file holds all dense columns and two hold all sparse ones: opening a thousand
    columns must not mean opening a thousand files. Columns are taken one by one.
    """
    names: list[str] = []
    layout: list[bool] = []
    whole: list[bool] = []  # not read any more; an earlier version that is gone back to needs it
    ends = [0]
    with (
        (folder / "dense.f8").open("wb") as dense,
        (folder / "sparse_docs.u4").open("wb") as docs_file,
        (folder / "sparse_values.f8").open("wb") as values_file,
    ):
        for name, docs, values in columns:
            names.append(name)
            whole.append(bool((values == np.floor(values)).all()))
            layout.append(len(docs) > doc_count * DENSE_SHARE)
            if layout[-1]:
                row = np.full(doc_count, np.nan, dtype=np.float64)
                row[docs] = values
                row.tofile(dense)
            else:
                docs.astype(np.uint32).tofile(docs_file)
                values.astype(np.float64).tofile(values_file)
                ends.append(ends[-1] + len(docs))
    save_array(folder / "sparse_offsets.npy", np.array(ends, dtype=np.int64))
    _to_npy(folder / "dense.f8", np.float64)
    _to_npy(folder / "sparse_docs.u4", np.uint32)
    _to_npy(folder / "sparse_values.f8", np.float64)
    facts = {"doc_count": doc_count, "names": names, "dense": layout, "whole": whole}
    (folder / "numeric.json").write_text(json.dumps(facts))


def _to_npy(path: Path, dtype: type) -> None:
    size = path.stat().st_size // np.dtype(dtype).itemsize
    small = size * np.dtype(dtype).itemsize <= SMALL  # nothing cannot be mapped
    raw = np.fromfile(path, dtype) if small else np.memmap(path, dtype, "r", shape=(size,))
    save_array(path.with_suffix(".npy"), raw)
    del raw
    path.unlink()


def load_numeric(folder: Path) -> dict[str, NumericColumn]:
    """Columns by name, in the order they were written."""
    facts = json.loads((folder / "numeric.json").read_text("utf-8"))
    doc_count = int(facts["doc_count"])
    dense = load_array(folder / "dense.npy")
    docs = load_array(folder / "sparse_docs.npy")
    values = load_array(folder / "sparse_values.npy")
    offsets = load_array(folder / "sparse_offsets.npy")
    found: dict[str, NumericColumn] = {}
    rows = sparse = 0
    for name, is_dense in zip(facts["names"], facts["dense"], strict=True):
        if is_dense:
            column = dense[rows * doc_count : (rows + 1) * doc_count]
            found[name] = NumericColumn(name, doc_count, True, docs[:0], column)
            rows += 1
        else:
            part = slice(int(offsets[sparse]), int(offsets[sparse + 1]))
            found[name] = NumericColumn(name, doc_count, False, docs[part], values[part])
            sparse += 1
    return found


@njit(nogil=True, cache=True)
def gather(values: Float64Array, doc_ids: UInt32Array, out: Float64Array) -> None:
    """The same as values[doc_ids], three times as fast: NumPy first widens the indices."""
    for i in range(len(doc_ids)):
        out[i] = values[doc_ids[i]]


@njit(nogil=True, cache=True)
def sparse_at(
    docs: UInt32Array, values: Float64Array, doc_ids: UInt32Array, out: Float64Array
) -> None:
    """Fill out with the documents' values. O(k log(n / k)) if they ascend, else O(k log n)."""
    place = 0
    before = np.uint32(0)
    for i in range(len(doc_ids)):
        doc = doc_ids[i]
        if doc < before:
            place = 0
        before = doc
        place = gallop(docs, place, len(docs), doc)
        found = place < len(docs) and docs[place] == doc
        out[i] = values[place] if found else np.nan


@njit(nogil=True, cache=True)
def count_shared(few: UInt32Array, many: UInt32Array) -> int:
    """How many documents both hold; both ascend, without repeats. O(k log(n / k))."""
    place = shared = 0
    for i in range(len(few)):
        doc = few[i]
        place = gallop(many, place, len(many), doc)
        if place == len(many):
            break
        shared += many[place] == doc
    return shared


@njit(nogil=True, cache=True)
def split_by_name(
    doc_of_row: UInt32Array,
    slots: Int64Array,
    rows: UInt32Array,
    names: UInt32Array,
    numbers: Float64Array,
    places: Int64Array,
    docs: UInt32Array,
    values: Float64Array,
) -> None:
    """Sort a stream of (row, name, number) by name, as counted in `places`.

    doc_of_row: uint32[rows], NOT_KEPT for rows that were dropped.
    slots: int64[names], the name's place among the wanted ones, -1 for the others.
    places: int64[wanted], where each begins in docs and values; moved to where it ends.
    """
    for i in range(len(rows)):
        doc = doc_of_row[rows[i]]
        slot = slots[names[i]]
        if doc != np.uint32(0xFFFFFFFF) and slot >= 0 and np.isfinite(numbers[i]):
            docs[places[slot]] = doc
            values[places[slot]] = numbers[i]
            places[slot] += 1


@njit(nogil=True, cache=True)
def count_by_name(
    doc_of_row: UInt32Array,
    rows: UInt32Array,
    names: UInt32Array,
    numbers: Float64Array,
    counts: Int64Array,
) -> None:
    """Add to counts the kept products that have a finite number under each name."""
    for i in range(len(rows)):
        if doc_of_row[rows[i]] != np.uint32(0xFFFFFFFF) and np.isfinite(numbers[i]):
            counts[names[i]] += 1
