"""While building: names of series, and other words that only look like kinds of things."""

from typing import Final

import numpy as np

from indexing.analysis.chunks import is_cjk
from indexing.analysis.pinyin import has_han
from indexing.analysis.stopwords import STOP_WORDS
from indexing.arrays import BoolArray, Int32Array, Int64Array
from indexing.types.candidates import Lists
from indexing.types.general_kinds import known_names, stems_of
from indexing.types.phrases import (
    CLOSE,
    COMMON,
    CUT,
    DASH,
    FOR,
    MODEL,
    NUMBER,
    OFF,
    OPEN,
    PLUS,
    Titles,
)

LEAST_NUMBERED: Final = 0.9
"""Share of a word's places that are before a number, from which it may be a series,"""
MOST_IN_ONE: Final = 0.85
"""and share of them in one category up to which it is one."""
MOSTLY_NUMBERED: Final = 0.5
MOST_FIRM: Final = 0.03
"""Share of a word's places that end a phrase otherwise than before a number, up to which it names
nothing, if most are before numbers or describe other nouns,"""
LEAST_OTHERS: Final = 0.7
"""and share of its titles that have another noun."""
ANOTHER: Final = 0.1
"""Chance by place of that one."""
MOSTLY_DESCRIBING: Final = 2.0
"""Times as often as it ends a phrase a word must describe other nouns,"""
LEAST_DESCRIBED: Final = 5
"""and how many of them, to name nothing by itself,"""
MOST_ENDING: Final = 0.3
"""if up to this share of its places end a phrase: `laser`, `serial`, `travel`."""
_ENDS: Final = (CUT, DASH, OPEN, CLOSE, COMMON, FOR, PLUS, OFF)


def series(
    codes: Int32Array, starts: Int64Array, leaf: Int32Array, called: Int32Array, titles: Titles
) -> Int64Array:
    """Words that name no kind: nearly always before a number, in several categories of which none
    is called so, and not known as a kind: `Nimbus` of Nimbus 13 and Case Nimbus 13.

    codes, starts: titles. leaf: int32[n], categories. called: words of categories' names.
    """
    count = len(titles.words)
    numbered = _numbered(codes, count)
    said = np.flatnonzero(codes >= 0)
    words = codes[said].astype(np.int64)
    seen = np.bincount(words, minlength=count)
    inside_of = leaf[np.searchsorted(starts, said, side="right") - 1]
    inside = inside_of >= 0
    pairs, times = np.unique(words[inside] << 32 | inside_of[inside], return_counts=True)
    most = np.zeros(count, dtype=np.int64)
    np.maximum.at(most, pairs >> 32, times)
    spread = (most > 0) & (most <= MOST_IN_ONE * seen)
    found = (numbered >= LEAST_NUMBERED * seen) & (seen > 1) & spread
    found[called] = False
    found[_known(titles)] = False
    return np.flatnonzero(found)


def never_heads(
    codes: Int32Array, own: Lists, called: Int32Array, is_noun: BoolArray, titles: Titles
) -> Int64Array:
    """Words that hardly ever end a phrase, but stand before numbers or nouns, in titles with
    another noun: `Core 2`, `Dual-Voice-Coil 4-Ohm Subwoofer`; and stop words.

    codes: of titles. own: candidates of the titles. is_noun: bool[words], what may be kinds.
    """
    count = len(titles.words)
    behind, word = codes[1:], np.maximum(codes[:-1], 0)
    is_word = codes[:-1] >= 0
    seen = np.bincount(codes[codes >= 0], minlength=count)
    firm = np.bincount(word[is_word & np.isin(behind, _ENDS)], minlength=count)
    nouns = is_word & (behind >= 0) & is_noun[np.maximum(behind, 0)]
    describes = np.bincount(word[nouns], minlength=count)
    found = (firm <= MOST_FIRM * seen) & (
        np.maximum(_numbered(codes, count), describes) >= MOSTLY_NUMBERED * seen
    )
    found |= _describing(word, behind, nouns, firm, seen, titles)
    # Where nothing is written between words, they stand side by side without describing.
    found &= ~np.array([has_han(word) or is_cjk(word) for word in titles.words], dtype=np.bool_)
    rows = np.repeat(np.arange(len(own.starts) - 1), np.diff(own.starts))
    good = (own.chances >= ANOTHER) & is_noun[own.items] & ~found[own.items]
    others = np.bincount(rows[good], minlength=len(own.starts) - 1)
    titled = np.bincount(own.items, minlength=count)
    beside = np.bincount(own.items[others[rows] > 0], minlength=count)
    found &= is_noun & (beside >= LEAST_OTHERS * titled)
    found[called] = False
    stop_words = {stem for language in titles.analyzer.languages
                  for word in STOP_WORDS.get(language, ())
                  for stem in stems_of(word, titles.analyzer)}  # fmt: skip
    found[[titles.words[stem] for stem in sorted(stop_words) if stem in titles.words]] = True
    found[_known(titles)] = False
    return np.flatnonzero(found)


def _describing(
    word: Int32Array,
    behind: Int32Array,
    nouns: BoolArray,
    firm: Int64Array,
    seen: Int64Array,
    titles: Titles,
) -> BoolArray:
    """bool[words]: what mostly describes several nouns, and is the noun of no known name.

    word, behind: side by side in titles, where nouns: bool says that the second may be a kind.
    """
    pairs = np.unique(word[nouns].astype(np.int64) << 32 | behind[nouns])
    variety = np.bincount(pairs >> 32, minlength=len(seen))
    describes = np.bincount(word[nouns], minlength=len(seen))
    found: BoolArray = (
        (describes >= MOSTLY_DESCRIBING * firm)
        & (variety >= LEAST_DESCRIBED)
        & (firm <= MOST_ENDING * seen)
    )
    last = {name[-1] for name in known_names(titles.analyzer)}
    found[[titles.words[stem] for stem in sorted(last) if stem in titles.words]] = False
    return found


def _numbered(codes: Int32Array, count: int) -> Int64Array:
    """int64[words]: how often each stands before a number."""
    numbered = np.zeros(count, dtype=np.int64)
    for sign in (NUMBER, MODEL):
        numbered += np.bincount(codes[:-1][before(codes, sign)], minlength=count)
    return numbered


def _known(titles: Titles) -> list[int]:
    """Words that are general names of kinds."""
    return [
        titles.words[name]
        for name, *more in known_names(titles.analyzer)
        if not more and name in titles.words
    ]


def before(codes: Int32Array, sign: int) -> BoolArray:
    """bool[c - 1]: words right before the sign."""
    found: BoolArray = (codes[1:] == sign) & (codes[:-1] >= 0)
    return found
