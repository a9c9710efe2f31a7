"""Candidates → the feature matrix, in the order of `FEATURES`."""

import math

import numpy as np

from indexing.arrays import Float32Array
from indexing.columns.priors import PRIOR_NAMES
from indexing.postings.lexicon import UNKNOWN
from indexing.snapshot import Snapshot
from ranking.bm25 import Bm25Weights
from ranking.features.asked import asked_fit
from ranking.features.features import NAMES
from ranking.features.match_columns import MATCH_COLUMNS, fill_match_columns
from ranking.features.pseudo_relevance import feedback
from ranking.features.shares import mid_ranks
from ranking.features.text_columns import COLUMNS as TEXT_COLUMNS
from ranking.features.text_match import text_matches
from ranking.query.query import Query
from ranking.search.candidates import Candidates

_MATCHES = len(MATCH_COLUMNS)
_POPULARITY = PRIOR_NAMES.index("popularity_percentile")


def extract(
    query: Query, candidates: Candidates, snapshot: Snapshot, weights: Bm25Weights
) -> Float32Array:
    """float32[k, len(FEATURES)]; every value finite or NaN."""
    k = len(candidates)
    text = text_matches(
        candidates.doc_ids, query.slots, snapshot.index, weights, _last_prefix(query, snapshot)
    )
    priors = snapshot.priors[candidates.doc_ids]
    text_end, prior_end = len(TEXT_COLUMNS), len(TEXT_COLUMNS) + _MATCHES + len(PRIOR_NAMES)
    out = np.empty((len(NAMES), k), dtype=np.float32)  # by feature: a column at a time is written
    out[:text_end] = text.T
    out[prior_end - len(PRIOR_NAMES) : prior_end] = priors.T
    prices = snapshot.prices[candidates.doc_ids]
    price_percentile = mid_ranks(prices)
    fill_match_columns(
        candidates.lexical, candidates.coverage, candidates.levels, candidates.cosine,
        candidates.ranks, best_possible(query, snapshot, weights), out[text_end:],
    )  # fmt: skip
    for place, value in enumerate(
        (
            price_percentile,
            mid_ranks(priors[:, _POPULARITY].astype(np.float64)),
            *feedback(candidates, snapshot, prices),
            np.log(np.maximum(candidates.variants, 1), dtype=np.float32),
            *asked_fit(query, candidates, snapshot, prices, price_percentile),
        ),
        prior_end,
    ):
        out[place] = value
    values = _query_values(query, candidates, snapshot)
    out[-len(values) :] = np.array(values, dtype=np.float32)[:, None]
    return np.ascontiguousarray(out.T)


def best_possible(query: Query, snapshot: Snapshot, weights: Bm25Weights) -> float:
    """BM25F of a document that holds every known slot without end: Σ idf·boost·(k1 + 1)."""
    idf = snapshot.index.statistics.idf
    total = sum(
        max(
            (a.boost * sum(idf(t) for t in a.term_ids) for a in s.alternatives),
            default=0.0,
        )
        for s in query.slots
    )
    return max(total * (weights.k1 + 1.0), 1e-9)


def _query_values(query: Query, candidates: Candidates, snapshot: Snapshot) -> list[float]:
    required = query.required
    weights = [slot.weight for slot in required] or [0.0]
    total = max(sum(weights), 1e-9)
    rarest = snapshot.index.statistics.idf(UNKNOWN)
    unknown = sum(slot.weight for slot in required if not slot.alternatives)
    numbers = sum(any(sign.isdigit() for sign in slot.text) for slot in required)
    return [
        len(required),
        total / len(weights) / rarest,
        max(weights) / total,
        unknown / total,
        numbers / max(len(required), 1),
        math.log1p(len(candidates)),
        1.0 - np.count_nonzero(candidates.levels) / max(len(candidates), 1),
    ]


def _last_prefix(query: Query, snapshot: Snapshot) -> tuple[int, int]:
    required = query.required
    if not required:
        return 0, 0
    last = max(required, key=lambda slot: slot.position)
    return snapshot.index.lexicon.prefix_range(last.text) if len(last.text) > 1 else (0, 0)
