"""What features are computed from: the candidates of one query, and what several groups need."""

from dataclasses import dataclass

from indexing.arrays import Float32Array, Float64Array
from indexing.snapshot import Snapshot
from ranking.bm25 import Bm25Weights
from ranking.features.shares import mid_ranks
from ranking.features.slot_matches import SlotMatches, match_slots
from ranking.query.query import Query
from ranking.search.candidates import Candidates


@dataclass(frozen=True, slots=True)
class Inputs:
    """candidates: ascending by document. matches: of the query's slots in their texts.

    priors: float32[k, PRIORS]. prices: float64[k], NaN where unknown. price_percentile:
    float64[k], of each among the candidates.
    """

    query: Query
    candidates: Candidates
    snapshot: Snapshot
    weights: Bm25Weights
    matches: SlotMatches
    priors: Float32Array
    prices: Float64Array
    price_percentile: Float64Array

    @classmethod
    def of(
        cls, query: Query, candidates: Candidates, snapshot: Snapshot, weights: Bm25Weights
    ) -> "Inputs":
        prices = snapshot.prices[candidates.doc_ids]
        return cls(
            query,
            candidates,
            snapshot,
            weights,
            match_slots(candidates.doc_ids, query.slots, snapshot.index),
            snapshot.priors[candidates.doc_ids],
            prices,
            mid_ranks(prices),
        )

    def __len__(self) -> int:
        return len(self.candidates)
