"""What another policy would have earned, from the log of the one that served.

Inverse propensity scoring (Horvitz and Thompson 1952): each reward counts target / logged, how much
likelier the other policy was to do what was done. Unbiased where the logged policy could do all
that the other one does, and wild where it hardly ever did.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from indexing.arrays import Float64Array
from ranking.learning.errors import LearningError
from ranking.learning.significance import Interval, bootstrap_interval

CLIP: Final = 10.0


@dataclass(frozen=True, slots=True)
class PolicyValue:
    """ips: mean of weighted rewards. clipped: the same, no weight above the clip; biased towards
    what was logged, and steadier. snips: weighted mean, by the weights themselves (Swaminathan and
    Joachims 2015): steadier too, and within the rewards. Each with its 95 % interval. effective:
    as many logged rewards, if all weighed the same, would say as much (Kish).
    """

    ips: Interval
    clipped: Interval
    snips: Interval
    effective: float


def value_of(
    rewards: Float64Array,
    logged: Float64Array,
    target: Float64Array,
    *,
    clip: float = CLIP,
    draws: int = 2_000,
    seed: int = 0,
) -> PolicyValue:
    """rewards: float64[n]. logged, target: float64[n], the chance that each policy had to do what
    was done. The intervals are of a bootstrap over what was logged. Raises LearningError.
    """
    if not len(rewards) or not len(rewards) == len(logged) == len(target):
        raise LearningError(
            f"{len(rewards)} rewards with {len(logged)} and {len(target)} chances: give one of "
            "each for everything that was shown, and at least one."
        )
    bad = int(np.sum(~((logged > 0) & (logged <= 1) & (target >= 0) & (target <= 1))))
    if bad:
        raise LearningError(
            f"{bad} chances are not between 0 and 1, or 0 for what was done. A propensity that "
            "was not logged cannot be made up; leave those rows out."
        )
    weights = target / logged
    if not weights.any():
        raise LearningError("the other policy would have done nothing of what was logged.")
    return PolicyValue(
        bootstrap_interval(weights * rewards, draws=draws, seed=seed),
        bootstrap_interval(np.minimum(weights, clip) * rewards, draws=draws, seed=seed),
        bootstrap_interval(rewards, weights, draws=draws, seed=seed),
        float(weights.sum() ** 2 / (weights**2).sum()),
    )
