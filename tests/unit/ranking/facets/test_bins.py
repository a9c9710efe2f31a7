import math

import numpy as np
import pytest

from ranking.facets.bins import bin_sizes, even_edges, growing_edges, natural_edges


@pytest.mark.parametrize(
    ("low", "high", "whole", "edges"),
    [
        (0.0, 100.0, True, range(0, 100, 10)),
        (3.0, 47.0, False, range(0, 50, 5)),
        (1.0, 5.0, False, [1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5]),
        (1.0, 5.0, True, [1, 2, 3, 4]),
        (0.0, 1.0, False, [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]),
        (-7.0, 12.0, True, [-8, -6, -4, -2, 0, 2, 4, 6, 8, 10]),
        (7.0, 7.0, True, [7]),
    ],
)
def test_even_edges_are_numbers_that_people_write(
    low: float, high: float, whole: bool, edges: list[float]
) -> None:
    assert even_edges(low, high, 10, whole).tolist() == list(edges)


def test_growing_edges() -> None:
    assert growing_edges(3.0, 250.0).tolist() == [2, 5, 10, 20, 50, 100, 200]
    assert growing_edges(0.0, 2.5)[[0, -2, -1]].tolist() == [0, 1, 2]


def test_bins_grow_where_even_ones_would_leave_one_crowded() -> None:
    even = np.linspace(0, 1000, 101)
    assert natural_edges(0.0, 1000.0, False, even, 10).tolist() == list(range(0, 1000, 100))
    prices = np.concatenate([np.linspace(5, 60, 90), np.linspace(60, 1000, 10)])
    edges = natural_edges(5.0, 1000.0, False, prices, 10)
    assert edges.tolist() == [5, 10, 20, 50, 100, 200, 500]


@pytest.mark.parametrize("seed", range(40))
def test_any_values_fall_into_few_ascending_bins(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.lognormal(rng.uniform(-12, 12), rng.uniform(0.01, 5), 300)
    if seed % 2:
        values = np.round(values - rng.uniform(0, 10) * (seed % 3))
    low, high = float(values.min()), float(values.max())
    for whole in {False, bool((values == np.floor(values)).all())}:
        edges = natural_edges(low, high, whole, values, 10)
        assert 1 <= len(edges) <= 10 and (np.diff(edges) > 0).all()
        assert edges[0] <= low and edges[-1] <= high
        assert bin_sizes(values, edges).sum() == 300
        assert math.isfinite(edges[-1])
