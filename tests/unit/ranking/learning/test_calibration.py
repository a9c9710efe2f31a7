import numpy as np
import pytest

from ranking.learning.calibration import fit_gain_curve, judged_points
from ranking.learning.dataset import QueryRows


def rows(grades: list[float], judged: list[bool], served: list[bool], name: str = "q") -> QueryRows:
    count = len(grades)
    return QueryRows(
        name,
        name,
        np.arange(count, dtype=np.uint32),
        np.zeros((count, 1), np.float32),
        np.array(grades, np.float32),
        np.array(judged),
        np.array(served),
        np.zeros(0, np.uint32),
    )


def test_points_are_of_judged_products_that_are_served() -> None:
    query = rows([3, 0, 1.5, 3, 0], [True, True, True, True, False], [True] * 3 + [False, True])
    scores = np.array([2.0, 5.0, 4.5, 9.0, 1.0], np.float32)
    drops, gains = judged_points([query], {"q": scores})
    points = sorted(zip(drops.tolist(), gains.tolist(), strict=True))
    assert points == [(0.5, 0.5), (3.0, 1.0)]  # not the best of the list, whose drop says nothing


def test_where_only_good_ones_were_judged_the_others_are_bad() -> None:
    query = rows([1, 0, 0], [True, False, False], [True, True, True])
    drops, gains = judged_points([query], {"q": np.array([1.0, 2.0, 0.0], np.float32)})
    assert dict(zip(drops.tolist(), gains.tolist(), strict=True)) == {1.0: 1.0, 2.0: 0.0}


def test_a_query_without_any_good_product_says_nothing() -> None:
    query = rows([0, 0], [True, True], [True, True])
    assert len(judged_points([query], {"q": np.zeros(2, np.float32)})[0]) == 0


def test_the_curve_is_the_falling_mean_of_what_was_drawn() -> None:
    chance = np.random.default_rng(1)
    drops = chance.uniform(0, 8, 40_000)
    truth = 0.9 * np.exp(-drops / 4)
    gains = (chance.random(len(drops)) < truth).astype(np.float64)
    curve = fit_gain_curve([(drops, gains)])
    assert curve is not None
    asked = np.linspace(0.3, 7.5, 30)
    found = curve.expected((10 - np.concatenate([[0.0], asked])).astype(np.float32))[1:]
    np.testing.assert_allclose(found, 0.9 * np.exp(-asked / 4), atol=0.03)


def test_every_set_weighs_the_same() -> None:
    small = (np.full(500, 1.0), np.full(500, 1.0))
    large = (np.full(50_000, 1.0), np.zeros(50_000))
    curve = fit_gain_curve([small, large])
    assert curve is not None
    assert curve.gains == pytest.approx((0.5,))


def test_too_little_says_nothing() -> None:
    assert fit_gain_curve([(np.zeros(399), np.ones(399))]) is None
    assert fit_gain_curve([]) is None
