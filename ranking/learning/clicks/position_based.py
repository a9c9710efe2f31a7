"""The position-based model: clicked = examined and attractive (Richardson et al. 2007).

P(click) = θ(position) · α(query, product), fitted by expectation maximisation (Chuklin, Markov and
de Rijke 2015, section 4.2).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from indexing.arrays import Float64Array, Int64Array
from ranking.learning.behaviour.places import DECAY_OF_PLACES
from ranking.learning.clicks.click_log import ClickLog
from ranking.learning.clicks.pair_values import STRENGTH, PairValues, numbered, smoothed_share

MOST_POSITIONS: Final = 200
"""Farther down a page is examined as its last counted place is."""
ROUNDS: Final = 100
_STILL: Final = 1e-5


@dataclass(frozen=True, slots=True)
class Cells:
    """What is equal to the model counted together: a pair at a place.

    pairs: int64[u], ascending, of `pair_of`: int64[m]. places: int64[m], 0 for position 1. shown,
    clicked: float64[m]. Many equal pages cost what one does.
    """

    pairs: Int64Array
    pair_of: Int64Array
    places: Int64Array
    shown: Float64Array
    clicked: Float64Array

    @classmethod
    def of(cls, log: ClickLog, weights: Float64Array | None = None) -> "Cells":
        """weights: float64[r], what each row counts; None: 1."""
        weights = np.ones(log.rows) if weights is None else weights
        pairs, pair_of = numbered(log)
        keys = pair_of * MOST_POSITIONS + place_of(log.positions)
        distinct, cell_of = np.unique(keys, return_inverse=True)
        return cls(
            pairs,
            distinct // MOST_POSITIONS,
            distinct % MOST_POSITIONS,
            np.bincount(cell_of, weights, len(distinct)).astype(np.float64),
            np.bincount(cell_of, weights * log.clicked, len(distinct)).astype(np.float64),
        )

    def by_pair(self, values: Float64Array) -> Float64Array:
        """float64[u]: sums over the places of each pair."""
        return np.bincount(self.pair_of, values, len(self.pairs)).astype(np.float64)


@dataclass(frozen=True, slots=True)
class PositionBased:
    """examined: float64[p], of positions 1, 2 …; the first is 1. attraction: of each pair."""

    examined: Float64Array
    attraction: PairValues

    @classmethod
    def fit(cls, log: ClickLog, rounds: int = ROUNDS) -> "PositionBased":
        cells = Cells.of(log)
        theta = first_guess(cells)
        shown = cells.shown.sum()
        if not shown:
            return cls(theta, PairValues(cells.pairs, np.zeros(0), 0.0))
        rate = cells.clicked.sum() / (cells.shown @ theta[cells.places])
        alpha = np.full(len(cells.pairs), min(0.5, float(rate)))
        for _ in range(rounds):
            before = theta
            theta, alpha = em_step(cells, theta, alpha)
            if np.abs(theta - before).max() < _STILL:
                break
        mean = float(cells.shown @ alpha[cells.pair_of] / shown)
        first = float(theta[0]) or 1.0  # only products θα are known: the first place is called 1
        return cls(theta / first, PairValues(cells.pairs, alpha * first, mean * first))

    def conditional(self, log: ClickLog) -> Float64Array:
        """float64[r]: the chance of each click, told what was clicked above it."""
        return self.marginal(log)

    def marginal(self, log: ClickLog) -> Float64Array:
        """float64[r]: the chance of each click."""
        places = np.minimum(place_of(log.positions), len(self.examined) - 1)
        return np.minimum(self.examined[places] * self.attraction.of(log.pairs), 1.0)


def first_guess(cells: Cells) -> Float64Array:
    """float64[p]: 1/p^0.7 for as many positions as were shown."""
    guess: Float64Array = np.arange(1.0, int(cells.places.max(initial=0)) + 2) ** -DECAY_OF_PLACES
    return guess


def place_of(positions: Int64Array) -> Int64Array:
    """0 for position 1, at most MOST_POSITIONS − 1."""
    return np.minimum(positions, MOST_POSITIONS) - 1


def em_step(
    cells: Cells, theta: Float64Array, alpha: Float64Array
) -> tuple[Float64Array, Float64Array]:
    """θ and α after one round, α drawn to its mean."""
    next_theta, happened = next_round(cells, theta, alpha)
    tried = cells.by_pair(cells.shown)
    mean = float(happened.sum() / tried.sum())
    return next_theta, smoothed_share(happened, tried, mean, STRENGTH)


def next_round(
    cells: Cells, theta: Float64Array, alpha: Float64Array
) -> tuple[Float64Array, Float64Array]:
    """θ: means of P(examined | …); and how often each pair would have attracted, float64[u].

    Both are certain of what was clicked. Of what was not, they are θ(1 − α) / (1 − θα) and
    α(1 − θ) / (1 − θα).
    """
    examined, attractive = posteriors(cells, theta, alpha)
    shown = np.bincount(cells.places, cells.shown, len(theta))
    sums = np.bincount(cells.places, examined, len(theta))
    return np.where(shown > 0, sums / np.maximum(shown, 1), theta), cells.by_pair(attractive)


def posteriors(
    cells: Cells, theta: Float64Array, alpha: Float64Array
) -> tuple[Float64Array, Float64Array]:
    """float64[m] each: how often of its showings each cell was examined, and would attract."""
    t, a = theta[cells.places], alpha[cells.pair_of]
    unclicked = (cells.shown - cells.clicked) / np.maximum(1.0 - t * a, 1e-12)
    return cells.clicked + unclicked * t * (1.0 - a), cells.clicked + unclicked * a * (1.0 - t)
