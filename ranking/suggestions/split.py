"""How well a value parts a result set."""

import numpy as np
from numba import njit

from indexing.arrays import Int64Array, UInt32Array
from indexing.columns import Columns

SAMPLE = 1_024


def sample_of(doc_ids: UInt32Array, columns: Columns) -> UInt32Array:
    """uint32[≤ SAMPLE], one document a group, spread evenly over doc_ids (ascending)."""
    if len(doc_ids) > 2 * SAMPLE:
        doc_ids = doc_ids[np.arange(2 * SAMPLE, dtype=np.int64) * len(doc_ids) // (2 * SAMPLE)]
    groups = columns.group_of[doc_ids]
    first = np.ones(len(groups), dtype=np.bool_)
    first[1:] = groups[1:] != groups[:-1]
    docs = doc_ids[first]
    if len(docs) > SAMPLE:
        docs = docs[np.arange(SAMPLE, dtype=np.int64) * len(docs) // SAMPLE]
    return docs


def entropy(share: float) -> float:
    """Bits that a yes or no of this share tells: −p log₂ p − (1 − p) log₂ (1 − p), 0 … 1."""
    if not 0.0 < share < 1.0:
        return 0.0
    return float(-share * np.log2(share) - (1 - share) * np.log2(1 - share))


def lift(clicks: float, all_clicks: float, share: float) -> float:
    """How much more often clicked products have a value than found ones, 0.5 … 3.

    ((c + a·p) / (C + a)) / p with a = 10 clicks as if spread like the products.
    """
    expected = 10.0
    if share <= 0.0:
        return 1.0
    raised = (clicks + expected * share) / (all_clicks + expected) / share
    return min(max(raised, 0.5), 3.0)


@njit(nogil=True, cache=True)
def count_held(
    docs: UInt32Array, offsets: Int64Array, ordinals: UInt32Array, counts: Int64Array
) -> int:
    """Add each document's ordinals to counts, int64[v]; the number of documents with any."""
    covered = 0
    for doc in docs:
        begin, end = offsets[doc], offsets[doc + np.uint32(1)]
        covered += 1 if end > begin else 0
        for place in range(begin, end):
            counts[ordinals[place]] += 1
    return covered
