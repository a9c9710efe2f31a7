"""The `match` group of features, of one query's candidates: one kernel, a row a feature."""

import numpy as np
from numba import njit

from indexing.arrays import Float32Array, UInt8Array, UInt32Array

MATCH_COLUMNS = (
    "bm25",
    "bm25_to_top",
    "coverage",
    "level",
    "cosine",
    "cosine_to_top",
    "rank_identifier",
    "rank_lexical",
    "rank_semantic",
    "channels",
    "agreement",
)
"""In the order of the rows; `ranking.features.features` holds their meaning."""


@njit(nogil=True, cache=True)
def fill_match_columns(
    lexical: Float32Array,
    coverage: Float32Array,
    levels: UInt8Array,
    cosine: Float32Array,
    ranks: UInt32Array,
    best_possible: float,
    out: Float32Array,
) -> None:
    """out: float32[len(MATCH_COLUMNS), k]. best_possible: the query's highest BM25F, above 0."""
    top = 1e-9
    nearest = np.float32(np.nan)
    for i in range(len(lexical)):
        top = max(top, lexical[i])
        if not nearest >= cosine[i]:  # also while it is NaN
            nearest = cosine[i] if not np.isnan(cosine[i]) else nearest
    for i in range(len(lexical)):
        out[0, i] = min(lexical[i] / best_possible, 1.0)
        out[1, i] = lexical[i] / top
        out[2, i] = coverage[i]
        out[3, i] = levels[i]
        out[4, i] = cosine[i]
        out[5, i] = cosine[i] - nearest
        found = 0
        for channel in range(ranks.shape[1]):
            found += ranks[i, channel] > 0
        for channel in range(3):
            rank = ranks[i, channel]
            out[6 + channel, i] = 1.0 / (1.0 + rank) if rank > 0 else 0.0
        out[9, i] = found
        out[10, i] = np.sqrt(out[7, i] * out[8, i])
