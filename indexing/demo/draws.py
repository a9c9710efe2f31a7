"""Random numbers of the demo shop: blocks of 16-bit draws, and tables that give them a shape.

Only raw words of the generator are used: NumPy promises that these never change, which its
distributions may. A draw becomes a value by looking it up in a table of 65,536 entries, or as
`table[draw * len(table) >> 16]` in a shorter one.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate, chain, repeat
from statistics import NormalDist
from typing import TypeVar

import numpy as np

DRAWS = 1 << 16
_BLOCK = 1024

Value = TypeVar("Value")


def draw_rows(seed: int, stream: int, width: int) -> Iterator[list[int]]:
    """Endless rows of `width` draws (a multiple of 4), each in 0..65535; same for same arguments.

    stream: rows of different streams of one seed are independent.
    """
    generator = np.random.PCG64(np.random.SeedSequence([seed, stream]))
    while True:
        words = generator.random_raw(_BLOCK * width // 4)
        yield from words.astype("<u8").view("<u2").reshape(_BLOCK, width).tolist()


def spread(values: Sequence[Value], weights: Sequence[float], size: int) -> tuple[Value, ...]:
    """Table of `size` entries in which each value stands as often as its weight says.

    Every value stands there at least once if size >= 2 * len(values).
    """
    least = 1 if size >= 2 * len(values) else 0
    sums = list(accumulate(weights))
    spare = (size - least * len(values)) / sums[-1]
    ends = [round(total * spare) for total in sums]
    counts = [end - begin + least for begin, end in zip([0, *ends], ends, strict=False)]
    return tuple(chain.from_iterable(map(repeat, values, counts)))


def falling(count: int, power: float) -> list[float]:
    """Weights 1, 1/2^power, 1/3^power …: the first is the commonest."""
    return [1 / (rank + 1) ** power for rank in range(count)]


def normal_steps(mean: float, deviation: float, size: int = 1024) -> list[float]:
    """Quantiles of a normal distribution, ascending, for drawing by table."""
    distribution = NormalDist(mean, deviation)
    return [distribution.inv_cdf((place + 0.5) / size) for place in range(size)]


def long_tail(scale: float, power: float) -> list[int]:
    """Pareto-like whole numbers from 0, ascending, one for every draw of 16 bits."""
    quantiles = (np.arange(DRAWS, dtype=np.float64) + 0.5) / DRAWS
    return np.floor(scale * ((1 - quantiles) ** -power - 1)).astype(np.int64).tolist()  # type: ignore[no-any-return]
