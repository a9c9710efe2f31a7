from math import log2

import numpy as np
import pytest

from ranking.learning.errors import ComparisonError
from ranking.learning.judgments import Judgments
from ranking.learning.list_measures import coverage, intra_list_diversity, largest_share
from ranking.learning.measures import (
    ESCI_GAINS,
    LINEAR_GAINS,
    MeasurePlan,
    condensed,
    measure_run,
    whole_gains,
)
from ranking.learning.pair_order import pair_order

JUDGMENTS = Judgments(
    {"1": "red shoes", "2": "milk"},
    {"1": {"e": 3.0, "s": 2.0, "c": 1.0, "i": 0.0}, "2": {"e": 3.0, "x": 0.0}},
)


def test_ndcg_is_what_paper_and_pencil_say() -> None:
    run = {"1": ["s", "unjudged", "e"], "2": ["e"]}
    measured = measure_run(run, JUDGMENTS)
    linear = (2 + 3 / log2(4)) / (3 + 2 / log2(3) + 1 / log2(4))
    steep = (0.1 + 1 / log2(4)) / (1 + 0.1 / log2(3) + 0.01 / log2(4))
    assert measured["nDCG-linear@10"].values == pytest.approx([linear, 1.0])
    assert measured["nDCG-esci@10"].values == pytest.approx([steep, 1.0])
    assert measured["nDCG-esci@10"].mean == pytest.approx((steep + 1) / 2)


def test_the_other_measures_by_hand() -> None:
    run = {"1": ["unjudged", "c", "s", "e"]}
    measured = measure_run(run, JUDGMENTS, MeasurePlan({"linear": LINEAR_GAINS}, k=3, recall_k=3))
    assert {name: list(m.values) for name, m in measured.items()} == {
        "nDCG-linear@3": pytest.approx(
            [(1 / log2(3) + 2 / log2(4)) / (3 + 2 / log2(3) + 1 / log2(4)), 0.0]
        ),
        "MRR@3": pytest.approx([1 / 3, 0.0]),  # s is the first of grade 2 or more
        "R@3": pytest.approx([0.5, 0.0]),
        "judged@3": pytest.approx([2 / 3, 0.0]),
        "zero results": [0.0, 1.0],
        # c-s, c-e, s-e are wrong, i is missing and so behind each: 3 of 6; e and x are tied
        "pair order": pytest.approx([0.5, 0.5]),
    }
    assert measured["pair order"].mean == pytest.approx(3.5 / 7)


def test_products_beyond_k_do_not_count() -> None:
    deep = {"1": ["u1", "u2", "e"], "2": ["e"]}
    plan = MeasurePlan({"esci": ESCI_GAINS}, k=2, recall_k=2)
    measured = measure_run(deep, JUDGMENTS, plan)
    assert [measured[name].values[0] for name in ("nDCG-esci@2", "MRR@2", "R@2")] == [0, 0, 0]


def test_equal_ids_do_not_break_ties() -> None:
    """trec_eval orders by score; ours must stay the order given, for any ids."""
    qrels = {"1": {str(n): float(n == 7) for n in range(30)}}
    run = {"1": [str(n) for n in range(30)]}
    measured = measure_run(run, Judgments({"1": "milk"}, qrels))
    assert measured["MRR@10"].values[0] == pytest.approx(1 / 8)  # binary: grade 1 is relevant


def test_fractional_grades_are_rounded_half_to_even_but_not_for_pairs() -> None:
    judgments = Judgments({"1": "milk"}, {"1": {"a": 2.5, "b": 2.0, "c": 1.5, "d": 0.5}})
    measured = measure_run({"1": ["a", "c", "b", "d"]}, judgments)
    assert measured["nDCG-linear@10"].values[0] == 1.0  # grades 2, 2, 2, 0
    assert measured["pair order"].values[0] == pytest.approx(5 / 6)  # c before b is wrong
    assert measured["pair order"].weights is not None
    assert measured["pair order"].weights[0] == 6


def test_gains_become_whole_in_the_same_ratios() -> None:
    assert whole_gains(ESCI_GAINS) == {0: 0, 1: 1, 2: 10, 3: 100}
    assert whole_gains({0: 0, 1: 1, 2: 3}) == {0: 0, 1: 1, 2: 3}
    for bad in ({1: -1.0}, {1: float("nan")}, {1: 1e-12, 2: 1.0}):
        with pytest.raises(ComparisonError, match="gains must be"):
            whole_gains(bad)
    with pytest.raises(ComparisonError, match="no gain for grade 3"):
        measure_run({}, JUDGMENTS, MeasurePlan({"short": {0: 0, 1: 1, 2: 2}}))


def test_a_grade_that_esci_does_not_have_leaves_its_gains_out() -> None:
    judgments = Judgments({"q": "lamp"}, {"q": {"a": 4.0, "b": 1.0}})
    measured = measure_run({"q": ["b", "a"]}, judgments)
    assert "nDCG-esci@10" not in measured
    best = 4.0 + 1.0 / np.log2(3)
    assert measured["nDCG-linear@10"].mean == pytest.approx((1.0 + 4.0 / np.log2(3)) / best)


def test_a_product_twice_is_refused() -> None:
    with pytest.raises(ComparisonError, match="twice"):
        measure_run({"1": ["e", "e"]}, JUDGMENTS)


def test_condensed_lists_hold_judged_products_only() -> None:
    run = {"1": ["u", "s", "v", "e"], "2": [], "unknown": ["e"]}
    assert condensed(run, JUDGMENTS) == {"1": ["s", "e"], "2": []}


def test_pair_order_by_hand() -> None:
    grades = {"q": {"a": 3, "b": 2, "c": 2, "d": 0}, "r": {"a": 1, "b": 1}}
    shares, pairs = pair_order({"q": ["b", "a", "d"]}, grades)
    # a-b wrong; a-c, a-d, b-d right; c-d: d is in the list and c is not, wrong; b-c are equal
    assert shares.tolist() == [3 / 5, 0.0]
    assert pairs.tolist() == [5, 0]


def test_diversity_of_right_angles_and_copies() -> None:
    x, y, none = [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]
    vectors = np.array([x, x, y, none, y], np.float32)
    assert intra_list_diversity(vectors, 2) == pytest.approx(0.0)
    assert intra_list_diversity(vectors, 3) == pytest.approx(2 / 3)
    assert intra_list_diversity(vectors, 4) == pytest.approx(2 / 3)  # no vector: left out
    assert intra_list_diversity(vectors, 99) == pytest.approx(4 / 6)
    assert intra_list_diversity(vectors[:0], 10) == 0.0


def test_shares_and_coverage_of_keys() -> None:
    keys = np.array([4, 4, -1, 7, 9, 4], np.int32)
    assert largest_share(keys, 5) == pytest.approx(2 / 5)
    assert largest_share(keys, 99) == pytest.approx(3 / 6)
    assert coverage(keys, 2) == pytest.approx(1 / 2)
    assert coverage(keys, 4) == pytest.approx(2 / 3)
    missing = np.full(3, -1, np.int32)
    assert (largest_share(missing, 3), coverage(missing, 3)) == (0.0, 1.0)
    assert (largest_share(missing[:0], 3), coverage(missing[:0], 3)) == (0.0, 1.0)
