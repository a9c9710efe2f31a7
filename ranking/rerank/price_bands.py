"""Prices as keys for window caps and likeness: what a shopper calls about the same price."""

import numpy as np

from indexing.arrays import Float64Array, Int32Array

BANDS_A_DOUBLING = 2
"""Neighbouring bands differ by the factor √2."""


def price_bands(prices: Float64Array) -> Int32Array:
    """int32[n] of float64[n]: ⌊2 · log₂ price⌋, shifted to 0 or more; −1 if missing or not above 0.

    Equal ratios, not equal steps, so one rule fits pencils and pianos and any currency.
    """
    known = np.isfinite(prices) & (prices > 0.0)
    bands = np.full(len(prices), -1, np.int32)
    # a float64 is at least 2^−1074, so no band falls below 0
    bands[known] = np.floor(BANDS_A_DOUBLING * np.log2(prices[known])).astype(np.int32) + 2148
    return bands
