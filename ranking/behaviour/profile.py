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
from ranking.behaviour.facts import USUAL_PRICE, Facts
from ranking.behaviour.sums import sums_by_value, sums_of_lists, values_at

BY_RANK: Final = 0.9
"""What was looked at before something else counts so much of it."""
HALF_LIFE_DAYS: Final = 14.0
BELIEF: Final = 1.0
"""Of no taste at all: who has seen one product of a brand is half sure of it."""
MOST_RELATED: Final = 100
_PRICE: Final = PRIOR_NAMES.index("price_percentile")
SPREAD_OF_PRICES: Final = 1 / 12
"""Variance of percentiles."""
CHANCE: Final = 4.0
"""Squared standard errors within which a mean price is anybody's; one product never is farther off
where the usual price is near the middle."""
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


@dataclass(frozen=True, slots=True)
class PriceTaste:
    """lean: d ln(how likely this person's choice is beside anybody's) / d(percentile of the price
    within its category), above 0 for whoever likes what is dear. usual: the percentile at which
    both are alike.
    """

    lean: float
    usual: float

    def of(self, percentiles: Float32Array) -> Float32Array:
        """float32[n]: ln of how much likelier; NaN stays."""
        return np.float32(self.lean) * (percentiles - np.float32(self.usual))


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """digest: the same for the same influence on an answer of this generation.

    seen: by segment's folder, groups (ascending) and how much each was looked at, 0 to 1.
    related_rows: uint32[k], ascending, of the facts; related: float32[k], 0 to 1: what people
    liked who liked what this one saw. prices: None where they are what anybody's might be.
    """

    digest: str
    seen: Mapping[str, tuple[Int64Array, Float32Array]]
    brands: Taste
    categories: Taste
    prices: PriceTaste | None
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
    lasting = worths * ages
    weights = (lasting * BY_RANK ** np.arange(len(known))).astype(np.float32)
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
        price_taste(prices, lasting, USUAL_PRICE if facts is None else facts.usual_price),
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


def price_taste(prices: Float64Array, weights: Float64Array, usual: float) -> PriceTaste | None:
    """prices: percentiles, NaN where unknown. usual: mean of what is clicked in this shop.

    Of two normal distributions of the same variance v, the ln of their ratio is a line: the
    difference of their means ÷ v. The mean is drawn towards the usual one by the positive part of
    1 − CHANCE / z² (James and Stein 1961, with two standard errors in place of one), so that who
    has no taste keeps the order that everybody has. What is long ago makes n, too, less.
    """
    known = ~np.isnan(prices)
    weights = weights[known]
    whole = float(weights.sum())
    if not whole:
        return None
    off = float(weights @ prices[known]) / whole - usual
    n = min(whole * whole / float(weights @ weights), whole)
    squares = off * off * n / SPREAD_OF_PRICES
    if squares <= CHANCE:
        return None
    return PriceTaste(off * (1 - CHANCE / squares) / SPREAD_OF_PRICES, usual)


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
