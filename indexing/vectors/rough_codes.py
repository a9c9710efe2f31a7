"""Vectors again in one byte a component, to rule out most before they are compared exactly.

An exact scan is bound by how fast memory gives the rows; a quarter of the bytes takes less than
half as long. A rough score is at most `Σ |query| · step / 2` away from the exact one, so what is
left holds all that the exact scan finds: the answer is the same.

Where a score is named that all must reach, as another segment has the quota of better ones, the
first 64 components are looked at before. The encoder's are in the order of what they hold of a
vector; the product of the others is at most that of their lengths (Cauchy-Schwarz), which rules out
nearly all.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numba import njit

from indexing.arrays import (
    Float32Array,
    Int64Array,
    UInt8Array,
    load_array,
    new_mapped,
    save_array,
)
from indexing.vectors.quantized import encode_rows, score_all, score_rows

ROUGH_FROM = 1_000
"""Rows from which this pays."""
CODES_FILE, SCALE_FILE = "rough.npy", "rough_scale.npy"
HEADS_FILE, TAILS_FILE = "rough_heads.npy", "rough_tails.npy"
HEAD = 64
_MOST_LEFT = 0.5
"""Share of the rows; if the heads leave more, all are scored as if nothing had been tried."""
_CHUNK = 16_384
_BINS = 1_024
_ROUNDING = 1e-4
"""Of float32 sums, and of codes at the ends of their ranges."""


@dataclass(frozen=True, slots=True, eq=False)
class RoughCodes:
    """codes: uint8[m, d]; a component is at most half a step from low + code · step.

    heads: uint8[m, 64], their first components; tails: float32[m], the length of all others; None
    if there are no others, or the index was built before these were kept.
    """

    codes: UInt8Array
    low: Float32Array
    step: Float32Array
    heads: UInt8Array | None = None
    tails: Float32Array | None = None

    @classmethod
    def load(cls, folder: Path) -> "RoughCodes | None":
        """None where there are none."""
        if not (folder / CODES_FILE).exists():
            return None
        low, step = load_array(folder / SCALE_FILE)
        codes = load_array(folder / CODES_FILE)
        if not (folder / TAILS_FILE).exists():
            return cls(codes, low, step)
        heads, tails = load_array(folder / HEADS_FILE), load_array(folder / TAILS_FILE)
        return cls(codes, low, step, heads, tails)

    def possible(
        self, query: Float32Array, k: int, rows: Int64Array | None, least: float = -np.inf
    ) -> Int64Array:
        """Places among `rows` (all if None) that may be of the k nearest, ascending.

        query: float32[d], of any length. least: of exact scores that are wanted.
        """
        count = len(self.codes) if rows is None else len(rows)
        if count <= 2 * k:
            return np.arange(count, dtype=np.int64)
        left = self._left_by_heads(query, rows, least) if least > -np.inf else None
        if left is not None:
            rows = left if rows is None else rows[left]
        scores, away = _scores(self.codes, query, self.low, self.step, rows)
        places = np.flatnonzero(scores >= np.float32(least - away))
        if len(places) > k:
            wanted = scores[places]
            places = places[wanted >= below_best(wanted, k) - 2 * away]
        return places if left is None else left[places]

    def _left_by_heads(
        self, query: Float32Array, rows: Int64Array | None, least: float
    ) -> Int64Array | None:
        """Places that may reach `least`; None if that is not worth while."""
        if self.heads is None or self.tails is None:
            return None
        low, step = self.low[:HEAD], self.step[:HEAD]
        scores, away = _scores(self.heads, query[:HEAD], low, step, rows)
        tails = self.tails if rows is None else self.tails[rows]
        scores += np.float32(np.linalg.norm(query[HEAD:]) * (1 + _ROUNDING)) * tails
        left = np.flatnonzero(scores >= np.float32(least - away))
        return left if len(left) <= _MOST_LEFT * len(scores) else None


def _scores(
    codes: UInt8Array,
    query: Float32Array,
    low: Float32Array,
    step: Float32Array,
    rows: Int64Array | None,
) -> tuple[Float32Array, float]:
    """float32[k], and how far the exact ones are away at most."""
    weights, offset = query * step, np.float32(query @ low)
    scores = np.empty(len(codes) if rows is None else len(rows), dtype=np.float32)
    if rows is None:
        score_all(codes, weights, offset, scores)
    else:
        score_rows(codes, rows, weights, offset, scores)
    away = np.abs(weights).sum() / 2 + _ROUNDING * max(float(np.linalg.norm(query)), 1.0)
    return scores, float(away)


@njit(nogil=True, cache=True)
def below_best(scores: Float32Array, k: int) -> float:
    """At most the k-th highest of the scores, and hardly less; a fifth of the time of a partition.

    The lower edge of the bin that holds it, of 1,024 from least to greatest.
    """
    low, high = scores.min(), scores.max()
    width = np.float64(high) - np.float64(low)
    if not 0 < width < np.inf:
        return float(low) if width == 0 else -np.inf
    per_width = (_BINS - 1) / width
    counts = np.zeros(_BINS, dtype=np.int64)
    for score in scores:
        counts[int((score - low) * per_width)] += 1
    seen, place = counts[_BINS - 1], _BINS - 1
    while seen < k and place > 0:
        place -= 1
        seen += counts[place]
    return float(low + (place - 1) / per_width)  # a bin less, as edges are rounded


def write_rough(folder: Path, rows: Float32Array) -> None:
    """Beside the rows, float32[m, d]; nothing if they are few."""
    if len(rows) < ROUGH_FROM:
        return
    low, high = rows.min(axis=0), rows.max(axis=0)
    step = (np.maximum(high - low, np.float32(1e-6)) / np.float32(255)).astype(np.float32)
    codes = new_mapped(folder / CODES_FILE, np.uint8, rows.shape)
    for first in range(0, len(rows), _CHUNK):
        codes[first : first + _CHUNK] = encode_rows(rows[first : first + _CHUNK], low, step)
    codes.flush()
    save_array(folder / SCALE_FILE, np.stack([low, step]))
    if rows.shape[1] > HEAD:
        save_array(folder / HEADS_FILE, codes[:, :HEAD])
        save_array(folder / TAILS_FILE, np.linalg.norm(rows[:, HEAD:], axis=1))
