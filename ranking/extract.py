"""Candidates → the feature matrix, in the order of `FEATURES`."""

import numpy as np

from indexing.arrays import Float32Array
from indexing.priors import PRIOR_NAMES
from indexing.snapshot import Snapshot
from ranking.asked import asked_fit
from ranking.bm25 import Bm25Weights, idf
from ranking.candidates import Candidates
from ranking.features import FEATURES, NAMES
from ranking.feedback import feedback
from ranking.query.query import Query
from ranking.shares import mid_ranks
from ranking.text_columns import COLUMNS as TEXT_COLUMNS
from ranking.text_match import text_matches

_MATCHES = sum(feature.group == "match" for feature in FEATURES)
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
    price_percentile = mid_ranks(snapshot.prices[candidates.doc_ids])
    for place, column in enumerate(_match_columns(query, candidates, snapshot, weights), text_end):
        out[place] = column
    for place, value in enumerate(
        (
            price_percentile,
            mid_ranks(priors[:, _POPULARITY].astype(np.float64)),
            *feedback(candidates, snapshot),
            np.log(np.maximum(candidates.variants, 1)),
            *asked_fit(query, candidates, snapshot, price_percentile),
            *_query_values(query, candidates, snapshot),
        ),
        prior_end,
    ):
        out[place] = value
    return np.ascontiguousarray(out.T)


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
