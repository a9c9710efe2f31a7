"""While building: what kind of thing each product is, learnt by co-training (EM).

Each product has some candidates: words of its title, the nouns of its category and of its product
type. Which of them it is, is not said; but a true kind has its own words, categories, attributes
and prices, and a word that only stands there (a colour, a series, `warranty`) has everybody's. So:
label each product with its candidates by place alone, count features by label, weigh the candidates
by how well their features fit, count again. (Naive Bayes with partial labels: Nigam et al. 2000,
Cour et al. 2011.)
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numba import njit

from indexing.arrays import Float32Array, Float64Array, Int32Array, Int64Array, UInt32Array
from indexing.types.candidates import Lists
from indexing.types.pairs import EMPTY, Pairs, count, counted
from indexing.types.proposals import with_proposals

ROUNDS: Final = 3
SMOOTHING: Final = 8.0
"""Average products that every kind is credited with."""
EVIDENCE: Final = 2.5
"""A product's features count as so many independent ones at most."""
SIZE: Final = 1.0
"""Power of a kind's size."""
MAX_TITLES: Final = 200_000
"""More are sampled evenly to learn from."""
NO_WORD: Final = 0xFFFFFFFF
NONE_SIZE: Final = 4.0
"""Products of what has no type, as if it were one."""


@dataclass(frozen=True, slots=True)
class Features:
    """starts: int64[n + 1] into items: uint32. shares: float32, P(feature). own: uint32[types + 1],
    the feature that is each type's word.
    """

    starts: Int64Array
    items: UInt32Array
    shares: Float32Array
    own: UInt32Array


