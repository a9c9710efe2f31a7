"""What a reader of a trained model must be warned of, seen in its training rows."""

from collections.abc import Sequence

import numpy as np

from indexing.arrays import Float32Array, Int64Array
from ranking.features.features import NAMES
from ranking.learning.dataset import QueryRows
from ranking.learning.pair_order import count_right_pairs

TINY_QUERIES, TINY_JUDGED = 50, 1000
LEAK_SHARE = 0.98
"""No honest feature puts so many differently graded pairs of judged products in order."""
_LEAK_PAIRS = 200
_LEAK_QUERIES = 1_000
"""So many of more are looked at, evenly spread."""
_EXACT_SHARE = 0.5


def warnings_of(rows: Sequence[QueryRows]) -> tuple[str, ...]:
    """Sentences on tiny data, leakage, constant features; none if all is well."""
    found = []
    judged = int(sum(each.judged.sum() for each in rows))
    if len(rows) < TINY_QUERIES or judged < TINY_JUDGED:
        found.append(
            f"tiny data: {len(rows)} queries with {judged} judged products. Intervals will be "
            f"wide; collect at least {TINY_QUERIES} queries and {TINY_JUDGED} judgments."
        )
    lost = int(sum((~each.served).sum() for each in rows))
    if lost > 0.2 * max(judged, 1):
        found.append(
            f"{lost} of {judged} judged products are not among what the server ranks; "
            "no model can bring them up. Look at recall first."
        )
    copied = sum(_title_is_query(each) for each in rows)
    if copied > _EXACT_SHARE * len(rows):
        found.append(
            f"leakage: in {copied} of {len(rows)} queries a best judged product has the query as "
            "its whole title. Such queries were made from titles; shoppers' are harder."
        )
    found += [
        f"leakage: {name} alone puts {share:.1%} of differently graded pairs in order. "
        "Check that grades were not derived from it."
        for name, share in separating(rows)
    ]
    constant = constant_features(rows)
    if constant:
        found.append(f"{len(constant)} features never change here: {', '.join(constant)}.")
    return tuple(found)


def separating(rows: Sequence[QueryRows]) -> list[tuple[str, float]]:
    """Features that order nearly all judged pairs, rising or falling, with the share they do."""
    right, total = np.zeros(len(NAMES)), 0
    for each in rows[:: max(1, len(rows) // _LEAK_QUERIES)]:
        grades = each.grades[each.judged].astype(np.float64)
        if len(np.unique(grades)) < 2:
            continue
        columns = _ranks(each.features[each.judged])
        for place in range(len(NAMES)):
            share, pairs = count_right_pairs(columns[:, place], grades)
            right[place] += share
        total += pairs
    if total < _LEAK_PAIRS:
        return []
    shares = np.maximum(right, total - right) / total
    return [(NAMES[place], float(shares[place])) for place in np.flatnonzero(shares >= LEAK_SHARE)]


def constant_features(rows: Sequence[QueryRows]) -> list[str]:
    """Features with one value (or none) in all rows."""
    low = np.full(len(NAMES), np.inf, dtype=np.float32)
    high, missing = -low, np.zeros(len(NAMES))
    count = 0
    for each in rows:
        low = np.fmin(low, np.fmin.reduce(each.features, axis=0, initial=np.inf))
        high = np.fmax(high, np.fmax.reduce(each.features, axis=0, initial=-np.inf))
        missing += np.isnan(each.features).sum(axis=0)
        count += len(each)
    same = (missing == count) | ((low >= high) & (missing == 0))
    return [NAMES[place] for place in np.flatnonzero(same)]


def _title_is_query(rows: QueryRows) -> bool:
    if not rows.judged.any():
        return False
    best = rows.judged & (rows.grades == rows.grades[rows.judged].max())
    return bool((rows.features[best, NAMES.index("title_exact")] > 0).any())


def _ranks(values: Float32Array) -> Int64Array:
    """int64[k, f]: dense ranks of each column, 0 for the largest value; NaN stands last."""
    out = np.empty(values.shape, dtype=np.int64)
    filled = np.where(np.isnan(values), -np.inf, values)
    for place in range(values.shape[1]):
        out[:, place] = np.unique(-filled[:, place], return_inverse=True)[1]
    return out
