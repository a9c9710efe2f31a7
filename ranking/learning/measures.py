"""Measures of rankings against judgments: ir-measures for the usual ones, per query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import ir_measures
import numpy as np

from indexing.arrays import Float64Array
from ranking.learning.errors import ComparisonError
from ranking.learning.judgments import Judgments
from ranking.learning.pair_order import pair_order

Run = Mapping[str, Sequence[str]]
"""Query id → product ids, best first, each once."""

LINEAR_GAINS = {0: 0.0, 1: 1.0, 2: 2.0, 3: 3.0, 4: 4.0}
ESCI_GAINS = {0: 0.0, 1: 0.01, 2: 0.1, 3: 1.0}
"""Gains of the Shopping Queries paper (Reddy et al. 2022): E 1, S 0.1, C 0.01, I 0."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure of one ranking.

    values: float64[q], one a query, in the order of the judgments.
    weights: float64[q], what each query counts in the mean; None: all the same.
    """

    values: Float64Array
    weights: Float64Array | None = None

    @property
    def mean(self) -> float:
        """Σ w·v / Σ w; NaN if nothing has weight."""
        if self.weights is None:
            return float(self.values.mean()) if len(self.values) else float("nan")
        total = float(self.weights.sum())
        return float(self.weights @ self.values) / total if total > 0 else float("nan")


@dataclass(frozen=True, slots=True)
class MeasurePlan:
    """Which measures to take.

    gains: name → (grade → gain). Names become `nDCG-<name>@k`. Only ratios of gains matter.
    k: depth of nDCG, MRR, judged. recall_k: depth of recall. relevant: lowest whole grade that
    is relevant for MRR and recall; None: 2, or 1 where no grade reaches 2.
    """

    gains: Mapping[str, Mapping[int, float]]
    k: int = 10
    recall_k: int = 100
    relevant: int | None = None


DEFAULT_PLAN = MeasurePlan({"linear": LINEAR_GAINS, "esci": ESCI_GAINS})
"""Gains are left out where they do not name a grade in use: ESCI's know no grade above 3."""


def whole_gains(gains: Mapping[int, float]) -> dict[int, int]:
    """The same gains as whole numbers in the same ratios (1, .1, .01, 0 → 100, 10, 1, 0).

    ir-measures takes whole gains; nDCG is the same for gains times any constant.
    Errors: a gain is negative, not finite, or needs more than 9 digits.
    """
    try:
        exact = {grade: Fraction(repr(float(gain))) for grade, gain in gains.items()}
    except ValueError:
        raise ComparisonError(f"gains must be finite numbers, not {dict(gains)}.") from None
    scale = lcm(*(gain.denominator for gain in exact.values())) if exact else 1
    whole = {grade: int(gain * scale) for grade, gain in exact.items()}
    if any(gain < 0 for gain in whole.values()) or max(whole.values(), default=0) >= 2**30:
        raise ComparisonError(
            f"gains must be 0 or more and within 9 digits of each other, not {dict(gains)}."
        )
    return whole


def measure_run(
    run: Run, judgments: Judgments, plan: MeasurePlan = DEFAULT_PLAN
) -> dict[str, Measured]:
    """Every measure of the plan, plus zero results and pair order, of one ranking.

    Queries that are missing in the run have no results: 0 in every measure. Keys, in order:
    `nDCG-<gains>@k`, `MRR@k`, `R@recall_k`, `judged@k`, `zero results`, `pair order`.
    Formulas: docs/evaluation.md.
    Errors: a run with a product twice, or a grade without a gain.
    """
    grades = judgments.integer_grades()
    _check_once(run)
    deep = _scored(run, judgments, plan.recall_k)
    shallow = _scored(run, judgments, plan.k)
    relevant = plan.relevant or relevant_grade(grades)
    measured: dict[str, Measured] = {}
    for name, gains in plan.gains.items():
        if plan is DEFAULT_PLAN and not _used(grades) <= gains.keys():
            continue
        mapping = _gains_for(name, gains, grades)
        gained = {
            query_id: {product_id: mapping[grade] for product_id, grade in products.items()}
            for query_id, products in grades.items()
        }
        ndcg = ir_measures.nDCG @ plan.k
        measured[f"nDCG-{name}@{plan.k}"] = _per_query(ndcg, gained, shallow)
    rr, recall = ir_measures.RR(rel=relevant), ir_measures.R(rel=relevant) @ plan.recall_k
    measured[f"MRR@{plan.k}"] = _per_query(rr, grades, shallow)
    measured[f"R@{plan.recall_k}"] = _per_query(recall, grades, deep)
    measured[f"judged@{plan.k}"] = _per_query(ir_measures.Judged @ plan.k, grades, shallow)
    empty = [float(not run.get(query_id)) for query_id in grades]
    measured["zero results"] = Measured(np.array(empty, dtype=np.float64))
    shares, pairs = pair_order(run, judgments.qrels)  # raters' means differ before rounding
    measured["pair order"] = Measured(shares, pairs)
    return measured


def relevant_grade(grades: Mapping[str, Mapping[str, int]]) -> int:
    """2 where grades reach it, else 1: binary judgments call 1 relevant."""
    highest = max((max(products.values()) for products in grades.values()), default=0)
    return 2 if highest >= 2 else 1


def condensed(run: Run, judgments: Judgments) -> dict[str, list[str]]:
    """The run without unjudged products (Sakai 2007): fair to rankers that nobody judged."""
    return {
        query_id: [product_id for product_id in products if product_id in judgments.qrels[query_id]]
        for query_id, products in run.items()
        if query_id in judgments.qrels
    }


def _check_once(run: Run) -> None:
    for query_id, products in run.items():
        if len(set(products)) != len(products):
            raise ComparisonError(
                f"a ranking for query {query_id!r} holds a product twice. "
                "Rankers must return each product id once."
            )


def _scored(run: Run, judgments: Judgments, depth: int) -> dict[str, dict[str, float]]:
    """Falling scores in place of positions: trec_eval sorts by score and breaks ties by id."""
    return {
        query_id: {product_id: -float(rank) for rank, product_id in enumerate(products[:depth])}
        for query_id, products in run.items()
        if query_id in judgments.qrels and products
    }


def _gains_for(
    name: str, gains: Mapping[int, float], grades: Mapping[str, Mapping[str, int]]
) -> dict[int, int]:
    mapping = whole_gains(gains)
    used = _used(grades)
    missing = sorted(used - mapping.keys())
    if missing:
        raise ComparisonError(
            f"gains {name!r} name no gain for grade {missing[0]}. Grades in use: "
            f"{', '.join(map(str, sorted(used)))}. Give each a gain."
        )
    return mapping


def _used(grades: Mapping[str, Mapping[str, int]]) -> set[int]:
    return {grade for products in grades.values() for grade in products.values()}


def _per_query(
    measure: ir_measures.Measure,
    grades: Mapping[str, Mapping[str, int]],
    scored: Mapping[str, Mapping[str, float]],
) -> Measured:
    place = {query_id: number for number, query_id in enumerate(grades)}
    values = np.zeros(len(place), dtype=np.float64)
    for metric in ir_measures.iter_calc([measure], grades, scored):
        # Judged has no value for a query without results: none of them is judged
        values[place[metric.query_id]] = 0.0 if np.isnan(metric.value) else metric.value
    return Measured(values)
