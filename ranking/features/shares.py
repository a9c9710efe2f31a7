"""Where a value stands among those of one list, and who shares a key with its best: kernels."""

import numpy as np
from numba import njit

from indexing.arrays import Float64Array, Int64Array


def mid_ranks(values: Float64Array) -> Float64Array:
    """float64[k]: mid-rank of each among the known values, 0 to 1; NaN for NaN. O(k log k)."""
    ranks: Float64Array = _mid_ranks(values, np.sort(values))  # NumPy's sort takes a third
    return ranks


@njit(nogil=True, cache=True)
def _mid_ranks(values: Float64Array, known: Float64Array) -> Float64Array:
    """known: the same ascending, NaN last."""
    count = len(known)
    while count and np.isnan(known[count - 1]):
        count -= 1
    out = np.full(len(values), np.nan)
    for i in range(len(values)):
        if not np.isnan(values[i]):
            low, size = 0, count
            while size > 1:  # without branches that could be foretold wrongly
                half = size // 2
                low += half * (known[low + half - 1] < values[i])
                size -= half
            low += known[low] < values[i]
            high = low
            while high < count and known[high] == values[i]:
                high += 1
            out[i] = (low + high) / 2 / count
    return out


@njit(nogil=True, cache=True)
def key_shares(keys: Int64Array, best: Int64Array, weights: Float64Array) -> Float64Array:
    """float64[k]: weight of the other best that have the same key, over that of all others.

    best: places in keys, distinct; weights: beside them. A key of −1 is missing: NaN, as where
    there are no others. O(k · len(best)).
    """
    total = 0.0
    for weight in weights:
        total += weight
    out = np.full(len(keys), np.nan)
    for i in range(len(keys)):
        if keys[i] < 0:
            continue
        same = 0.0
        others = total
        for place in range(len(best)):
            if best[place] == i:
                others -= weights[place]
            elif keys[best[place]] == keys[i]:
                same += weights[place]
        if others > 1e-9:
            out[i] = min(same / others, 1.0)
    return out
