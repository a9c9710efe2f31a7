"""What a person looked at lately, and what it says of their taste in one generation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

import numpy as np

from indexing.arrays import (
    Float32Array,
    Float64Array,
    Int64Array,
    UInt8Array,
    UInt32Array,
    UInt64Array,
)
from indexing.columns.priors import PRIOR_NAMES
from indexing.columns.single_values import first_ordinals, leaf_categories
from indexing.snapshot import Snapshot
from ranking.behaviour.facts import Facts
from ranking.behaviour.sums import sums_by_value, sums_of_lists, values_at

BY_RANK: Final = 0.9
"""What was looked at before something else counts so much of it."""
HALF_LIFE_DAYS: Final = 14.0
BELIEF: Final = 1.0
"""Of no taste at all: who has seen one product of a brand is half sure of it."""
MOST_RELATED: Final = 100
_PRICE: Final = PRIOR_NAMES.index("price_percentile")
_LEAST_PRICES: Final = 3
_NOTHING: Final = np.float32(0)


@dataclass(frozen=True, slots=True, eq=False)
class Recent:
    """A person's latest products, newest first, each once.

    products: uint64[n], hashes of their ids. days: int64[n], whole days ago. worths: uint8[n],
    1 for what was looked at, 2 for what was put in the cart, 4 for what was bought.
    """

    products: UInt64Array
    days: Int64Array
    worths: UInt8Array

    def __len__(self) -> int:
        return len(self.products)


NOTHING_RECENT: Final = Recent(
    np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int64), np.empty(0, dtype=np.uint8)
)


@dataclass(frozen=True, slots=True, eq=False)
class Taste:
    """Shares of a person's attention, by ordinal. ordinals: int64[k], ascending; shares:
    float32[k], together below 1.
    """

    ordinals: Int64Array
    shares: Float32Array

    def of(self, ordinals: Int64Array) -> Float32Array:
        """float32[n], 0 for what nothing was seen of."""
        return looked_up(ordinals, self.ordinals, self.shares)


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """digest: the same for the same influence on an answer of this generation.

    seen: by segment's folder, groups (ascending) and how much each was looked at, 0 to 1.
    related_rows: uint32[k], ascending, of the facts; related: float32[k], 0 to 1: what people
    liked who liked what this one saw. price: mean percentile of the prices within their
    categories, NaN of fewer than three.
    """

    digest: str
    seen: Mapping[str, tuple[Int64Array, Float32Array]]
    brands: Taste
    categories: Taste
    price: float
    related_rows: UInt32Array
    related: Float32Array


def profile_of(recent: Recent, segments: Sequence[Snapshot], facts: Facts | None) -> Profile | None:
    """None if the catalogue has none of the products."""
    if not len(recent):
        return None
    number, docs = _located(recent.products, segments)
    known = np.flatnonzero(number >= 0)
    if not len(known):
        return None
    number, docs = number[known], docs[known]
    worths = 1 + np.log(recent.worths[known].astype(np.float64))
    ages = 0.5 ** (recent.days[known] / HALF_LIFE_DAYS)
    weights = (worths * BY_RANK ** np.arange(len(known)) * ages).astype(np.float32)
    whole = float(weights.sum()) + BELIEF
    brands, categories, rows = np.full((3, len(docs)), -1)
    prices = np.full(len(docs), np.nan)
    seen = {}
    for place in np.flatnonzero(np.bincount(number)).tolist():
        segment, own = segments[place], np.flatnonzero(number == place)
        here = docs[own].astype(np.uint32)
        brands[own] = first_ordinals(segment.columns.keyword("brand"), here)
        categories[own] = leaf_categories(segment.columns, here)
        prices[own] = segment.priors[here, _PRICE]
        groups, much = sums_by_value(segment.columns.group_of[here].astype(np.int64), weights[own])
        seen[f"{segment.folder}"] = groups, np.minimum(much, 1.0).astype(np.float32)
        if facts is not None:
            rows[own] = facts.rows_in(segment).of_doc[here]
    told = recent.products[known].tobytes() + weights.tobytes()
    return Profile(
        blake2b(told, digest_size=8).hexdigest(),
        seen,
        _taste(brands, weights, whole),
        _taste(categories, weights, whole),
        _mean(prices, weights),
        *related_to(rows, weights, facts),
    )


def looked_up(wanted: Int64Array, known: Int64Array, values: Float32Array) -> Float32Array:
    """float32[n]: the value beside each wanted number, 0 where it is not known.

    known: int64[k], ascending.
    """
    return values_at(wanted, known, values, _NOTHING)


def _located(products: UInt64Array, segments: Sequence[Snapshot]) -> tuple[Int64Array, Int64Array]:
    """int64[n] each: the segment that has the product (−1: none), and the document there."""
    number = np.full(len(products), -1, dtype=np.int64)
    docs = np.full(len(products), -1, dtype=np.int64)
    for place, segment in enumerate(segments):
        found = segment.documents.of_hashes(products)
        there = found >= 0
        if segment.gone is not None:
            there[there] = ~segment.gone[found[there]]
        number[there], docs[there] = place, found[there]
    return number, docs


def _taste(ordinals: Int64Array, weights: Float32Array, whole: float) -> Taste:
    names, sums = sums_by_value(ordinals, weights)
    return Taste(names, (sums / whole).astype(np.float32))


def _mean(prices: Float64Array, weights: Float32Array) -> float:
    """NaN of fewer than three that are known."""
    known = ~np.isnan(prices)
    if np.count_nonzero(known) < _LEAST_PRICES:
        return np.nan
    return float((prices[known] * weights[known]).sum() / weights[known].sum(dtype=np.float64))


def related_to(
    rows: Int64Array, weights: Float32Array, facts: Facts | None
) -> tuple[UInt32Array, Float32Array]:
    """The best MOST_RELATED, equal ones by row, less what was seen itself."""
    if facts is None:
        return np.empty(0, dtype=np.uint32), np.empty(0, dtype=np.float32)
    lists = facts.related
    names, sums = sums_of_lists(rows, weights, lists.begins, lists.rows, lists.scores)
    scores = np.minimum(sums, 1.0).astype(np.float32)
    if len(names) > MOST_RELATED:
        least = np.partition(scores, -MOST_RELATED)[-MOST_RELATED]
        above, equal = np.flatnonzero(scores > least), np.flatnonzero(scores == least)
        equal = equal[np.argsort(names[equal])[: MOST_RELATED - len(above)]]
        kept = np.concatenate([above, equal])
        names, scores = names[kept], scores[kept]
    order = np.argsort(names)
    return names[order], scores[order]
