"""Order and nearness of the query's slots inside one title."""

import numpy as np
from numba import njit

from indexing.arrays import Float32Array, Int64Array, UInt32Array, UInt64Array
from ranking.features.text_columns import (
    ADJACENT,
    EXACT,
    FIRST,
    LENGTH,
    ORDER,
    PHRASE,
    PREFIX,
    UNMATCHED,
    WINDOW,
)

MAX_POSITIONS = 64
"""Positions of a title that are looked at; what follows is as if it were not there."""


@njit(nogil=True, cache=True)
def match_title(
    terms: UInt32Array,
    term_ids: UInt32Array,
    alternatives: Int64Array,
    chosen: Int64Array,
    weights: Float32Array,
    spans: Int64Array,
    masks: UInt64Array,
    prefix_low: np.uint32,
    prefix_high: np.uint32,
    required: float,
    row: Float32Array,
) -> None:
    """Order and nearness in one title; masks hold, bit by bit, where each slot stands."""
    masks[:] = np.uint64(0)
    position = -1
    matched = np.uint64(0)
    for code in terms:
        if code < np.uint32(0x80000000):
            position += 1
        if position >= MAX_POSITIONS:
            break
        term = code & np.uint32(0x7FFFFFFF)
        if prefix_low <= term < prefix_high:
            row[PREFIX] = 1
        for slot in range(len(chosen)):
            if chosen[slot] < 0 or weights[slot] <= 0:
                continue
            for place in range(alternatives[chosen[slot]], alternatives[chosen[slot] + 1]):
                if term_ids[place] == term:
                    bit = np.uint64(1) << np.uint64(position)
                    masks[slot] |= bit
                    matched |= bit
    length = position + 1
    row[LENGTH] = np.log1p(np.float32(length))
    if not length or not matched:
        row[UNMATCHED] = 1
        return
    pairs = ordered = adjacent = found = positions = 0
    lowest, highest = MAX_POSITIONS, -1
    previous = -1
    for slot in range(len(chosen)):
        if weights[slot] <= 0:
            continue
        pairs += 1
        if masks[slot]:
            found += 1
            positions += spans[slot]
            first = _lowest_bit(masks[slot])
            lowest, highest = min(lowest, first), max(highest, first)
            if previous >= 0 and masks[previous]:
                ordered += _lowest_bit(masks[previous]) < first
                adjacent += (masks[previous] << np.uint64(spans[previous])) & masks[slot] != 0
        previous = slot
    pairs = max(pairs - 1, 1)
    single = required < 1.5 and found == 1
    row[ADJACENT] = 1.0 if single else adjacent / pairs
    row[ORDER] = 1.0 if single else ordered / pairs
    row[WINDOW] = found / max(highest - lowest + 1, found)
    row[FIRST] = 1.0 / (1.0 + lowest)
    covered = max(_bit_count(matched), min(positions, length))
    row[UNMATCHED] = 1.0 - min(covered / length, 1.0)
    row[PHRASE] = found + 0.5 > required and (single or adjacent == pairs)
    row[EXACT] = row[PHRASE] > 0 and covered >= length


@njit(nogil=True, cache=True, inline="always")
def _lowest_bit(mask: np.uint64) -> int:
    place = 0
    while not mask & np.uint64(1):
        mask >>= np.uint64(1)
        place += 1
    return place


@njit(nogil=True, cache=True, inline="always")
def _bit_count(mask: np.uint64) -> int:
    count = 0
    while mask:
        mask &= mask - np.uint64(1)
        count += 1
    return count
