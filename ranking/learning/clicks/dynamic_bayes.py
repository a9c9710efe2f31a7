"""The dynamic Bayesian network of clicks (Chapelle and Zhang 2009), simplified and full.

A shopper reads from the top down. What is read and attracts (α of query and product) is clicked; a
click satisfies (σ of query and product) and ends the search, or not; who is not satisfied reads on
with perseverance γ. Simplified: γ = 1, so everything above the last click was read, and shares are
the maximum of the likelihood. Full: γ and all else by expectation maximisation.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from indexing.arrays import Float64Array, Int64Array
from ranking.learning.clicks.click_log import ClickLog
from ranking.learning.clicks.pages import Pages
from ranking.learning.clicks.pair_values import PairValues, numbered

ROUNDS: Final = 30
_STILL: Final = 1e-4
_TINY: Final = 1e-300


@dataclass(frozen=True, slots=True)
class DynamicBayes:
    """attraction, satisfaction: of each pair. perseverance: of everybody."""

    attraction: PairValues
    satisfaction: PairValues
    perseverance: float

    @classmethod
    def simplified(cls, log: ClickLog) -> "DynamicBayes":
        pages = Pages.of(log)
        last = pages.last_click[:, None]
        places = np.arange(pages.there.shape[1])
        read = (pages.there & ((places <= last) | (last < 0)))[pages.there]
        ended = (pages.there & (places == last))[pages.there]
        pairs, pair_of = numbered(log)
        return cls(
            PairValues.shares(pairs, pair_of, log.clicked, read),
            PairValues.shares(pairs, pair_of, ended, log.clicked),
            1.0,
        )

    @classmethod
    def fit(cls, log: ClickLog, rounds: int = ROUNDS) -> "DynamicBayes":
        """From the simplified one on. O(rounds · rows)."""
        model = cls.simplified(log)
        pairs, pair_of = numbered(log)
        pages = Pages.of(log)
        model = DynamicBayes(model.attraction, model.satisfaction, 0.9)
        for _ in range(rounds if log.rows else 0):
            found = model._expected(pages, pair_of)
            before = model.perseverance
            model = cls(
                PairValues.shares(pairs, pair_of, found.attractive, np.ones(log.rows)),
                PairValues.shares(pairs, pair_of, found.satisfied, log.clicked),
                found.went_on / found.could_go_on if found.could_go_on else before,
            )
            if abs(model.perseverance - before) < _STILL:
                break
        return model

    def conditional(self, log: ClickLog) -> Float64Array:
        """float64[r]: the chance of each click, told what was clicked above it."""
        return self._chances(log, told=True)

    def marginal(self, log: ClickLog) -> Float64Array:
        """float64[r]: the chance of each click."""
        return self._chances(log, told=False)

    def _chances(self, log: ClickLog, *, told: bool) -> Float64Array:
        pages = Pages.of(log)
        alpha = pages.spread(self.attraction.of(log.pairs))
        sigma = pages.spread(self.satisfaction.of(log.pairs))
        read = np.ones(len(alpha))
        chances = np.zeros(alpha.shape)
        for place in range(alpha.shape[1]):
            a, s = alpha[:, place], sigma[:, place]
            chances[:, place] = a * read
            unclicked = (1.0 - a) * read / np.maximum(1.0 - a * read, 1e-12)
            unsatisfied = (
                np.where(pages.clicked[:, place], 1.0 - s, unclicked)
                if told
                else read * (1.0 - a * s)
            )
            read = self.perseverance * unsatisfied
        return pages.gathered(chances)

    def _expected(self, pages: Pages, pair_of: Int64Array) -> "_Expected":
        """Forward and backward over the places; e: P(read), given all clicks of the page."""
        k = pages.there.shape[1]
        alpha = pages.spread(self.attraction.values[pair_of])
        sigma = pages.spread(self.satisfaction.values[pair_of])
        gamma, clicked, there = self.perseverance, pages.clicked, pages.there
        # left_at, read_at: chance of the clicks from a place on, if it is not read, or is
        left_at, read_at = np.ones((k + 1, len(alpha))), np.ones((k + 1, len(alpha)))
        for place in reversed(range(k)):
            a, s, c = alpha[:, place], sigma[:, place], clicked[:, place]
            onward = gamma * read_at[place + 1] + (1.0 - gamma) * left_at[place + 1]
            ended = s * left_at[place + 1] + (1.0 - s) * onward
            read_at[place] = np.where(c, a * ended, (1.0 - a) * onward)
            left_at[place] = np.where(c, 0.0, left_at[place + 1])
        whole = np.maximum(read_at[0], _TINY)
        reached = np.ones(len(alpha))
        attractive, satisfied = np.zeros(alpha.shape), np.zeros(alpha.shape)
        went_on = could_go_on = 0.0
        for place in range(k):
            a, s, c = alpha[:, place], sigma[:, place], clicked[:, place]
            read = reached * read_at[place] / whole
            attractive[:, place] = np.where(c, 1.0, (1.0 - read) * a)
            satisfied[:, place] = np.where(c, reached * a * s * left_at[place + 1] / whole, 0.0)
            reached = reached * np.where(c, a * (1.0 - s), 1.0 - a) * gamma
            if place + 1 < k:
                more = there[:, place + 1]
                went_on += float((reached * read_at[place + 1] / whole)[more].sum())
                could_go_on += float((read - satisfied[:, place])[more].sum())
        return _Expected(
            pages.gathered(attractive), pages.gathered(satisfied), went_on, could_go_on
        )


@dataclass(frozen=True, slots=True)
class _Expected:
    """attractive, satisfied: float64[r]. went_on of could_go_on: readers not yet satisfied."""

    attractive: Float64Array
    satisfied: Float64Array
    went_on: float
    could_go_on: float
