"""Bought together: how much more often two products are in one basket than by chance.

    ln((c + k) / (e + k)),   e = nᵢ · nⱼ / n

c people bought both in one basket, nᵢ and nⱼ either, n anything: the pointwise mutual information
(Church and Hanks 1990), drawn towards 0 where little is known.
"""

from typing import Final

import numpy as np

from indexing.arrays import Float64Array, Int64Array
from ranking.behaviour.neighbours import Neighbours
from ranking.learning.behaviour.interactions import Bought

SMOOTHING: Final = 5.0
LEAST: Final = 0.05
"""What is bought together hardly more often than by chance says nothing."""
MOST_NEIGHBOURS: Final = 30


def lift(together: Int64Array, expected: Float64Array) -> Float64Array:
    """float64[n]: above 0 where it is more often than by chance."""
    found: Float64Array = np.log((together + SMOOTHING) / (expected + SMOOTHING))
    return found


def co_purchase(bought: Bought, groups: Int64Array) -> Neighbours:
    """The best MOST_NEIGHBOURS of each of the groups (ascending), both ways."""
    buyers = bought.buyers.astype(np.float64)
    first = buyers[np.searchsorted(bought.buyers_of, bought.groups)]
    second = buyers[np.searchsorted(bought.buyers_of, bought.others)]
    lifts = lift(bought.together, first * second / max(bought.everybody, 1))
    said = np.flatnonzero(lifts >= LEAST)
    one = np.searchsorted(groups, bought.groups[said])
    other = np.searchsorted(groups, bought.others[said])
    return Neighbours.best(
        np.concatenate([one, other]),
        np.concatenate([other, one]),
        np.concatenate([lifts[said], lifts[said]]),
        len(groups),
        MOST_NEIGHBOURS,
    )
