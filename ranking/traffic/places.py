"""Which places of a page are given away: drawn, the same for whoever asks the same in that span."""

from hashlib import blake2b

import numpy as np

from indexing.arrays import Int64Array


def places_given(
    share: float, first: int, depth: int, length: int, chance: np.random.Generator
) -> Int64Array:
    """int64[s], places from 0, ascending: one, drawn, of each run of 1 / share places, from the
    place `first` (from 1) to `depth`.
    """
    if share * depth < 1:
        return np.empty(0, dtype=np.int64)
    run = int(np.ceil(1 / share))
    begins = np.arange(first - 1, min(depth, length) - run + 1, run)
    return begins + chance.integers(0, run, len(begins))


def chance_of(span: str, text: str) -> np.random.Generator:
    """span: a day or an hour."""
    raw = f"{span}\0{text.casefold()}".encode("utf-8", "surrogatepass")
    return np.random.default_rng(int.from_bytes(blake2b(raw, digest_size=8).digest()))
