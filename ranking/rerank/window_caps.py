"""Window caps: at most m products of the same brand (seller, price band …) in any n positions."""

import numpy as np
from numba import njit

from indexing.arrays import BoolArray, Float32Array, Int32Array, UInt32Array
from ranking.rerank.relevance import floor_of


@njit(nogil=True, cache=True)
def dense_keys(keys: Int32Array) -> Int32Array:
    """int32[c, n]: each row numbered from 0 by first occurrence; −1 stays −1. O(c · n²)."""
    kinds, count = keys.shape
    dense = np.full((kinds, count), -1, np.int32)
    for c in range(kinds):
        distinct = 0
        for i in range(count):
            if keys[c, i] < 0:
                continue
            for j in range(i):
                if keys[c, j] == keys[c, i]:
                    dense[c, i] = dense[c, j]
                    break
            if dense[c, i] < 0:
                dense[c, i] = distinct
                distinct += 1
    return dense


@njit(nogil=True, cache=True)
def cap_windows(
    order: Int32Array,
    relevance: Float32Array,
    keys: Int32Array,
    most: Int32Array,
    window: Int32Array,
    hard: BoolArray,
    gap: float,
) -> tuple[Int32Array, UInt32Array, Int32Array]:
    """Fill positions from the top, each with the first product of `order` that breaks no cap.

    keys: int32[c, n], row c for cap c, −1 is never capped. most, window: int32[c]; cap 0 is the
    most important. hard: bool[c]. Only products at most `gap` less relevant than the best one left
    are considered, unless all of those break a hard cap: then any product is. If all that are
    considered break a cap, the one whose broken caps matter least is taken: caps
    give way from the last to the first, and the first product in order wins among equals.
    So a cap is broken at a position only if everything that may stand there breaks one. The
    top is served first: a list may keep its caps above and break them at its end.

    Returns the order int32[n]; broken: uint32[n] by position, bit c set if cap c is broken by
    the product there; held: int32[n] by product, the most important cap that held it back,
    or −1. O(c · n²) at worst, O(c · n) when caps seldom bind.
    """
    kinds, count = keys.shape
    dense = dense_keys(keys)
    inside = np.zeros((kinds, max(count, 1)), np.int32)
    moved = np.empty(count, np.int32)
    broken = np.zeros(count, np.uint32)
    held = np.full(count, -1, np.int32)
    placed = np.zeros(count, np.bool_)
    rigid = np.uint64(0)  # the hard caps, as bits of a badness
    for c in range(kinds):
        if hard[c]:
            rigid |= np.uint64(1) << np.uint64(kinds - 1 - c)
    for place in range(count):
        for c in range(kinds):
            leaving = place - window[c]
            if leaving >= 0 and dense[c, moved[leaving]] >= 0:
                inside[c, dense[c, moved[leaving]]] -= 1
        floor = floor_of(order, placed, relevance, gap)
        chosen = -1
        least = np.uint64(1) << np.uint64(63)
        for i in order:
            low = relevance[i] < floor
            if placed[i] or (low and rigid == 0):
                continue
            badness = np.uint64(0)
            for c in range(kinds):
                key = dense[c, i]
                if key >= 0 and inside[c, key] >= most[c]:
                    badness |= np.uint64(1) << np.uint64(kinds - 1 - c)
                    if not low and (held[i] < 0 or held[i] > c):
                        held[i] = c
            # Hard caps weigh more than the floor, and the floor more than the other caps.
            worth = (badness & rigid) << np.uint64(33) | badness
            if low:
                worth |= np.uint64(1) << np.uint64(32)
            if worth < least:
                least = worth
                chosen = i
            if worth == 0:
                break
        moved[place] = chosen
        placed[chosen] = True
        for c in range(kinds):
            key = dense[c, chosen]
            if key >= 0:
                if inside[c, key] >= most[c]:
                    broken[place] |= np.uint32(1) << np.uint32(c)
                inside[c, key] += 1
    return moved, broken, held
