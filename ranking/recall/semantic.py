"""Semantic channel: the nearest products by meaning, above a floor."""

from dataclasses import dataclass

import numpy as np

from indexing.arrays import Float32Array, UInt32Array
from indexing.snapshot import Snapshot

QUOTA = 200


@dataclass(frozen=True, slots=True)
class SemanticMatches:
    """doc_ids: uint32[k], best first. scores: float32[k], cosines, never increasing."""

    doc_ids: UInt32Array
    scores: Float32Array


def nearest(vector: Float32Array | None, snapshot: Snapshot) -> SemanticMatches:
    """The unfiltered nearest products with a cosine at or above the snapshot's floor."""
    if vector is None or not snapshot.doc_count:
        return nothing()
    found = snapshot.vectors.search(vector, QUOTA)
    keep = found.scores >= snapshot.cosine_floor
    return SemanticMatches(found.doc_ids[keep], found.scores[keep])


def nothing() -> SemanticMatches:
    return SemanticMatches(np.empty(0, dtype=np.uint32), np.empty(0, dtype=np.float32))
