"""How well a click model foretells searches that it has not seen."""

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from indexing.arrays import BoolArray, Float64Array
from ranking.learning.clicks.click_log import ClickLog
from ranking.learning.clicks.position_based import MOST_POSITIONS, place_of

LEAST_CHANCE: Final = 1e-5
"""No model is taken to be surer than this: one click that it holds impossible would be worth −∞."""


class ClickModel(Protocol):
    """Models of clicks; chances are float64[r], one a row."""

    def conditional(self, log: ClickLog) -> Float64Array:
        """Told what was clicked above in the same search."""
        ...

    def marginal(self, log: ClickLog) -> Float64Array:
        """Told nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Foretold:
    """by_position: float64[p], perplexity at positions 1, 2 …, NaN where nothing was shown. mean:
    of those. log_likelihood: of a search, in nats.
    """

    by_position: Float64Array
    mean: float
    log_likelihood: float


def foretold(model: ClickModel, log: ClickLog) -> Foretold:
    """Perplexity 2^(−mean log2 P(click or none)) by position (Dupret and Piwowarski 2008): 1 is
    perfect, 2 a coin; of marginal chances. The likelihood is of conditional ones.
    """
    places = place_of(log.positions)
    shown = np.bincount(places, minlength=1)[:MOST_POSITIONS]
    bits = -np.log2(_chance_of(model.marginal(log), log.clicked))
    sums = np.bincount(places, bits, len(shown))
    by_position = np.full(len(shown), np.nan)
    by_position[shown > 0] = 2.0 ** (sums[shown > 0] / shown[shown > 0])
    told = np.log(_chance_of(model.conditional(log), log.clicked)).sum() / max(len(log), 1)
    mean = float(np.nanmean(by_position)) if log.rows else float("nan")
    return Foretold(by_position, mean, float(told))


def _chance_of(clicks: Float64Array, clicked: BoolArray) -> Float64Array:
    """Of what happened."""
    chance = np.where(clicked, clicks, 1.0 - clicks)
    return np.clip(chance, LEAST_CHANCE, 1.0 - LEAST_CHANCE)
