"""Counting pairs of a query and something else, in flat arrays that stay small."""

from array import array
from typing import Final

import numpy as np

from indexing.arrays import BoolArray, Float64Array, Int64Array, UInt64Array

_FLUSH: Final = 1 << 21


class PairCounts:
    """Sums (or greatest values) by (query number, 32-bit key).

    Pairs are gathered and now and then sorted together, so memory follows the number of distinct
    pairs, at 16 bytes each.
    """

    def __init__(self, *, greatest: bool = False) -> None:
        self._greatest = greatest
        self._pairs: UInt64Array = np.zeros(0, dtype=np.uint64)
        self._values: Float64Array = np.zeros(0, dtype=np.float64)
        self._new_pairs = array("Q")
        self._new_values = array("d")

    def add(self, query: int, key: int, value: float) -> None:
        self._new_pairs.append(query << 32 | key)
        self._new_values.append(value)
        if len(self._new_pairs) >= _FLUSH:
            self._flush()

    def _flush(self) -> None:
        if not len(self._new_pairs):
            return
        pairs = np.concatenate((self._pairs, np.frombuffer(self._new_pairs, dtype=np.uint64)))
        values = np.concatenate((self._values, np.frombuffer(self._new_values)))
        self._new_pairs, self._new_values = array("Q"), array("d")
        order = np.argsort(pairs, kind="stable")
        pairs, values = pairs[order], values[order]
        first = np.flatnonzero(np.concatenate(([True], pairs[1:] != pairs[:-1])))
        combine = np.maximum if self._greatest else np.add
        self._pairs, self._values = pairs[first], combine.reduceat(values, first)

    def rows(self) -> tuple[Int64Array, Int64Array, Float64Array]:
        """(query numbers, keys, values), by query and key up."""
        self._flush()
        queries = (self._pairs >> np.uint64(32)).astype(np.int64)
        return queries, (self._pairs & np.uint64(0xFFFFFFFF)).astype(np.int64), self._values

    def renumber(self, numbers: Int64Array, also_keys: bool = False) -> None:
        """Give each query the number at its old place; -1 forgets it.

        also_keys: the keys are query numbers too.
        """
        queries, keys, values = self.rows()
        queries = numbers[queries]
        if also_keys:
            keys = numbers[keys]
        kept: BoolArray = (queries >= 0) & (keys >= 0)
        pairs = queries[kept].astype(np.uint64) << np.uint64(32) | keys[kept].astype(np.uint64)
        order = np.argsort(pairs, kind="stable")
        self._pairs, self._values = pairs[order], values[kept][order]
        # Numbers may have become equal
        self._new_pairs, self._new_values = array("Q", self._pairs.tobytes()), array("d")
        self._new_values.frombytes(self._values.tobytes())
        self._pairs, self._values = self._pairs[:0], self._values[:0]
        self._flush()


def sums(queries: Int64Array, values: Float64Array, size: int) -> Float64Array:
    """Sum of the values of each query: float64[size]."""
    return np.bincount(queries, values, size).astype(np.float64)
