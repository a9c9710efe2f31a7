"""Where the query's slots stand in the title, and how much of the short fields they are."""

import numpy as np
from numba import njit

from indexing.arrays import (
    Float32Array,
    Int32Array,
    Int64Array,
    UInt16Array,
    UInt32Array,
    UInt64Array,
)
from indexing.postings.postings import Field
from indexing.snapshot import Snapshot
from ranking.features.feature import Feature, Group, Rows
from ranking.features.inputs import Inputs
from ranking.features.slot_matches import frequency
from ranking.query.query import Query

MAX_POSITIONS = 64
"""Positions of a title that are looked at; what follows is as if it were not there."""

FEATURES = (
    Feature("title_adjacent_share", "neighbouring slots that stand side by side", 0, 1, trend=1),
    Feature("title_order_share", "neighbouring slots in the query's order", 0, 1, trend=1),
    Feature("title_window", "matched slots over the window that holds them", 0, 1, trend=1),
    Feature("title_first_position", "1/(1 + position of the first match)", 0, 1, trend=1),
    Feature("title_unmatched_share", "share of the title that the query did not ask", 0, 1,
            trend=-1),
    Feature("title_length", "ln(1 + positions of the title)", 0, 12),
    Feature("title_exact", "1 if the title is the query", 0, 1, trend=1),
    Feature("title_phrase", "1 if the title holds the query as a phrase", 0, 1, trend=1),
    Feature("brand_filled_share", "share of the brand's words that were asked", 0, 1, trend=1),
    Feature("category_filled_share", "share of the category's words asked", 0, 1, trend=1),
    Feature("last_term_prefix", "1 if a title word begins with the last word", 0, 1),
)  # fmt: skip


def _fill(inputs: Inputs, rows: Rows) -> None:
    matches, texts = inputs.matches, inputs.texts
    flat, (low, high) = matches.flat, _last_prefix(inputs.query, inputs.tables)
    rows.matrix[:] = np.float32(0.0)
    _fill_filled_shares(
        texts.rows, matches.chosen, matches.tfs, texts.lengths, flat.weights, rows.matrix
    )
    _fill_title(
        texts.rows, texts.offsets, texts.terms, matches.chosen,
        flat.term_ids.astype(np.uint32), flat.alternatives, flat.weights, flat.spans,
        np.uint32(low), np.uint32(high), rows.matrix,
    )  # fmt: skip


def _last_prefix(query: Query, snapshot: Snapshot) -> tuple[int, int]:
    """Range of the term ids that begin with the query's last word; empty if that is a letter."""
    required = query.required
    if not required:
        return 0, 0
    last = max(required, key=lambda slot: slot.position)
    return snapshot.index.lexicon.prefix_range(last.text) if len(last.text) > 1 else (0, 0)


TITLE = Group(
    "title",
    "Where the slots stand in the title, and how much of the short fields (title, brand, "
    "category) was asked for.",
    FEATURES,
    _fill,
)

# Places of the rows, as constants for the kernels.
_ADJACENT = TITLE.names.index("title_adjacent_share")
_ORDER = TITLE.names.index("title_order_share")
_WINDOW = TITLE.names.index("title_window")
_FIRST = TITLE.names.index("title_first_position")
_UNMATCHED = TITLE.names.index("title_unmatched_share")
_LENGTH = TITLE.names.index("title_length")
_EXACT = TITLE.names.index("title_exact")
_PHRASE = TITLE.names.index("title_phrase")
_BRAND_FILLED = TITLE.names.index("brand_filled_share")
_CATEGORY_FILLED = TITLE.names.index("category_filled_share")
_PREFIX = TITLE.names.index("last_term_prefix")
_BRAND, _CATEGORY = int(Field.BRAND), int(Field.CATEGORY)


