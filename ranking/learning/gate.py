"""Whether a trained model may replace what serves: it must be better, and worse in nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ranking.learning.comparison import Comparison, scores
from ranking.learning.judgments import Judgments
from ranking.learning.report import verdict

LEAST_QUERIES = 20
FEW_JUDGED = 10
"""With fewer judged products a query, nDCG says little, and the order of pairs more."""


@dataclass(frozen=True, slots=True)
class Gate:
    """measure: the one that must be better. reasons: why it did not pass; empty if it did."""

    measure: str
    reasons: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not self.reasons


def gate_measure(judgments: Judgments, measures: Sequence[str]) -> str:
    """`pair order` for lists of a handful of judged products of several grades, else nDCG."""
    sizes = [len(grades) for grades in judgments.qrels.values()]
    grades = {grade for each in judgments.qrels.values() for grade in each.values()}
    if float(np.median(sizes)) < FEW_JUDGED and len(grades) > 1:
        return "pair order"
    return measures[0]


def judge(comparison: Comparison, model: str, measure: str) -> Gate:
    """The model must have a higher mean than each other ranker in the measure.

    On held-out queries, and be significantly worse (paired, p < 0.05) in no measure at all.
    """
    reasons = []
    count = len(comparison.queries)
    if count < LEAST_QUERIES:
        reasons.append(f"{count} queries prove nothing; at least {LEAST_QUERIES} are needed")
    mine = comparison.measured[model][measure].mean
    for other in comparison.rankers:
        if other == model:
            continue
        theirs = comparison.measured[other][measure].mean
        if not mine > theirs:
            reasons.append(f"{measure} is {mine:.4f}, and {theirs:.4f} with {other}")
        worse = [
            score.measure
            for score in scores(_against(comparison, other, model))
            if score.ranker == model and verdict(score) == "worse"
        ]
        reasons += [f"{name} is significantly worse than with {other}" for name in worse]
    return Gate(measure, tuple(reasons))


def _against(comparison: Comparison, other: str, model: str) -> Comparison:
    both = {name: comparison.measured[name] for name in (other, model)}
    return Comparison(comparison.mode, comparison.queries, both, other)
