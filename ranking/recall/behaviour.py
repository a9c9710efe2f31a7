"""Behaviour channel: what shoppers chose after the same query."""

from typing import Final

import numpy as np

from indexing.arrays import Float32Array, UInt32Array
from indexing.snapshot import Snapshot
from ranking.behaviour.facts import Facts
from ranking.query.query import Query
from ranking.recall.hits import NO_HITS, Hits

QUOTA: Final = 50
LEAST_LIFT: Final = 0.1
"""What was hardly chosen more than its places let expect is no reason to find it."""


def chosen(query: Query, segment: Snapshot, least: float = -np.inf) -> Hits:
    """Scores are from 0 to 1: how much more than expected it was chosen."""
    clicked, facts = query.clicked, query.facts
    liked = np.flatnonzero(clicked.lifts >= LEAST_LIFT)
    if facts is None or not len(liked):
        return NO_HITS
    best = liked[np.argsort(-clicked.lifts[liked], kind="stable")[:QUOTA]]
    scores = (1 - np.exp(-clicked.lifts[best])).astype(np.float32)
    rows = clicked.rows[best]
    if least > -np.inf:
        kept = scores >= np.float32(least)
        rows, scores = rows[kept], scores[kept]
    return products_of(facts, rows, scores, segment)


def products_of(facts: Facts, rows: UInt32Array, scores: Float32Array, segment: Snapshot) -> Hits:
    """All products of these rows that are there, each with the score of its row."""
    if not len(rows):
        return NO_HITS
    return there(facts.rows_in(segment).hits_of(rows, scores), segment)


def there(hits: Hits, segment: Snapshot) -> Hits:
    """Those that are not gone."""
    if segment.gone is None or not len(hits):
        return hits
    kept = ~segment.gone[hits.doc_ids]
    return Hits(hits.doc_ids[kept], hits.scores[kept])


def why_not(query: Query, strict: bool) -> str | None:
    """Why there is nothing to look for."""
    if strict:
        return "strict"
    return None if len(query.clicked) else "no clicks"
