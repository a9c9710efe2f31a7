"""What a difference on a few queries says about the next ones: intervals and tests.

Queries are the sample: all of them are drawn anew with replacement, whole.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from indexing.arrays import Float64Array, UInt8Array
from ranking.learning.errors import ComparisonError

CHUNK_CELLS = 4_000_000
"""Resampling works through this many query draws at a time: 32 MB."""
MOST_TOSSES, LEAST_PERMUTATIONS = 20_000_000, 1_000
"""Of the randomisation test: of more than 2,000 queries fewer permutations are drawn."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean and the ends of its confidence interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """How much better one ranker is than another on the same queries.

    difference: mean(a) − mean(b) with its interval. p_value: of the randomisation test.
    wins, losses, ties: queries where a is better, worse, equal; of those with weight.
    """

    difference: Interval
    p_value: float
    wins: int
    losses: int
    ties: int


def bootstrap_interval(
    values: Float64Array,
    weights: Float64Array | None = None,
    *,
    level: float = 0.95,
    draws: int = 2000,
    seed: int = 0,
) -> Interval:
    """Percentile bootstrap interval of the (weighted) mean over queries (Efron 1979).

    values, weights: float64[q]. The same seed gives the same interval. O(q · draws).
    With one query the interval is a point: it says nothing, and callers must say so.
    """
    weight = _weights(values, weights)
    means = np.concatenate(list(_resampled(weight * values, weight, draws, seed)))
    return _interval(float(weight @ values / weight.sum()), means, level)


def paired_difference(
    a: Float64Array,
    b: Float64Array,
    weights: Float64Array | None = None,
    *,
    level: float = 0.95,
    draws: int = 2000,
    permutations: int = 10_000,
    seed: int = 0,
) -> PairedDifference:
    """Bootstrap interval of mean(a) − mean(b), and a two-sided randomisation test.

    a, b: float64[q], values of the same queries in the same order. The interval draws queries,
    the test swaps the two rankers in each query by the toss of a coin (Smucker, Allan and
    Carterette 2007); p = (1 + as extreme) / (1 + permutations), so never 0.
    """
    if a.shape != b.shape:
        raise ComparisonError(f"{len(a)} and {len(b)} values cannot be paired by query.")
    weight = _weights(a, weights)
    gap = a - b
    interval = bootstrap_interval(gap, weight, level=level, draws=draws, seed=seed)
    counted = gap[weight > 0]
    return PairedDifference(
        difference=interval,
        p_value=_randomisation_p(weight * gap, permutations, seed),
        wins=int(np.sum(counted > 0)),
        losses=int(np.sum(counted < 0)),
        ties=int(np.sum(counted == 0)),
    )


def _weights(values: Float64Array, weights: Float64Array | None) -> Float64Array:
    weight = np.ones(len(values)) if weights is None else weights
    if len(values) == 0 or not weight.sum() > 0:
        raise ComparisonError("there is no query to measure. Check that judgments join the index.")
    return weight


def _interval(mean: float, means: Float64Array, level: float) -> Interval:
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(means, [tail, 1.0 - tail])
    return Interval(mean, float(low), float(high))


def _resampled(
    sums: Float64Array, weight: Float64Array, draws: int, seed: int
) -> Iterator[Float64Array]:
    """Means of `draws` samples of queries, drawn as how often each query occurs in a sample."""
    for drawn in _draws(len(sums), draws, seed):
        times = drawn.astype(np.float64)
        totals = times @ weight
        # a sample may hold weightless queries only; it then has no mean to add
        yield (times @ sums)[totals > 0] / totals[totals > 0]


@lru_cache(maxsize=2)
def _draws(count: int, draws: int, seed: int) -> tuple[UInt8Array, ...]:
    """Chunks of uint8[·, count]; kept, as every measure is resampled by the same draws."""
    chance = np.random.default_rng(seed)
    even = np.full(count, 1.0 / count)
    step = max(1, CHUNK_CELLS // count)
    return tuple(
        chance.multinomial(count, even, size=min(step, draws - start))
        .clip(max=255)
        .astype(np.uint8)
        for start in range(0, draws, step)
    )


def _randomisation_p(weighted_gap: Float64Array, permutations: int, seed: int) -> float:
    moved = weighted_gap[weighted_gap != 0.0]
    if len(moved) == 0:
        return 1.0
    chance = np.random.default_rng(seed)
    # sums in another order differ in the last digits; equal ones must count as as extreme
    observed = abs(float(moved.sum())) * (1.0 - 1e-12) - 1e-15
    extreme = 0
    step = max(1, CHUNK_CELLS // len(moved))
    permutations = min(permutations, max(MOST_TOSSES // len(moved), LEAST_PERMUTATIONS))
    for start in range(0, permutations, step):
        size = (min(step, permutations - start), len(moved))
        signs = chance.integers(0, 2, size=size, dtype=np.int8) * 2.0 - 1.0
        extreme += int(np.sum(np.abs(signs @ moved) >= observed))
    return (1 + extreme) / (1 + permutations)
