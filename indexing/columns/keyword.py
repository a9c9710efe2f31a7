"""Words of the products, as numbers: each distinct value of a field has an ordinal."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numba import njit

from indexing.analysis.folding import fold
from indexing.arrays import Int32Array, Int64Array, UInt32Array, UInt64Array, load_array, save_array
from indexing.strings import StringTable

SEPARATOR = " > "
"""Between the levels of a category path."""

UNKNOWN = -1

_PARTS = ("freqs", "offsets", "ordinals", "starts", "holders", "hashes", "hashed")


@dataclass(frozen=True, slots=True)
class KeywordTable:
    """The ordinals of one field, or of many fields in one space, by document.

    values: the distinct values by ordinal; a field's ordinals are neighbours.
    freqs: uint32[v], documents that hold each ordinal.
    offsets: int64[n + 1] into ordinals: uint32, ascending and distinct within a document.
    starts: int64[v + 1] into holders: uint32, those documents, ascending within an ordinal.
    hashes: uint64, sorted, of field and folded value; hashed: uint32, the ordinals beside them.
    """

    values: StringTable
    freqs: UInt32Array
    offsets: Int64Array
    ordinals: UInt32Array
    starts: Int64Array
    holders: UInt32Array
    hashes: UInt64Array
    hashed: UInt32Array

    def save(self, folder: Path, name: str) -> None:
        self.values.save(folder, f"{name}.values")
        for part in _PARTS:
            save_array(folder / f"{name}.{part}.npy", getattr(self, part))

    @classmethod
    def load(cls, folder: Path, name: str) -> "KeywordTable":
        values = StringTable.load(folder, f"{name}.values")
        return cls(values, *(load_array(folder / f"{name}.{part}.npy") for part in _PARTS))

    @classmethod
    def of(
        cls,
        values: Sequence[str],
        offsets: Int64Array,
        ordinals: UInt32Array,
        keys: Sequence[tuple[int, int]],
    ) -> "KeywordTable":
        """keys: (hash, ordinal) of all that a value may be looked up by."""
        starts = np.zeros(len(values) + 1, dtype=np.int64)
        freqs = np.bincount(ordinals, minlength=len(values)).astype(np.uint32)
        np.cumsum(freqs, out=starts[1:])
        holders = np.empty(len(ordinals), dtype=np.uint32)
        _invert(offsets, ordinals, starts[:-1].copy(), holders)
        hashes, hashed = _sorted_keys(keys)
        table = StringTable.of(values)
        return cls(table, freqs, offsets, ordinals, starts, holders, hashes, hashed)

    def __len__(self) -> int:
        return len(self.freqs)

    def holders_of(self, ordinal: int) -> UInt32Array:
        """Documents that hold the value, ascending."""
        return self.holders[int(self.starts[ordinal]) : int(self.starts[ordinal + 1])]

    def candidates(self, key: int) -> list[int]:
        """Ordinals under a hash, ascending."""
        wanted = np.uint64(key)
        low = int(np.searchsorted(self.hashes, wanted, side="left"))
        high = int(np.searchsorted(self.hashes, wanted, side="right"))
        return sorted(int(ordinal) for ordinal in self.hashed[low:high])


@dataclass(frozen=True, slots=True)
class KeywordColumn:
    """One field of a table: the ordinals first ≤ o < last.

    Ordinals are those of the table, so `values`, `offsets` and `ordinals` fit together, and one
    pass over a document counts every field. They ascend with the values; in a category column
    (parents: int32[v], -1 for a root; empty otherwise) parents come before their children.
    """

    name: str
    kind: str
    table: KeywordTable
    first: int
    last: int
    parents: Int32Array

    @property
    def values(self) -> StringTable:
        return self.table.values

    @property
    def offsets(self) -> Int64Array:
        return self.table.offsets

    @property
    def ordinals(self) -> UInt32Array:
        return self.table.ordinals

    def __len__(self) -> int:
        return self.last - self.first

    def ordinals_of(self, doc: int) -> UInt32Array:
        """Ordinals of one document in this column, ascending."""
        held = self.ordinals[int(self.offsets[doc]) : int(self.offsets[doc + 1])]
        low, high = np.searchsorted(held, np.array([self.first, self.last], dtype=np.uint32))
        return held[low:high]

    def ordinal(self, value: str) -> int:
        """The first of `matching`, or UNKNOWN."""
        found = self.matching(value)
        return found[0] if found else UNKNOWN

    def matching(self, value: str) -> list[int]:
        """Ordinals that a shopper means by the value, ascending; none if it is unknown.

        The very value if it exists, else all that differ only in case, accents or width. A
        category may also be named by its last level alone if only one path ends so. O(log v).
        """
        fold_whole = folded_path if self.kind == "category" else folded_value
        folded = fold_whole(value)
        alike = [
            ordinal
            for ordinal in self.table.candidates(hash_of(self.name, folded))
            if fold_whole(self.values[ordinal]) == folded
        ]
        exact = [ordinal for ordinal in alike if self.values[ordinal] == value]
        if exact or alike or self.kind != "category":
            return exact or alike
        leaves = [
            ordinal
            for ordinal in self.table.candidates(leaf_hash(self.name, folded_value(value)))
            if folded_value(self.values[ordinal]).endswith(folded_value(value))
        ]
        return leaves if len(leaves) == 1 else []


def folded_value(value: str) -> str:
    return " ".join(fold(value).split())


def folded_path(value: str) -> str:
    """Equal for paths that differ in case or around `>` only: `A>B` and `a > b`; names may hold
    the sign, as in `Rugs > Runners >2 m`.
    """
    return ">".join(level.strip() for level in folded_value(value).split(">"))


def hash_of(field: str, folded: str) -> int:
    """64 bits of field and folded value, the same in every process."""
    raw = f"{field}\0{folded}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(raw, digest_size=8).digest(), "little")


def leaf_hash(field: str, folded: str) -> int:
    return hash_of(f"{field}\0leaf", folded)


def _sorted_keys(entries: Sequence[tuple[int, int]]) -> tuple[UInt64Array, UInt32Array]:
    hashes = np.fromiter((key for key, _ in entries), dtype=np.uint64, count=len(entries))
    ordinals = np.fromiter((value for _, value in entries), dtype=np.uint32, count=len(entries))
    order = np.lexsort((ordinals, hashes))
    return hashes[order], ordinals[order]


def by_document(
    doc_count: int,
    doc_of_row: UInt32Array,
    final: UInt32Array,
    streams: Sequence[tuple[UInt32Array, UInt32Array]],
) -> tuple[Int64Array, UInt32Array]:
    """Streams of (row, provisional value) → offsets and ordinals by document.

    final: uint32[provisional], the ordinal, NOT_KEPT for values that are left out.
    """
    counts = np.zeros(doc_count + 1, dtype=np.int64)
    for rows, numbers in streams:
        _count_entries(doc_of_row, final, rows, numbers, counts)
    offsets = np.cumsum(counts)
    ordinals = np.empty(int(offsets[-1]), dtype=np.uint32)
    places = offsets[:-1].copy()
    for rows, numbers in streams:
        _place_entries(doc_of_row, final, rows, numbers, offsets, places, ordinals)
    return offsets, ordinals


@njit(nogil=True, cache=True)
def _count_entries(
    doc_of_row: UInt32Array,
    final: UInt32Array,
    rows: UInt32Array,
    numbers: UInt32Array,
    counts: Int64Array,
) -> None:
    """counts: int64[n + 1]; document d is counted at d + 1."""
    none = np.uint32(0xFFFFFFFF)
    for i in range(len(rows)):
        doc = doc_of_row[rows[i]]
        if doc != none and final[numbers[i]] != none:
            counts[np.int64(doc) + 1] += 1


@njit(nogil=True, cache=True)
def _place_entries(
    doc_of_row: UInt32Array,
    final: UInt32Array,
    rows: UInt32Array,
    numbers: UInt32Array,
    offsets: Int64Array,
    places: Int64Array,
    ordinals: UInt32Array,
) -> None:
    """Insert each entry where it keeps its document's ordinals ascending."""
    none = np.uint32(0xFFFFFFFF)
    for i in range(len(rows)):
        doc = doc_of_row[rows[i]]
        if doc == none or final[numbers[i]] == none:
            continue
        ordinal = final[numbers[i]]
        place = places[doc]
        while place > offsets[doc] and ordinals[place - 1] > ordinal:
            ordinals[place] = ordinals[place - 1]
            place -= 1
        ordinals[place] = ordinal
        places[doc] += 1


@njit(nogil=True, cache=True)
def _invert(
    offsets: Int64Array, ordinals: UInt32Array, places: Int64Array, holders: UInt32Array
) -> None:
    """List the documents of each ordinal. places: int64[v], where each list begins; moved."""
    for doc in range(len(offsets) - 1):
        for place in range(offsets[doc], offsets[doc + 1]):
            ordinal = ordinals[place]
            holders[places[ordinal]] = doc
            places[ordinal] += 1
