"""Judgments → training rows: the candidates that the server would score, with their features."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b

import numpy as np

from indexing.arrays import BoolArray, Float32Array, Int64Array, UInt32Array
from indexing.snapshot import Snapshot
from ranking.generation import Generation
from ranking.learning.judgments import Judgments
from ranking.query.query import Query
from ranking.search.candidates import Candidates
from ranking.search.coarse import as_candidates, ranked
from ranking.search.context import Context
from ranking.search.fine import features_of
from ranking.search.match_set import MatchSet, with_documents
from ranking.search.matching import find
from ranking.search.request import SearchRequest
from ranking.search.root import choose
from ranking.search.stock import sold_out

UNJUDGED_PER_QUERY = 50


@dataclass(frozen=True, slots=True)
class QueryRows:
    """Rows of one query, ascending by document.

    doc_ids: uint32[k]. features: float32[k, features]. grades: float32[k], 0 if unjudged.
    judged: bool[k]. served: bool[k], whether the fine ranker would have seen the row; the others
    are judged products that recall or the coarse rank lost. tail: uint32[t], what the server
    shows after the served rows, best first.
    """

    query_id: str
    text: str
    doc_ids: UInt32Array
    features: Float32Array
    grades: Float32Array
    judged: BoolArray
    served: BoolArray
    tail: UInt32Array

    def __len__(self) -> int:
        return len(self.doc_ids)

    def take(self, places: Int64Array) -> "QueryRows":
        """Some of the rows (ascending places)."""
        return replace(
            self,
            doc_ids=self.doc_ids[places],
            features=self.features[places],
            grades=self.grades[places],
            judged=self.judged[places],
            served=self.served[places],
        )


def training_rows(
    judgments: Judgments, generation: Generation, told: Callable[[int], None] | None = None
) -> list[QueryRows]:
    """Rows of every judged query, in the order of the judgments.

    Features of served rows equal those in serving, bit by bit. About 0.1 MB a query.
    told: the number of queries done so far.
    """
    rows = []
    for place, (query_id, text) in enumerate(judgments.queries.items()):
        rows.append(rows_of(query_id, text, judgments.qrels[query_id], generation))
        if told is not None:
            told(place + 1)
    return rows


def rows_of(
    query_id: str, text: str, grades: Mapping[str, float], generation: Generation
) -> QueryRows:
    """Rows of one query; judged products that are not in the index are left out.

    A variant's grade is its group's: the server shows any one of them.
    """
    snapshot, policy = generation.snapshot, generation.policy
    context = Context.unhurried(SearchRequest(text=text), generation)
    found = find(context)
    query, (answer,) = found.query, found.answer  # a model learns from one built snapshot
    group_of = snapshot.columns.group_of
    graded: dict[int, float] = {}
    first: dict[int, int] = {}
    for product, grade in grades.items():
        doc = snapshot.documents.find(product)
        if doc is not None:
            group = int(group_of[doc])
            graded[group] = max(grade, graded.get(group, grade))
            first[group] = min(doc, first.get(group, doc))
    coarse = choose(query, found.answer, context, policy.coarse_pool).candidates
    pool = np.arange(min(policy.fine_pool, len(coarse)))
    served = pool[np.argsort(coarse.doc_ids[pool])]
    chosen, features = features_of(query, coarse, served, generation)
    found_groups = set(group_of[chosen.doc_ids].tolist())
    lost = np.array(sorted(first[g] for g in first if g not in found_groups), dtype=np.uint32)
    docs = np.concatenate([chosen.doc_ids, lost])
    if len(lost):
        added = _as_if_found(query, answer, coarse, chosen.doc_ids, lost, generation)
        features = np.concatenate([features, added])
    order = np.argsort(docs)
    docs = docs[order]
    groups = group_of[docs].tolist()
    return QueryRows(
        query_id,
        text,
        docs,
        features[order],
        np.array([graded.get(group, 0.0) for group in groups], dtype=np.float32),
        np.array([group in graded for group in groups], dtype=np.bool_),
        np.isin(docs, chosen.doc_ids),
        coarse.doc_ids[len(pool) :],
    )


def _as_if_found(
    query: Query,
    answer: MatchSet,
    coarse: Candidates,
    served: UInt32Array,
    lost: UInt32Array,
    generation: Generation,
) -> Float32Array:
    """Features of lost products, as if recall had brought them in addition to the served ones."""
    snapshot, weights = generation.snapshot, generation.policy.bm25
    widened = with_documents(answer, lost, query, snapshot, weights)
    group_of = snapshot.columns.group_of
    groups, sizes = np.unique(group_of[widened.doc_ids], return_counts=True)
    candidates = np.union1d(coarse.doc_ids, lost)
    variants = sizes[np.searchsorted(groups, group_of[candidates])].astype(np.uint32)
    at = np.searchsorted(widened.doc_ids, candidates)
    found = ranked(as_candidates(widened, at, variants, snapshot.columns, segment=0))
    places = np.flatnonzero(np.isin(candidates, np.concatenate([served, lost])))
    chosen, features = features_of(query, found, places, generation)
    return features[np.isin(chosen.doc_ids, lost)]


def sampled(
    rows: QueryRows, seed: int, unjudged: int = UNJUDGED_PER_QUERY, *, judged_only: bool = False
) -> QueryRows:
    """All judged rows and at most `unjudged` others (none if `judged_only`).

    The draw depends on the seed and the query's text, not on other queries.
    """
    others = np.flatnonzero(~rows.judged)
    if judged_only:
        others = others[:0]
    elif len(others) > unjudged:
        key = int.from_bytes(blake2b(rows.text.encode(), digest_size=8).digest(), "little")
        others = np.random.default_rng([seed, key]).choice(others, unjudged, replace=False)
    return rows.take(np.sort(np.concatenate([np.flatnonzero(rows.judged), others])))


def reranked(rows: QueryRows, scores: Float32Array, snapshot: Snapshot) -> UInt32Array:
    """Documents in the order that the server would show with these scores, without diversity.

    scores: float32[len(rows)]. Served rows by score (ties by document), then the tail; sold-out
    products last where the index says so.
    """
    places = np.flatnonzero(rows.served)
    best = np.lexsort((rows.doc_ids[places], -scores[places]))
    docs = np.concatenate([rows.doc_ids[places[best]], rows.tail])
    if snapshot.config.out_of_stock == "demote":
        docs = docs[np.argsort(sold_out(docs, snapshot), kind="stable")]
    return docs
