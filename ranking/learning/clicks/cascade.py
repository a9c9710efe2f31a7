"""The cascade model: read from the top down, click the first that attracts, leave.

Craswell, Zoeter, Taylor and Ramsey 2008. Whatever is clicked after the first click it cannot
explain; the first click is what it learns from.
"""

from dataclasses import dataclass

import numpy as np

from indexing.arrays import Float64Array
from ranking.learning.clicks.click_log import ClickLog
from ranking.learning.clicks.pages import Pages
from ranking.learning.clicks.pair_values import PairValues, numbered


@dataclass(frozen=True, slots=True)
class Cascade:
    """attraction: of each pair, clicks over the times that it was read."""

    attraction: PairValues

    @classmethod
    def fit(cls, log: ClickLog) -> "Cascade":
        pages = Pages.of(log)
        places = np.arange(pages.there.shape[1])
        read = pages.there & (places <= pages.first_click[:, None])
        seen = read[pages.there]
        first = seen & log.clicked
        pairs, pair_of = numbered(log)
        return cls(PairValues.shares(pairs, pair_of, first, seen))

    def conditional(self, log: ClickLog) -> Float64Array:
        """float64[r]: the chance of each click, told what was clicked above it: 0 after one."""
        pages = Pages.of(log)
        places = np.arange(pages.there.shape[1])
        alpha = pages.spread(self.attraction.of(log.pairs))
        return pages.gathered(np.where(places <= pages.first_click[:, None], alpha, 0.0))

    def marginal(self, log: ClickLog) -> Float64Array:
        """float64[r]: α · Π (1 − α) of those above."""
        pages = Pages.of(log)
        alpha = pages.spread(self.attraction.of(log.pairs))
        passed = np.cumprod(1.0 - alpha, axis=1)
        reached = np.concatenate([np.ones((len(alpha), 1)), passed[:, :-1]], axis=1)
        return pages.gathered(alpha * reached[:, : alpha.shape[1]])
