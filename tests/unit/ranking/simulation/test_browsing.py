"""Clicks of simulated shoppers: the rates that each click model says, by hand."""

import numpy as np
import pytest

from indexing.arrays import Float32Array
from ranking.learning.clicks.click_log import CART, CLICK, PURCHASE
from ranking.simulation.browsing import CASCADE, DBN, POSITION, Browsing, browse

N = 40_000
NEAR = 0.01


def pages(*chances: float) -> Float32Array:
    return np.tile(np.array(chances, dtype=np.float32), (N, 1))


def test_position_based_clicks_are_attraction_by_examination() -> None:
    browsing = Browsing(POSITION, decay=1.0, noise=0.0, cart=0.5, purchase=0.4)
    clicked, outcomes = browse(
        browsing, pages(0.6, 0.6, 0.0, 0.4), pages(0.5, 0.5, 0.5, 1.0), np.random.default_rng(1)
    )
    assert clicked.mean(axis=0).tolist() == pytest.approx([0.6, 0.3, 0, 0.1], abs=NEAR)
    assert (outcomes >= CART).mean(axis=0).tolist() == pytest.approx(
        [0.15, 0.075, 0, 0.05], abs=NEAR
    )
    assert (outcomes == PURCHASE).mean(axis=0).tolist() == pytest.approx(
        [0.06, 0.03, 0, 0.02], abs=NEAR
    )
    assert np.array_equal(clicked, outcomes >= CLICK)


def test_a_cascade_ends_with_the_first_click() -> None:
    browsing = Browsing(CASCADE, persistence=0.8, noise=0.0)
    clicked, _ = browse(
        browsing, pages(0.5, 0.5, 0.5), pages(0.0, 0.0, 0.0), np.random.default_rng(2)
    )
    assert clicked.sum(axis=1).max() == 1
    expected = [0.5, 0.5 * 0.8 * 0.5, (0.5 * 0.8) ** 2 * 0.5]
    assert clicked.mean(axis=0).tolist() == pytest.approx(expected, abs=NEAR)


def test_dbn_goes_on_until_a_click_contents() -> None:
    browsing = Browsing(DBN, persistence=0.9, noise=0.0)
    clicked, _ = browse(browsing, pages(0.5, 0.5), pages(0.6, 0.6), np.random.default_rng(3))
    expected = [0.5, (1 - 0.5 * 0.6) * 0.9 * 0.5]
    assert clicked.mean(axis=0).tolist() == pytest.approx(expected, abs=NEAR)


def test_noise_clicks_anything_that_is_shown() -> None:
    browsing = Browsing(POSITION, decay=0.0, noise=0.1)
    clicked, _ = browse(browsing, pages(1e-6, 0.0), pages(0.5, 0.5), np.random.default_rng(4))
    assert clicked.mean(axis=0).tolist() == pytest.approx([0.1, 0], abs=NEAR)
