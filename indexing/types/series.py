"""While building: names of series, which are no kinds of things."""

from typing import Final

import numpy as np

from indexing.arrays import BoolArray, Int32Array, Int64Array
from indexing.types.general_kinds import known_names
from indexing.types.phrases import MODEL, NUMBER, Titles

LEAST_NUMBERED: Final = 0.9
"""Share of a word's places that are before a number, from which it may be a series,"""
MOST_IN_ONE: Final = 0.85
"""and share of them in one category up to which it is one."""


def series(
    codes: Int32Array, starts: Int64Array, leaf: Int32Array, called: Int32Array, titles: Titles
) -> Int64Array:
    """Words that name no kind: nearly always before a number, in several categories of which none
    is called so, and not known as a kind: `Nimbus` of Nimbus 13 and Case Nimbus 13.

    codes, starts: titles. leaf: int32[n], categories. called: words of categories' names.
    """
    count = len(titles.words)
    numbered = np.zeros(count, dtype=np.int64)
    for sign in (NUMBER, MODEL):
        numbered += np.bincount(codes[:-1][before(codes, sign)], minlength=count)
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
    for name, *more in known_names(titles.analyzer):
        if not more and name in titles.words:
            found[titles.words[name]] = False
    return np.flatnonzero(found)


def before(codes: Int32Array, sign: int) -> BoolArray:
    """bool[c - 1]: words right before the sign."""
    found: BoolArray = (codes[1:] == sign) & (codes[:-1] >= 0)
    return found
