"""While building: which words of a title may be what the product is, and how likely by place."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numba import njit

from indexing.arrays import BoolArray, Float32Array, Int32Array, Int64Array, UInt64Array
from indexing.types.pairs import Pairs, counted_pair
from indexing.types.phrases import (
    AND,
    CLOSE,
    COLOUR,
    COMMON,
    CUT,
    DASH,
    FILLER,
    FOR,
    MODEL,
    NUMBER,
    OFF,
    OPEN,
    PLUS,
)

MOST: Final = 12
"""Candidates of one title."""
LATER: Final = 0.35
"""How much less likely the head stands in a phrase than in the one before it."""
INSIDE: Final = np.array([1.0, 0.002, 0.001, 0.001], dtype=np.float32)
"""Likelihood of the last word of a phrase, of the one before it, and so on (first words where
the language puts heads first)."""
TURNED: Final = 0.3
"""Of a last word that as well stands before the other one: `photo printer inkjet`."""
LEAST_TURNED: Final = 0.4
"""How often it must, over how often it stands behind."""
AFTER_WITH: Final = 0.05
JOINED: Final = 0.2
"""Of a head before `and`: `washer and dryer`."""
BEFORE_NUMBER: Final = 0.6
"""A series stands there as often as a noun: `Xeon E5320`, `processor 1.86 GHz`."""
OF_COMMON: Final = 0.8
"""Of a head in small letters behind words in capitals, however late its phrase is."""
BEHIND_COMMON: Final = 0.1
"""Of what stands behind it, over what stands before."""
AT_END: Final = 0.3
"""From this chance a candidate counts as standing where heads stand."""
ANY_NOUN: Final = np.empty(0, dtype=np.bool_)


@dataclass(frozen=True, slots=True)
class Lists:
    """Rows of numbers with chances: row r is starts[r] ≤ i < starts[r + 1].

    starts: int64[rows + 1]. items: int32. chances: float32 beside them.
    """

    starts: Int64Array
    items: Int32Array
    chances: Float32Array

    @classmethod
    def of(cls, rows: list[list[tuple[int, float]]]) -> "Lists":
        starts = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum([len(row) for row in rows], out=starts[1:])
        pairs = [pair for row in rows for pair in row]
        return cls(
            starts,
            np.array([item for item, _ in pairs], dtype=np.int32),
            np.array([chance for _, chance in pairs], dtype=np.float32),
        )


def all_candidates(
    codes: Int32Array,
    starts: Int64Array,
    head_first: bool,
    brand_of: Int32Array,
    brands: Lists,
    pairs: Pairs,
    is_noun: BoolArray = ANY_NOUN,
) -> tuple[Lists, Int32Array]:
    """Candidates of every title by place alone, behind its brand where it begins with that.

    And int32, the word beside each that describes it, or -1. brand_of: int32[n], row of brands
    or -1. is_noun: bool[words], those that may be kinds, once that is known.
    """
    n = len(starts) - 1
    room = int(np.minimum(np.diff(starts), MOST).sum())
    items, beside = np.empty(room, dtype=np.int32), np.empty(room, dtype=np.int32)
    chances = np.empty(room, dtype=np.float32)
    ends = np.zeros(n + 1, dtype=np.int64)
    used = _all(codes, starts, head_first, brand_of, brands.starts, brands.items, pairs.keys,
                pairs.counts, is_noun, items, beside, chances, ends)  # fmt: skip
    return Lists(ends, items[:used].copy(), chances[:used].copy()), beside[:used].copy()


def with_extra(own: Lists, row_of: Int32Array, extra: Lists, worth: float = 1.0) -> Lists:
    """Each title's candidates and those of its row of extra, worth so much; the better counts."""
    room = len(own.items) + int(np.diff(extra.starts)[row_of[row_of >= 0]].sum())
    items, chances = np.empty(room, dtype=np.int32), np.empty(room, dtype=np.float32)
    ends = np.zeros(len(own.starts), dtype=np.int64)
    used = _merge(own.starts, own.items, own.chances, row_of, extra.starts, extra.items,
                  extra.chances, worth, items, chances, ends)  # fmt: skip
    return Lists(ends, items[:used].copy(), chances[:used].copy())


