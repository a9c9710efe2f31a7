"""True nDCG of pages: what a ranking is worth to simulated shoppers, over all intents."""

from dataclasses import dataclass

import numpy as np

from indexing.arrays import Float64Array, Int64Array
from ranking.simulation.world import CLASSES, Truth

AT = 10


def ideal_dcg(truth: Truth, classes: Int64Array) -> Float64Array:
    """float64[classes, intents]: of the best AT groups of the whole shop, each by its best
    product for the class.
    """
    world = truth.world
    count, groups = len(world.intents), world.goods.groups
    intents, products = np.divmod(truth.pairs, max(1, len(world.goods)))
    by_group = intents * (int(groups.max(initial=0)) + 1) + groups[products]
    order = np.argsort(by_group, kind="stable")
    firsts = np.flatnonzero(np.diff(by_group[order], prepend=-1))
    ideal = np.zeros((len(classes), count))
    if not len(firsts):
        return ideal
    owner = intents[order][firsts]
    for row, each in enumerate(classes.tolist()):
        gains = truth.gains(intents, products, np.array(each))[order]
        best = np.maximum.reduceat(gains, firsts)
        falling = np.lexsort((-best, owner))
        places = np.arange(len(falling)) - np.searchsorted(owner, owner[falling], "left")
        head = places < AT
        worth = best[falling][head] / np.log2(places[head] + 2)
        ideal[row] = np.bincount(owner[falling][head], worth, count)
    return ideal


def true_ndcg(pages: Int64Array, truth: Truth, classes: Int64Array | None = None) -> Float64Array:
    """float64[intents]: nDCG@10 with gain for gain, a mean over the classes; NaN where nothing
    in the shop has a gain.

    pages: int64[intents, k], or [classes, intents, k] where each class has its own; products, best
    first, −1 for none. classes: who counts; None: all.
    """
    classes = np.arange(CLASSES) if classes is None else classes
    shown = np.broadcast_to(pages, (len(classes), *pages.shape[-2:]))[..., :AT]
    intents = np.arange(shown.shape[1])[None, :, None]
    gains = truth.gains(intents, shown, classes[:, None, None])
    found = (gains / np.log2(np.arange(gains.shape[-1]) + 2)).sum(axis=-1)
    ideal = ideal_dcg(truth, classes)
    with np.errstate(invalid="ignore", divide="ignore"):
        scores: Float64Array = np.where(ideal > 0, found / ideal, np.nan).mean(axis=0)
    return scores


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean and its 95 % interval."""

    mean: float
    low: float
    high: float

    def __format__(self, sign: str) -> str:
        """`+` shows the sign of what is above 0, too."""
        mean, low, high = (format(each, f"{sign}.4f") for each in (self.mean, self.low, self.high))
        return f"{mean} [{low} {high}]"


def mean_interval(
    values: Float64Array, weights: Float64Array, seed: int, rounds: int = 1_000
) -> Interval:
    """Of a weighted mean over intents; the interval is a bootstrap's, of intents.

    values: float64[intents], NaN is left out; paired differences make a paired interval.
    """
    known = np.flatnonzero(~np.isnan(values))
    values, weights = values[known], weights[known]
    if not len(known) or not weights.sum():
        return Interval(np.nan, np.nan, np.nan)
    chance = np.random.default_rng(seed)
    drawn = chance.multinomial(len(known), np.full(len(known), 1 / len(known)), size=rounds)
    mass = drawn @ weights
    means = (drawn @ (values * weights))[mass > 0] / mass[mass > 0]
    low, high = np.quantile(means, (0.025, 0.975))
    return Interval(float(values @ weights / weights.sum()), float(low), float(high))