@njit(nogil=True, cache=True)
def _fill_filled_shares(
    doc_ids: UInt32Array,
    chosen: Int32Array,
    tfs: UInt32Array,
    lengths: UInt16Array,
    weights: Float32Array,
    out: Float32Array,
) -> None:
    """Occurrences of the slots in brand and category over the words there, at most 1."""
    for i in range(len(doc_ids)):
        brand, category = np.float32(0.0), np.float32(0.0)
        for slot in range(len(weights)):
            if chosen[i, slot] >= 0 and weights[slot] > 0:
                brand += np.float32(frequency(tfs[i, slot], _BRAND))
                category += np.float32(frequency(tfs[i, slot], _CATEGORY))
        of_brand = max(np.float32(lengths[doc_ids[i], _BRAND]), np.float32(1.0))
        of_category = max(np.float32(lengths[doc_ids[i], _CATEGORY]), np.float32(1.0))
        out[_BRAND_FILLED, i] = min(brand / of_brand, np.float32(1.0))
        out[_CATEGORY_FILLED, i] = min(category / of_category, np.float32(1.0))


@njit(nogil=True, cache=True)
def _fill_title(
    doc_ids: UInt32Array,
    offsets: UInt64Array,
    titles: UInt32Array,
    chosen: Int32Array,
    term_ids: UInt32Array,
    alternatives: Int64Array,
    weights: Float32Array,
    spans: Int64Array,
    prefix_low: np.uint32,
    prefix_high: np.uint32,
    out: Float32Array,
) -> None:
    """out: float32[features, k], zeros before. Bits of masks: where each slot stands."""
    masks = np.zeros(len(weights), dtype=np.uint64)
    wanted = np.empty(len(term_ids), dtype=np.uint32)  # of one title
    owner = np.empty(len(term_ids), dtype=np.int64)  # each one's slot
    required = 1e-9
    for slot in range(len(weights)):
        required += weights[slot] > 0
    for i in range(len(doc_ids)):
        doc = np.int64(doc_ids[i])
        masks[:] = np.uint64(0)
        position = -1
        matched = np.uint64(0)
        count = 0
        for slot in range(len(weights)):
            if chosen[i, slot] >= 0 and weights[slot] > 0:
                own = chosen[i, slot]
                for place in range(alternatives[own], alternatives[own + 1]):
                    wanted[count], owner[count] = term_ids[place], slot
                    count += 1
        for at in range(offsets[doc], offsets[doc + 1]):
            if titles[at] < np.uint32(0x80000000):
                position += 1
            if position >= MAX_POSITIONS:
                break
            term = titles[at] & np.uint32(0x7FFFFFFF)
            if prefix_low <= term < prefix_high:
                out[_PREFIX, i] = 1
            for place in range(count):
                if wanted[place] == term:
                    bit = np.uint64(1) << np.uint64(position)
                    masks[owner[place]] |= bit
                    matched |= bit
        length = position + 1
        out[_LENGTH, i] = np.log1p(np.float32(length))
        if length and matched:
            _fill_places(i, masks, matched, length, weights, spans, required, out)
        else:
            out[_UNMATCHED, i] = 1


@njit(nogil=True, cache=True)
def _fill_places(
    i: int,
    masks: UInt64Array,
    matched: np.uint64,
    length: int,
    weights: Float32Array,
    spans: Int64Array,
    required: float,
    out: Float32Array,
) -> None:
    """Order and nearness in one title in which something stands."""
    pairs = ordered = adjacent = found = positions = 0
    lowest, highest = MAX_POSITIONS, -1
    previous = -1
    for slot in range(len(weights)):
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
    out[_ADJACENT, i] = 1.0 if single else adjacent / pairs
    out[_ORDER, i] = 1.0 if single else ordered / pairs
    out[_WINDOW, i] = found / max(highest - lowest + 1, found)
    out[_FIRST, i] = 1.0 / (1.0 + lowest)
    covered = max(_bit_count(matched), min(positions, length))
    out[_UNMATCHED, i] = 1.0 - min(covered / length, 1.0)
    out[_PHRASE, i] = found + 0.5 > required and (single or adjacent == pairs)
    out[_EXACT, i] = out[_PHRASE, i] > 0 and covered >= length


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
