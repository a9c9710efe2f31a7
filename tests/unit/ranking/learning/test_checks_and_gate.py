from dataclasses import replace

import numpy as np
import pytest
from learning_rows import learning_rows, with_column

from ranking.learning.checks import constant_features, separating, warnings_of
from ranking.learning.comparison import Comparison
from ranking.learning.cross_validation import Sampling, cross_validate
from ranking.learning.gate import gate_measure, judge
from ranking.learning.importance import importances
from ranking.learning.judgments import Judgments
from ranking.learning.lambdamart import TreeParams, fit, gains_of, table_of
from ranking.learning.measures import Measured

ROWS = learning_rows(60, 30)


def test_honest_data_of_some_size_is_not_warned_of() -> None:
    assert warnings_of(ROWS) == ()


def test_tiny_data_is_warned_of() -> None:
    [warning] = warnings_of(ROWS[:10])
    assert warning.startswith("tiny data: 10 queries with 230 judged products")


def test_a_feature_that_knows_the_grade_is_a_leak() -> None:
    for sign in (1.0, -1.0):
        leaking = [with_column(each, "discount", sign * each.grades) for each in ROWS]
        assert separating(leaking) == [("discount", 1.0)]
        assert any("leakage: discount alone puts 100.0%" in w for w in warnings_of(leaking))


def test_queries_made_from_titles_are_a_leak() -> None:
    copied = [with_column(each, "title_exact", each.grades == each.grades.max()) for each in ROWS]
    assert any("has the query as its whole title" in line for line in warnings_of(copied))


def test_constant_and_missing_features_are_named() -> None:
    rows = [with_column(with_column(each, "discount", 0.5), "rating", np.nan) for each in ROWS]
    assert set(constant_features(rows)) == {"discount", "rating"}
    assert constant_features(ROWS) == []


def test_judged_products_that_are_never_ranked_are_warned_of() -> None:
    lost = [replace(each, served=np.arange(len(each)) % 2 == 0) for each in ROWS]
    assert any("are not among what the server ranks" in line for line in warnings_of(lost))


def comparison(model: float, hand: float, bm25: float, queries: int = 40) -> Comparison:
    """nDCG of each ranker, a little apart from query to query; recall is the same for all."""
    wave = 0.01 * np.sin(np.arange(queries))
    ids = {str(number): f"query {number}" for number in range(queries)}
    measured = {
        name: {"nDCG-linear@10": Measured(value + wave), "R@100": Measured(0.5 + wave)}
        for name, value in (("bm25", bm25), ("hand", hand), ("model", model))
    }
    return Comparison("full", ids, measured, "hand")


def test_a_better_model_passes() -> None:
    assert judge(comparison(0.8, 0.7, 0.6), "model", "nDCG-linear@10").passed


def test_a_worse_or_equal_model_does_not_pass() -> None:
    worse = judge(comparison(0.65, 0.7, 0.6), "model", "nDCG-linear@10")
    assert worse.reasons == (
        "nDCG-linear@10 is 0.6503, and 0.7003 with hand",
        "nDCG-linear@10 is significantly worse than with hand",
    )
    assert not judge(comparison(0.7, 0.7, 0.6), "model", "nDCG-linear@10").passed


def test_a_model_that_is_worse_in_another_measure_does_not_pass() -> None:
    found = comparison(0.8, 0.7, 0.6)
    fewer = Measured(found.measured["model"]["R@100"].values - 0.1)
    measured = {**found.measured, "model": {**found.measured["model"], "R@100": fewer}}
    reasons = judge(replace(found, measured=measured), "model", "nDCG-linear@10").reasons
    assert "R@100 is significantly worse than with hand" in reasons


def test_too_few_queries_prove_nothing() -> None:
    [reason] = judge(comparison(0.8, 0.7, 0.6, queries=5), "model", "nDCG-linear@10").reasons
    assert reason == "5 queries prove nothing; at least 20 are needed"


@pytest.mark.parametrize(
    ("qrels", "measure"),
    [
        ({"q": {str(n): float(n % 3) for n in range(20)}}, "nDCG-linear@10"),
        ({"q": {str(n): float(n % 3) for n in range(6)}}, "pair order"),
        ({"q": {str(n): 1.0 for n in range(6)}}, "nDCG-linear@10"),
    ],
)
def test_lists_of_a_few_judged_products_are_gated_on_pairs(
    qrels: dict[str, dict[str, float]], measure: str
) -> None:
    judgments = Judgments({"q": "lamp"}, qrels)
    assert gate_measure(judgments, ["nDCG-linear@10", "pair order"]) == measure


def test_what_decides_the_grades_is_what_matters_most() -> None:
    params = TreeParams(trees=30, leaves=5, min_rows=5, base={})
    proof = cross_validate(ROWS, params, Sampling(0, True), folds=2, seeds=1)
    booster = fit(table_of(ROWS, gains_of(ROWS)), params, 30, 0)
    found = importances(booster, proof.rounds[0], ROWS, seed=0)
    assert {each.feature for each in found[:2]} == {"coverage", "cosine"}
    assert sum(each.gain for each in found) == pytest.approx(1.0)
    assert found[0].loss > 0.02