@dataclass(frozen=True, slots=True)
class Counts:
    """Of features by type, type << 32 | feature; and of products: float64[types + 1]."""

    pairs: Pairs
    sizes: Float64Array

    def of(self, lists: Lists, chances: Float32Array, known: Features) -> None:
        """Count again."""
        n = len(lists.starts) - 1
        docs = np.arange(0, n, max(1, -(-n // MAX_TITLES)), dtype=np.int64)
        count_features(
            docs, lists.starts, lists.items, chances, known.starts, known.items,
            self.pairs.keys, self.pairs.counts, self.sizes,
        )  # fmt: skip

    def weighed(self, lists: Lists, known: Features) -> Float32Array:
        """float32: chances of the candidates by place and by how well the features fit."""
        chances = np.empty(len(lists.items), dtype=np.float32)
        weigh(
            lists.starts, lists.items, lists.chances, known.starts, known.items, known.shares,
            known.own, self.pairs.keys, self.pairs.counts, self.sizes, chances,
        )  # fmt: skip
        return chances


@njit(nogil=True, cache=True)
def count_features(
    docs: Int64Array,
    starts: Int64Array,
    labels: Int32Array,
    chances: Float32Array,
    feature_starts: Int64Array,
    features: UInt32Array,
    keys: np.ndarray,
    values: Float32Array,
    sizes: Float64Array,
) -> None:
    """Features by label, in a hash table of keys label << 32 | feature; sizes: of labels."""
    keys[:] = EMPTY
    values[:] = 0
    sizes[:] = 0
    for doc in docs:
        for at in range(starts[doc], starts[doc + 1]):
            chance = chances[at]
            if chance < 0.02:
                continue
            sizes[labels[at]] += chance
            high = np.uint64(labels[at]) << np.uint64(32)
            for place in range(feature_starts[doc], feature_starts[doc + 1]):
                count(keys, values, high | np.uint64(features[place]), chance)


@njit(nogil=True, cache=True)
def weigh(
    starts: Int64Array,
    labels: Int32Array,
    priors: Float32Array,
    feature_starts: Int64Array,
    features: UInt32Array,
    shares: Float32Array,
    own: UInt32Array,
    keys: np.ndarray,
    values: Float32Array,
    sizes: Float64Array,
    chances: Float32Array,
) -> None:
    """Chances of each product's candidates, adding up to 1.

    shares: float32[features], P(feature). own: the feature that is the label's word; words of the
    candidates themselves say nothing: one would speak for all of the others.
    """
    is_candidate = np.zeros(int(np.diff(feature_starts).max()) if len(starts) > 1 else 1, np.bool_)
    for doc in range(len(starts) - 1):
        first, last = starts[doc], starts[doc + 1]
        held = feature_starts[doc + 1] - feature_starts[doc]
        weight = min(1.0, EVIDENCE / max(held, 1))
        best = -1e30
        is_candidate[:] = False
        for place in range(feature_starts[doc], feature_starts[doc + 1]):
            for at in range(first, last):
                if own[labels[at]] == features[place]:
                    is_candidate[place - feature_starts[doc]] = True
        for at in range(first, last):
            label = labels[at]
            if label == len(sizes) - 1:  # no type: as likely as anybody's features
                chances[at] = np.log(priors[at] * NONE_SIZE**SIZE)
                best = max(best, chances[at])
                continue
            total = 0.0
            high = np.uint64(label) << np.uint64(32)
            for place in range(feature_starts[doc], feature_starts[doc + 1]):
                feature = features[place]
                if is_candidate[place - feature_starts[doc]]:
                    continue
                seen = counted(keys, values, high | np.uint64(feature))
                ratio = (seen / shares[feature] + SMOOTHING) / (sizes[label] + SMOOTHING)
                total += np.log(ratio)
            score = np.log(priors[at] * sizes[label] ** SIZE + 1e-12) + weight * total
            chances[at] = score
            best = max(best, score)
        everything = 0.0
        for at in range(first, last):
            chances[at] = np.exp(chances[at] - best)
            everything += chances[at]
        for at in range(first, last):
            chances[at] /= everything


def label(
    typed: Lists,
    others: Float32Array,
    type_count: int,
    feature_starts: Int64Array,
    features: UInt32Array,
    feature_count: int,
    own: Int64Array,
) -> tuple[Int32Array, Float32Array]:
    """int32[n], float32[n]: the likeliest type of each product, -1 for none, and its chance.

    typed: candidates by type. others: float32[n], chance by place that it is something that has
    no type; all of those are taken for one more kind, which nothing fits well.
    """
    n = len(typed.starts) - 1
    shares = np.bincount(features, minlength=feature_count).astype(np.float32)
    shares = (shares + np.float32(1.0)) / np.float32(max(n, 1))
    known = Features(feature_starts, features, shares, np.append(own, NO_WORD).astype(np.uint32))
    counts = Counts(Pairs.room_for(2 * len(features)), np.zeros(type_count + 1))
    lists = _with_none(typed, others, type_count)
    chances = _normalised(lists)
    for _ in range(ROUNDS):
        counts.of(lists, chances, known)
        chances = counts.weighed(lists, known)
    lists = with_proposals(lists, known.starts, known.items, known.shares, counts)
    for _ in range(ROUNDS):
        chances = counts.weighed(lists, known)
        counts.of(lists, chances, known)
    return _best(lists.starts, lists.items, counts.weighed(lists, known), type_count)


def _with_none(typed: Lists, others: Float32Array, none: int) -> Lists:
    n = len(others)
    has = (others > 0).astype(np.int64)
    starts = typed.starts + np.concatenate([[0], np.cumsum(has)])
    items = np.empty(int(starts[-1]), dtype=np.int32)
    chances = np.empty(len(items), dtype=np.float32)
    shift = np.repeat(starts[:-1] - typed.starts[:-1], np.diff(typed.starts))
    places = np.arange(len(typed.items)) + shift
    items[places], chances[places] = typed.items, typed.chances
    last = starts[1:][has > 0] - 1
    items[last], chances[last] = none, others[np.arange(n)[has > 0]]
    return Lists(starts, items, chances)


def _normalised(lists: Lists) -> Float32Array:
    rows = np.repeat(np.arange(len(lists.starts) - 1), np.diff(lists.starts))
    totals = np.bincount(rows, weights=lists.chances, minlength=len(lists.starts) - 1)
    made: Float32Array = (lists.chances / np.maximum(totals[rows], 1e-9)).astype(np.float32)
    return made


@njit(nogil=True, cache=True)
def _best(
    starts: Int64Array, items: Int32Array, chances: Float32Array, none: int
) -> tuple[Int32Array, Float32Array]:
    n = len(starts) - 1
    labels, best = np.full(n, -1, dtype=np.int32), np.zeros(n, dtype=np.float32)
    for row in range(n):
        for at in range(starts[row], starts[row + 1]):
            if chances[at] > best[row]:
                best[row] = chances[at]
                labels[row] = items[at] if items[at] != none else -1
    return labels, best
