"""In which categories a query's products are, and which products stand for it."""

from typing import Final

import numpy as np
from numba import njit

from indexing.arrays import (
    BoolArray,
    Float32Array,
    Int32Array,
    Int64Array,
    UInt32Array,
)

SCOPES: Final = 3
_SAMPLE: Final = 1_024
_AGREED: Final = 0.9
"""A category that so many of the products share is not a choice yet: its children are."""
_LEAST: Final = 0.05


@njit(nogil=True, cache=True)
def scopes_of(
    docs: UInt32Array,
    offsets: Int64Array,
    ordinals: UInt32Array,
    parents: Int32Array,
    counts: Int32Array,
    found: Int32Array,
    shares: Float32Array,
) -> int:
    """How many scopes a query has: the categories that part its products best.

    From the root down while one category holds 90 % of the products that have any; then its
    children with at least 5 %, the largest first, then by ordinal; without such children the
    category itself. Judged on up to 1,024 products spread evenly.

    docs: ascending. counts: int32[v], zeros, and zeros again at the end. found: int32[SCOPES] and
    shares: float32[SCOPES] take the scopes.
    """
    step = (len(docs) + _SAMPLE - 1) // _SAMPLE
    total = 0
    for place in range(0, len(docs), max(step, 1)):
        doc = np.int64(docs[place])
        begin, end = offsets[doc], offsets[doc + 1]
        total += 1 if end > begin else 0
        for i in range(begin, end):
            counts[ordinals[i]] += 1
    node = -1
    size = 0
    deeper = total > 0
    while deeper:
        size = 0
        for place in range(0, len(docs), max(step, 1)):
            doc = np.int64(docs[place])
            for i in range(offsets[doc], offsets[doc + 1]):
                ordinal = int(ordinals[i])
                if parents[ordinal] == node and counts[ordinal] >= _LEAST * total:
                    size = _keep_largest(ordinal, counts, found, size)
        deeper = size > 0 and counts[found[0]] >= _AGREED * total
        if deeper:
            node = found[0]
    if size == 0 and node >= 0:
        found[0] = node
        size = 1
    for place in range(size):
        shares[place] = counts[found[place]] / total
    for place in range(0, len(docs), max(step, 1)):
        doc = np.int64(docs[place])
        for i in range(offsets[doc], offsets[doc + 1]):
            counts[ordinals[i]] = 0
    return size


@njit(nogil=True, cache=True)
def _keep_largest(ordinal: int, counts: Int32Array, found: Int32Array, size: int) -> int:
    """Put the ordinal where it belongs among the largest so far; their number."""
    for place in range(size):
        if found[place] == ordinal:
            return size
    place = min(size, len(found) - 1)
    if size == len(found) and not _before(ordinal, found[place], counts):
        return size
    while place > 0 and _before(ordinal, found[place - 1], counts):
        found[place] = found[place - 1]
        place -= 1
    found[place] = ordinal
    return min(size + 1, len(found))


@njit(nogil=True, cache=True)
def _before(left: int, right: int, counts: Int32Array) -> BoolArray | bool:
    return counts[left] > counts[right] or (counts[left] == counts[right] and left < right)


@njit(nogil=True, cache=True)
def best_of(docs: UInt32Array, merit: Float32Array, groups: UInt32Array, best: UInt32Array) -> int:
    """The documents of most merit, one a group; how many, at most len(best).

    docs: ascending, so groups are contiguous runs. Equal merit: the first document. best:
    uint32[k], takes them, best first.
    """
    size = 0
    for doc in docs:
        place = size
        for i in range(size):  # a group shows its best document only
            if groups[best[i]] == groups[doc]:
                place = i if merit[doc] > merit[best[i]] else -1
                break
        if place < 0:
            continue
        if place == size:
            if size == len(best):
                if merit[doc] <= merit[best[size - 1]]:
                    continue
                place = size - 1
            else:
                size += 1
        while place > 0 and merit[best[place - 1]] < merit[doc]:
            best[place] = best[place - 1]
            place -= 1
        best[place] = doc
    return size
