"""How the query's slots match each candidate, field by field and inside the title: one kernel."""

from dataclasses import dataclass

import numpy as np
from numba import njit

from indexing.arrays import (
    Float32Array,
    Int64Array,
    UInt16Array,
    UInt32Array,
    UInt64Array,
)
from indexing.postings.doc_sets import gallop
from indexing.postings.postings import BITS, FIELD_COUNT, MAX_TF, InvertedIndex
from ranking.bm25 import Bm25Weights
from ranking.features.text_columns import (
    BRAND,
    BRAND_FIELD,
    CATEGORY,
    CATEGORY_FIELD,
    COLUMNS,
    COUNT,
    DERIVED,
    IN_TITLE,
    SHARE,
    TITLE,
)
from ranking.features.title_match import match_title
from ranking.query.query import Slot

_ORIGINS = {"literal": 0, "parts": 0, "synonym": 1, "correction": 2}


@dataclass(frozen=True, slots=True)
class FlatSlots:
    """Slots as flat arrays for kernels; see `score_documents` for the layout."""

    starts: Int64Array
    ends: Int64Array
    gains: Float32Array
    term_ids: UInt32Array
    alternatives: Int64Array
    slots: Int64Array
    weights: Float32Array
    spans: Int64Array
    origins: Int64Array


def flatten(slots: tuple[Slot, ...], index: InvertedIndex) -> FlatSlots:
    term_ids, gains, origins = [], [], []
    alternatives, firsts = [0], [0]
    for slot in slots:
        for alternative in slot.alternatives:
            for term_id in alternative.term_ids:
                term_ids.append(term_id)
                gains.append(alternative.boost * index.statistics.idf(term_id))
            alternatives.append(len(term_ids))
            origins.append(_ORIGINS[alternative.origin])
        firsts.append(len(alternatives) - 1)
    ids = np.array(term_ids, dtype=np.int64)
    return FlatSlots(
        starts=index.offsets[ids].astype(np.int64),
        ends=index.offsets[ids + 1].astype(np.int64),
        gains=np.array(gains, dtype=np.float32),
        term_ids=ids.astype(np.uint32),
        alternatives=np.array(alternatives, dtype=np.int64),
        slots=np.array(firsts, dtype=np.int64),
        weights=np.array([slot.weight for slot in slots], dtype=np.float32),
        spans=np.array([slot.span for slot in slots], dtype=np.int64),
        origins=np.array(origins, dtype=np.int64),
    )


def text_matches(
    doc_ids: UInt32Array,
    slots: tuple[Slot, ...],
    index: InvertedIndex,
    weights: Bm25Weights,
    prefix: tuple[int, int],
) -> Float32Array:
    """float32[k, len(COLUMNS)] for the documents (ascending).

    prefix: range of term ids that begin with the query's last word.
    """
    flat = flatten(slots, index)
    out = np.zeros((len(doc_ids), len(COLUMNS)), dtype=np.float32)
    _text_matches(
        doc_ids, index.docs, index.tfs, index.lengths,
        index.titles.offsets, index.titles.terms,
        flat.starts, flat.ends, flat.gains, flat.term_ids, flat.alternatives, flat.slots,
        flat.weights, flat.spans, flat.origins,
        weights.arrays(index.statistics.mean_lengths), weights.k1,
        np.uint32(prefix[0]), np.uint32(prefix[1]), out,
    )  # fmt: skip
    return out


@njit(nogil=True, cache=True, inline="always")
def _fields_of(
    doc: np.uint32,
    first: int,
    last: int,
    docs: UInt32Array,
    tfs: UInt32Array,
    cursors: Int64Array,
    ends: Int64Array,
    out: UInt32Array,
) -> bool:
    """Frequencies by field of one alternative: the least over its terms. False if absent."""
    for term in range(first, last):
        place = gallop(docs, cursors[term], ends[term], doc)
        cursors[term] = place
        if place == ends[term] or docs[place] != doc:
            return False
        packed = tfs[place]
        for field in range(FIELD_COUNT):
            tf = (packed >> np.uint32(BITS * field)) & np.uint32(MAX_TF)
            out[field] = tf if term == first else min(out[field], tf)
    return True


