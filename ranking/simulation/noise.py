"""Chance that belongs to a thing: the same number for the same key and seed, in any order."""

import numpy as np

from indexing.arrays import Float64Array, Int64Array, UInt64Array


def uniforms(keys: Int64Array, seed: int) -> Float64Array:
    """Float64[n] above 0 and below 1. SplitMix64 (Steele, Lea and Flood 2014)."""
    with np.errstate(over="ignore"):
        mixed = keys.astype(np.uint64) + _step(seed + 1)
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
        mixed ^= mixed >> np.uint64(31)
    found: Float64Array = ((mixed >> np.uint64(11)).astype(np.float64) + 0.5) / (1 << 53)
    return found


def normals(keys: Int64Array, seed: int) -> Float64Array:
    """Float64[n], mean 0, variance 1 (Box and Muller)."""
    radius = np.sqrt(-2 * np.log(uniforms(keys, 2 * seed)))
    found: Float64Array = radius * np.cos(2 * np.pi * uniforms(keys, 2 * seed + 1))
    return found


def _step(seed: int) -> UInt64Array:
    return np.array(seed % (1 << 32) * 0x9E3779B97F4A7C15 % (1 << 64), dtype=np.uint64)
