"""While building: what is known of each product, as numbers that its kind may explain."""

from typing import Final

import numpy as np
from numba import njit

from indexing.arrays import Float64Array, Int32Array, Int64Array, UInt16Array, UInt32Array
from indexing.columns import Columns
from indexing.types.phrases import FOR

MOST_WORDS: Final = 16
MOST_FIELDS: Final = 12
"""Words of a title, and filled attributes of a product, that count."""
PRICE_STEPS: Final = 1.5
"""Steps of price a doubling."""
PRICES: Final = 64


def features_of(
    codes: Int32Array,
    starts: Int64Array,
    word_count: int,
    columns: Columns,
    brand_of: Int32Array,
    named: Int32Array,
) -> tuple[Int64Array, UInt32Array, int]:
    """starts: int64[n + 1] into features: uint32; and how many kinds of feature there are.

    Features are words of the title, levels of the category, names of filled text attributes, the
    brand, the product type as the shop names it (named: int32[n], or -1), and a step of price.
    """
    category = columns.keywords["category"]
    texts = [columns.keywords[name] for name in columns.attribute_names]
    none = np.zeros(columns.doc_count + 1, dtype=np.int64)
    table = texts[0].table if texts else None
    bases = np.cumsum(
        [word_count, len(category.values), len(texts), len(columns.keywords["brand"].values),
         int(named.max(initial=-1)) + 1, PRICES]
    )  # fmt: skip
    room = int(np.minimum(np.diff(starts), MOST_WORDS).sum())
    room += len(category.ordinals) + columns.doc_count * (MOST_FIELDS + 3)
    features, ends = np.empty(room, dtype=np.uint32), np.zeros(columns.doc_count + 1, np.int64)
    used = _fill(
        codes, starts, category.offsets, category.ordinals,
        none if table is None else table.offsets,
        np.empty(0, dtype=np.uint32) if table is None else table.ordinals,
        columns.attribute_of, brand_of, named, _relative(columns.dense("price")), bases,
        features, ends,
    )  # fmt: skip
    return ends, features[:used].copy(), int(bases[-1])


def _relative(prices: Float64Array) -> Float64Array:
    """Over the middle one, so that no currency changes what is learnt."""
    known = prices[prices > 0]
    return prices / np.median(known) if len(known) else prices


@njit(nogil=True, cache=True)
def _fill(
    codes: Int32Array,
    starts: Int64Array,
    category_offsets: Int64Array,
    categories: UInt32Array,
    text_offsets: Int64Array,
    texts: UInt32Array,
    attribute_of: UInt16Array,
    brand_of: Int32Array,
    named: Int32Array,
    prices: Float64Array,
    bases: Int64Array,
    features: UInt32Array,
    ends: Int64Array,
) -> int:
    used = 0
    for row in range(len(starts) - 1):
        begin = used
        for at in range(starts[row], starts[row + 1]):
            if codes[at] == FOR:  # what it fits has words of its own
                break
            if codes[at] >= 0 and used - begin < MOST_WORDS:
                used = _add(codes[at], begin, used, features)
        for at in range(category_offsets[row], category_offsets[row + 1]):
            features[used] = bases[0] + categories[at]
            used += 1
        begin = used
        for at in range(text_offsets[row], text_offsets[row + 1]):
            if used - begin < MOST_FIELDS:
                used = _add(bases[1] + attribute_of[texts[at]], begin, used, features)
        if brand_of[row] >= 0:
            features[used] = bases[2] + brand_of[row]
            used += 1
        if named[row] >= 0:
            features[used] = bases[3] + named[row]
            used += 1
        if prices[row] > 0:
            step = int(np.floor(np.log2(prices[row]) * PRICE_STEPS)) + PRICES // 2
            features[used] = bases[4] + min(max(step, 0), PRICES - 1)
            used += 1
        ends[row + 1] = used
    return used


@njit(nogil=True, cache=True, inline="always")
def _add(feature: int, begin: int, used: int, features: UInt32Array) -> int:
    for at in range(begin, used):
        if features[at] == feature:
            return used
    features[used] = feature
    return used + 1
