"""What every recall channel returns."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indexing.arrays import Float32Array, UInt32Array, UInt64Array


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


def best_hits(parts: Sequence[Hits], most: int, keys: Sequence[UInt64Array]) -> list[Hits]:
    """The best `most` of all segments' hits, equal ones by key; still a part for each segment.

    keys: uint64[n] of each segment's documents.
    """
    if sum(map(len, parts)) <= most:
        return list(parts)
    scores = np.concatenate([part.scores for part in parts])
    order = np.concatenate([own[part.doc_ids] for part, own in zip(parts, keys, strict=True)])
    kept = np.zeros(len(scores), dtype=np.bool_)
    kept[np.lexsort((order, -scores))[:most]] = True
    chosen, begin = [], 0
    for part in parts:
        own_kept = kept[begin : begin + len(part)]
        chosen.append(Hits(part.doc_ids[own_kept], part.scores[own_kept]))
        begin += len(part)
    return chosen
