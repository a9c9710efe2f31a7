"""Sets of documents as ascending arrays: search, intersection, union."""

import numpy as np
from numba import njit

from indexing.arrays import UInt32Array


@njit(nogil=True, cache=True, inline="always")
def gallop(docs: UInt32Array, low: int, end: int, doc: np.uint32) -> int:
    """First place from `low` on whose document is not before `doc`."""
    step = 1
    while low + step < end and docs[low + step] < doc:
        low += step
        step *= 2
    high = min(low + step, end)
    while low < high:
        middle = (low + high) // 2
        if docs[middle] < doc:
            low = middle + 1
        else:
            high = middle
    return low


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
