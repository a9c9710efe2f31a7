"""Propensities: found again on shoppers whose behaviour is known."""

import numpy as np
import pytest
from simulated_clicks import simulated

from ranking.learning.clicks.click_log import log_of_pages
from ranking.learning.clicks.position_based import Cells
from ranking.learning.clicks.propensities import (
    Propensities,
    regression_em,
    swap_propensities,
)


def relative_error(found: Propensities, true: np.ndarray) -> float:
    return float(np.abs(found.examined / true - 1.0).max())


@pytest.mark.parametrize("power", [0.5, 1.0])
def test_em_finds_them_where_pairs_move(power: float) -> None:
    shop = simulated(60_000, noise=0.5, power=power)
    assert relative_error(regression_em(Cells.of(shop.log)), shop.examined) < 0.10


def test_regression_em_finds_them_where_each_pair_was_shown_a_few_times() -> None:
    shop = simulated(40_000, queries=4_000, noise=0.3)
    cells = Cells.of(shop.log)
    found = regression_em(cells, shop.features.reshape(-1, 3)[cells.pairs], rounds=100)
    assert relative_error(found, shop.examined) < 0.10
    # what is clicked at a place is what attracts there, too
    rates = np.bincount(shop.log.positions - 1, shop.log.clicked)
    assert relative_error(Propensities(rates / rates[0], rates), shop.examined) > 0.10


def test_swaps_find_them_however_good_the_order() -> None:
    shop = simulated(300_000, noise=0.05, swaps=True)
    found = swap_propensities(shop.log, shop.partners)
    assert relative_error(found, shop.examined) < 0.10
    rates = np.bincount(shop.log.positions - 1, shop.log.clicked)
    assert relative_error(Propensities(rates / rates[0], rates), shop.examined) > 0.10


def test_swaps_by_hand() -> None:
    pages = np.array([[0, 1, 2]] * 4)
    clicked = np.array([[1, 0, 1], [1, 0, 0], [1, 0, 0], [0, 1, 0]], dtype=np.bool_)
    log = log_of_pages(np.zeros(4, dtype=np.int64), pages, clicked, ("q",), ("a", "b", "c"))
    found = swap_propensities(log, np.array([3, 3, 2, 0]))
    assert found.examined.tolist() == [1.0, 0.0, 0.5]
    assert found.seen.tolist() == [0.0, 1.0, 2.0]


def test_without_clicks_or_searches_nothing_is_claimed() -> None:
    shop = simulated(10)
    none = regression_em(Cells.of(shop.log.take(np.array([], dtype=np.int64))))
    assert none.examined.tolist() == [1.0]
    assert none.of(np.array([1, 7])).tolist() == [1.0, 1.0]
    found = regression_em(Cells.of(simulated(1).log)).steadied()
    assert found.examined == pytest.approx(np.arange(1, 11) ** -0.7, abs=0.02)


def test_steadied_ones_never_rise() -> None:
    found = Propensities(np.array([1.0, 0.3, 0.9, 0.0]), np.full(4, 10_000.0)).steadied()
    assert np.all(np.diff(found.examined) <= 0)
    assert found.examined[0] == 1.0
    assert found.of(np.array([4, 900])) == pytest.approx(found.examined[-1])
