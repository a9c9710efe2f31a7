"""Semantic channel: the nearest products by meaning, above a floor."""

from typing import Final

import numpy as np

from indexing.snapshot import Snapshot
from ranking.query.query import Query
from ranking.recall.hits import NO_HITS, Hits

QUOTA: Final = 200


def nearest(query: Query, segment: Snapshot, least: float = -np.inf) -> Hits:
    """At most QUOTA of the nearest, unfiltered, with a cosine of the snapshot's floor or more."""
    if query.vector is None or not segment.doc_count:
        return NO_HITS
    there = None if segment.gone is None else ~segment.gone
    least = max(least, segment.cosine_floor)
    found = segment.vectors.search(query.vector, QUOTA, there, least=least)
    if not len(found.doc_ids):
        return NO_HITS
    keep = found.scores >= least
    doc_ids, scores = found.doc_ids[keep], found.scores[keep]
    order = np.argsort(doc_ids)
    return Hits(doc_ids[order], scores[order])


def why_not(query: Query, strict: bool) -> str | None:
    """Why there is nothing to look for."""
    if strict:
        return "strict"
    return "no vector" if query.vector is None else None
