"""Does the query name what the title is, by the order of its words, or only what that fits?

Asked where kinds say nothing: a shop's only vacuum cleaner makes no kind, but it is one, and the
bags for vacuum cleaners are none.
"""

from typing import Final

import numpy as np
from numba import njit

from indexing.arrays import (
    Float32Array,
    Int32Array,
    Int64Array,
    UInt8Array,
    UInt32Array,
    UInt64Array,
)
from indexing.types.title_roles import FITS, HEADS, MOST_POSITIONS, TitleRoles
from ranking.features.inputs import Inputs

UNREAD, ABSENT, FITTED, BESIDE, EARLIER, LATEST, ALONE = range(7)
"""What a word of the query is in a title: one of which nothing is known, none of its words, what
the product fits, a word beside the head, one of several words that may be the head, the last of
them, the only one.
"""
WORTH_OF_ROLES: Final = np.array([0.4, -1.0, 0.0, 0.35, 1.0, 1.0, 1.0], dtype=np.float32)
"""How far such a word names the thing."""
OTHER: Final = 0.8
"""Worth of a word of the query that does not stand where its head does."""
TRUST: Final = 0.5
"""Of the order alone, over that of a kind on which products agree."""


def named_by_order(inputs: Inputs, roles: UInt8Array) -> Float32Array:
    """float32[k]: 0 to 1. roles: of `roles_of_slots`."""
    return _best_worth(roles, _worth_of_slots(inputs))


def roles_of_slots(inputs: Inputs) -> UInt8Array:
    """uint8[k, slots]: what each word of the query is in each title."""
    roles = inputs.read(lambda segment, docs: segment.types.title_roles[docs])
    matches, texts = inputs.matches, inputs.texts
    found = np.zeros(matches.chosen.shape, dtype=np.uint8)
    _fill(
        texts.rows, texts.offsets, texts.terms, roles, matches.chosen,
        matches.flat.term_ids.astype(np.uint32), matches.flat.alternatives, found,
    )  # fmt: skip
    return found


def _best_worth(roles: UInt8Array, worth: Float32Array) -> Float32Array:
    """float32[k]: of the title's words the one that names it best. worth: of the query's words."""
    named = WORTH_OF_ROLES[roles] * worth
    best = np.where((roles > ABSENT) & (worth > 0), named, -1).max(axis=1, initial=-1)
    best = np.where(best < 0, WORTH_OF_ROLES[BESIDE], best)
    unread = (roles == UNREAD).all(axis=1)
    found: Float32Array = np.where(unread, WORTH_OF_ROLES[UNREAD], best)
    return found.astype(np.float32)


def _worth_of_slots(inputs: Inputs) -> Float32Array:
    """float32[slots]: 0 of what the query says the product fits, unless that is all it says."""
    query = inputs.query
    heads, fits = TitleRoles(inputs.tables.analyzer).of(query.words.text)
    worth = np.zeros(len(query.slots), dtype=np.float32)
    for place, slot in enumerate(query.slots):
        if slot.weight > 0:
            worth[place] = 0.0 if fits & slot.bits else 1.0 if heads & slot.bits else OTHER
    if not worth.any():
        worth[[slot.weight > 0 for slot in query.slots]] = 1.0
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
    out: UInt8Array,
) -> None:
    slots = chosen.shape[1]
    masks = np.zeros((slots, 2), dtype=np.uint64)  # all words of each slot, and its last one
    wanted = np.empty(len(term_ids), dtype=np.uint32)
    owner = np.empty(len(term_ids), dtype=np.int64)
    last = np.empty(len(term_ids), dtype=np.bool_)
    for i in range(len(doc_ids)):
        if roles[i, HEADS] == 0 and roles[i, FITS] == 0:
            continue
        masks[:] = np.uint64(0)
        count = 0
        for slot in range(slots):
            if chosen[i, slot] >= 0:
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
        heads = roles[i, HEADS]
        several = heads & (heads - np.uint64(1)) != 0
        for slot in range(slots):
            out[i, slot] = ABSENT
            if masks[slot, 0]:
                out[i, slot] = BESIDE
                own = masks[slot, 1] & heads
                if own and not several:
                    out[i, slot] = ALONE
                elif own:
                    out[i, slot] = LATEST if heads >> np.uint64(1) < own else EARLIER
                elif masks[slot, 0] & ~roles[i, FITS] == 0:
                    out[i, slot] = FITTED
