"""While building: what kind of thing each product is, learnt by co-training (EM).

Each product has some candidates: words of its title, the nouns of its category and of its product
type. Which of them it is, is not said; but a true kind has its own words, categories, attributes
and prices, and a word that only stands there (a colour, a series, `warranty`) has everybody's. So:
label each product with its candidates by place alone, count features by label, weigh the candidates
by how well their features fit, count again. (Naive Bayes with partial labels: Nigam et al. 2000,
Cour et al. 2011.)
"""

from typing import Final

import numpy as np
from numba import njit

from indexing.arrays import Float32Array, Float64Array, Int32Array, Int64Array, UInt32Array
from indexing.types.candidates import Lists

ROUNDS: Final = 4
SMOOTHING: Final = 8.0
"""Average products that every kind is credited with."""
EVIDENCE: Final = 2.5
"""A product's features count as so many independent ones at most."""
SIZE: Final = 1.0
"""Power of a kind's size."""
MAX_TITLES: Final = 200_000
"""More are sampled evenly to learn from."""
MAX_BITS: Final = 23
"""Of the hash table's size: 100 MB at most."""
NONE_SIZE: Final = 4.0
"""Products of what has no type, as if it were one."""
_EMPTY: Final = np.uint64(0xFFFFFFFFFFFFFFFF)
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)


@njit(nogil=True, cache=True, inline="always")
def _slot(key: np.uint64, mask: np.uint64) -> np.uint64:
    mixed = key * _MIX
    return (mixed ^ (mixed >> np.uint64(29))) & mask


@njit(nogil=True, cache=True)
def _count(
    keys: np.ndarray, values: Float32Array, mask: np.uint64, key: np.uint64, value: np.float32
) -> None:
    slot = _slot(key, mask)
    for _ in range(64):  # a table so full that it is crowded forgets the rarest pairs
        if keys[slot] == key:
            values[slot] += value
            return
        if keys[slot] == _EMPTY:
            keys[slot] = key
            values[slot] = value
            return
        slot = (slot + np.uint64(1)) & mask


@njit(nogil=True, cache=True, inline="always")
def _counted(keys: np.ndarray, values: Float32Array, mask: np.uint64, key: np.uint64) -> float:
    slot = _slot(key, mask)
    for _ in range(64):
        if keys[slot] == key:
            return float(values[slot])
        if keys[slot] == _EMPTY:
            return 0.0
        slot = (slot + np.uint64(1)) & mask
    return 0.0


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
    keys[:] = _EMPTY
    values[:] = 0
    sizes[:] = 0
    mask = np.uint64(len(keys) - 1)
    for doc in docs:
        for at in range(starts[doc], starts[doc + 1]):
            chance = chances[at]
            if chance < 0.02:
                continue
            sizes[labels[at]] += chance
            high = np.uint64(labels[at]) << np.uint64(32)
            for place in range(feature_starts[doc], feature_starts[doc + 1]):
                _count(keys, values, mask, high | np.uint64(features[place]), chance)


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
    fits: Float32Array,
) -> None:
    """Chances of each product's candidates, adding up to 1; fits: how well its features fit,
    the mean of ln P(feature | label) / P(feature).

    shares: float32[features], P(feature). own: the feature that is the label's own word, which
    says nothing for it.
    """
    mask = np.uint64(len(keys) - 1)
    for doc in range(len(starts) - 1):
        first, last = starts[doc], starts[doc + 1]
        count = feature_starts[doc + 1] - feature_starts[doc]
        weight = min(1.0, EVIDENCE / max(count, 1))
        best = -1e30
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
                if feature == own[label]:
                    continue
                held = _counted(keys, values, mask, high | np.uint64(feature))
                ratio = (held / shares[feature] + SMOOTHING) / (sizes[label] + SMOOTHING)
                total += np.log(ratio)
            fits[at] = total / max(count, 1)
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
    lists = _with_none(typed, others, type_count)
    shares = np.bincount(features, minlength=feature_count).astype(np.float32)
    shares = (shares + np.float32(1.0)) / np.float32(max(n, 1))
    chances = _normalised(lists)
    fits = np.zeros(len(lists.items), dtype=np.float32)
    keys = np.empty(1 << _bits(len(features)), dtype=np.uint64)
    values = np.empty(len(keys), dtype=np.float32)
    sizes = np.zeros(type_count + 1, dtype=np.float64)
    own_words = np.append(own, 0xFFFFFFFF).astype(np.uint32)
    docs = np.arange(0, n, max(1, -(-n // MAX_TITLES)), dtype=np.int64)
    for _ in range(ROUNDS):
        count_features(
            docs, lists.starts, lists.items, chances, feature_starts, features, keys, values, sizes
        )
        weigh(
            lists.starts, lists.items, lists.chances, feature_starts, features,
            shares, own_words, keys, values, sizes, chances, fits,
        )  # fmt: skip
    return _best(lists.starts, lists.items, chances, type_count)


def _bits(count: int) -> int:
    return int(np.clip(np.ceil(np.log2(max(count, 1) * 2)), 12, MAX_BITS))


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
