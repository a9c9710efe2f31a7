"""What features are computed from: the candidates of one query, and what several groups need."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from indexing.arrays import Float32Array, Float64Array, Int64Array, UInt32Array
from indexing.columns.single_values import first_ordinals, leaf_categories
from indexing.snapshot import Snapshot
from ranking.bm25 import Bm25Weights
from ranking.features.shares import mid_ranks
from ranking.features.slot_matches import SlotMatches, match_slots
from ranking.query.query import Query
from ranking.search.candidates import Candidates
from ranking.search.segments import Array, BySegment, Texts, texts_of


@dataclass(frozen=True, slots=True)
class Inputs:
    """candidates: ascending by key, of these segments; stand: where they do. tables: what holds for
    all segments (statistics, lexicon, categories). matches: of the query's slots in their texts.

    priors: float32[k, PRIORS]. prices: float64[k], NaN where unknown. price_percentile:
    float64[k], of each among the candidates. brands, categories: int64[k], ordinals of the first
    brand and the deepest category, −1 without one.
    """

    query: Query
    candidates: Candidates
    tables: Snapshot
    segments: Sequence[Snapshot]
    stand: BySegment
    weights: Bm25Weights
    matches: SlotMatches
    texts: Texts
    priors: Float32Array
    prices: Float64Array
    price_percentile: Float64Array
    brands: Int64Array
    categories: Int64Array

    @classmethod
    def of(
        cls,
        query: Query,
        candidates: Candidates,
        tables: Snapshot,
        segments: Sequence[Snapshot],
        weights: Bm25Weights,
    ) -> "Inputs":
        stand = BySegment.of(candidates, segments)
        prices = stand.read(lambda segment, docs: segment.prices[docs])
        return cls(
            query,
            candidates,
            tables,
            segments,
            stand,
            weights,
            match_slots(stand, query.slots, tables.index),
            texts_of(stand),
            stand.read(lambda segment, docs: segment.priors[docs]),
            prices,
            mid_ranks(prices),
            stand.read(_brands),
            stand.read(lambda segment, docs: leaf_categories(segment.columns, docs)),
        )

    def read(self, of: Callable[[Snapshot, UInt32Array], Array]) -> Array:
        """A row a candidate, as `of` reads them of one segment's documents."""
        return self.stand.read(of)

    def __len__(self) -> int:
        return len(self.candidates)


def _brands(segment: Snapshot, docs: UInt32Array) -> Int64Array:
    return first_ordinals(segment.columns.keyword("brand"), docs).astype(np.int64)
