"""Maximal marginal relevance (Carbonell and Goldstein 1998)."""

import numpy as np
from numba import njit

from indexing.arrays import Float32Array, Int32Array
from ranking.rerank.relevance import floor_of


@njit(nogil=True, cache=True)
def mmr_order(
    order: Int32Array,
    relevance: Float32Array,
    similarity: Float32Array,
    weight: float,
    gap: float,
    depth: int,
) -> Int32Array:
    """int32[n]: at each of the first `depth` positions the product i with the largest

        λ · relevance(i) − (1 − λ) · max over placed j of similarity(i, j),

    λ = weight, among those at most `gap` less relevant than the best one left. Ties and the
    rest go by `order`. similarity: float32[n, n] in 0..1. O(n · depth).
    """
    count = len(order)
    moved = np.empty(count, np.int32)
    placed = np.zeros(count, np.bool_)
    closest = np.zeros(count, np.float32)
    for place in range(count):
        floor = floor_of(order, placed, relevance, gap)
        chosen = -1
        best = -np.inf
        for i in order:
            if placed[i] or relevance[i] < floor:
                continue
            if place >= depth:
                chosen = i
                break
            value = weight * max(relevance[i], np.float32(0.0)) - (1.0 - weight) * closest[i]
            if value > best:
                best = value
                chosen = i
        moved[place] = chosen
        placed[chosen] = True
        for i in order:
            closest[i] = max(closest[i], similarity[chosen, i])
    return moved
