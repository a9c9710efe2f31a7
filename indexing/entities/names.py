"""What the catalogue calls its brands, categories and attribute values: word sequence → value."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from indexing.arrays import (
    Float32Array,
    Int64Array,
    UInt8Array,
    UInt16Array,
    UInt32Array,
    UInt64Array,
    load_array,
)

MAX_TERMS: Final = 8
"""Words (Chinese: characters) of the longest name."""

NUMBER: Final = 1 << 40
"""Stands in a pattern for any number, where others have a term id."""

OWN, LEARNT = 0, 1
"""Sources of a name: it is the value itself, or titles of products with the value say it."""


class Name(NamedTuple):
    """While building. key: of its term ids. field: place in the list of fields. The rest: see
    `EntityNames`.
    """

    key: int
    field: int
    ordinal: int
    share: float
    source: int


@dataclass(frozen=True, slots=True)
class NameHit:
    """Entries first ≤ e < last are named by the terms start ≤ t < start + length."""

    start: int
    length: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class EntityNames:
    """Names by the hash of their primary term ids; several entries may share a hash.

    keys: uint64[e], ascending. fields: uint16[e], place in field_names. ordinals: uint32[e], of
    the field's keyword column. shares: float32[e], how many of the products that hold the
    name's words have the value, 0 to 1: whether the words mean it. sources: uint8[e].
    pattern_keys: uint64[p], ascending, of sequences with NUMBER in place of a number;
    pattern_fields: uint16[p], place in number_names of the attribute that the number fills;
    pattern_shares: float32[p], of the titles with the pattern.
    """

    field_names: tuple[str, ...]
    keys: UInt64Array
    fields: UInt16Array
    ordinals: UInt32Array
    shares: Float32Array
    sources: UInt8Array
    number_names: tuple[str, ...]
    pattern_keys: UInt64Array
    pattern_fields: UInt16Array
    pattern_shares: Float32Array

    @classmethod
    def load(cls, folder: Path) -> "EntityNames":
        known = json.loads((folder / "fields.json").read_text("utf-8"))

        def part(name: str) -> npt.NDArray[Any]:
            return load_array(folder / f"{name}.npy")

        return cls(
            tuple(known["keywords"]),
            part("keys"),
            part("fields"),
            part("ordinals"),
            part("shares"),
            part("sources"),
            tuple(known["numbers"]),
            part("pattern_keys"),
            part("pattern_fields"),
            part("pattern_shares"),
        )

    def __len__(self) -> int:
        return len(self.keys)

    def find(self, term_ids: Sequence[int]) -> list[NameHit]:
        """All names inside a sequence of term ids (-1: unknown), by start, then longest first."""
        return _found(np.array(term_ids, dtype=np.int64), self.keys)

    def find_number(self, term_ids: Sequence[int], place: int) -> list[NameHit]:
        """All patterns around the number at the place; entries are those of pattern_keys."""
        first = max(place - 1, 0)
        window = np.array(term_ids[first : place + 4], dtype=np.int64)
        window[place - first] = NUMBER
        return [
            replace(hit, start=hit.start + first)
            for hit in _found(window, self.pattern_keys)
            if hit.start + first <= place < hit.start + first + hit.length
        ]


def _found(ids: Int64Array, keys: UInt64Array) -> list[NameHit]:
    if not len(ids) or not len(keys):
        return []
    found = np.empty((len(ids) * MAX_TERMS, 4), dtype=np.int64)
    count = find_names(ids, keys, found)
    return [NameHit(*row) for row in found[:count].tolist()]


def name_key(term_ids: Sequence[int]) -> int:
    """64 bits of a sequence of term ids; valid in one snapshot only."""
    return int(sequence_hash(np.array(term_ids, dtype=np.int64), 0, len(term_ids)))


@njit(nogil=True, cache=True)
def sequence_hash(ids: Int64Array, start: int, length: int) -> np.uint64:
    """FNV-1a over ids, then mixed."""
    code = np.uint64(0xCBF29CE484222325)
    for place in range(start, start + length):
        code = extend_hash(code, ids[place])
    return code


@njit(nogil=True, cache=True, inline="always")
def extend_hash(code: np.uint64, term_id: int) -> np.uint64:
    code = (code ^ np.uint64(term_id + 1)) * np.uint64(0x9E3779B97F4A7C15)
    return code ^ (code >> np.uint64(29))


@njit(nogil=True, cache=True)
def find_names(ids: Int64Array, keys: UInt64Array, found: Int64Array) -> int:
    """Fill found with (start, length, first entry, last entry) rows; their number."""
    count = 0
    for start in range(len(ids)):
        code = np.uint64(0xCBF29CE484222325)
        begin = count
        for place in range(start, min(start + MAX_TERMS, len(ids))):
            if ids[place] < 0:
                break
            code = extend_hash(code, ids[place])
            first = np.searchsorted(keys, code)
            last = first
            while last < len(keys) and keys[last] == code:
                last += 1
            if last > first:
                for row in range(count, begin, -1):  # longest first
                    found[row] = found[row - 1]
                found[begin, 0], found[begin, 1] = start, place - start + 1
                found[begin, 2], found[begin, 3] = first, last
                count += 1
    return count
