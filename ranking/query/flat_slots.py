"""A query's slots as flat arrays, for kernels."""

from dataclasses import dataclass

import numpy as np

from indexing.arrays import Float32Array, Int64Array
from indexing.postings.statistics import Statistics
from ranking.query.query import Slot

_ORIGINS = {"literal": 0, "parts": 0, "form": 0, "synonym": 1, "correction": 2}


@dataclass(frozen=True, slots=True)
class FlatSlots:
    """Terms, their alternatives, and the slots of these, each list pointing into the one before.

    term_ids: int64[terms]. gains: float32[terms], idf times boost. alternatives: int64[a + 1],
    first term of each; slots: int64[s + 1], first alternative. weights: float32[s]. spans:
    int64[s], in positions. origins: int64[a], 1 for synonyms, 2 for corrections, else 0.
    """

    term_ids: Int64Array
    gains: Float32Array
    alternatives: Int64Array
    slots: Int64Array
    weights: Float32Array
    spans: Int64Array
    origins: Int64Array


def flatten(slots: tuple[Slot, ...], statistics: Statistics) -> FlatSlots:
    """What holds in every segment."""
    term_ids, gains, origins = [], [], []
    alternatives, firsts = [0], [0]
    for slot in slots:
        for alternative in slot.alternatives:
            for term_id in alternative.term_ids:
                term_ids.append(term_id)
                gains.append(alternative.boost * statistics.idf(term_id))
            alternatives.append(len(term_ids))
            origins.append(_ORIGINS[alternative.origin])
        firsts.append(len(alternatives) - 1)
    return FlatSlots(
        term_ids=np.array(term_ids, dtype=np.int64),
        gains=np.array(gains, dtype=np.float32),
        alternatives=np.array(alternatives, dtype=np.int64),
        slots=np.array(firsts, dtype=np.int64),
        weights=np.array([slot.weight for slot in slots], dtype=np.float32),
        spans=np.array([slot.span for slot in slots], dtype=np.int64),
        origins=np.array(origins, dtype=np.int64),
    )
