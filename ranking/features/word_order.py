"""Does the query name what the title is, by the order of its words, or only what that fits?

Asked where kinds say nothing: a shop's only vacuum cleaner makes no kind, but it is one, and the
bags for vacuum cleaners are none.
"""

from typing import Final

import numpy as np
from numba import njit

from indexing.arrays import Float32Array, Int32Array, Int64Array, UInt32Array, UInt64Array
from indexing.types.title_roles import FITS, HEADS, MOST_POSITIONS, TitleRoles
from ranking.features.inputs import Inputs

NAMED, BESIDE, FITTED = 1.0, 0.35, 0.0
"""How far a word of the query names the thing: what may be the head, another word of the title, or
what the product fits.
"""
OTHER: Final = 0.8
"""Worth of a word of the query that does not stand where its head does."""
UNKNOWN: Final = 0.4
TRUST: Final = 0.5
"""Of the order alone, over that of a kind on which products agree."""


def named_by_order(inputs: Inputs) -> Float32Array:
    """float32[k]: 0 to 1."""
    worth = _worth_of_slots(inputs)
    roles = inputs.read(lambda segment, docs: segment.types.title_roles[docs])
    found = np.full(len(inputs), UNKNOWN, dtype=np.float32)
    matches, texts = inputs.matches, inputs.texts
    _fill(
        texts.rows, texts.offsets, texts.terms, roles, matches.chosen,
        matches.flat.term_ids.astype(np.uint32), matches.flat.alternatives, worth, found,
    )  # fmt: skip
    return found


def _worth_of_slots(inputs: Inputs) -> Float32Array:
    """float32[slots]: 0 of what the query says the product fits, unless that is all it says."""
    query = inputs.query
    heads, fits = TitleRoles(inputs.tables.analyzer).of(query.words.text)
    worth = np.zeros(len(query.slots), dtype=np.float32)
    for place, slot in enumerate(query.slots):
        if slot.weight > 0:
            bits = ((1 << slot.span) - 1) << slot.position
            worth[place] = FITTED if fits & bits else NAMED if heads & bits else OTHER
    if not worth.any():
        worth[[slot.weight > 0 for slot in query.slots]] = NAMED
    return worth


@njit(nogil=True, cache=True)
def _fill(
    doc_ids: UInt32Array,
    offsets: UInt64Array,
    titles: UInt32Array,
    roles: UInt64Array,
    chosen: Int32Array,
    term_ids: UInt32Array,
    alternatives: Int64Array,
    worth: Float32Array,
    out: Float32Array,
) -> None:
    masks = np.zeros((len(worth), 2), dtype=np.uint64)  # all words of each slot, and its last one
    wanted = np.empty(len(term_ids), dtype=np.uint32)
    owner = np.empty(len(term_ids), dtype=np.int64)
    last = np.empty(len(term_ids), dtype=np.bool_)
    for i in range(len(doc_ids)):
        if roles[i, HEADS] == 0 and roles[i, FITS] == 0:
            continue
        masks[:] = np.uint64(0)
        count = 0
        for slot in range(len(worth)):
            if chosen[i, slot] >= 0 and worth[slot] > 0:
                own = chosen[i, slot]
                for place in range(alternatives[own], alternatives[own + 1]):
                    wanted[count], owner[count] = term_ids[place], slot
                    last[count] = place + 1 == alternatives[own + 1]
                    count += 1
        doc, position = np.int64(doc_ids[i]), -1
        for at in range(offsets[doc], offsets[doc + 1]):
            if titles[at] < np.uint32(0x80000000):
                position += 1
            if position >= MOST_POSITIONS:
                break
            term = titles[at] & np.uint32(0x7FFFFFFF)
            for place in range(count):
                if wanted[place] == term:
                    bit = np.uint64(1) << np.uint64(position)
                    masks[owner[place], 0] |= bit
                    if last[place]:
                        masks[owner[place], 1] |= bit
        best = np.float32(-1.0)
        for slot in range(len(worth)):
            if masks[slot, 0]:
                role = np.float32(BESIDE)
                if masks[slot, 1] & roles[i, HEADS]:
                    role = np.float32(NAMED)
                elif masks[slot, 0] & ~roles[i, FITS] == 0:
                    role = np.float32(FITTED)
                best = max(best, worth[slot] * role)
        if best >= 0:
            out[i] = best
        else:
            out[i] = np.float32(BESIDE)
