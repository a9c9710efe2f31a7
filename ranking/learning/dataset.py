"""Judgments → training rows: the candidates that the server would score, with their features."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from indexing.arrays import BoolArray, Float32Array, Int64Array, UInt32Array
from ranking.coarse import as_candidates, choose
from ranking.deadline import Deadline
from ranking.fine import features_of
from ranking.generation import Generation
from ranking.learning.judgments import Judgments
from ranking.match_set import with_documents
from ranking.pipeline import match_set
from ranking.query.understand import understand
from ranking.request import SearchRequest
from ranking.stages import StageLog

UNJUDGED_PER_QUERY = 50


@dataclass(frozen=True, slots=True)
class QueryRows:
    """Rows of one query.

    doc_ids: uint32[k]. features: float32[k, features]. grades: float32[k], 0 if unjudged.
    judged: bool[k]. served: bool[k], whether the fine ranker would have seen the row.
    """

    query_id: str
    text: str
    doc_ids: UInt32Array
    features: Float32Array
    grades: Float32Array
    judged: BoolArray
    served: BoolArray


def training_rows(
    judgments: Judgments, generation: Generation, told: Callable[[int], None] | None = None
) -> list[QueryRows]:
    """Rows of every judged query: coarse-ranked candidates and the judged ones recall missed."""
    rows = []
    for place, (query_id, text) in enumerate(judgments.queries.items()):
        rows.append(rows_of(query_id, text, judgments.qrels[query_id], generation))
        if told is not None:
            told(place + 1)
    return rows


def rows_of(
    query_id: str, text: str, grades: Mapping[str, float], generation: Generation
) -> QueryRows:
    """Rows of one query, ascending by document; judged products not in the shop are left out."""
    snapshot, policy = generation.snapshot, generation.policy
    request = SearchRequest(text=text)
    query = understand(request, snapshot)
    log = StageLog(lambda: 0.0)
    matches = match_set(query, request, generation, Deadline(lambda: 0.0, 1.0), log)
    graded = {
        doc: grade
        for product, grade in grades.items()
        if (doc := snapshot.documents.find(product)) is not None
    }
    coarse = choose(matches, snapshot, policy.coarse_pool).candidates.doc_ids
    served = coarse[: policy.fine_pool]
    missed = np.setdiff1d(np.array(sorted(graded), dtype=np.uint32), served)
    widened = with_documents(matches, missed, query, snapshot, policy.bm25)
    places = np.searchsorted(
        widened.doc_ids, np.concatenate([coarse, np.setdiff1d(missed, coarse)])
    )
    candidates = as_candidates(widened, places, np.ones(len(places), dtype=np.uint32))
    rows = np.flatnonzero(np.isin(candidates.doc_ids, np.concatenate([served, missed])))
    rows = rows[np.argsort(candidates.doc_ids[rows])]
    chosen, features = features_of(query, candidates, rows, snapshot, policy.bm25)
    docs = chosen.doc_ids
    return QueryRows(
        query_id,
        text,
        docs,
        features,
        np.array([graded.get(int(doc), 0.0) for doc in docs], dtype=np.float32),
        np.array([int(doc) in graded for doc in docs], dtype=np.bool_),
        np.isin(docs, served),
    )


def sampled(rows: QueryRows, unjudged: int, seed: int) -> Int64Array:
    """Places of all judged rows and at most `unjudged` others, drawn by seed and query."""
    others = np.flatnonzero(~rows.judged)
    if len(others) > unjudged:
        key = int.from_bytes(blake2b(rows.text.encode(), digest_size=8).digest(), "little")
        others = np.random.default_rng([seed, key]).choice(others, unjudged, replace=False)
    return np.sort(np.concatenate([np.flatnonzero(rows.judged), others]))
