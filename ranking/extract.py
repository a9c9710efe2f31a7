"""Candidates → the feature matrix, in the order of `FEATURES`."""

import numpy as np

from indexing.arrays import Float32Array, Float64Array
from indexing.priors import PRIOR_NAMES
from indexing.snapshot import Snapshot
from ranking.asked import asked_fit
from ranking.bm25 import Bm25Weights, idf
from ranking.candidates import Candidates
from ranking.features import NAMES
from ranking.feedback import feedback
from ranking.query.query import Query
from ranking.text_columns import COLUMNS as TEXT_COLUMNS
from ranking.text_match import text_matches

_PRICE = PRIOR_NAMES.index("price_percentile")
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
    out = np.empty((k, len(NAMES)), dtype=np.float32)
    place = len(TEXT_COLUMNS)
    out[:, :place] = text
    price_percentile = _percentile(snapshot.prices[candidates.doc_ids])
    for column in (
        *_match_columns(query, candidates, snapshot, weights),
        *priors.T,
        price_percentile,
        _percentile(priors[:, _POPULARITY]),
        *feedback(candidates, snapshot),
        np.log(np.maximum(candidates.variants, 1)),
        *asked_fit(query, candidates, snapshot, price_percentile),
        *_query_values(query, candidates, snapshot),
    ):
        out[:, place] = column
        place += 1
    return out


def _match_columns(
    query: Query, candidates: Candidates, snapshot: Snapshot, weights: Bm25Weights
) -> list[Float32Array]:
    best = best_possible(query, snapshot, weights)
    top = max(float(candidates.lexical.max(initial=0.0)), 1e-9)
    cosine = candidates.cosine
    known = cosine[~np.isnan(cosine)]
    ranks = np.where(candidates.ranks > 0, 1.0 / (1.0 + candidates.ranks), 0.0)
    return [
        np.minimum(candidates.lexical / best, 1.0),
        candidates.lexical / top,
        candidates.coverage,
        candidates.levels.astype(np.float32),
        cosine,
        cosine - (known.max() if len(known) else np.nan),
        ranks[:, 0],
        ranks[:, 1],
        ranks[:, 2],
        (candidates.ranks > 0).sum(axis=1),
        np.sqrt(ranks[:, 1] * ranks[:, 2]),
    ]


def best_possible(query: Query, snapshot: Snapshot, weights: Bm25Weights) -> float:
    """BM25F of a document that holds every known slot without end: Σ idf·boost·(k1 + 1)."""
    freqs, count = snapshot.index.statistics.doc_freqs, snapshot.index.statistics.doc_count
    total = sum(
        max(
            (a.boost * sum(idf(int(freqs[t]), count) for t in a.term_ids) for a in s.alternatives),
            default=0.0,
        )
        for s in query.slots
    )
    return max(total * (weights.k1 + 1.0), 1e-9)


def _query_values(query: Query, candidates: Candidates, snapshot: Snapshot) -> list[float]:
    required = query.required
    weights = [slot.weight for slot in required] or [0.0]
    total = max(sum(weights), 1e-9)
    rarest = idf(0, max(snapshot.index.statistics.doc_count, 1))
    unknown = sum(slot.weight for slot in required if not slot.alternatives)
    numbers = sum(any(sign.isdigit() for sign in slot.text) for slot in required)
    return [
        len(required),
        total / len(weights) / rarest,
        max(weights) / total,
        unknown / total,
        numbers / max(len(required), 1),
        float(np.log1p(len(candidates))),
        float((candidates.levels == 0).mean()) if len(candidates) else 0.0,
    ]


def _last_prefix(query: Query, snapshot: Snapshot) -> tuple[int, int]:
    required = query.required
    if not required:
        return 0, 0
    last = max(required, key=lambda slot: slot.position)
    return snapshot.index.lexicon.prefix_range(last.text) if len(last.text) > 1 else (0, 0)


def _percentile(values: Float32Array | Float64Array) -> Float64Array:
    """Mid-rank among the known values, 0 to 1."""
    out = np.full(len(values), np.nan)
    known = np.flatnonzero(~np.isnan(values))
    if len(known):
        ordered = np.sort(values[known])
        low = np.searchsorted(ordered, values[known], side="left")
        high = np.searchsorted(ordered, values[known], side="right")
        out[known] = (low + high) / 2 / len(known)
    return out
