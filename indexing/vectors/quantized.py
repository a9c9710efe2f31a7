"""Vectors as one byte a component, and exact inner products over them."""

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from indexing.arrays import Float32Array, Int64Array, UInt8Array

Codes = npt.NDArray[Any]
"""uint8[m, d] codes, or float32[m, d] vectors as they are."""


def ranges(sample: Float32Array, margin: float) -> tuple[Float32Array, Float32Array]:
    """Lowest and highest value of each component, float32[d], widened by a share of the range.

    Rows outside the ranges are clipped, so the sample should come from the whole catalogue.
    """
    low, high = sample.min(axis=0), sample.max(axis=0)
    width = np.maximum(high - low, np.float32(1e-3))
    return low - margin * width, high + margin * width


def encode_rows(rows: Float32Array, low: Float32Array, step: Float32Array) -> UInt8Array:
    """Nearest codes: row ≈ low + code · step; values outside the ranges are clipped."""
    codes: UInt8Array = np.clip(np.rint((rows - low) / step), 0, 255).astype(np.uint8)
    return codes


@njit(nogil=True, cache=True, fastmath={"reassoc", "contract", "nsz"})
def score_rows(
    codes: Codes, rows: Int64Array, weights: Float32Array, offset: np.float32, out: Float32Array
) -> None:
    """out[i] = offset + Σ weights · codes[rows[i]]; float32[k]. Sums may be reordered (SIMD)."""
    for i in range(rows.shape[0]):
        row = rows[i]
        total = np.float32(0.0)
        for j in range(weights.shape[0]):
            total += weights[j] * codes[row, j]
        out[i] = total + offset


@njit(nogil=True, cache=True, fastmath={"reassoc", "contract", "nsz"})
def score_all(codes: Codes, weights: Float32Array, offset: np.float32, out: Float32Array) -> None:
    """out[i] = offset + Σ weights · codes[i] for every row; float32[m]."""
    for i in range(codes.shape[0]):
        total = np.float32(0.0)
        for j in range(weights.shape[0]):
            total += weights[j] * codes[i, j]
        out[i] = total + offset


def best_places(scores: Float32Array, k: int) -> Int64Array:
    """Places of the k highest scores, best first; of equal scores the first places, in order."""
    if k < len(scores):
        least = np.partition(scores, len(scores) - k)[len(scores) - k]
        places = np.flatnonzero(scores >= least)
    else:
        places = np.arange(len(scores))
    # -0.0 == 0.0, so lexsort sees equal scores as equal
    return places[np.lexsort((places, -scores[places]))][:k]
