"""How dear what shoppers click is within its category: what a person's taste stands beside."""

from typing import Final

import numpy as np

from indexing.arrays import Float64Array, Int64Array
from indexing.columns.priors import PRIOR_NAMES
from indexing.snapshot import Snapshot
from ranking.behaviour.facts import USUAL_PRICE

_PRICE: Final = PRIOR_NAMES.index("price_percentile")


def usual_price(clicks: Float64Array, groups: Int64Array, snapshot: Snapshot) -> float:
    """Mean percentile of the prices, each counted as often as its group was clicked.

    clicks: float64[n], of groups: int64[n]. Of a group, the mean of its products.
    """
    prices = np.asarray(snapshot.priors)[:, _PRICE].astype(np.float64)
    priced = np.flatnonzero(~np.isnan(prices))
    group_of = np.asarray(snapshot.columns.group_of)[priced].astype(np.int64)
    size = int(groups.max(initial=0)) + 1
    sums, counts = (
        np.bincount(group_of, prices[priced], size),
        np.bincount(group_of, minlength=size),
    )
    weights = clicks * (counts[groups] > 0)
    if not weights.sum() > 0:
        return USUAL_PRICE
    means = sums[groups] / np.maximum(counts[groups], 1)
    return round(float(means @ weights / weights.sum()), 4)
