"""What recall and the coarse rank know of each candidate."""

import numpy as np
from numba import njit

from indexing.arrays import Float32Array, UInt8Array, UInt32Array
from indexing.snapshot import Snapshot
from ranking.bm25 import Bm25Weights
from ranking.features.feature import Feature, Group, Rows
from ranking.features.inputs import Inputs
from ranking.query.query import Query
from ranking.recall.channels import NAMES as CHANNELS

_RANKED = ("identifier", "lexical", "semantic")
"""Channels whose rank is a feature; who is popular is one of its own."""
_COUNTED = (*_RANKED, "popular")
"""A channel that comes later is not: models of before would read another number."""

FEATURES = (
    Feature("bm25", "BM25F over the query's best possible score", 0, 1, trend=1),
    Feature("bm25_to_top", "BM25F over the best candidate's", 0, 1, trend=1),
    Feature("coverage", "share of the query's weight matched in any field", 0, 1, trend=1),
    Feature("level", "relaxation level, 0 strict to 4 by meaning, 5 popular", 0, 5, trend=-1),
    Feature("cosine", "cosine of query and product", -1, 1, "no vector: NaN", trend=1),
    Feature("cosine_to_top", "cosine less the best candidate's", -2, 0, "no vector: NaN", trend=1),
    *(
        Feature(f"rank_{name}", f"1/(1 + rank) in the {name} channel", 0, 0.5, "not found: 0",
                trend=1)
        for name in _RANKED
    ),
    Feature("channels", "number of channels that found it: these and the popular one", 0, 4,
            trend=1),
    Feature("agreement", "lexical times semantic rank feature, to the half", 0, 0.5, trend=1),
)  # fmt: skip


def _fill(inputs: Inputs, rows: Rows) -> None:
    found = inputs.candidates
    best = best_possible(inputs.query, inputs.tables, inputs.weights)
    _fill_match(
        found.lexical, found.coverage, found.levels, found.cosine, found.ranks, best, rows.matrix
    )


MATCH = Group("match", "What recall and the coarse rank know of the candidate.", FEATURES, _fill)

# Places of the rows, as constants for the kernel.
_BM25 = MATCH.names.index("bm25")
_TO_TOP = MATCH.names.index("bm25_to_top")
_COVERAGE = MATCH.names.index("coverage")
_LEVEL = MATCH.names.index("level")
_COSINE = MATCH.names.index("cosine")
_COSINE_TO_TOP = MATCH.names.index("cosine_to_top")
_RANKS = tuple(MATCH.names.index(f"rank_{name}") for name in _RANKED)
_LEXICAL = MATCH.names.index("rank_lexical")
_SEMANTIC = MATCH.names.index("rank_semantic")
_CHANNELS = MATCH.names.index("channels")
_AGREEMENT = MATCH.names.index("agreement")
_RANK_COLUMNS = tuple(CHANNELS.index(name) for name in _RANKED)
_COUNTED_COLUMNS = tuple(CHANNELS.index(name) for name in _COUNTED)


def best_possible(query: Query, snapshot: Snapshot, weights: Bm25Weights) -> float:
    """BM25F of a document that holds every known slot without end: Σ idf·boost·(k1 + 1)."""
    idf = snapshot.index.statistics.idf
    total = sum(
        max((a.boost * sum(idf(t) for t in a.term_ids) for a in s.alternatives), default=0.0)
        for s in query.slots
    )
    return max(total * (weights.k1 + 1.0), 1e-9)


@njit(nogil=True, cache=True)
def _fill_match(
    lexical: Float32Array,
    coverage: Float32Array,
    levels: UInt8Array,
    cosine: Float32Array,
    ranks: UInt32Array,
    best_possible: float,
    out: Float32Array,
) -> None:
    """out: float32[features, k]. best_possible: the query's highest BM25F, above 0."""
    top = 1e-9
    nearest = np.float32(np.nan)
    for i in range(len(lexical)):
        top = max(top, lexical[i])
        if not nearest >= cosine[i]:  # also while it is NaN
            nearest = cosine[i] if not np.isnan(cosine[i]) else nearest
    for i in range(len(lexical)):
        out[_BM25, i] = min(lexical[i] / best_possible, 1.0)
        out[_TO_TOP, i] = lexical[i] / top
        out[_COVERAGE, i] = coverage[i]
        out[_LEVEL, i] = levels[i]
        out[_COSINE, i] = cosine[i]
        out[_COSINE_TO_TOP, i] = cosine[i] - nearest
        found = 0
        for column in _COUNTED_COLUMNS:
            found += ranks[i, column] > 0
        for place in range(len(_RANKS)):
            rank = ranks[i, _RANK_COLUMNS[place]]
            out[_RANKS[place], i] = 1.0 / (1.0 + rank) if rank > 0 else 0.0
        out[_CHANNELS, i] = found
        out[_AGREEMENT, i] = np.sqrt(out[_LEXICAL, i] * out[_SEMANTIC, i])
