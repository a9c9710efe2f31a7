"""Products that a request prefers, before others that match as well."""

from collections.abc import Sequence

import numpy as np

from indexing.arrays import Int64Array, UInt32Array
from indexing.snapshot import Snapshot
from ranking.filters.filters import Filter, evaluate
from ranking.search.candidates import Ordered
from ranking.search.segments import read


def preferred_first(
    preferred: Sequence[Filter], ordered: Ordered, segments: Sequence[Snapshot]
) -> Ordered:
    """The same products in another order: of those that match best, those first that pass the most
    of these filters; equal ones, and what matches less, keep their order.
    """
    if not preferred or not len(ordered):
        return ordered

    def passed(segment: Snapshot, doc_ids: UInt32Array) -> Int64Array:
        counts = np.zeros(len(doc_ids), dtype=np.int64)
        for clause in preferred:
            counts += evaluate(clause, segment.columns, doc_ids)
        return counts

    counts = read(ordered.candidates, segments, passed)
    levels = ordered.candidates.levels
    places = np.flatnonzero(levels == levels.min())
    order = np.arange(len(ordered))
    order[places] = places[np.argsort(-counts[places], kind="stable")]
    return ordered if (order[places] == places).all() else ordered.rearranged(order)