def verified(nouns: Lists, row_of: Int32Array, own: Lists, least: float) -> tuple[Lists, Lists]:
    """Nouns of the rows, divided: those that so many of a row's titles say, and the others."""
    docs = np.repeat(np.arange(len(row_of), dtype=np.int64), np.diff(own.starts))
    inside = row_of[docs] >= 0
    said = np.unique(
        np.stack([row_of[docs[inside]].astype(np.int64) << 32 | own.items[inside], docs[inside]]),
        axis=1,
    )
    keys, counts = np.unique(said[0], return_counts=True)
    rows = len(nouns.starts) - 1
    sizes = np.bincount(row_of[row_of >= 0], minlength=rows)
    row = np.repeat(np.arange(rows, dtype=np.int64), np.diff(nouns.starts))
    wanted = row << 32 | nouns.items
    places = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
    found = np.zeros(len(wanted))
    if len(keys):
        found = np.where(keys[places] == wanted, counts[places], 0)
    good = found >= np.maximum(least * sizes[row], 1)
    return _where(nouns, good), _where(nouns, ~good)


def fitted(codes: Int32Array, starts: Int64Array, own: Lists) -> Int64Array:
    """Row << 32 | word of what titles only say that they fit, ascending: a pump for bicycles is no
    bicycle, though its category is called so. own: candidates of the titles, which stand.
    """
    docs = np.repeat(np.arange(len(starts) - 1, dtype=np.int64), np.diff(starts))
    fits = np.cumsum(codes == FOR)
    behind = (codes >= 0) & (fits > np.append(0, fits)[starts[docs]])
    rows = np.repeat(np.arange(len(own.starts) - 1, dtype=np.int64), np.diff(own.starts))
    return np.setdiff1d(docs[behind] << 32 | codes[behind], rows << 32 | own.items)


def _where(lists: Lists, kept: BoolArray) -> Lists:
    count = np.concatenate([[0], np.cumsum(kept)])
    return Lists(count[lists.starts], lists.items[kept], lists.chances[kept])


def only(lists: Lists, kept: BoolArray, number_of: Int32Array) -> Lists:
    """The items that are kept, under other numbers."""
    inside = kept[lists.items]
    count = np.zeros(len(lists.items) + 1, dtype=np.int64)
    np.cumsum(inside, out=count[1:])
    return Lists(count[lists.starts], number_of[lists.items[inside]], lists.chances[inside])


def raise_lone(lists: Lists, low: float, high: float) -> None:
    """Give the items of the low chance the high one where a row has none that is better."""
    rows = np.repeat(np.arange(len(lists.starts) - 1), np.diff(lists.starts))
    best = np.zeros(len(lists.starts) - 1, dtype=np.float32)
    np.maximum.at(best, rows, lists.chances)
    lone = (lists.chances == np.float32(low)) & (best[rows] <= np.float32(low))
    lists.chances[lone] = high


@njit(nogil=True, cache=True)
def _all(
    codes: Int32Array,
    starts: Int64Array,
    head_first: bool,
    brand_of: Int32Array,
    brand_starts: Int64Array,
    brand_words: Int32Array,
    pair_keys: UInt64Array,
    pair_counts: Float32Array,
    is_noun: BoolArray,
    items: Int32Array,
    beside: Int32Array,
    chances: Float32Array,
    ends: Int64Array,
) -> int:
    places, likely = np.empty(MOST, dtype=np.int64), np.empty(MOST, dtype=np.float32)
    used = 0
    for row in range(len(starts) - 1):
        title = codes[starts[row] : starts[row + 1]]
        if brand_of[row] >= 0:
            first, last = brand_starts[brand_of[row]], brand_starts[brand_of[row] + 1]
            title = title[_length_of(brand_words[first:last], title) :]
        found = title_candidates(title, head_first, pair_keys, pair_counts, is_noun, places, likely)
        begin = used
        for i in range(found):
            word = title[places[i]]
            taken = False
            for at in range(begin, used):
                if items[at] == word:
                    chances[at] = max(chances[at], likely[i])
                    taken = True
            if not taken:
                items[used] = word
                beside[used] = word_beside(title, places[i], head_first)
                chances[used] = likely[i]
                used += 1
        ends[row + 1] = used
    return used


@njit(nogil=True, cache=True)
def word_beside(codes: Int32Array, place: int, head_first: bool) -> int:
    """The word that describes the one at the place, or -1."""
    other = place + 1 if head_first else place - 1
    return max(codes[other], -1) if 0 <= other < len(codes) else -1


@njit(nogil=True, cache=True)
def _length_of(brand: Int32Array, title: Int32Array) -> int:
    """Codes of the brand at the title's beginning; 0 if it begins otherwise."""
    if not len(brand) or len(title) < len(brand):
        return 0
    for at in range(len(brand)):
        if brand[at] != title[at]:
            return 0
    return len(brand)


