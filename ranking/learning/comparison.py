"""Rankers side by side: their measures by query, and what can be concluded from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from indexing.arrays import Float64Array
from ranking.learning.errors import ComparisonError
from ranking.learning.measures import Measured
from ranking.learning.significance import (
    Interval,
    PairedDifference,
    bootstrap_interval,
    paired_difference,
)

Mode = Literal["full", "condensed"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Per-query measures of several rankers on the same judgments.

    mode: `full` ranks the whole catalogue, unjudged products gain nothing; `condensed` leaves
    unjudged products out of every list. queries: id → text, in the order of all arrays.
    measured: ranker → measure → values; the same measures for all. baseline: the ranker that
    the others are tested against. warnings: what a reader must know, from judgments and runs.
    """

    mode: Mode
    queries: Mapping[str, str]
    measured: Mapping[str, Mapping[str, Measured]]
    baseline: str
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.baseline not in self.measured:
            raise ComparisonError(
                f"baseline {self.baseline!r} is not among the rankers: {', '.join(self.measured)}."
            )
        for ranker, measures in self.measured.items():
            if list(measures) != list(self.measured[self.baseline]):
                raise ComparisonError(f"{ranker} was measured otherwise than {self.baseline}.")
            for name, measured in measures.items():
                if len(measured.values) != len(self.queries):
                    raise ComparisonError(
                        f"{ranker}, {name}: {len(measured.values)} values for "
                        f"{len(self.queries)} queries."
                    )

    @property
    def rankers(self) -> tuple[str, ...]:
        return tuple(self.measured)

    @property
    def measures(self) -> tuple[str, ...]:
        return tuple(self.measured[self.baseline])


@dataclass(frozen=True, slots=True)
class Score:
    """One ranker in one measure; `versus` is against the baseline, None for the baseline."""

    ranker: str
    measure: str
    interval: Interval
    versus: PairedDifference | None


@dataclass(frozen=True, slots=True)
class Importance:
    """gain: share of the trees' total gain. loss: nDCG@10 lost when the feature is shuffled."""

    feature: str
    gain: float
    loss: float


@dataclass(frozen=True, slots=True)
class Move:
    """What one query gained (or lost, below 0) against the baseline."""

    query_id: str
    text: str
    before: float
    after: float

    @property
    def gain(self) -> float:
        return self.after - self.before


def scores(
    comparison: Comparison, *, seed: int = 0, draws: int = 2000, level: float = 0.95
) -> tuple[Score, ...]:
    """Intervals and paired tests of every ranker and measure, ranker by ranker.

    A measure without any weight (pair order where all grades are equal) is left out. The tests
    are not corrected for their number: with 20 of them, one is below 0.05 by chance.
    """
    found = []
    base = comparison.measured[comparison.baseline]
    for ranker, measures in comparison.measured.items():
        for name, measured in measures.items():
            weights = measured.weights
            if weights is not None and not np.any(weights > 0):
                continue
            interval = bootstrap_interval(
                measured.values, weights, level=level, draws=draws, seed=seed
            )
            versus = None
            both = _common_weights(measured, base[name])
            if ranker != comparison.baseline and (both is None or np.any(both > 0)):
                versus = paired_difference(
                    measured.values, base[name].values, both, level=level, draws=draws, seed=seed
                )
            found.append(Score(ranker, name, interval, versus))
    return tuple(found)


def _common_weights(a: Measured, b: Measured) -> Float64Array | None:
    """Only queries that count for both can be paired (lists that are not empty)."""
    if a.weights is None or b.weights is None:
        return a.weights if b.weights is None else b.weights
    return np.minimum(a.weights, b.weights)


def moves(comparison: Comparison, ranker: str, measure: str) -> tuple[Move, ...]:
    """Every query with its gain over the baseline, the largest gain first; ties as judged."""
    before = comparison.measured[comparison.baseline][measure].values
    after = comparison.measured[ranker][measure].values
    ids = list(comparison.queries)
    order = np.argsort(before - after, kind="stable")
    return tuple(
        Move(ids[i], comparison.queries[ids[i]], float(before[i]), float(after[i])) for i in order
    )