@njit(nogil=True, cache=True)
def _text_matches(
    doc_ids: UInt32Array,
    docs: UInt32Array,
    tfs: UInt32Array,
    lengths: UInt16Array,
    title_offsets: UInt64Array,
    title_terms: UInt32Array,
    starts: Int64Array,
    ends: Int64Array,
    gains: Float32Array,
    term_ids: UInt32Array,
    alternatives: Int64Array,
    slots: Int64Array,
    weights: Float32Array,
    spans: Int64Array,
    origins: Int64Array,
    params: Float32Array,
    k1: float,
    prefix_low: np.uint32,
    prefix_high: np.uint32,
    out: Float32Array,
) -> None:
    slot_count = len(slots) - 1
    cursors = starts.copy()
    fields = np.zeros(FIELD_COUNT, dtype=np.uint32)
    chosen = np.zeros(slot_count, dtype=np.int64)
    masks = np.zeros(slot_count, dtype=np.uint64)
    saturation = np.float32(k1 + 1.0)
    total_weight = np.float32(1e-9)
    required = 1e-9
    for slot in range(slot_count):
        total_weight += weights[slot]
        required += weights[slot] > 0
    best_score = np.float32(1e-9)  # of any document: every slot saturated
    for slot in range(slot_count):
        best_score += _best_gain(slot, slots, alternatives, gains) * saturation
    for i in range(len(doc_ids)):
        doc = doc_ids[i]
        row = out[i]
        for slot in range(slot_count):
            chosen[slot] = -1
            for alternative in range(slots[slot], slots[slot + 1]):
                first, last = alternatives[alternative], alternatives[alternative + 1]
                if chosen[slot] >= 0 or not _fields_of(
                    doc, first, last, docs, tfs, cursors, ends, fields
                ):
                    continue
                chosen[slot] = alternative
                gain = np.float32(0.0)
                for term in range(first, last):
                    gain += gains[term]
                for field in range(FIELD_COUNT):
                    if fields[field]:
                        norm = params[1, field] + params[2, field] * np.float32(lengths[doc, field])
                        tf = np.float32(fields[field]) / norm
                        row[field] += gain * saturation * tf / (np.float32(k1) + tf) / best_score
                        row[FIELD_COUNT + field] += weights[slot] / total_weight
                if weights[slot] > 0:
                    row[COUNT] += 1
                    if origins[alternative] > 0:
                        row[DERIVED + origins[alternative]] += weights[slot] / total_weight
                    row[IN_TITLE] += (fields[TITLE] > 0) / required
                    row[BRAND] += np.float32(fields[BRAND_FIELD])
                    row[CATEGORY] += np.float32(fields[CATEGORY_FIELD])
        row[SHARE] = row[COUNT] / required
        row[BRAND] = min(
            row[BRAND] / max(np.float32(lengths[doc, BRAND_FIELD]), np.float32(1)), np.float32(1)
        )
        row[CATEGORY] = min(
            row[CATEGORY] / max(np.float32(lengths[doc, CATEGORY_FIELD]), np.float32(1)),
            np.float32(1),
        )
        match_title(
            title_terms[title_offsets[doc] : title_offsets[doc + 1]],
            term_ids, alternatives, chosen, weights, spans, masks,
            prefix_low, prefix_high, required, row,
        )  # fmt: skip


@njit(nogil=True, cache=True, inline="always")
def _best_gain(
    slot: int, slots: Int64Array, alternatives: Int64Array, gains: Float32Array
) -> np.float32:
    best = np.float32(0.0)
    for alternative in range(slots[slot], slots[slot + 1]):
        gain = np.float32(0.0)
        for term in range(alternatives[alternative], alternatives[alternative + 1]):
            gain += gains[term]
        best = max(best, gain)
    return best
