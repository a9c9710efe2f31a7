"""How alike the products of one list are."""

import numpy as np
from numba import njit

from indexing.arrays import Float32Array, Int32Array

LEAST_SQUARES = np.float32(1e-30)
MOST_SQUARES = np.float32(1e30)
"""Bounds of a vector's squared length that keep its reciprocal finite."""


@njit(nogil=True, cache=True, fastmath={"reassoc", "contract"})
def cosines(vectors: Float32Array) -> Float32Array:
    """float32[n, n] cosines of float32[n, d]; 1 on the diagonal.

    A row that is zero or not finite is no vector: −1 to all others, "as unlike as can be".
    A kernel, not BLAS: that starts threads for a product of this size. O(n²·d).
    """
    count, width = vectors.shape
    length = np.empty(count, np.float32)
    for i in range(count):
        squares = np.float32(0.0)
        for d in range(width):
            squares += vectors[i, d] * vectors[i, d]
        usable = squares > LEAST_SQUARES and squares < MOST_SQUARES  # false for NaN too
        length[i] = np.sqrt(squares) if usable else np.float32(0.0)
    alike = np.empty((count, count), np.float32)
    for i in range(count):
        # four at a time: row i is read once for all four
        for j in range(0, i - i % 4, 4):
            a, b, c, e = np.float32(0.0), np.float32(0.0), np.float32(0.0), np.float32(0.0)
            for d in range(width):
                own = vectors[i, d]
                a += own * vectors[j, d]
                b += own * vectors[j + 1, d]
                c += own * vectors[j + 2, d]
                e += own * vectors[j + 3, d]
            alike[i, j], alike[i, j + 1], alike[i, j + 2], alike[i, j + 3] = a, b, c, e
        for j in range(i - i % 4, i):
            a = np.float32(0.0)
            for d in range(width):
                a += vectors[i, d] * vectors[j, d]
            alike[i, j] = a
        alike[i, i] = np.float32(1.0)
        for j in range(i):
            known = length[i] > 0 and length[j] > 0
            alike[i, j] = alike[i, j] / (length[i] * length[j]) if known else np.float32(-1.0)
            alike[j, i] = alike[i, j]
    return alike


@njit(nogil=True, cache=True)
def mixed_similarity(cosine: Float32Array, keys: Int32Array, key_share: float) -> Float32Array:
    """float32[n, n] in 0..1: key_share · share of equal keys + (1 − key_share) · (1 + cosine) / 2.

    keys: int32[c, n]; a missing key (−1) equals none. (1 + cosine) / 2 as in Chen et al. 2018:
    unlike a cosine cut off at 0, it keeps the matrix positive semi-definite, which the
    determinantal point process needs. Without keys, the cosine counts alone.
    """
    kinds, count = keys.shape
    share = np.float32(key_share if kinds > 0 else 0.0)
    half = (np.float32(1.0) - share) * np.float32(0.5)
    each = share / np.float32(max(kinds, 1))
    mixed = np.empty((count, count), np.float32)
    for i in range(count):
        mixed[i, i] = np.float32(1.0)
        for j in range(i):
            value = half * (np.float32(1.0) + cosine[i, j])
            for c in range(kinds):
                if keys[c, i] >= 0 and keys[c, i] == keys[c, j]:
                    value += each
            mixed[i, j] = value
            mixed[j, i] = value
    return mixed
