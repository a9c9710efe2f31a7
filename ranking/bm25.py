"""BM25F: how well a document's fields match the query's terms."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numba import njit

from indexing.arrays import (
    Float32Array,
    Int64Array,
    UInt16Array,
    UInt32Array,
)
from indexing.postings.doc_sets import gallop
from indexing.postings.postings import BITS, FIELD_COUNT, MAX_TF, Field


@dataclass(frozen=True, slots=True)
class Bm25Weights:
    """Parameters of BM25F (Zaragoza et al., TREC 2004), by field in `Field` order.

    k1: how soon repetition saturates. weights: worth of one occurrence in the field.
    b: how much a long field is discounted, 0 to 1.
    """

    k1: float = 1.2
    weights: tuple[float, ...] = (1.0, 0.6, 0.4, 0.4, 0.3, 1.0)
    b: tuple[float, ...] = (0.5, 0.0, 0.0, 0.3, 0.6, 0.0)

    def with_weights(self, by_field: Mapping[str, float]) -> "Bm25Weights":
        """Other weights for the named fields, relative to 1 for the title by default."""
        weights = tuple(
            by_field.get(field.name.lower(), weight)
            for field, weight in zip(Field, self.weights, strict=True)
        )
        return replace(self, weights=weights)

    def arrays(self, mean_lengths: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> Float32Array:
        """float32[3, fields]: worth, 1 - b, and b over the mean length."""
        means = np.maximum(mean_lengths, 1e-9)
        b = np.array(self.b)
        return np.stack([np.array(self.weights), 1 - b, b / means]).astype(np.float32)


@njit(nogil=True, cache=True, inline="always")
def field_frequency(
    packed: np.uint32, lengths: UInt16Array, doc: int, params: Float32Array
) -> np.float32:
    """Weighted, length-normalised frequency over all fields: Σ w·tf / (1 - b + b·len/mean)."""
    total = np.float32(0.0)
    for field in range(FIELD_COUNT):
        tf = (packed >> np.uint32(BITS * field)) & np.uint32(MAX_TF)
        if tf:
            norm = params[1, field] + params[2, field] * np.float32(lengths[doc, field])
            total += params[0, field] * np.float32(tf) / norm
    return total


@njit(nogil=True, cache=True)
def score_documents(
    doc_ids: UInt32Array,
    docs: UInt32Array,
    tfs: UInt32Array,
    lengths: UInt16Array,
    starts: Int64Array,
    ends: Int64Array,
    gains: Float32Array,
    alternatives: Int64Array,
    slots: Int64Array,
    slot_weights: Float32Array,
    params: Float32Array,
    k1: float,
    scores: Float32Array,
    coverage: Float32Array,
) -> None:
    """Fill scores and coverage of the documents (ascending).

    starts, ends: int64[terms], each term's postings. gains: float32[terms], idf times boost.
    alternatives: int64[a + 1], first term of each; slots: int64[s + 1], first alternative.
    A slot scores as its best alternative; an alternative counts if all of its terms match.
    """
    cursors = starts.copy()
    saturation = np.float32(k1 + 1.0)
    for i in range(len(doc_ids)):
        doc = doc_ids[i]
        total = np.float32(0.0)
        covered = np.float32(0.0)
        for slot in range(len(slots) - 1):
            best = np.float32(-1.0)
            for alternative in range(slots[slot], slots[slot + 1]):
                part = np.float32(0.0)
                for term in range(alternatives[alternative], alternatives[alternative + 1]):
                    place = gallop(docs, cursors[term], ends[term], doc)
                    cursors[term] = place
                    if place == ends[term] or docs[place] != doc:
                        part = np.float32(-1.0)
                        break
                    tf = field_frequency(tfs[place], lengths, doc, params)
                    part += gains[term] * tf * saturation / (np.float32(k1) + tf)
                best = max(best, part)
            if best >= 0:
                total += best
                covered += slot_weights[slot]
        scores[i] = total
        coverage[i] = covered
