"""What each feature is worth to a model: by the trees' own gain, and by shuffling it."""

from collections.abc import Callable, Sequence

import lightgbm
import numpy as np

from indexing.arrays import Float64Array
from ranking.features.features import NAMES
from ranking.learning.comparison import Importance
from ranking.learning.cross_validation import Fold
from ranking.learning.dataset import QueryRows

MAX_QUERIES = 100
"""Shuffling is measured on so many queries at most, evenly taken."""
_DEPTH = 10


def importances(
    booster: lightgbm.Booster,
    folds: Sequence[Fold],
    rows: Sequence[QueryRows],
    seed: int,
    told: Callable[[int], None] | None = None,
) -> tuple[Importance, ...]:
    """Every feature, the largest loss first (ties: the largest gain).

    Shuffled within each query, on queries that the fold's model never saw, among served rows,
    with gains 2^grade − 1 (Breiman 2001, for ranking). Features without gain are not shuffled:
    only the base can use them, and their loss is measured too if it does.
    """
    gains = np.asarray(booster.feature_importance("gain"), dtype=np.float64)
    shares = gains / max(float(gains.sum()), 1e-9)
    by_id = {each.query_id: each for each in rows}
    pairs = [(fold, by_id[query_id]) for fold in folds for query_id in fold.query_ids]
    step = max(1, -(-len(pairs) // MAX_QUERIES))
    base = folds[0].params.base
    losses = np.zeros(len(NAMES))
    used = [place for place, name in enumerate(NAMES) if gains[place] > 0 or name in base]
    for number, (fold, each) in enumerate(pairs[::step]):
        losses[used] += _losses(fold, each, used, np.random.default_rng([seed, number]))
        if told is not None:
            told(number + 1)
    losses /= max(len(pairs[::step]), 1)
    order = np.lexsort((-shares, -losses))
    return tuple(Importance(NAMES[i], float(shares[i]), float(losses[i])) for i in order)


def _losses(
    fold: Fold, rows: QueryRows, places: Sequence[int], chance: np.random.Generator
) -> Float64Array:
    """float64[len(places)]: what each shuffled feature costs this query. One prediction for all."""
    served = rows.take(np.flatnonzero(rows.served))
    if not len(served):
        return np.zeros(len(places))
    stacked = np.concatenate([served.features] * (len(places) + 1))
    shuffled = stacked.reshape(len(places) + 1, len(served), -1)
    for block, place in enumerate(places, start=1):
        shuffled[block, :, place] = chance.permutation(served.features[:, place])
    scores = fold.scores(stacked).reshape(len(places) + 1, len(served))
    gains = 2.0 ** rows.grades.astype(np.float64) - 1.0
    top = np.sort(gains)[::-1][:_DEPTH]
    ideal = float(top @ (1.0 / np.log2(np.arange(2, len(top) + 2))))
    if ideal <= 0:
        return np.zeros(len(places))
    order = np.argsort(-scores, axis=1, kind="stable")[:, :_DEPTH]
    found = (2.0 ** served.grades.astype(np.float64) - 1.0)[order]
    reached = found @ (1.0 / np.log2(np.arange(2, order.shape[1] + 2))) / ideal
    lost: Float64Array = reached[0] - reached[1:]
    return lost
