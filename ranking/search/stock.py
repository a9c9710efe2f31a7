"""What becomes of products that are sold out: kept, put last, or hidden (index.toml)."""

from collections.abc import Sequence

import numpy as np

from indexing.arrays import BoolArray, UInt32Array
from indexing.snapshot import Snapshot
from ranking.search.candidates import Ordered
from ranking.search.match_set import MatchSet
from ranking.search.segments import read


def sold_out(doc_ids: UInt32Array, snapshot: Snapshot) -> BoolArray:
    """bool[k]; a product that does not say its stock is not sold out."""
    column = snapshot.columns.numeric("stock")
    if column is None:
        return np.zeros(len(doc_ids), dtype=np.bool_)
    found: BoolArray = column.at(doc_ids) <= 0  # NaN compares false
    return found


def without_sold_out(matches: MatchSet, snapshot: Snapshot) -> MatchSet:
    """The match set of a shop that hides what it cannot sell."""
    return matches.where(~sold_out(matches.doc_ids, snapshot))


def sold_out_last(ordered: Ordered, segments: Sequence[Snapshot]) -> Ordered:
    """Sold-out products behind all others, otherwise in the same order."""
    gone = read(ordered.candidates, segments, lambda segment, docs: sold_out(docs, segment))
    if not gone.any():
        return ordered
    return ordered.rearranged(np.argsort(gone, kind="stable"))
