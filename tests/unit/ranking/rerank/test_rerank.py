"""The stages together: order, reasons, and lists that have little to offer."""

from dataclasses import replace

import numpy as np
import pytest

from ranking.rerank.describe import describe
from ranking.rerank.near_identical import find_twins
from ranking.rerank.policy import NO_DIVERSITY, DiversityPolicy, PolicyError, WindowCap
from ranking.rerank.reasons import Reason
from ranking.rerank.relevance import scaled_relevance
from ranking.rerank.rerank import HeadTitles, rerank
from ranking.rerank.similarity import cosines

DEFAULT = DiversityPolicy(relevance_gap=0.5, twin_keys=("group",), twin_gap=0.5)
SCORES = np.array([9, 8.5, 8, 7.5, 7, 6.5, 0], np.float32)
BRANDS = np.array([1, 1, 1, 2, 2, 3, 4], np.int32)
GROUPS = np.array([1, 2, 2, 3, 4, 5, 6], np.int32)
CAPPED = replace(DEFAULT, caps=(WindowCap("seller", 1, 2), WindowCap("brand", 2, 3)))


def test_the_stages_run_in_order_and_tell_why() -> None:
    keys = {"brand": BRANDS, "group": GROUPS}
    policy = replace(DEFAULT, caps=(WindowCap("seller", 1, 2), WindowCap("brand", 1, 2)))
    result = rerank(SCORES, None, keys, policy)
    # 2 repeats 1 and waits behind 5, but not behind 6, which is much worse; then the brand cap
    # (its number in the policy is 1: no product has a seller) takes 3 before 1, 4 before 2
    assert result.order.tolist() == [0, 3, 1, 4, 5, 2, 6]
    assert result.shift.tolist() == [0, 2, -1, 1, 1, -3, 0]
    why = [Reason(reason) for reason in result.reason]
    assert why[1] is Reason.MADE_ROOM
    assert why[2] is Reason.CAP
    assert why[5] is Reason.NEAR_IDENTICAL
    assert result.cause.tolist() == [-1, -1, 1, -1, -1, 1, -1]
    assert not result.broken.any()
    assert describe(result, 0, policy) == "kept"
    assert describe(result, 1, policy) == "up 2: others were moved"
    assert describe(result, 2, policy) == "down 1: at most 1 of one brand in 2 positions"
    assert describe(result, 5, policy) == "down 3: nearly identical to the product of rank 2"


def test_a_near_identical_product_waits_for_nothing_much_worse() -> None:
    keys = {"brand": np.arange(7, dtype=np.int32), "group": GROUPS}
    # 2 repeats 1; it is 0.17 better than 4, 0.11 better than 4's forerunner 3 …
    policy = replace(DEFAULT, twin_gap=0.12)
    assert rerank(SCORES, None, keys, policy).order.tolist() == [0, 1, 3, 4, 2, 5, 6]
    assert rerank(SCORES, None, keys, replace(policy, twin_gap=0.0)).order.tolist() == [*range(7)]
    tight = replace(policy, twin_gap=1.0, relevance_gap=0.06)  # the floor holds for copies too
    assert rerank(SCORES, None, keys, tight).order.tolist() == [0, 1, 3, 2, 4, 5, 6]


def test_a_cap_that_gave_way_is_told() -> None:
    result = rerank(SCORES[:4], None, {"brand": np.zeros(4, np.int32)}, CAPPED)
    assert result.order.tolist() == [0, 1, 2, 3]
    assert result.broken.tolist() == [0, 0, 0b10, 0b10]  # bit of the brand cap in the policy
    assert describe(result, 2, CAPPED).startswith("kept; the cap on brand gave way")


def test_a_query_that_asks_for_sameness_is_left_alone() -> None:
    result = rerank(SCORES, None, {"brand": BRANDS, "group": GROUPS}, DEFAULT, uniform=True)
    assert result.order.tolist() == list(range(7))
    assert not result.shift.any()
    assert describe(result, 0, DEFAULT).startswith("kept: the query asks for one")


def test_only_the_head_is_rearranged() -> None:
    result = rerank(SCORES, None, {"brand": BRANDS}, replace(DEFAULT, head=3))
    assert result.order.tolist() == list(range(7))
    policy = replace(DEFAULT, head=4, relevance_gap=1.0, caps=(WindowCap("brand", 1, 2),))
    assert rerank(SCORES, None, {"brand": BRANDS}, policy).order.tolist() == [0, 3, 1, 2, 4, 5, 6]
    assert rerank(SCORES, None, {}, replace(DEFAULT, head=0)).order.tolist() == list(range(7))


@pytest.mark.parametrize("spread", ["off", "mmr", "dpp"])
@pytest.mark.parametrize("count", [0, 1, 2, 5])
@pytest.mark.parametrize("with_vectors", [False, True])
def test_little_to_offer(spread: str, count: int, with_vectors: bool) -> None:
    policy = replace(DEFAULT, spread=spread, spread_depth=99)  # k larger than the pool
    vectors = np.zeros((count, 8), np.float32) if with_vectors else None
    for keys in ({}, {"brand": np.full(count, -1, np.int32)}, {"brand": np.ones(count, np.int32)}):
        result = rerank(SCORES[:count], vectors, keys, policy)
        assert result.order.tolist() == list(range(count))
        assert result.order.dtype == np.uint32


