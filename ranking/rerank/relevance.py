"""Scores of any ranker on one scale, so that one relevance floor fits all of them."""

import numpy as np
from numba import njit

from indexing.arrays import BoolArray, Float32Array, Int32Array


@njit(nogil=True, cache=True)
def scaled_relevance(scores: Float32Array) -> Float32Array:
    """float32[n]: (s − lowest) / (highest − lowest) of the finite scores.

    All equal: 0 for all. +∞ counts as the highest; NaN and −∞ become −∞, so that nothing
    without a score is ever lifted above something with one.
    """
    lowest = np.inf
    highest = -np.inf
    for score in scores:
        if np.isfinite(score):
            lowest = min(lowest, score)
            highest = max(highest, score)
    span = highest - lowest
    relevance = np.empty(len(scores), np.float32)
    for i in range(len(scores)):
        score = scores[i]
        if np.isfinite(score):
            relevance[i] = (score - lowest) / span if span > 0 else 0.0
        elif score > 0:
            relevance[i] = 1.0
        else:
            relevance[i] = -np.inf
    return relevance


@njit(nogil=True, cache=True)
def score_order(relevance: Float32Array) -> Int32Array:
    """int32[n]: positions by falling relevance, equal ones in input order.

    Insertion sort: O(n + inversions), and rankers give lists that are in order already.
    """
    order = np.empty(len(relevance), np.int32)
    for i in range(len(relevance)):
        place = i
        while place > 0 and relevance[order[place - 1]] < relevance[i]:
            order[place] = order[place - 1]
            place -= 1
        order[place] = i
    return order


@njit(nogil=True, cache=True)
def floor_of(order: Int32Array, placed: BoolArray, relevance: Float32Array, gap: float) -> float:
    """Lowest relevance that may stand next: that of the best product left, less the gap."""
    best = -np.inf
    for i in order:
        if not placed[i] and relevance[i] > best:
            best = relevance[i]
    return best - gap
