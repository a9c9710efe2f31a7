"""What every recall channel returns."""

from dataclasses import dataclass

import numpy as np

from indexing.arrays import Float32Array, UInt32Array


@dataclass(frozen=True, slots=True)
class Hits:
    """What one channel found.

    doc_ids: uint32[k], ascending. scores: float32[k] beside them, the higher the better, no NaN.
    """

    doc_ids: UInt32Array
    scores: Float32Array

    def __len__(self) -> int:
        return len(self.doc_ids)


NO_HITS = Hits(np.empty(0, dtype=np.uint32), np.empty(0, dtype=np.float32))


def equally_good(doc_ids: UInt32Array, score: float) -> Hits:
    """Hits of one score. doc_ids: ascending."""
    return Hits(doc_ids, np.full(len(doc_ids), score, dtype=np.float32))
