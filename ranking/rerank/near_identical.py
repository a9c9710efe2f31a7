"""Near-identical products: the first of them stays, the others wait behind different ones."""

import numpy as np
from numba import njit

from indexing.arrays import Float32Array, Int32Array, UInt32Array


@njit(nogil=True, cache=True)
def find_twins(
    order: Int32Array,
    keys: Int32Array,
    cosine: Float32Array,
    least_cosine: float,
    title_starts: Int32Array,
    title_terms: UInt32Array,
    least_title: float,
) -> Int32Array:
    """int32[n]: the earlier product that this one is nearly identical to, or −1.

    order: int32[n], best first. keys: int32[c, n], −1 missing. cosine: float32[n, n], or [0, 0]
    without vectors. title_terms: uint32[t], sorted and distinct within each product;
    title_starts: int32[n + 1], or [0] without titles. Thresholds above 1 switch a test off.
    Compared with first ones only, so a chain of small differences does not swallow a list.
    """
    count = len(order)
    twin_of = np.full(count, -1, np.int32)
    for place in range(count):
        i = order[place]
        for earlier in range(place):
            j = order[earlier]
            if twin_of[j] >= 0:
                continue
            alike = cosine.shape[0] > 0 and cosine[i, j] >= least_cosine
            for c in range(keys.shape[0]):
                alike = alike or (keys[c, i] >= 0 and keys[c, i] == keys[c, j])
            if not alike and len(title_starts) > 1:
                alike = alike_titles(
                    title_terms[title_starts[i] : title_starts[i + 1]],
                    title_terms[title_starts[j] : title_starts[j + 1]],
                    least_title,
                )
            if alike:
                twin_of[i] = j
                break
    return twin_of


@njit(nogil=True, cache=True)
def alike_titles(a: UInt32Array, b: UInt32Array, least: float) -> bool:
    """Whether |a ∩ b| / |a ∪ b| ≥ least, of sorted distinct terms; false for an empty title.

    Stops as soon as more terms differ than |a| + |b| allow: (1 − t) / (1 + t) of them.
    """
    if len(a) == 0 or len(b) == 0:
        return False
    allowed = (len(a) + len(b)) * (1.0 - least) / (1.0 + least) + 1e-9
    differ = 0
    i = 0
    j = 0
    while i < len(a) and j < len(b) and differ <= allowed:
        if a[i] == b[j]:
            i += 1
            j += 1
        elif a[i] < b[j]:
            i += 1
            differ += 1
        else:
            j += 1
            differ += 1
    return differ + (len(a) - i) + (len(b) - j) <= allowed


@njit(nogil=True, cache=True)
def demote_twins(
    order: Int32Array, twin_of: Int32Array, relevance: Float32Array, gap: float
) -> Int32Array:
    """int32[n]: first ones in order, then twins in order; a twin waits only for products whose
    relevance is at most `gap` below its own. `order` must be by falling relevance. O(n).
    """
    count = len(order)
    moved = np.empty(count, np.int32)
    first = 0
    twin = 0
    for place in range(count):
        while first < count and twin_of[order[first]] >= 0:
            first += 1
        while twin < count and twin_of[order[twin]] < 0:
            twin += 1
        take_twin = first == count
        if not take_twin and twin < count:
            take_twin = relevance[order[first]] < relevance[order[twin]] - gap
        if take_twin:
            moved[place] = order[twin]
            twin += 1
        else:
            moved[place] = order[first]
            first += 1
    return moved
