import numpy as np
import pytest

from ranking.learning.errors import ComparisonError
from ranking.learning.significance import bootstrap_interval, paired_difference


def test_an_interval_is_near_the_normal_one_and_repeatable() -> None:
    values = np.random.default_rng(1).normal(0.6, 0.2, 400)
    interval = bootstrap_interval(values, seed=3)
    half = 1.96 * values.std() / 20
    assert interval.mean == pytest.approx(values.mean())
    assert interval.low == pytest.approx(values.mean() - half, abs=0.003)
    assert interval.high == pytest.approx(values.mean() + half, abs=0.003)
    assert interval == bootstrap_interval(values, seed=3) != bootstrap_interval(values, seed=4)


def test_weights_count_queries_more_often() -> None:
    values, weights = np.array([1.0, 0.0, 0.5]), np.array([3.0, 1.0, 0.0])
    interval = bootstrap_interval(values, weights)
    assert interval.mean == pytest.approx(0.75)
    assert (interval.low, interval.high) == (0.0, 1.0)


def test_one_query_and_equal_values_give_a_point() -> None:
    for values in (np.array([0.3]), np.full(9, 0.3)):
        interval = bootstrap_interval(values)
        assert (interval.low, interval.high) == pytest.approx((0.3, 0.3))


def test_five_equal_gains_have_the_exact_p_value() -> None:
    """All signs alike happens in 2 of 2⁵ tosses."""
    gains = np.full(5, 0.1)
    result = paired_difference(gains + 0.2, np.full(5, 0.2), permutations=20_000)
    assert result.p_value == pytest.approx(2 / 32, abs=0.006)
    assert (result.wins, result.losses, result.ties) == (5, 0, 0)
    assert result.difference.mean == pytest.approx(0.1)


def test_no_difference_is_no_evidence() -> None:
    values = np.random.default_rng(0).random(50)
    same = paired_difference(values, values)
    assert (same.p_value, same.ties, same.difference.mean) == (1.0, 50, 0.0)
    noisy = paired_difference(values, np.random.default_rng(1).random(50))
    assert noisy.p_value > 0.05
    clear = paired_difference(values + 0.1, values)
    assert clear.p_value < 0.001
    assert clear.difference.low > 0


def test_nothing_to_measure_is_an_error() -> None:
    for values, weights in ((np.zeros(0), None), (np.ones(2), np.zeros(2))):
        with pytest.raises(ComparisonError, match="no query"):
            bootstrap_interval(values, weights)
    with pytest.raises(ComparisonError, match="2 and 3"):
        paired_difference(np.ones(2), np.ones(3))