@njit(nogil=True, cache=True)
def _merge(
    starts: Int64Array,
    own: Int32Array,
    own_chances: Float32Array,
    row_of: Int32Array,
    extra_starts: Int64Array,
    extra: Int32Array,
    extra_chances: Float32Array,
    worth: float,
    items: Int32Array,
    chances: Float32Array,
    ends: Int64Array,
) -> int:
    used = 0
    for row in range(len(starts) - 1):
        begin = used
        for at in range(starts[row], starts[row + 1]):
            items[used] = own[at]
            chances[used] = own_chances[at]
            used += 1
        if row_of[row] >= 0:
            for at in range(extra_starts[row_of[row]], extra_starts[row_of[row] + 1]):
                place = begin
                while place < used and items[place] != extra[at]:
                    place += 1
                if place == used:
                    chances[used] = 0.0
                    used += 1
                items[place] = extra[at]
                chances[place] = max(chances[place], np.float32(worth * extra_chances[at]))
        ends[row + 1] = used
    return used


@njit(nogil=True, cache=True)
def title_candidates(
    codes: Int32Array,
    head_first: bool,
    pair_keys: UInt64Array,
    pair_counts: Float32Array,
    is_noun: BoolArray,
    places: Int64Array,
    chances: Float32Array,
) -> int:
    """Fill places (in codes) and chances of at most MOST candidates; their number.

    Words behind `for` and in brackets are none. A phrase is the words between two signs.
    is_noun: bool[words], what may be a kind; empty if that is not known. What stands before a model
    number and is no kind makes no later phrase less likely: `LifeCam HD-5001 Webcam`.
    """
    count = 0
    phrase = 1.0
    common = False
    zone = 1.0
    depth = 0
    begin = 0
    named = len(is_noun) == 0  # whether each phrase is less likely than the one before
    n = len(codes)
    for end in range(n + 1):
        code = codes[end] if end < n else CUT
        if code >= 0 or code <= COLOUR:
            continue
        if depth == 0 and zone > 0:
            before = count
            sure = 1.0
            if code == AND:
                sure = JOINED
            elif code in (NUMBER, MODEL):
                sure = BEFORE_NUMBER
            elif code == COMMON and not common:
                sure = max(1.0, OF_COMMON / phrase)
            sure *= phrase * zone
            before_phrase = count
            count = _phrase(codes, begin, end, head_first, sure, places, chances, count)
            if count > before_phrase + 1 and code != COMMON and not head_first:
                _turn(codes, pair_keys, pair_counts, places, chances, before_phrase)
            if count > before and code == COMMON and not common:
                phrase *= BEHIND_COMMON
                common = True
            elif count > before and code != AND:
                measure = code == NUMBER and end + 1 < n and codes[end + 1] == FILLER
                if measure or code not in (NUMBER, MODEL) or is_noun[codes[places[before]]]:
                    named = True
                if named:
                    phrase *= LATER
        if code == OPEN:
            depth += 1
        elif code == CLOSE:
            depth = max(depth - 1, 0)
        elif code == FOR:
            zone = 0.0
        elif code == PLUS and zone > 0:
            zone = AFTER_WITH
        elif code == DASH and 0 < zone < 1:
            zone = 0.5
        elif code == OFF and zone > 0:
            zone = AFTER_WITH
        begin = end + 1
    return count


@njit(nogil=True, cache=True)
def _turn(
    codes: Int32Array,
    pair_keys: UInt64Array,
    pair_counts: Float32Array,
    places: Int64Array,
    chances: Float32Array,
    first: int,
) -> None:
    """Let the last but one word of a phrase be its head, where the last only describes it."""
    head, other = codes[places[first]], codes[places[first + 1]]
    turned = counted_pair(pair_keys, pair_counts, head, other)
    if turned >= 2 and turned >= LEAST_TURNED * counted_pair(pair_keys, pair_counts, other, head):
        chances[first + 1] = chances[first]
        chances[first] *= np.float32(TURNED)


@njit(nogil=True, cache=True)
def _phrase(
    codes: Int32Array,
    begin: int,
    end: int,
    head_first: bool,
    chance: float,
    places: Int64Array,
    chances: Float32Array,
    count: int,
) -> int:
    inside = 0
    for step in range(end - begin):
        at = begin + step if head_first else end - 1 - step
        if codes[at] < 0:
            continue
        if count >= len(places) or inside >= len(INSIDE):
            break
        places[count] = at
        chances[count] = chance * INSIDE[inside]
        inside += 1
        count += 1
    return count
