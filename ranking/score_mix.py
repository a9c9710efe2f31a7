"""One score of words and meaning, where no model decides: the coarse rank, and the best matches.

A mix of scores, as untuned rank fusion loses to BM25 on titles.
"""

import numpy as np
from numba import njit

from indexing.arrays import Float32Array

LEXICAL, SEMANTIC, COVERAGE = 0.6, 0.4, 0.5


@njit(nogil=True, cache=True)
def mixed_scores(
    lexical: Float32Array, cosine: Float32Array, coverage: Float32Array
) -> Float32Array:
    """float32[k]: BM25F and cosine, each over its best, and coverage.

    An unknown cosine (NaN) counts nothing.
    """
    best = nearest = np.float32(1e-9)
    for i in range(len(lexical)):
        best = max(best, lexical[i])
        nearest = max(nearest, cosine[i]) if not np.isnan(cosine[i]) else nearest
    by_lexical, by_cosine = np.float32(LEXICAL / best), np.float32(SEMANTIC / nearest)
    out = np.empty(len(lexical), dtype=np.float32)
    for i in range(len(lexical)):
        known = np.float32(0.0) if np.isnan(cosine[i]) else cosine[i]
        out[i] = lexical[i] * by_lexical + known * by_cosine + coverage[i] * np.float32(COVERAGE)
    return out
