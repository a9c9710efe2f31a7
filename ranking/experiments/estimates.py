"""What the outcomes of units say: rates with intervals, differences, sample ratios, horizons.

A unit (session or user) is the sample, however many searches it made: its searches are alike, so
counting each as a draw of its own would tell differences that are not there.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
from scipy.special import chdtrc

from indexing.arrays import Float64Array

MISMATCH: Final = 0.001
"""A less likely sample ratio is no chance: the experiment is broken (Fabijan et al., KDD 2019)."""
_NORMAL: Final = NormalDist()


@dataclass(frozen=True, slots=True)
class Estimate:
    """low, high: ends of the interval; variance: of the mean. All None of fewer than 2 units."""

    mean: float | None
    low: float | None = None
    high: float | None = None
    variance: float | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """absolute: b − a. relative: b ÷ a − 1. p_value: of no difference, two-sided."""

    absolute: Estimate
    relative: Estimate
    p_value: float | None


def rate(sums: Float64Array, counts: Float64Array, alpha: float = 0.05) -> Estimate:
    """Σ sums ÷ Σ counts, its variance by the delta method over units.

    sums, counts: float64[units], such as clicked searches and searches. With R the rate and
    z = (sums − R · counts) ÷ mean(counts): variance = var(z) ÷ units (Deng, Knoblich and Lu, KDD
    2018).
    """
    total = float(counts.sum())
    if not total:
        return Estimate(None)
    mean = float(sums.sum()) / total
    if len(counts) < 2:
        return Estimate(mean)
    variance = unit_variance(sums, counts) / len(counts)
    return _normal(mean, variance, alpha)


def unit_variance(sums: Float64Array, counts: Float64Array) -> float:
    """Of one unit's share in the rate; the variance of the rate of n units is an n-th of it."""
    mean = float(sums.sum()) / float(counts.sum())
    parts = (sums - mean * counts) / float(counts.mean())
    return float(np.var(parts, ddof=1))


def difference(a: Estimate, b: Estimate, alpha: float = 0.05) -> Difference:
    """Of two rates of different units."""
    nothing = Estimate(None)
    if a.mean is None or b.mean is None:
        return Difference(nothing, nothing, None)
    gap = b.mean - a.mean
    ratio = b.mean / a.mean if a.mean else None
    if a.variance is None or b.variance is None:
        return Difference(Estimate(gap), Estimate(ratio and ratio - 1), None)
    variance = a.variance + b.variance
    relative = nothing
    if a.mean and ratio is not None:
        spread = (b.variance + ratio * ratio * a.variance) / (a.mean * a.mean)
        relative = _normal(ratio - 1, spread, alpha)
    return Difference(_normal(gap, variance, alpha), relative, p_value(gap, variance))


def p_value(gap: float, variance: float) -> float:
    """Two-sided, of a normal gap; 1 where nothing varies and nothing differs."""
    if variance <= 0:
        return 1.0 if gap == 0 else 0.0
    return math.erfc(abs(gap) / math.sqrt(2 * variance))


def sample_ratio(observed: Sequence[int], shares: Sequence[float]) -> tuple[float, float]:
    """χ² of the units against the shares, and its p value (k − 1 degrees of freedom).

    χ² = Σ (observed − expected)² ÷ expected. (0, 1) without units.
    """
    total, whole = sum(observed), sum(shares)
    if not total:
        return 0.0, 1.0
    expected = [total * share / whole for share in shares]
    chi = sum((o - e) ** 2 / e for o, e in zip(observed, expected, strict=True))
    return chi, float(chdtrc(len(observed) - 1, chi))


def units_needed(
    unit_variances: float, effect: float, shares: Sequence[float], alpha: float, power: float
) -> int:
    """Units of all variants together that find an effect (absolute) with this power.

    N = (z_{1−α/2} + z_power)² · σ² · (1/s₀ + 1/sᵢ) ÷ effect², for the smallest share sᵢ; s are
    parts of 1, the control's first. With several treatments alpha is that of one comparison.
    """
    whole = sum(shares)
    control, least = shares[0] / whole, min(shares[1:]) / whole
    z = _NORMAL.inv_cdf(1 - alpha / 2) + _NORMAL.inv_cdf(power)
    needed = z * z * unit_variances * (1 / control + 1 / least) / (effect * effect)
    return max(math.ceil(needed), 2)


def preference(points: Float64Array, alpha: float = 0.05) -> Estimate:
    """By how much the share of won searches differs from a half, of the second side.

    points: float64[units, 2], searches that the first and the second side won; searches that
    nobody won are in neither. The rate's interval, less a half.
    """
    won = rate(points[:, 1], points.sum(axis=1), alpha)
    if won.mean is None or won.low is None or won.high is None:
        return Estimate(None if won.mean is None else won.mean - 0.5)
    return Estimate(won.mean - 0.5, won.low - 0.5, won.high - 0.5, won.variance)


def _normal(mean: float, variance: float, alpha: float) -> Estimate:
    half = _NORMAL.inv_cdf(1 - alpha / 2) * math.sqrt(variance)
    return Estimate(mean, mean - half, mean + half, variance)
