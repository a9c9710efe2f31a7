"""What each person's impressions of a product say, counted so that nobody counts twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from indexing.arrays import Float64Array, Int64Array
from ranking.learning.behaviour.counts import CART, HALF_LIFE_DAYS, PURCHASE
from ranking.learning.behaviour.places import place_ctr
from ranking.learning.clicks.click_log import ORGANIC, ClickLog
from ranking.learning.clicks.pair_values import numbered
from ranking.learning.clicks.people import person_weights
from ranking.learning.clicks.position_based import MOST_POSITIONS, place_of
from ranking.learning.clicks.propensities import Propensities

WORTH: Final = np.array([0.0, 1.0, 1.0 + CART, 1.0 + CART + PURCHASE, 0.0])
"""By outcome. A purchase that was undone takes back the click that led to it, too."""
CLIP: Final = 3.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Sums over people, of each pair, float64[u] all.

    pairs: int64[u], ascending. people: weight of those who were shown it. gained: worth of what
    they did, in clicks. by_place: clicks that its places let expect (their average rates). looks:
    how often it was looked at, by the propensities. weighed, weighed_looks: gained and looks, each
    times the clipped inverse propensity of where it was.
    """

    pairs: Int64Array
    people: Float64Array
    gained: Float64Array
    by_place: Float64Array
    looks: Float64Array
    weighed: Float64Array
    weighed_looks: Float64Array


def evidence_of(
    log: ClickLog,
    propensities: Propensities,
    now: float,
    *,
    clip: float = CLIP,
    marks: Sequence[int] = ORGANIC,
    half_life_days: float = HALF_LIFE_DAYS,
) -> Evidence:
    """marks: whose rows count. clip: no row counts for more than so many looks at the first place.

    Inverse propensities cost variance where hardly anybody looks; so they are clipped, and to stay
    unbiased the sum of what was gained is compared with the sum of equally weighted looks, not
    with the number of showings (self-normalised). O(r log r).
    """
    kept = np.isin(log.marks, np.array(marks, dtype=np.uint8))
    age = np.maximum(now - log.times, 0.0)[log.search_of] / 86_400  # clocks ahead are like now
    weights = person_weights(log) * 2.0 ** (-age / half_life_days) * kept
    pairs, pair_of = numbered(log)
    places = place_of(log.positions)
    ctr = place_ctr(
        np.bincount(places, weights, MOST_POSITIONS).astype(np.float64),
        np.bincount(places, weights * log.clicked, MOST_POSITIONS).astype(np.float64),
    )
    gained = weights * WORTH[log.outcomes]
    looks = propensities.of(log.positions)
    inverse = np.minimum(1.0 / looks, clip)

    def sums(rows: Float64Array) -> Float64Array:
        return np.bincount(pair_of, rows, len(pairs)).astype(np.float64)

    return Evidence(
        pairs=pairs,
        people=sums(weights),
        gained=sums(gained),
        by_place=sums(weights * ctr[places]),
        looks=sums(weights * looks),
        weighed=sums(gained * inverse),
        weighed_looks=sums(weights * looks * inverse),
    )
