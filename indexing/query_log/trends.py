"""Which queries are hot, which rise, which are new: from searches a day."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from indexing.arrays import Float32Array, Float64Array, UInt8Array, UInt32Array

DAY_S: Final = 86_400

STEADY, RISING, NEW = range(3)
TAGS: Final = ("", "rising", "new")

LEAST_GROWTH: Final = 2.0
LEAST_DEVIATIONS: Final = 4.0
NEW_DAYS: Final = 3
HOT_HALF_LIFE_DAYS: Final = 2.0
_SMOOTHING: Final = 1.0
"""Searches added on both sides of a ratio, so that one search after none is no growth."""


@dataclass(frozen=True, slots=True)
class Trends:
    """heat: float64[n], searches, the last days above all. growth: float64[n], the last 24 hours
    against the mean of the days before, 1 where nothing is known. tags: uint8[n], places in TAGS.
    """

    heat: Float64Array
    growth: Float64Array
    tags: UInt8Array


def trends(
    daily: Float32Array, decayed: Float64Array, users: UInt32Array, now: float, least_users: int
) -> Trends:
    """daily: float32[n, days], calendar days (UTC), column 0 the newest. users: uint32[n],
    recent distinct ones. now: epoch seconds, within day 0.

    heat = Σ sᵢ · 2^(-i / half-life) over days i; for a log without times the decayed count.
    growth = (s₀ + 1) / (mean of s₁… + 1). Rising: growth ≥ 2. New: nothing before the last three
    days, though the log is older. Both only with `least_users`, and if s₀ is LEAST_DEVIATIONS
    standard deviations of a Poisson count above the mean: of thousands of queries some double
    by chance every day.
    """
    size = len(daily)
    steady = np.zeros(size, dtype=np.uint8)
    if not daily.any():
        return Trends(decayed.astype(np.float64), np.ones(size), steady)
    days = last_days(daily, now)
    # Days before the log begins are not days without searches.
    known = int(np.flatnonzero(days.any(axis=0)).max()) + 1
    heat = days @ 0.5 ** (np.arange(days.shape[1]) / HOT_HALF_LIFE_DAYS)
    if known < 2:
        return Trends(heat, np.ones(size), steady)
    before = days[:, 1:known].mean(axis=1)
    growth = (days[:, 0] + _SMOOTHING) / (before + _SMOOTHING)
    unlikely = days[:, 0] - before >= LEAST_DEVIATIONS * np.sqrt(before + _SMOOTHING)
    enough = (users >= least_users) & unlikely
    tags = np.where(enough & (growth >= LEAST_GROWTH), RISING, STEADY)
    if known > NEW_DAYS + 1:
        unseen = ~days[:, NEW_DAYS:known].any(axis=1)
        tags = np.where(enough & unseen & (days[:, 0] > 0), NEW, tags)
    return Trends(heat, growth, tags.astype(np.uint8))


def last_days(daily: Float32Array, now: float) -> Float64Array:
    """Calendar days → spans of 24 hours that end now: float64[n, days].

    The newest day has only begun: the part of it that is still to come is taken from the day
    before, and so on, as if a day's searches were spread evenly. The last span lacks that part.
    """
    elapsed = now % DAY_S / DAY_S
    spans = daily.astype(np.float64)
    spans[:, 1:] *= elapsed
    spans[:, :-1] += (1.0 - elapsed) * daily[:, 1:]
    return spans
