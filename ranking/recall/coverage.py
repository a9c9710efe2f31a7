"""Coverage of the whole catalogue, document by document, for relaxed matching."""

import numpy as np
from numba import njit

from indexing.arrays import Float32Array, UInt32Array


@njit(nogil=True, cache=True)
def accumulate(
    coverage: Float32Array, docs: UInt32Array, weight: float, least: float = 0.0
) -> None:
    """Add the weight at each of the documents that are covered as much already."""
    for doc in docs:
        if coverage[doc] >= least:
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
