"""What the best-matching candidates have in common, and how far each candidate shares it.

Pseudo-relevance feedback (Rocchio 1971), as features: a phone case matches "phone" as well as a
phone does, but it is not where most of the best matches are.
"""

import numpy as np
from numba import njit

from indexing.arrays import Float32Array, Float64Array, Int64Array
from indexing.vectors.quantized import best_places
from ranking.features.inputs import Inputs
from ranking.features.shares import key_shares
from ranking.score_mix import best_of, mixed_scores
from ranking.search.candidates import Candidates
from ranking.search.segments import BySegment

BEST = 20
"""So many best matches speak for the query; measured, see docs/learning.md."""
_RANK_WEIGHTS = 1.0 / np.log2(np.arange(2, BEST + 2))
"""The first of the best weighs most: 1 / log₂(1 + rank)."""


def best_matches(candidates: Candidates) -> Int64Array:
    """int64[≤ BEST]: places of those that the coarse rank would put first, without popularity.

    Best first; ties in document order.
    """
    lexical, cosine = candidates.lexical, candidates.cosine
    mixed = mixed_scores(lexical, cosine, candidates.coverage, best_of(lexical), best_of(cosine))
    return best_places(mixed, BEST)


def category_shares(inputs: Inputs, best: Int64Array) -> Float64Array:
    """float64[k]: share of the other best in each candidate's category; NaN without one."""
    return key_shares(inputs.categories, best, _RANK_WEIGHTS[: len(best)])


def brand_shares(inputs: Inputs, best: Int64Array) -> Float64Array:
    """float64[k]: share of the other best of each candidate's brand; NaN without one."""
    return key_shares(inputs.brands, best, _RANK_WEIGHTS[: len(best)])


def centroid_cosines(inputs: Inputs, best: Int64Array) -> Float32Array:
    """float32[k]: cosine to the weighted mean of the best's vectors; NaN where there are none."""
    weights = _RANK_WEIGHTS[: len(best)].astype(np.float32)
    found = inputs.candidates
    stand = BySegment.at(found.segments[best], found.doc_ids[best], inputs.segments)
    vectors = stand.read(lambda segment, docs: segment.vectors.vectors(docs))
    centre = direction(weights @ vectors)
    if not centre.any():
        return np.full(len(inputs), np.nan, dtype=np.float32)
    return inputs.read(lambda segment, docs: segment.vectors.score(centre, docs))


def direction(vector: Float32Array) -> Float32Array:
    """The vector at length 1; zeros stay zeros."""
    length = np.sqrt(vector @ vector)
    return vector / length if length > 0 else vector


@njit(nogil=True, cache=True)
def price_ratios(prices: Float64Array, best: Int64Array) -> Float64Array:
    """ln(price / median price of the best): the same in every currency. NaN without either."""
    out = np.full(len(prices), np.nan)
    known = np.sort(prices[best])
    known = known[known > 0]
    if len(known):
        middle = len(known) // 2
        median = (known[middle] + known[-middle - 1]) / 2
        for i in range(len(prices)):
            if prices[i] > 0:
                out[i] = min(max(np.log(prices[i] / median), -10.0), 10.0)
    return out
