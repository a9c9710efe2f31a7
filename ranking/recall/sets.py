"""Sets of documents as ascending arrays: intersection, union, weighted counting."""

import numpy as np
from numba import njit

from indexing.arrays import Float32Array, UInt32Array
from ranking.bm25 import gallop


@njit(nogil=True, cache=True)
def intersect(small: UInt32Array, large: UInt32Array) -> UInt32Array:
    """Documents in both. O(s · log(l / s)): gallops through the larger."""
    out = np.empty(len(small), dtype=np.uint32)
    found = 0
    place = 0
    for doc in small:
        place = gallop(large, place, len(large), doc)
        if place == len(large):
            break
        if large[place] == doc:
            out[found] = doc
            found += 1
    return out[:found]


@njit(nogil=True, cache=True)
def unite(left: UInt32Array, right: UInt32Array) -> UInt32Array:
    """Documents in either, by one merge."""
    out = np.empty(len(left) + len(right), dtype=np.uint32)
    i = j = n = 0
    while i < len(left) or j < len(right):
        if j == len(right) or (i < len(left) and left[i] <= right[j]):
            if j < len(right) and left[i] == right[j]:
                j += 1
            out[n] = left[i]
            i += 1
        else:
            out[n] = right[j]
            j += 1
        n += 1
    return out[:n]


@njit(nogil=True, cache=True)
def accumulate(coverage: Float32Array, docs: UInt32Array, weight: float) -> None:
    """Add the weight at each of the documents."""
    for doc in docs:
        coverage[doc] += np.float32(weight)


@njit(nogil=True, cache=True)
def count_reaching(coverage: Float32Array, thresholds: Float32Array) -> UInt32Array:
    """For each threshold (falling), the number of documents that reach it."""
    counts = np.zeros(len(thresholds), dtype=np.uint32)
    for value in coverage:
        if value > 0:
            for level in range(len(thresholds) - 1, -1, -1):
                if value < thresholds[level]:
                    break
                counts[level] += np.uint32(1)
    return counts


@njit(nogil=True, cache=True)
def reaching(coverage: Float32Array, threshold: float, count: int) -> UInt32Array:
    """The `count` documents that reach the threshold, ascending."""
    out = np.empty(count, dtype=np.uint32)
    found = 0
    for doc in range(len(coverage)):
        if coverage[doc] >= threshold and coverage[doc] > 0:
            out[found] = doc
            found += 1
    return out[:found]
