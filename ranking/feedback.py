"""What the best-matching candidates have in common, and how far each candidate shares it.

Pseudo-relevance feedback (Rocchio 1971), as features: a phone case matches "phone" as well as a
phone does, but it is not where most of the best matches are.
"""

import numpy as np

from indexing.arrays import Float32Array, Float64Array, Int64Array
from indexing.priors import leaf_categories
from indexing.snapshot import Snapshot
from ranking.candidates import Candidates
from ranking.rerank_head import first_ordinals
from ranking.shares import key_shares

BEST = 20
"""So many best matches speak for the query; measured, see docs/learning.md."""
_LEXICAL, _MEANING, _COVERAGE = 0.6, 0.4, 0.5


def feedback(candidates: Candidates, snapshot: Snapshot) -> list[Float64Array]:
    """Columns best_cosine, best_category_share, best_brand_share, price_to_best; float64[k] each.

    The best are those that the coarse rank would put first, without popularity, the first of
    them weighing most (1 / log₂(1 + rank)). A candidate does not speak for itself in the shares.
    """
    best = _best(candidates)
    weights = 1.0 / np.log2(np.arange(2, len(best) + 2))
    columns, doc_ids = snapshot.columns, candidates.doc_ids
    brand = first_ordinals(columns.keyword("brand"), doc_ids).astype(np.int64)
    return [
        _centroid_cosine(candidates, best, weights, snapshot),
        key_shares(leaf_categories(columns, doc_ids), best, weights),
        key_shares(brand, best, weights),
        _price_ratio(snapshot.prices[doc_ids], best),
    ]


def _best(candidates: Candidates) -> Int64Array:
    """int64[≤ BEST]: places of the best matches, best first; ties in document order."""
    known = np.nan_to_num(candidates.cosine)
    score = (
        candidates.lexical * (_LEXICAL / max(float(candidates.lexical.max(initial=0.0)), 1e-9))
        + known * (_MEANING / max(float(known.max(initial=0.0)), 1e-9))
        + candidates.coverage * _COVERAGE
    )
    return np.argsort(-score, kind="stable")[:BEST]


def _centroid_cosine(
    candidates: Candidates, best: Int64Array, weights: Float64Array, snapshot: Snapshot
) -> Float64Array:
    """Cosine to the weighted mean of the best's vectors; NaN where there are none."""
    missing = np.full(len(candidates), np.nan)
    if not len(best):
        return missing
    vectors = snapshot.vectors.vectors(candidates.doc_ids[best])
    centre: Float32Array = weights.astype(np.float32) @ vectors
    length = float(np.linalg.norm(centre))
    if length <= 0.0:
        return missing
    cosines = snapshot.vectors.score(centre / np.float32(length), candidates.doc_ids)
    return cosines.astype(np.float64)


def _price_ratio(prices: Float64Array, best: Int64Array) -> Float64Array:
    """ln(price / median price of the best): the same in every currency. NaN without either."""
    out = np.full(len(prices), np.nan)
    known = np.sort(prices[best])
    known = known[known > 0]
    if len(known):
        middle = len(known) // 2  # np.median takes ten times as long for so few
        median = (known[middle] + known[-middle - 1]) / 2
        priced = prices > 0
        out[priced] = np.minimum(np.maximum(np.log(prices[priced] / median), -10.0), 10.0)
    return out
