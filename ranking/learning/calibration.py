"""Scores and grades of judged products → what a score is worth."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from scipy.optimize import isotonic_regression

from indexing.arrays import Float32Array, Float64Array
from ranking.learning.dataset import QueryRows
from ranking.rerank.gain_curve import GainCurve

BINS = 20
HEAD = 100
"""Products of a list that are looked at, as the reranker looks at no more."""
FEW = 400
"""Judged products below which a curve says nothing."""

Points = tuple[Float64Array, Float64Array]
"""float64[n] each: how far a score lies below the list's best, and the gain of that product."""


def judged_points(rows: Sequence[QueryRows], scores: Mapping[str, Float32Array]) -> Points:
    """Drops and gains of the judged products in the heads of the lists that the server would show.

    A gain is the grade over the best one of the query. The best of each list is left out: its drop
    is 0 whatever its score, so it says how good lists begin, not what a drop is worth. Where
    nobody was judged irrelevant in any query, what is not judged counts as irrelevant.
    """
    only_good = not any((each.judged & (each.grades == 0)).any() for each in rows)
    drops, gains = [np.zeros(0)], [np.zeros(0)]
    for each in rows:
        best = float(each.grades.max(initial=0.0))
        served = np.flatnonzero(each.served)
        if best <= 0 or not len(served):
            continue
        given = scores[each.query_id][served].astype(np.float64)
        head = served[np.argsort(-given, kind="stable")[:HEAD]]
        below = head[1:]
        shown = below if only_good else below[each.judged[below]]
        drops.append(given.max() - scores[each.query_id][shown].astype(np.float64))
        gains.append(each.grades[shown].astype(np.float64) / best)
    return np.concatenate(drops), np.concatenate(gains)


def fit_gain_curve(sets: Iterable[Points]) -> GainCurve | None:
    """The expected gain by drop: a falling step function fitted to all sets, each as heavy as the
    others; None if they hold too little.

    Isotonic regression (Barlow and others 1972) over means of up to `BINS` equally full bins.
    """
    full = [points for points in sets if len(points[0])]
    if sum(len(drops) for drops, _ in full) < FEW:
        return None
    drops = np.concatenate([points[0] for points in full])
    gains = np.concatenate([points[1] for points in full])
    weights = np.concatenate([np.full(len(p[0]), 1.0 / len(p[0])) for p in full])
    order = np.argsort(drops, kind="stable")
    drops, gains, weights = drops[order], gains[order], weights[order]
    share = np.cumsum(weights) / weights.sum()
    bins = np.minimum((share * BINS).astype(np.int64), BINS - 1)
    bins = bins[np.searchsorted(drops, drops)]  # equal drops are in one bin
    total = np.bincount(bins, weights, BINS)
    kept = total > 0
    at = np.bincount(bins, weights * drops, BINS)[kept] / total[kept]
    mean = np.bincount(bins, weights * gains, BINS)[kept] / total[kept]
    falling = isotonic_regression(mean, weights=total[kept], increasing=False).x
    at, falling = np.round(at, 4), np.round(np.clip(falling, 0.0, 1.0), 4)
    distinct = np.diff(at, prepend=-1.0) > 0
    return GainCurve(tuple(at[distinct].tolist()), tuple(falling[distinct].tolist()))
