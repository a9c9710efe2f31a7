"""How sure an attraction is, by hand and beside the exact variance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import polygamma

from ranking.learning.behaviour.attraction import SMOOTHING, doubts, spread_of_worths


def of(gained: float, belief: float = 1.0, spread: float = 1.0) -> float:
    return float(doubts(np.array([gained]), np.array([belief]), spread)[0])


def test_doubt_falls_with_the_clicks_that_are_known_and_believed() -> None:
    """Of five clicks the variance is π²/6 − 1 − 1/4 − 1/9 − 1/16, of many 1/a + 1/2a²."""
    assert of(0) == pytest.approx((np.pi**2 / 6 - 1 - 1 / 4 - 1 / 9 - 1 / 16) ** 0.5, rel=1e-4)
    assert of(95) == pytest.approx((1 / 100 + 1 / 20_000) ** 0.5, rel=1e-4)
    assert of(0, belief=0.5) > of(0)
    assert of(95, spread=2.0) == pytest.approx((1 / 50 + 1 / 5_000) ** 0.5, rel=1e-4)


def test_events_of_unequal_worth_vary_more() -> None:
    """Of four clicks one is in the cart, worth 3 in all: 4 · (3 + 9) / 36 times the variance."""
    assert spread_of_worths(np.array([1.0, 3.0]), np.array([3.0, 1.0])) == pytest.approx(4 / 3)
    assert spread_of_worths(np.array([1.0]), np.array([7.0])) == 1
    assert spread_of_worths(np.array([1.0, 3.0]), np.zeros(2)) == 1


@given(gained=st.floats(0, 1e4), belief=st.floats(0.3, 8), spread=st.floats(1, 5))
def test_it_is_that_of_the_logarithm_of_a_gamma_distribution(
    gained: float, belief: float, spread: float
) -> None:
    shape = (gained + SMOOTHING * belief) / spread
    assert of(gained, belief, spread) == pytest.approx(polygamma(1, shape) ** 0.5, rel=0.01)


def test_it_is_bounded() -> None:
    assert np.isfinite(of(0, belief=0.0, spread=1e9))
    assert of(0, belief=0.0, spread=1e9) < 6
