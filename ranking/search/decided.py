"""What rules decide about which products are found: M := (M ∪ pins) − hidden, then their filters.

Before the request's own filters, so totals, facets, paging and hits all see the same set.
"""

from collections.abc import Sequence

import numpy as np

from indexing.arrays import UInt32Array
from indexing.snapshot import Snapshot
from ranking.filters.filters import evaluate_all
from ranking.rules.decision import Decision
from ranking.search.context import Context
from ranking.search.match_set import MatchSet, joined_by
from ranking.search.segments import locate
from ranking.search.stock import sold_out

Added = tuple[UInt32Array, ...]
"""Documents of each segment that are there by a pin alone, ascending."""


def under_rules(
    decision: Decision, matches: tuple[MatchSet, ...], context: Context
) -> tuple[tuple[MatchSet, ...], Added]:
    """The match set as the rules want it. What is deleted, or sold out and hidden, stays so."""
    if not decision.changes_matches:
        return matches, ()
    segments = context.segments
    pinned = _documents([pin.product for pin in decision.pins], segments)
    if context.tables.config.out_of_stock == "hide":
        pairs = zip(pinned, segments, strict=True)
        pinned = [docs[~sold_out(docs, segment)] for docs, segment in pairs]
    added = [
        np.setdiff1d(docs, part.doc_ids, assume_unique=True)
        for docs, part in zip(pinned, matches, strict=True)
    ]
    made = [joined_by(part, docs) for part, docs in zip(matches, added, strict=True)]
    if decision.hidden:
        hidden = _documents(decision.hidden, segments)
        triples = zip(made, hidden, segments, strict=True)
        made = [_less_groups(part, docs, segment) for part, docs, segment in triples]
    if decision.filters:
        made = [
            part.where(evaluate_all(decision.filters, segment.columns, part.doc_ids))
            for part, segment in zip(made, segments, strict=True)
        ]
    return tuple(made), tuple(added)


def without_added(answer: tuple[MatchSet, ...], added: Added) -> tuple[MatchSet, ...]:
    """The part of the answer that is not there by a pin alone."""
    if not any(map(len, added)):
        return answer
    return tuple(
        part.where(~np.isin(part.doc_ids, docs)) for part, docs in zip(answer, added, strict=True)
    )


def _documents(products: Sequence[str], segments: Sequence[Snapshot]) -> list[UInt32Array]:
    """Of each segment those that are there, ascending."""
    found: list[list[int]] = [[] for _ in segments]
    for product in products:
        place = locate(product, segments)
        if place is not None:
            found[place[0]].append(place[1])
    return [np.unique(np.array(docs, dtype=np.uint32)) for docs in found]


def _less_groups(matches: MatchSet, docs: UInt32Array, segment: Snapshot) -> MatchSet:
    """Without the documents and their variants."""
    if not len(docs):
        return matches
    group_of = segment.columns.group_of
    return matches.where(~np.isin(group_of[matches.doc_ids], group_of[docs]))
