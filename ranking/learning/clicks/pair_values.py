"""One number for each query and product that a log has seen."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from indexing.arrays import BoolArray, Float64Array, Int64Array
from ranking.learning.clicks.click_log import ClickLog

STRENGTH: Final = 2.0
"""Impressions that the mean attractiveness is worth, for a pair that was hardly shown."""


@dataclass(frozen=True, slots=True)
class PairValues:
    """pairs: int64[u], ascending, as `ClickLog.pairs` numbers them. values: float64[u].

    unseen: of every other pair. Logs taken from one log number their pairs alike.
    """

    pairs: Int64Array
    values: Float64Array
    unseen: float

    @classmethod
    def shares(
        cls,
        pairs: Int64Array,
        pair_of: Int64Array,
        happened: Float64Array | BoolArray,
        tried: Float64Array | BoolArray,
    ) -> "PairValues":
        """What happened over what was tried, both [r], drawn to the mean of all.

        pairs, pair_of: as `numbered` gives them.
        """
        sums = np.bincount(pair_of, happened, len(pairs)).astype(np.float64)
        of = np.bincount(pair_of, tried, len(pairs)).astype(np.float64)
        mean = float(sums.sum() / of.sum()) if of.sum() else 0.0
        return cls(pairs, smoothed_share(sums, of, mean, STRENGTH), mean)

    def of(self, pairs: Int64Array) -> Float64Array:
        """float64[len(pairs)]."""
        if not len(self.pairs):
            return np.full(len(pairs), self.unseen)
        places = np.minimum(np.searchsorted(self.pairs, pairs), len(self.pairs) - 1)
        return np.where(self.pairs[places] == pairs, self.values[places], self.unseen)


def numbered(log: ClickLog) -> tuple[Int64Array, Int64Array]:
    """The log's distinct pairs, ascending, and the place of each row's pair among them."""
    pairs, places = np.unique(log.pairs, return_inverse=True)
    return pairs, places.astype(np.int64)


def smoothed_share(
    happened: Float64Array, tried: Float64Array, prior: float | Float64Array, strength: float
) -> Float64Array:
    """(happened + strength · prior) / (tried + strength): the mean of a Beta belief."""
    share: Float64Array = (happened + strength * prior) / (tried + strength)
    return share
