"""Products like one of them."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from indexing.snapshot import Snapshot
from ranking.filters.filters import Filter
from ranking.generation import Generation
from ranking.query.query import Query
from ranking.recall.channels import SEMANTIC
from ranking.recall.hits import Hits, best_hits
from ranking.search.candidates import Ordered
from ranking.search.coarse import merged
from ranking.search.context import leaves_of
from ranking.search.match_set import found_by
from ranking.search.page import make_hits
from ranking.search.request import SearchRequest
from ranking.search.result import Hit

WIDTH: Final = 4
"""Neighbours looked at for each similar product shown, as variants share a place."""


def similar(
    doc_id: int,
    generation: Generation,
    limit: int,
    filters: tuple[Filter, ...] = (),
    segment: int = 0,
) -> tuple[Hit, ...]:
    """Products like this one by meaning, of other groups, that pass the filters, nearest first.

    segment: number of the one that holds the document.
    """
    segments, leaves = generation.segments, leaves_of(generation)
    own = segments[segment]
    vector = own.vectors.vectors(np.array([doc_id], dtype=np.uint32))[0]
    if not vector.any():
        return ()
    vector = vector / np.float32(np.linalg.norm(vector))
    group = int(own.columns.group_of[doc_id])
    width = WIDTH * limit + int(own.columns.group_sizes[group])
    hide = own.config.out_of_stock == "hide"
    keys = [each.columns.keys for each in segments]
    while True:  # wider while variants of few products fill the places
        hits = [leaf.nearest(vector, width, filters, hide=hide) for leaf in leaves]
        hits = best_hits(hits, width, keys)
        full = sum(map(len, hits)) == width
        hits[segment] = _less(hits[segment], own, group)
        if not full or _groups(hits, segments) >= limit:
            break
        width *= WIDTH
    chosen = [
        leaf.alike(found_by("semantic", part), SEMANTIC, limit)
        for leaf, part in zip(leaves, hits, strict=True)
    ]
    nearest = Ordered(*merged(chosen, limit, falling=True))
    query = Query("", (), vector, None)
    return make_hits(query, SearchRequest(page_size=limit), nearest, generation)


def _less(hits: Hits, segment: Snapshot, group: int) -> Hits:
    """Without the product's own variants."""
    others = segment.columns.group_of[hits.doc_ids] != group
    return Hits(hits.doc_ids[others], hits.scores[others])


def _groups(hits: Sequence[Hits], segments: Sequence[Snapshot]) -> int:
    return sum(
        len(np.unique(segment.columns.group_of[part.doc_ids]))
        for part, segment in zip(hits, segments, strict=True)
    )
