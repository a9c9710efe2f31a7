"""Rankers: the feature matrix in, one score a candidate out."""

from collections.abc import Mapping
from typing import ClassVar, Protocol

import numpy as np

from indexing.arrays import Float32Array
from ranking.errors import RankerFailedError
from ranking.features.features import NAMES
from ranking.rerank.gain_curve import GainCurve
from ranking.score_mix import or_zero

FAULTS = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
"""What code over arrays raises when it is given what it did not expect."""

KIND = "kind_agreement"
KIND_WEIGHT = 6.0
"""Worth of the kind of thing that is meant, for every ranker. Judged long-tail queries hardly tell
trees that who asks for a laptop wants no sleeve, so it is a prior outside of them, of a weight that
was chosen on sets left out in turn (docs/types.md)."""

BEHAVIOUR_WEIGHTS: Mapping[str, float] = {
    "clicks_for_query": 7.5,
    "clicks_anywhere": 0.3,
    "bought_of_clicked": 0.2,
    "demand_percentile": 0.2,
    "seen_lately": 0.2,
    "related_to_seen": 0.1,
    "brand_taste": 0.4,
    "category_taste": 0.25,
    "price_taste": 6.0,
    "regional_demand": 0.1,
}
"""Worth of what shoppers did, for every ranker that was not trained with it. Each value is bounded
(`features/behaviour.py`, `features/personal.py`), so that what all of them did moves a score by 17
at most, not three times what the kind of thing does, and what this one did by 4, less than that.
The weights of this one and of clicks after the query were chosen in simulated shops, and proven in
others (docs/learning.md, docs/simulation.md)."""

EXPECTED = "expected"
"""Named beside the features in contributions: what a model gives before it has seen any."""


class Ranker(Protocol):
    """Gives each candidate a score; higher is better. NaN among the features is a missing value."""

    name: str
    curve: GainCurve | None
    """What the scores are worth, if that is known; scores of different rankers do not compare."""

    def scores(self, features: Float32Array) -> Float32Array:
        """float32[k] for float32[k, len(FEATURES)]."""
        ...

    def contributions(self, row: Float32Array) -> dict[str, float]:
        """What each feature adds to the score of one row; largest first, zeros left out.

        With EXPECTED, if it is there, they add up to the score. Empty if the ranker fails.
        """
        ...


def checked_scores(ranker: Ranker, features: Float32Array) -> Float32Array:
    """float32[k], all finite. Raises RankerFailedError whatever way the ranker fails."""
    try:
        scores = np.asarray(ranker.scores(features), dtype=np.float32)
    except FAULTS as error:
        raise RankerFailedError(
            f"ranker {ranker.name} failed: {type(error).__name__}: {error}"
        ) from error
    if scores.shape != (len(features),):
        raise RankerFailedError(
            f"ranker {ranker.name} gave scores of shape {scores.shape} for {len(features)} rows."
        )
    if not np.isfinite(scores).all():
        raise RankerFailedError(f"ranker {ranker.name} gave scores that are no numbers.")
    return scores


class HandWeightedRanker:
    """A linear model over some features, weighted by hand; unknown facts count nothing.

    The weights of `best_*` and of what the query names were set once, in round numbers, and are
    better with than without on all three judged sets (docs/benchmarks.md). `curve`: fitted as
    the shipped model's is, over the same five sets (`python -m ranking.learning.cold_start`).
    """

    name = "hand"
    curve: GainCurve | None = GainCurve(
        (0.0, 0.1, 0.4, 0.8, 1.2, 1.6, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.2),
        (0.81, 0.75, 0.72, 0.67, 0.62, 0.56, 0.47, 0.38, 0.33, 0.27, 0.25, 0.16, 0.13),
    )
    WEIGHTS: ClassVar[dict[str, float]] = {
        "bm25": 3.0,
        "bm25_title": 1.5,
        "coverage": 2.0,
        "title_matched_share": 0.6,
        "cosine": 2.5,
        "rank_identifier": 20.0,
        "title_exact": 0.5,
        "title_phrase": 0.3,
        "title_adjacent_share": 0.3,
        "brand_filled_share": 0.3,
        "best_cosine": 1.0,
        "best_category_share": 0.3,
        "category_fit": 0.3,
        KIND: KIND_WEIGHT,
        "brand_named": 0.5,
        "attributes_named": 0.4,
        "price_fit": 0.5,
        "denied_held": -4.0,
        "lack_said": 1.0,
        "rating": 0.1,
        "rating_count_percentile": 0.15,
        "popularity_percentile": 0.3,
        "in_stock": 0.2,
        **BEHAVIOUR_WEIGHTS,
    }

    def __init__(self) -> None:
        self._weights = linear_weights(self.WEIGHTS)

    def scores(self, features: Float32Array) -> Float32Array:
        return linear_scores(features, self._weights)

    def contributions(self, row: Float32Array) -> dict[str, float]:
        return told_contributions(np.nan_to_num(row) * self._weights)


class RecallOrderRanker:
    """Keeps the order of recall: BM25F. The floor that others are measured against."""

    name = "recall"
    curve: GainCurve | None = None

    def scores(self, features: Float32Array) -> Float32Array:
        scores: Float32Array = features[:, NAMES.index("bm25_to_top")].copy()
        return scores

    def contributions(self, row: Float32Array) -> dict[str, float]:
        parts = np.zeros(len(NAMES), dtype=np.float32)
        place = NAMES.index("bm25_to_top")
        parts[place] = row[place]
        return told_contributions(parts)


def linear_weights(weights: Mapping[str, float]) -> Float32Array:
    """float32[features]: weights by feature name, as a column; 0 for what is not named."""
    column = np.zeros(len(NAMES), dtype=np.float32)
    for name, weight in weights.items():
        column[NAMES.index(name)] = weight
    return column


def linear_scores(features: Float32Array, weights: Float32Array) -> Float32Array:
    """float32[k]: weighted sums; NaN counts nothing."""
    used = np.flatnonzero(weights)
    scores: Float32Array = or_zero(features[:, used]) @ weights[used]
    return scores


def told_contributions(parts: Float32Array) -> dict[str, float]:
    """Parts by feature name, largest first, zeros left out."""
    order = np.argsort(-np.abs(parts), kind="stable")
    return {NAMES[i]: round(float(parts[i]), 5) for i in order if parts[i]}
