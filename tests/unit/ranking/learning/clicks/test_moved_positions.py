"""What moved tells how positions are looked at; against plain references and known shoppers."""

import numpy as np
import pytest
from simulated_clicks import simulated

from indexing.arrays import Float64Array
from ranking.learning.clicks.click_log import log_of_pages
from ranking.learning.clicks.moved_positions import _Moved, moved_propensities
from ranking.learning.clicks.position_based import Cells
from ranking.learning.clicks.propensities import Propensities


def start(power: float, places: int = 10) -> Propensities:
    return Propensities(np.arange(1.0, places + 1) ** -power, np.full(places, 1e6))


def largest_error(found: Propensities, true: Float64Array) -> float:
    return float(np.abs(found.examined / true - 1.0).max())


@pytest.mark.parametrize("power", [0.5, 1.0])
@pytest.mark.parametrize("begin", [0.2, 1.3])
def test_they_are_found_from_a_wrong_start(power: float, begin: float) -> None:
    shop = simulated(60_000, noise=0.1, power=power)
    assert largest_error(moved_propensities(Cells.of(shop.log), start(begin)), shop.examined) < 0.1


def test_a_curve_of_no_power_is_found_where_there_are_clicks_enough() -> None:
    folded = np.where(np.arange(1, 9) <= 4, 0.9, 0.2)
    folded[0] = 1.0
    chance = np.random.default_rng(3)
    attraction = chance.uniform(0.2, 0.8, (30, 8))
    asked = chance.integers(0, 30, 60_000)
    pages = np.argsort(chance.random((len(asked), 8)), axis=1)
    clicked = chance.random(pages.shape) < folded * attraction[asked[:, None], pages]
    queries, products = [f"q{n}" for n in range(30)], [f"p{n}" for n in range(8)]
    log = log_of_pages(asked, pages, clicked, tuple(queries), tuple(products))
    assert largest_error(moved_propensities(Cells.of(log), start(0.7, 8)), folded) < 0.1


def test_a_few_clicks_bend_the_start_a_little() -> None:
    few = simulated(40, noise=0.1)
    found = moved_propensities(Cells.of(few.log), start(1.0))
    ratios = found.examined / start(1.0).examined
    assert 0.3 < ratios.min() <= ratios.max() < 3.0
    assert np.all(np.diff(found.examined) < 0)


@pytest.mark.parametrize(
    ("pages", "clicked"),
    [
        ([[0, 1, 2]] * 3, [[1, 0, 0], [0, 1, 0], [0, 0, 0]]),  # nothing moved
        ([[0, 1, 2], [1, 0, 2]], [[0, 0, 1], [0, 0, 1]]),  # what moved was not clicked
        ([[0, 1, 2]], [[0, 0, 0]]),
        ([[0], [0]], [[1], [0]]),  # a page of one
    ],
)
def test_where_nothing_that_moved_was_clicked_the_start_holds(
    pages: list[list[int]], clicked: list[list[int]]
) -> None:
    shown = np.array(pages)
    log = log_of_pages(
        np.zeros(len(shown), dtype=np.int64), shown, np.array(clicked, dtype=np.bool_), ("q",),
        ("a", "b", "c"),
    )  # fmt: skip
    begin = Propensities(np.array([1.0, 0.6, 0.2]), np.full(3, 50.0))
    found = moved_propensities(Cells.of(log), begin)
    assert found.examined == pytest.approx(begin.examined)


def test_slope_and_curvature_are_those_of_the_plain_likelihood() -> None:
    cells = Cells.of(simulated(300, queries=4, page=4, products=5, noise=0.5).log)
    moved = _Moved.of(cells)
    assert moved is not None

    def plain(free: Float64Array) -> float:
        theta = np.exp(np.concatenate([[0.0], free]))
        total = 0.0
        for pair in range(len(cells.pairs)):
            mine = np.flatnonzero(cells.pair_of == pair)
            looks = cells.shown[mine] * theta[cells.places[mine]]
            if len(mine) > 1:
                fell = looks / looks.sum() / cells.shown[mine]
                total += float(cells.clicked[mine] @ np.log(fell))
        return total

    free, step = np.array([-0.4, -0.9, -1.1]), 1e-4
    value, slope, curve = moved.likelihood(free)
    assert value == pytest.approx(plain(free))
    axes = step * np.eye(3)
    assert slope == pytest.approx(
        [(plain(free + axis) - plain(free - axis)) / (2 * step) for axis in axes], rel=1e-4
    )
    bent = [
        (moved.likelihood(free + axis)[1] - moved.likelihood(free - axis)[1]) / (2 * step)
        for axis in axes
    ]
    assert -curve == pytest.approx(np.array(bent), rel=1e-4)
