"""The heaviest entries of ranges of sorted keys, without looking at every key.

The place of the greatest weight in any range comes from the greatest of every block of 64 keys
and a sparse table over the blocks. A heap of ranges gives the greatest of all, splits its range
there, and goes on: k distinct entries cost about 2k range maxima, whatever the range's length.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
from numba import njit

from indexing.arrays import Float32Array, Int32Array, Int64Array, UInt8Array, UInt32Array

BLOCK: Final = 64


def block_maxima(weights: Float32Array) -> Int32Array:
    """int32[levels, blocks]: row j holds the place of the first greatest weight of 2^j blocks."""
    blocks = -(-len(weights) // BLOCK)
    if blocks == 0:
        return np.zeros((1, 0), dtype=np.int32)
    padded = np.full(blocks * BLOCK, -np.inf, dtype=np.float32)
    padded[: len(weights)] = weights
    first = np.argmax(padded.reshape(blocks, BLOCK), axis=1) + np.arange(blocks) * BLOCK
    table = np.empty((max(1, blocks.bit_length()), blocks), dtype=np.int32)
    table[0] = first
    for level in range(1, len(table)):
        half = 1 << (level - 1)
        below = table[level - 1]
        other = np.concatenate((below[half:], np.repeat(below[-1:], min(half, blocks))))[:blocks]
        table[level] = np.where(weights[other] > weights[below], other, below)
    return table


@njit(nogil=True, cache=True)
def range_argmax(
    weights: Float32Array, maxima: Int32Array, low: int, high: int
) -> int:  # pragma: no cover
    """Place of the first greatest weight in low..high-1; the range is not empty."""
    first_block = (low + BLOCK - 1) // BLOCK
    end_block = high // BLOCK
    best = low
    if first_block >= end_block:
        for place in range(low + 1, high):
            if weights[place] > weights[best]:
                best = place
        return best
    for place in range(low + 1, first_block * BLOCK):
        if weights[place] > weights[best]:
            best = place
    level = 0
    while (2 << level) <= end_block - first_block:
        level += 1
    left = maxima[level, first_block]
    right = maxima[level, end_block - (1 << level)]
    if weights[left] > weights[best]:
        best = left
    if weights[right] > weights[best]:
        best = right
    for place in range(end_block * BLOCK, high):
        if weights[place] > weights[best]:
            best = place
    return best


@njit(nogil=True, cache=True)
def _before(score: float, place: int, other_score: float, other_place: int) -> bool:
    return score > other_score or (score == other_score and place < other_place)


@njit(nogil=True, cache=True)
def _push(
    score: npt.NDArray[np.float64], node: Int64Array, size: int, value: float, row: Int64Array
) -> None:  # pragma: no cover
    child = size
    while child > 0:
        parent = (child - 1) // 2
        if not _before(value, row[0], score[parent], node[parent, 0]):
            break
        score[child] = score[parent]
        node[child] = node[parent]
        child = parent
    score[child] = value
    node[child] = row


@njit(nogil=True, cache=True)
def _pop(score: npt.NDArray[np.float64], node: Int64Array, size: int) -> None:  # pragma: no cover
    """Remove the top of a heap of `size` ranges."""
    last = size - 1
    parent = 0
    while True:
        child = 2 * parent + 1
        if child >= last:
            break
        if child + 1 < last and _before(
            score[child + 1], node[child + 1, 0], score[child], node[child, 0]
        ):
            child += 1
        if not _before(score[child], node[child, 0], score[last], node[last, 0]):
            break
        score[parent] = score[child]
        node[parent] = node[child]
        parent = child
    score[parent] = score[last]
    node[parent] = node[last]


@njit(nogil=True, cache=True)
def heaviest(
    weights: Float32Array,
    entries: UInt32Array,
    maxima: Int32Array,
    ranges: Int64Array,
    factors: Float32Array,
    range_count: int,
    pops: int,
    keys: Int64Array,
    scores: Float32Array,
    sources: Int64Array,
) -> int:  # pragma: no cover
    """Best key of the best distinct entries over some ranges of keys; how many were found.

    ranges: int64[n, 2], first key and end, n >= range_count; they may overlap.
    factors: float32[n], what the weights of each range are multiplied with.
    keys: int64[k], scores: float32[k], sources (number of the range): int64[k] are filled,
    score down, then key up. At most `pops` keys are looked at.
    """
    capacity = range_count + pops + 1
    score = np.empty(capacity, dtype=np.float64)
    node = np.empty((capacity, 4), dtype=np.int64)  # best place, low, high, range
    row = np.empty(4, dtype=np.int64)
    size = 0
    for number in range(range_count):
        if ranges[number, 0] < ranges[number, 1]:
            row[1], row[2], row[3] = ranges[number, 0], ranges[number, 1], number
            row[0] = range_argmax(weights, maxima, row[1], row[2])
            _push(score, node, size, np.float64(weights[row[0]]) * factors[number], row)
            size += 1
    found = 0
    while size > 0 and found < len(keys) and pops > 0:
        pops -= 1
        place, low, high, number = node[0, 0], node[0, 1], node[0, 2], node[0, 3]
        value = score[0]
        _pop(score, node, size)
        size -= 1
        known = False
        for earlier in range(found):
            known |= entries[keys[earlier]] == entries[place]
        if not known:
            keys[found] = place
            scores[found] = value
            sources[found] = number
            found += 1
        row[3] = number
        if low < place:
            row[1], row[2] = low, place
            row[0] = range_argmax(weights, maxima, low, place)
            _push(score, node, size, np.float64(weights[row[0]]) * factors[number], row)
            size += 1
        if place + 1 < high:
            row[1], row[2] = place + 1, high
            row[0] = range_argmax(weights, maxima, place + 1, high)
            _push(score, node, size, np.float64(weights[row[0]]) * factors[number], row)
            size += 1
    return found


@njit(nogil=True, cache=True)
def edge(
    blob: UInt8Array,
    starts: UInt32Array,
    low: int,
    high: int,
    text: UInt8Array,
    begin: int,
    end: int,
    depth: int,
    after: bool,
) -> int:  # pragma: no cover
    """First key of low..high-1 that is not before text[begin:end] read `depth` bytes into keys.

    With `after`, the first key that neither is before it nor begins with it. The keys of the
    range must agree in their first `depth` bytes.
    """
    while low < high:
        middle = (low + high) // 2
        place = int(starts[middle]) + depth
        order = 0
        for offset in range(end - begin):
            byte = blob[place + offset]
            if byte != text[begin + offset]:
                order = -1 if byte < text[begin + offset] else 1
                break
        if order < 0 or (after and order == 0):
            low = middle + 1
        else:
            high = middle
    return low