@pytest.mark.parametrize("spread", ["off", "mmr", "dpp"])
def test_products_without_a_score_come_last(spread: str) -> None:
    scores = np.array([np.nan, 3, np.nan, 2, np.inf], np.float32)
    policy = replace(DEFAULT, spread=spread, relevance_gap=1.0)
    vectors = np.random.default_rng(0).normal(size=(5, 8)).astype(np.float32)
    order = rerank(scores, vectors, {"brand": np.array([1, 2, 1, 2, 2], np.int32)}, policy).order
    assert sorted(order[:3].tolist()) == [1, 3, 4]
    assert sorted(order[3:].tolist()) == [0, 2]


def test_copies_by_vector_and_title_wait() -> None:
    same = np.array([[1, 0], [1, 0.01], [0, 1]], np.float32)
    scores = np.array([3, 2.5, 2], np.float32)
    policy = replace(NO_DIVERSITY, twin_cosine=0.98, twin_gap=1.0, relevance_gap=1.0)
    assert rerank(scores, same, {}, policy).order.tolist() == [0, 2, 1]
    titles = HeadTitles(np.array([0, 2, 4, 6], np.int32), np.array([1, 2, 1, 2, 3, 4], np.uint32))
    policy = replace(NO_DIVERSITY, twin_title=0.9, twin_gap=1.0, relevance_gap=1.0)
    result = rerank(scores, None, {}, policy, titles=titles)
    assert result.order.tolist() == [0, 2, 1]
    assert result.cause.tolist() == [-1, -1, 0]


def test_mmr_says_that_it_spread() -> None:
    vectors = np.array([[1, 0], [0.9, 0.3], [0, 1]], np.float32)
    policy = replace(NO_DIVERSITY, spread="mmr", relevance_weight=0.3, relevance_gap=1.0)
    result = rerank(np.array([3, 2.9, 2], np.float32), vectors, {}, policy)
    assert result.order.tolist() == [0, 2, 1]
    assert describe(result, 1, policy) == "up 1: spread by mmr"


def test_no_kernel_compiles_anew_for_other_layouts() -> None:
    vectors = np.random.default_rng(0).normal(size=(7, 8)).astype(np.float32)
    policy = replace(DEFAULT, spread="mmr")
    titles = HeadTitles(np.arange(8, dtype=np.int32), np.arange(7, dtype=np.uint32))
    expected = rerank(SCORES, vectors, {"brand": BRANDS}, policy, titles=titles).order.tolist()
    kernels = (scaled_relevance, cosines, find_twins)
    compiled = [len(kernel.signatures) for kernel in kernels]
    frozen = [SCORES.copy(), vectors.copy(order="F"), BRANDS.copy(), titles.starts, titles.terms]
    for array in frozen:
        array.setflags(write=False)
    scores, flat, brands, starts, terms = frozen
    again = rerank(
        scores.astype(np.float64), flat, {"brand": brands}, policy, titles=HeadTitles(starts, terms)
    )
    assert again.order.tolist() == expected
    assert [len(kernel.signatures) for kernel in kernels] == compiled


def test_no_diversity_is_the_order_by_score() -> None:
    result = rerank(SCORES[::-1], None, {"brand": BRANDS, "group": GROUPS}, NO_DIVERSITY)
    assert result.order.tolist() == [6, 5, 4, 3, 2, 1, 0]
    assert not result.shift.any()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"relevance_gap": 1.5}, "relevance_gap must lie between 0 and 1"),
        ({"twin_cosine": float("nan")}, "twin_cosine"),
        ({"twin_gap": -0.1}, "twin_gap"),
        ({"head": -1}, "head"),
        ({"spread": "random"}, "mmr or dpp"),
        ({"caps": (WindowCap("brand", 1, 2),) * 33}, "at most 32"),
    ],
)
def test_policies_that_cannot_be_are_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(PolicyError, match=message):
        replace(DEFAULT, **change)
    for most, window in ((0, 3), (4, 3)):
        with pytest.raises(PolicyError, match="makes no sense"):
            WindowCap("brand", most, window)


def test_a_stranger_is_not_lifted_for_the_sake_of_variety() -> None:
    brands = {"brand": np.array([1, 1, 1, 2, 1, 1, 3], np.int32)}
    policy = replace(NO_DIVERSITY, relevance_gap=0.5, caps=(WindowCap("brand", 2, 3),))
    assert rerank(SCORES, None, brands, policy).order.tolist()[:4] == [0, 1, 3, 2]
    strangers = np.array([0, 0, 0, 1, 0, 0, 1], np.bool_)
    kept = rerank(SCORES, None, brands, policy, strangers=strangers)
    assert kept.order.tolist() == [0, 1, 2, 4, 5, 3, 6]
