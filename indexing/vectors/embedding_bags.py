"""Kernels of the encoder: sums of quantised rows, halves, projection."""

from collections.abc import Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt
from numba import njit

from indexing.arrays import Float32Array, Int64Array, UInt32Array

Int8Array = npt.NDArray[np.int8]

TINY = 1e-12


def quantise(rows: Float32Array) -> tuple[Int8Array, Float32Array]:
    """Rows as int8[n, d] and one float32 scale a row: rows ≈ codes · scales[:, None]."""
    scales = np.abs(rows).max(axis=1, initial=0.0) / np.float32(127)
    codes = np.rint(rows / np.where(scales > 0, scales, 1)[:, None]).astype(np.int8)
    return codes, scales.astype(np.float32)


def flatten(bags: Sequence[Sequence[int]]) -> tuple[UInt32Array, Int64Array]:
    """Bags of ids as one flat array and where each bag begins (int64[n + 1])."""
    offsets = np.zeros(len(bags) + 1, dtype=np.int64)
    np.cumsum([len(bag) for bag in bags], out=offsets[1:])
    flat = np.fromiter(chain.from_iterable(bags), dtype=np.uint32, count=int(offsets[-1]))
    return flat, offsets


@njit(nogil=True, cache=True)
def sum_bags(
    codes: Int8Array,
    scales: Float32Array,
    ids: UInt32Array,
    weights: Float32Array,
    offsets: Int64Array,
    out: Float32Array,
) -> None:
    """Add Σ weights[t] · scales[ids[t]] · codes[ids[t]] over bag i to out[i]; float32[n, d]."""
    width = codes.shape[1]
    for i in range(offsets.shape[0] - 1):
        for t in range(offsets[i], offsets[i + 1]):
            row = ids[t]
            weight = weights[t] * scales[row]
            for j in range(width):
                out[i, j] += weight * codes[row, j]


@njit(nogil=True, cache=True)
def finish_half(rows: Float32Array, divisors: Float32Array, mean: Float32Array) -> None:
    """In place: row ← unit(row / divisor − mean). A row with divisor 0 is empty and becomes 0."""
    for i in range(rows.shape[0]):
        if divisors[i] <= TINY:
            for j in range(rows.shape[1]):
                rows[i, j] = 0.0
            continue
        square = np.float32(0.0)
        for j in range(rows.shape[1]):
            value = rows[i, j] / divisors[i] - mean[j]
            rows[i, j] = value
            square += value * value
        length = np.float32(1.0) / np.sqrt(square) if square > TINY else np.float32(0.0)
        for j in range(rows.shape[1]):
            rows[i, j] *= length


@njit(nogil=True, cache=True)
def row_lengths(rows: Float32Array, out: Float32Array) -> None:
    """Euclidean length of every row; out: float32[n]."""
    for i in range(rows.shape[0]):
        square = np.float32(0.0)
        for j in range(rows.shape[1]):
            square += rows[i, j] * rows[i, j]
        out[i] = np.sqrt(square)


@njit(nogil=True, cache=True)
def project(row: Float32Array, projection: Float32Array, out: Float32Array) -> None:
    """Add (row / |row|) @ projection to `out`; float32[m], [m, d], [d]. Adds 0 for a zero row."""
    square = np.float32(0.0)
    for i in range(row.shape[0]):
        square += row[i] * row[i]
    if square <= TINY:
        return
    scale = np.float32(1.0) / np.sqrt(square)
    for i in range(row.shape[0]):
        value = row[i] * scale
        if value != 0.0:
            for j in range(out.shape[0]):
                out[j] += value * projection[i, j]


@njit(nogil=True, cache=True)
def encode_one(
    static_codes: Int8Array,
    static_scales: Float32Array,
    static_mean: Float32Array,
    tokens: UInt32Array,
    codes: Int8Array,
    scales: Float32Array,
    idf: Float32Array,
    mean: Float32Array,
    rows: UInt32Array,
    weights: Float32Array,
    share: float,
    projection: Float32Array,
) -> Float32Array:
    """A query's vector from its token ids and word rows, float32[d]: every step in one call."""
    split = static_mean.shape[0]
    halves = np.zeros(projection.shape[0], dtype=np.float32)
    static, learnt = halves[:split].reshape(1, -1), halves[split:].reshape(1, -1)
    divisors = np.zeros(1, dtype=np.float32)

    ones = np.ones(tokens.shape[0], dtype=np.float32)
    sum_bags(static_codes, static_scales, tokens, ones, np.array([0, tokens.shape[0]]), static)
    row_lengths(static, divisors)
    finish_half(static, divisors, static_mean)

    divisors[0] = 0.0
    for t in range(rows.shape[0]):
        divisors[0] += weights[t] * idf[rows[t]]
    sum_bags(codes, scales, rows, weights, np.array([0, rows.shape[0]]), learnt)
    finish_half(learnt, divisors, mean)
    for j in range(learnt.shape[1]):
        learnt[0, j] *= np.float32(share)

    out = np.zeros(projection.shape[1], dtype=np.float32)
    project(halves, projection, out)
    return out


def unit_rows(rows: Float32Array) -> Float32Array:
    """Rows with length 1; rows of length 0 stay 0."""
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows, dtype=np.float64))[:, None]
    return (rows / np.where(lengths > TINY, lengths, np.inf)).astype(np.float32)
