"""While building: counts by a pair of numbers, in a hash table of bounded size."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numba import njit

from indexing.arrays import Float32Array, Int32Array, UInt64Array

MAX_BITS: Final = 23
"""Of a table's size: 100 MB at most. What no longer fits is forgotten."""
MAX_CODES: Final = 3_000_000
"""More titles are sampled evenly."""
EMPTY: Final = np.uint64(0xFFFFFFFFFFFFFFFF)
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_TRIES: Final = 64


@dataclass(frozen=True, slots=True)
class Pairs:
    """keys: uint64[2^b], a << 32 | b, or EMPTY. counts: float32 beside them."""

    keys: UInt64Array
    counts: Float32Array

    @classmethod
    def room_for(cls, count: int) -> "Pairs":
        bits = int(np.clip(np.ceil(np.log2(max(count, 1) * 2)), 4, MAX_BITS))
        return cls(np.full(1 << bits, EMPTY, dtype=np.uint64), np.zeros(1 << bits, np.float32))

    @classmethod
    def neighbours(cls, codes: Int32Array) -> "Pairs":
        """Words (codes from 0 up) that end a phrase side by side, in this order."""
        made = cls.room_for(min(len(codes), MAX_CODES))
        _count_neighbours(codes[:MAX_CODES], made.keys, made.counts)
        return made


NO_PAIRS: Final = Pairs.room_for(1)


@njit(nogil=True, cache=True, inline="always")
def _slot(key: np.uint64, mask: np.uint64) -> np.uint64:
    mixed = key * _MIX
    return (mixed ^ (mixed >> np.uint64(29))) & mask


@njit(nogil=True, cache=True)
def count(keys: UInt64Array, counts: Float32Array, key: np.uint64, value: float) -> None:
    """Add to the key's count; a table so full that it is crowded forgets new keys."""
    mask = np.uint64(len(keys) - 1)
    slot = _slot(key, mask)
    for _ in range(_TRIES):
        if keys[slot] == key:
            counts[slot] += value
            return
        if keys[slot] == EMPTY:
            keys[slot] = key
            counts[slot] = value
            return
        slot = (slot + np.uint64(1)) & mask


@njit(nogil=True, cache=True)
def counted(keys: UInt64Array, counts: Float32Array, key: np.uint64) -> float:
    mask = np.uint64(len(keys) - 1)
    slot = _slot(key, mask)
    for _ in range(_TRIES):
        if keys[slot] == key:
            return float(counts[slot])
        if keys[slot] == EMPTY:
            return 0.0
        slot = (slot + np.uint64(1)) & mask
    return 0.0


@njit(nogil=True, cache=True)
def counted_pair(keys: UInt64Array, counts: Float32Array, first: int, second: int) -> float:
    return counted(keys, counts, (np.uint64(first) << np.uint64(32)) | np.uint64(second))


@njit(nogil=True, cache=True)
def _count_neighbours(codes: Int32Array, keys: UInt64Array, counts: Float32Array) -> None:
    for at in range(len(codes) - 2):
        if codes[at] >= 0 and codes[at + 1] >= 0 and codes[at + 2] < 0:
            key = (np.uint64(codes[at]) << np.uint64(32)) | np.uint64(codes[at + 1])
            count(keys, counts, key, 1.0)
