"""Propensities: how likely each position is looked at, beside the first. Two ways to find them; the
third, of what moved of itself, is in `moved_positions.py`.

By **regression EM** (Wang, Golbandi, Bendersky, Metzler and Najork 2018): a position-based model
whose attractiveness is a regression on features, so that what was shown at one position only still
tells its position from itself. By **randomised swaps** (Joachims, Swaminathan and Schnabel 2017):
where a coin exchanged the first product and another one, the same products stood at both.
"""

from dataclasses import dataclass
from typing import Final

import lightgbm
import numpy as np
from scipy.optimize import isotonic_regression

from indexing.arrays import Float32Array, Float64Array, Int64Array
from ranking.learning.behaviour.places import DECAY_OF_PLACES, PLACE_SEEN
from ranking.learning.clicks.click_log import ClickLog
from ranking.learning.clicks.position_based import (
    MOST_POSITIONS,
    Cells,
    first_guess,
    next_round,
    place_of,
)

ROUNDS: Final = 200
_STILL: Final = 1e-5
_TREES: Final = {
    "objective": "none", "learning_rate": 0.2, "num_leaves": 31, "min_data_in_leaf": 20,
    "lambda_l2": 1.0, "max_bin": 63, "deterministic": True, "force_row_wise": True,
    "num_threads": 1, "verbose": -1,
}  # fmt: skip
LEAST: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Propensities:
    """examined: float64[p], of positions 1, 2 …, the first 1; farther down the last holds.

    seen: float64[p], shown products that each was found from.
    """

    examined: Float64Array
    seen: Float64Array

    def of(self, positions: Int64Array) -> Float64Array:
        """float64[len(positions)], above 0."""
        places = np.minimum(place_of(positions), len(self.examined) - 1)
        return np.maximum(self.examined[places], LEAST)

    def steadied(self) -> "Propensities":
        """Drawn to 1/p^0.7 where few were seen (a position with 200 is half of it), and nowhere
        rising: whoever looks at the fifth product has passed the fourth.
        """
        curve = np.arange(1.0, len(self.examined) + 1) ** -DECAY_OF_PLACES
        mixed = (self.seen * self.examined + PLACE_SEEN * curve) / (self.seen + PLACE_SEEN)
        weights = self.seen + PLACE_SEEN
        falling = isotonic_regression(np.maximum(mixed, LEAST), weights=weights, increasing=False).x
        return Propensities(falling / falling[0], self.seen)


def regression_em(
    cells: Cells, features: Float32Array | None = None, rounds: int = ROUNDS, seed: int = 0
) -> Propensities:
    """features: float32[pairs, f], of `cells.pairs`; None: each pair has an attractiveness of its
    own, which needs pairs shown at many positions.

    O(rounds · distinct pair and position), trees beside.
    """
    theta = first_guess(cells)
    if not cells.clicked.sum():
        return Propensities(theta, np.zeros(len(theta)))
    rate = float(cells.clicked.sum() / (cells.shown @ theta[cells.places]))
    alpha = np.full(len(cells.pairs), min(0.5, rate))
    if features is not None:
        theta = _with_trees(cells, features, theta, alpha, rounds, seed)
    else:
        tried = cells.by_pair(cells.shown)
        for _ in range(rounds):
            before = theta
            theta, attractive = next_round(cells, theta, alpha)
            alpha = attractive / np.maximum(tried, 1e-12)
            if np.abs(theta / theta[0] - before / before[0]).max() < _STILL:
                break
    seen = np.bincount(cells.places, cells.shown, len(theta)).astype(np.float64)
    return Propensities(theta / theta[0], seen)


def _with_trees(
    cells: Cells,
    features: Float32Array,
    theta: Float64Array,
    alpha: Float64Array,
    rounds: int,
    seed: int,
) -> Float64Array:
    """θ, where attractiveness is a sum of trees: each round adds one, a Newton step of the
    cross-entropy with what the round expects.
    """
    tried = cells.by_pair(cells.shown)
    settings = _TREES | {"seed": seed}
    begin = np.log(alpha / (1.0 - alpha))
    known = lightgbm.Dataset(features, np.zeros(len(tried)), init_score=begin, params=settings)
    booster = lightgbm.Booster(settings, known)

    def told(scores: Float64Array, _: lightgbm.Dataset) -> tuple[Float64Array, Float64Array]:
        nonlocal theta
        share = np.clip(1.0 / (1.0 + np.exp(-scores)), 1e-6, 1.0 - 1e-6)
        theta, attractive = next_round(cells, theta, share)
        return tried * share - attractive, tried * share * (1.0 - share)

    for _ in range(rounds):
        booster.update(fobj=told)
    return theta


def swap_propensities(log: ClickLog, partners: Int64Array) -> Propensities:
    """partners: int64[n], the position that a coin exchanged with the first, or did not, in each
    search; below 2: no coin was thrown.

    Over both sides of the coin, the same products stood at both positions equally often, so the
    rates of their clicks differ by examination alone. Positions without a coin are NaN.
    """
    partner_of = np.repeat(partners, np.diff(log.begins))
    tossed = (partner_of >= 2) & (partner_of <= MOST_POSITIONS)
    size = int(partner_of.max(initial=1)) if tossed.any() else 1
    size = min(size, MOST_POSITIONS)
    first, other = tossed & (log.positions == 1), tossed & (log.positions == partner_of)

    def sums(rows: Float64Array) -> Float64Array:
        return np.bincount(np.minimum(partner_of, size) - 1, rows, size).astype(np.float64)

    partner_of = np.maximum(partner_of, 1)
    at_first, at_other = sums(first & log.clicked), sums(other & log.clicked)
    shown_first, shown_other = sums(first.astype(np.float64)), sums(other.astype(np.float64))
    with np.errstate(divide="ignore", invalid="ignore"):
        examined = (at_other / shown_other) / (at_first / shown_first)
    examined[0] = 1.0
    return Propensities(examined, shown_other)
