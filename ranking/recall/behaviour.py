"""Behaviour channel: what shoppers chose after the same query."""

from typing import Final

import numpy as np

from indexing.snapshot import Snapshot
from ranking.query.query import Query
from ranking.recall.hits import NO_HITS, Hits

QUOTA: Final = 50
LEAST_LIFT: Final = 0.1
"""What was hardly chosen more than its places let expect is no reason to find it."""


def chosen(query: Query, segment: Snapshot) -> Hits:
    """Scores are from 0 to 1: how much more than expected it was chosen."""
    clicked, facts = query.clicked, query.facts
    liked = np.flatnonzero(clicked.lifts >= LEAST_LIFT)
    if facts is None or not len(liked):
        return NO_HITS
    best = liked[np.argsort(-clicked.lifts[liked], kind="stable")[:QUOTA]]
    rows = facts.rows_in(segment)
    found = [segment.there(rows.docs_of(row)) for row in clicked.rows[best].tolist()]
    docs = np.concatenate(found)
    lifts = np.repeat(clicked.lifts[best], [len(part) for part in found])
    order = np.argsort(docs)
    return Hits(docs[order], (1 - np.exp(-lifts[order])).astype(np.float32))


def why_not(query: Query, strict: bool) -> str | None:
    """Why there is nothing to look for."""
    if strict:
        return "strict"
    return None if len(query.clicked) else "no clicks"
