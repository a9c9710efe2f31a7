"""Query-independent facts of each product, scaled so that shops can be compared."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from indexing.arrays import Float32Array, Float64Array, Int64Array, UInt32Array
from indexing.columns import CORE_NUMBERS, Columns
from indexing.columns.single_values import leaf_categories


@dataclass(frozen=True, slots=True)
class Prior:
    name: str
    meaning: str
    low: float
    high: float
    missing: str = "unknown: NaN"


PRIORS = (
    Prior("price_percentile", "percentile of the price within its category", 0, 1),
    Prior("discount", "1 - price / list price, not below 0", 0, 1),
    Prior("rating", "Bayesian-smoothed rating over 5: (5 ratings of the mean added)", 0, 1),
    Prior(
        "rating_count_percentile", "percentile of the number of ratings within its category", 0, 1
    ),
    Prior("popularity_percentile", "percentile of popularity within its category", 0, 1),
    Prior("newness_percentile", "percentile of the date of creation within its category", 0, 1),
    Prior("in_stock", "1 if in stock, 0 if not", 0, 1),
    Prior("group_size", "ln of the number of variants", 0, 12, "never"),
    Prior("completeness", "share of the core fields that are filled", 0, 1, "never"),
)
PRIOR_NAMES = tuple(prior.name for prior in PRIORS)

LIKED_WEIGHTS = {
    "popularity_percentile": 1.0,
    "rating_count_percentile": 0.5,
    "rating": 0.5,
    "in_stock": 0.5,
}
POPULAR_KEPT = 1_000
"""Products that are known to be the best liked without looking at all of them."""

_RATING_PRIOR = 5.0
"""Ratings of the mean that a product is credited with (Bayesian average)."""


RANKED = ("price", "rating_count", "popularity", "created_at")
"""Number fields of which a product's percentile within its category is a prior."""


def compute_priors(columns: Columns) -> Float32Array:
    """float32[n, len(PRIORS)], in the order of `PRIORS`. O(n log n)."""
    category = leaf_categories(columns, np.arange(columns.doc_count, dtype=np.uint32))
    numbers = {name: columns.dense(name) for name in CORE_NUMBERS}
    ranks = {name: percentiles(numbers[name], category) for name in RANKED}
    sizes = columns.group_sizes[columns.group_of]
    return prior_rows(numbers, ranks, mean_of(numbers["rating"]), sizes, columns.completeness)


def prior_rows(
    numbers: Mapping[str, Float64Array],
    ranks: Mapping[str, Float64Array],
    mean_rating: float,
    group_sizes: UInt32Array,
    completeness: Float32Array,
) -> Float32Array:
    """float32[k, len(PRIORS)] of k products.

    numbers: float64[k] by field, NaN where unknown. ranks: their percentiles, of the RANKED.
    mean_rating: of all products; where it is NaN, as none was rated, a rating stands for itself.
    """
    price, list_price, stock = numbers["price"], numbers["list_price"], numbers["stock"]
    with np.errstate(invalid="ignore", divide="ignore"):
        discount = np.where(list_price > 0, np.maximum(1 - price / list_price, 0), np.nan)
        in_stock = np.where(np.isnan(stock), np.nan, (stock > 0).astype(np.float64))
    made = [
        ranks["price"],
        discount,
        _smoothed(numbers["rating"], numbers["rating_count"], mean_rating),
        ranks["rating_count"],
        ranks["popularity"],
        ranks["created_at"],
        in_stock,
        np.log(group_sizes),
        completeness,
    ]
    return np.stack(made, axis=1).astype(np.float32)


def compute_liked(priors: Float32Array) -> Float32Array:
    """float32[n]: how much shoppers like each product, whatever they ask; unknown facts count 0."""
    liked = np.zeros(len(priors), dtype=np.float32)
    for name, weight in LIKED_WEIGHTS.items():
        liked += np.float32(weight) * np.nan_to_num(priors[:, PRIOR_NAMES.index(name)])
    return liked


def best_liked(liked: Float32Array) -> UInt32Array:
    """uint32[≤ POPULAR_KEPT], best liked first; equal ones in document order. O(n)."""
    docs = np.arange(len(liked))
    if len(liked) > POPULAR_KEPT:
        docs = np.flatnonzero(liked >= np.partition(liked, -POPULAR_KEPT)[-POPULAR_KEPT])
    return docs[np.lexsort((docs, -liked[docs]))][:POPULAR_KEPT].astype(np.uint32)


def percentiles(values: Float64Array, category: Int64Array) -> Float64Array:
    """Mid-rank of each value among those of its category, 0 to 1; equal values share a rank."""
    out = np.full(len(values), np.nan)
    known = np.flatnonzero(~np.isnan(values))
    if not len(known):
        return out
    by = known[np.lexsort((values[known], category[known]))]
    groups, sorted_values = category[by], values[by]
    new_group = np.r_[True, groups[1:] != groups[:-1]]
    new_value = new_group | np.r_[True, sorted_values[1:] != sorted_values[:-1]]
    places = np.arange(len(by))
    group_start = np.maximum.accumulate(np.where(new_group, places, 0))
    starts = np.flatnonzero(new_group)
    sizes = np.diff(np.r_[starts, len(by)])[np.cumsum(new_group) - 1]
    value_starts = np.flatnonzero(new_value)
    tie = np.cumsum(new_value) - 1
    counts = np.diff(np.r_[value_starts, len(by)])
    middle = value_starts[tie] + (counts[tie] - 1) / 2 - group_start
    out[by] = (middle + 0.5) / sizes
    return out


def mean_of(rating: Float64Array) -> float:
    """NaN if nothing is rated."""
    known = rating[~np.isnan(rating)]
    return float(known.mean()) if len(known) else float("nan")


def _smoothed(rating: Float64Array, count: Float64Array, mean: float) -> Float64Array:
    known = np.nan_to_num(count, nan=1.0)
    middle = rating if np.isnan(mean) else mean
    return (rating * known + middle * _RATING_PRIOR) / (known + _RATING_PRIOR) / 5.0
