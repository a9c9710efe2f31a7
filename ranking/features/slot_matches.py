"""Which way each candidate satisfies each of the query's slots: one walk over the postings."""

from dataclasses import dataclass

import numpy as np
from numba import njit

from indexing.arrays import Int32Array, Int64Array, UInt32Array
from indexing.postings.doc_sets import gallop
from indexing.postings.postings import BITS, FIELD_COUNT, MAX_TF, InvertedIndex
from ranking.query.flat_slots import FlatSlots, flatten
from ranking.query.query import Slot
from ranking.search.segments import BySegment


@dataclass(frozen=True, slots=True)
class SlotMatches:
    """chosen: int32[k, s], the first alternative that the document satisfies, −1 if none.

    tfs: uint32[k, s], how often by field, as in postings: the least over the alternative's terms.
    """

    flat: FlatSlots
    chosen: Int32Array
    tfs: UInt32Array


def match_slots(stand: BySegment, slots: tuple[Slot, ...], tables: InvertedIndex) -> SlotMatches:
    """Of candidates that ascend by document within each segment. tables: statistics of all."""
    flat = flatten(slots, tables.statistics)
    if len(stand.parts) == 1:
        segment, _, docs = stand.parts[0]
        return SlotMatches(flat, *match_in(docs, flat, segment.index))
    chosen = np.empty((stand.count, len(slots)), dtype=np.int32)
    tfs = np.empty(chosen.shape, dtype=np.uint32)
    for segment, places, docs in stand.parts:
        chosen[places], tfs[places] = match_in(docs, flat, segment.index)
    return SlotMatches(flat, chosen, tfs)


def match_in(
    doc_ids: UInt32Array, flat: FlatSlots, index: InvertedIndex
) -> tuple[Int32Array, UInt32Array]:
    """Of one segment's documents (ascending): `chosen` and `tfs`."""
    starts, ends = index.spans(flat.term_ids)
    chosen = np.full((len(doc_ids), len(flat.slots) - 1), -1, dtype=np.int32)
    tfs = np.zeros(chosen.shape, dtype=np.uint32)
    _match_slots(
        doc_ids, index.docs, index.tfs, starts, ends, flat.alternatives, flat.slots, chosen, tfs
    )
    return chosen, tfs


@njit(nogil=True, cache=True, inline="always")
def frequency(packed: np.uint32, field: int) -> np.uint32:
    """Occurrences in one field."""
    return (packed >> np.uint32(BITS * field)) & np.uint32(MAX_TF)


@njit(nogil=True, cache=True)
def _match_slots(
    doc_ids: UInt32Array,
    docs: UInt32Array,
    tfs: UInt32Array,
    starts: Int64Array,
    ends: Int64Array,
    alternatives: Int64Array,
    slots: Int64Array,
    chosen: Int32Array,
    found: UInt32Array,
) -> None:
    cursors = starts.copy()
    for i in range(len(doc_ids)):
        for slot in range(len(slots) - 1):
            for alternative in range(slots[slot], slots[slot + 1]):
                first, last = alternatives[alternative], alternatives[alternative + 1]
                least = np.uint32(0)
                held = True
                for term in range(first, last):
                    place = gallop(docs, cursors[term], ends[term], doc_ids[i])
                    cursors[term] = place
                    if place == ends[term] or docs[place] != doc_ids[i]:
                        held = False
                        break
                    least = tfs[place] if term == first else _least(least, tfs[place])
                if held:
                    chosen[i, slot] = alternative
                    found[i, slot] = least
                    break


@njit(nogil=True, cache=True, inline="always")
def _least(one: np.uint32, other: np.uint32) -> np.uint32:
    """The smaller frequency in each field."""
    out = np.uint32(0)
    for field in range(FIELD_COUNT):
        tf = min(frequency(one, field), frequency(other, field))
        out |= np.uint32(tf) << np.uint32(BITS * field)
    return out
