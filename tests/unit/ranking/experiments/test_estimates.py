"""Intervals, χ² and horizons by hand, and the error rate of tests of A against A."""

import math

import numpy as np
import pytest

from ranking.experiments.estimates import (
    Estimate,
    difference,
    p_value,
    preference,
    rate,
    sample_ratio,
    unit_variance,
    units_needed,
)


def test_a_rate_by_hand() -> None:
    # R = 4 ÷ 10 = 0.4; mean count 2.5; z = (1 − .4, 1 − .8, 2 − 1.6, 0 − 1.2) ÷ 2.5
    clicks, searches = np.array([1.0, 1, 2, 0]), np.array([1.0, 2, 4, 3])
    parts = [0.24, 0.08, 0.16, -0.48]
    variance = sum(part * part for part in parts) / 3 / 4
    found = rate(clicks, searches)
    assert found.mean == pytest.approx(0.4)
    assert found.variance == pytest.approx(variance)
    half = 1.959964 * math.sqrt(variance)
    assert (found.low, found.high) == pytest.approx((0.4 - half, 0.4 + half), abs=1e-6)


def test_one_search_a_unit_is_a_share_of_independent_draws() -> None:
    clicks = np.array([1.0] * 30 + [0.0] * 70)
    found = rate(clicks, np.ones(100))
    assert found.variance == pytest.approx(0.3 * 0.7 / 99)


def test_rates_of_nothing() -> None:
    nothing = np.zeros(0)
    assert rate(nothing, nothing) == Estimate(None)
    assert rate(np.array([1.0]), np.array([2.0])) == Estimate(0.5)
    assert difference(Estimate(None), Estimate(0.5)).absolute == Estimate(None)


def test_a_difference_by_hand() -> None:
    a, b = Estimate(0.4, variance=0.0004), Estimate(0.5, variance=0.0005)
    found = difference(a, b)
    assert found.absolute.mean == pytest.approx(0.1)
    assert found.absolute.low == pytest.approx(0.1 - 1.959964 * 0.03, abs=1e-6)
    assert found.relative.mean == pytest.approx(0.25)
    spread = (0.0005 + 1.25**2 * 0.0004) / 0.16
    assert found.relative.high == pytest.approx(0.25 + 1.959964 * math.sqrt(spread), abs=1e-6)
    assert found.p_value == pytest.approx(0.000858, abs=1e-6)
    assert p_value(0.0, 0.0) == 1.0
    assert p_value(0.1, 0.0) == 0.0


def test_sample_ratios_by_hand() -> None:
    chi, p = sample_ratio([520, 480], [0.5, 0.5])
    assert chi == pytest.approx(1.6)
    assert p == pytest.approx(0.205903, abs=1e-6)
    chi, p = sample_ratio([800, 110, 90], [0.8, 0.1, 0.1])
    assert chi == pytest.approx(2.0)
    assert p == pytest.approx(math.exp(-1), abs=1e-9)
    assert sample_ratio([0, 0], [0.5, 0.5]) == (0.0, 1.0)
    assert sample_ratio([5_200, 4_800], [0.2, 0.2])[1] < 0.001


def test_horizons_by_hand() -> None:
    # (1.959964 + 0.841621)² = 7.848879; σ² = .21; both halves: 1/.5 + 1/.5 = 4; effect .03
    assert units_needed(0.21, 0.03, [0.5, 0.5], 0.05, 0.8) == math.ceil(7.848879 * 0.84 / 0.0009)
    tenth = units_needed(0.21, 0.03, [0.9, 0.1], 0.05, 0.8)
    assert tenth == math.ceil(7.848879 * 0.21 * (1 / 0.9 + 10) / 0.0009)


def test_a_preference_by_hand() -> None:
    found = preference(np.array([[1.0, 0], [0, 1], [0, 1], [0, 2], [0, 0]]))
    assert found.mean == pytest.approx(0.8 - 0.5)
    assert preference(np.zeros((3, 2))).mean is None


def people(chance: np.random.Generator, units: int) -> tuple[np.ndarray, np.ndarray]:
    """Clicked searches, searches: some search once, some often; each clicks in their own way."""
    searches = 1 + chance.geometric(0.35, units) * (chance.random(units) < 0.5)
    taste = chance.beta(1.2, 2.8, units)
    return chance.binomial(searches, taste).astype(float), searches.astype(float)


def test_tests_of_a_against_a_keep_their_error_rate() -> None:
    chance = np.random.default_rng(7)
    runs, wrong, naive = 1_000, 0, 0
    for _ in range(runs):
        a, b = people(chance, 400), people(chance, 400)
        wrong += (difference(rate(*a), rate(*b)).p_value or 0.0) < 0.05
        shares = [clicked.sum() / searches.sum() for clicked, searches in (a, b)]
        variance = sum(
            share * (1 - share) / side[1].sum() for share, side in zip(shares, (a, b), strict=True)
        )
        naive += p_value(shares[1] - shares[0], variance) < 0.05
    assert 0.035 <= wrong / runs <= 0.065
    assert naive / runs > 0.08, "searches are no independent draws"


def test_horizons_keep_their_power() -> None:
    chance = np.random.default_rng(3)
    past = people(chance, 20_000)
    mean, sd = past[0].sum() / past[1].sum(), unit_variance(*past) ** 0.5
    each = units_needed(sd * sd, 0.15 * mean, [0.5, 0.5], 0.05, 0.8) // 2
    found = 0
    for _ in range(400):
        a, (clicked, searches) = people(chance, each), people(chance, each)
        more = chance.binomial((searches - clicked).astype(int), 0.15 * mean / (1 - mean))
        found += (difference(rate(*a), rate(clicked + more, searches)).p_value or 0.0) < 0.05
    assert 0.74 <= found / 400 <= 0.88
