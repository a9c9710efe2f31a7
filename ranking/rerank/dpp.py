"""Greedy MAP inference for a determinantal point process."""

import numpy as np
from numba import njit

from indexing.arrays import Float32Array, Int32Array
from ranking.rerank.relevance import floor_of

LEAST_VOLUME = 1e-6
"""Below this squared distance a product adds nothing new; rounding errors would decide."""

RELEVANCE_ONLY = 0.998
"""From this weight on only relevance counts; the quality e^(θ / (1 − θ)) would overflow."""


@njit(nogil=True, cache=True, fastmath={"reassoc", "contract"})
def dpp_order(
    order: Int32Array,
    relevance: Float32Array,
    similarity: Float32Array,
    weight: float,
    gap: float,
    depth: int,
) -> Int32Array:
    """int32[n]: at each of the first `depth` positions the product that adds most to

        θ · Σ relevance + (1 − θ) · log det S(chosen),

    θ = weight, S = similarity, among those at most `gap` less relevant than the best one left:
    Chen, Zhang and Zhou 2018 ("Fast greedy MAP inference for determinantal point process"),
    algorithm 1, with the quality term of their section 5. The gain of log det is log d²ᵢ, and d²ᵢ
    is kept up to date through one more row of a Cholesky factor a position: O(n · depth²).
    similarity: float32[n, n], positive semi-definite, 1 on the diagonal. When nothing new is
    left (all d² ≈ 0), the rest goes by `order`; so do ties. θ = 1 keeps `order`.
    """
    count = len(order)
    if weight >= RELEVANCE_ONLY:
        return order.copy()
    depth = min(depth, count)
    quality = np.empty(count, np.float64)
    for i in range(count):
        # e^(θ r / (1 − θ)) · d² rises with θ r + (1 − θ) log d², without a logarithm a product
        quality[i] = np.exp(weight / (1.0 - weight) * max(relevance[i], np.float32(0.0)))
    moved = np.empty(count, np.int32)
    placed = np.zeros(count, np.bool_)
    factor = np.zeros((count, max(depth, 1)), np.float32)
    volume = np.ones(count, np.float64)
    for place in range(count):
        floor = floor_of(order, placed, relevance, gap)
        chosen = -1
        plain = -1
        best = -np.inf
        for i in order:
            if placed[i] or relevance[i] < floor:
                continue
            if plain < 0:
                plain = i
            if place >= depth:
                break
            value = volume[i] * quality[i]
            if volume[i] > LEAST_VOLUME and value > best:
                best = value
                chosen = i
        if chosen < 0:
            moved[place] = plain
            placed[plain] = True
            continue
        moved[place] = chosen
        placed[chosen] = True
        root = np.sqrt(volume[chosen])
        for i in range(count):
            if placed[i]:
                continue
            dot = np.float32(0.0)
            for row in range(place):
                dot += factor[chosen, row] * factor[i, row]
            step = (similarity[chosen, i] - dot) / root
            factor[i, place] = step
            volume[i] -= step * step
    return moved
