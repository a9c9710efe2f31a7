"""Propensities from what moved: the same product of a query was clicked at several positions.

After Agarwal, Zaitsev, Wang, Li, Najork and Joachims (2019), who compare pairs of positions. It is
asked at which of its positions a product's clicks fell: P(p | click) = n_p θ_p / Σ n θ, n its
showings. Nothing of how attractive it is has to be known, and what never moved says nothing.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.sparse import csr_matrix

from indexing.arrays import Float64Array, Int64Array
from ranking.learning.clicks.position_based import Cells
from ranking.learning.clicks.propensities import Propensities

SPREAD_OF_POWER: Final = 0.5
"""Standard deviation of what is believed of k in θ = 1/p^k."""
WAYWARD: Final = (0.01, 0.03, 0.1, 0.3, 1.0)
"""How far θ may leave such a curve, the standard deviation of ln θ from p to e · p."""
MOST_STEPS: Final = 50
_STILL: Final = 1e-6


def moved_propensities(cells: Cells, start: Propensities) -> Propensities:
    """start: what is known without it; where nothing moved it holds, else its power does.

    ln θ is a Gaussian process along ln p: −k ln p and a random walk, of the waywardness that makes
    the clicks likeliest (Laplace's approximation). So places with few clicks follow their
    neighbours, and those with many say what they are. O(steps · cells · waywardnesses).
    """
    moved = _Moved.of(cells, len(start.examined))
    if moved is None:
        return start
    size = moved.size
    seen = np.bincount(cells.places, cells.shown, size).astype(np.float64)
    before = np.log(start.of(np.arange(1, size + 1)))
    steps = np.log(np.arange(2.0, size + 1))
    begin = steps * float(steps @ before[1:] / (steps @ steps))
    fits = [_fit(moved, begin, _covariance(steps, each)) for each in WAYWARD]
    _, best = max(fits, key=lambda fit: fit[0])
    return Propensities(np.exp(np.concatenate([[0.0], best])), seen)


@dataclass(frozen=True, slots=True)
class _Moved:
    """Cells of pairs that were clicked, and shown at more than one position; pairs renumbered.

    clicks: float64[pairs]. size: positions.
    """

    pair_of: Int64Array
    places: Int64Array
    shown: Float64Array
    clicked: Float64Array
    clicks: Float64Array
    size: int

    @classmethod
    def of(cls, cells: Cells, size: int = 1) -> "_Moved | None":
        """None if nothing moved. size: at least so many positions."""
        several = np.bincount(cells.pair_of, minlength=len(cells.pairs)) > 1
        said = np.flatnonzero((several & (cells.by_pair(cells.clicked) > 0))[cells.pair_of])
        said = said[cells.shown[said] > 0]
        if not len(said):
            return None
        _, pair_of = np.unique(cells.pair_of[said], return_inverse=True)
        clicked = cells.clicked[said]
        return cls(
            pair_of,
            cells.places[said],
            cells.shown[said],
            clicked,
            np.bincount(pair_of, clicked).astype(np.float64),
            max(int(cells.places.max()) + 1, size),
        )

    def likelihood(self, free: Float64Array) -> tuple[float, Float64Array, Float64Array]:
        """Of ln θ from the second position on: its logarithm, slope float64[size − 1] and
        curvature float64[size − 1, size − 1], the latter with its sign turned.
        """
        theta = np.concatenate([[0.0], free])[self.places]
        looks = self.shown * np.exp(theta)
        whole = np.bincount(self.pair_of, looks)
        share = looks / whole[self.pair_of]
        expected = self.clicks[self.pair_of] * share
        value = float(self.clicked @ theta - self.clicks @ np.log(whole))
        slope = np.bincount(self.places, self.clicked - expected, self.size).astype(np.float64)
        roots = np.sqrt(self.clicks)[self.pair_of] * share
        each = csr_matrix((roots, (self.pair_of, self.places)), (len(whole), self.size))
        curve = np.diag(np.bincount(self.places, expected, self.size)) - (each.T @ each).toarray()
        return value, slope[1:], curve[1:, 1:]


def _covariance(steps: Float64Array, wayward: float) -> Float64Array:
    """steps: ln p, from the second position on."""
    found: Float64Array = SPREAD_OF_POWER**2 * np.outer(steps, steps)
    return found + wayward**2 * np.minimum.outer(steps, steps)


def _fit(
    moved: _Moved, begin: Float64Array, covariance: Float64Array
) -> tuple[float, Float64Array]:
    """The evidence, and ln θ where it is likeliest, by Newton's method: there is one such place."""
    precision = np.linalg.inv(covariance)

    def posterior(free: Float64Array) -> tuple[float, Float64Array, Float64Array]:
        value, slope, curve = moved.likelihood(free)
        pull = precision @ (free - begin)
        return value - float((free - begin) @ pull) / 2, slope - pull, curve + precision

    free = begin
    value, slope, curve = posterior(free)
    for _ in range(MOST_STEPS):
        step, before = np.linalg.solve(curve, slope), value
        while True:
            value, slope, curve = posterior(free + step)
            if value >= before - _STILL or np.abs(step).max() < _STILL:
                break
            step = step / 2
        free = free + step
        if value - before < _STILL:
            break
    _, width = np.linalg.slogdet(curve @ covariance)
    return value - float(width) / 2, free
