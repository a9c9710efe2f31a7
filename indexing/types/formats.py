"""While building: titles that end in a kind and nothing else: `Bass Guitar - DVD`, `1080p - HDTV`.

What stands alone behind the last dash may be a colour, a flavour or the kind. It is the kind where
most of the titles that end so are found to be of it; then all of them are, whatever else they say.
"""

from typing import Final

import numpy as np

from indexing.arrays import Float32Array, Int32Array, Int64Array
from indexing.types.phrases import DASH

LEAST_TITLES: Final = 20
MOSTLY: Final = 0.5
"""Share of the titles with the word behind the last dash that are of its kind."""
SHORTEST: Final = 4
"""Codes of such a title: a word, the dash, the kind, and what ends every title."""


def label_formats(
    labels: Int32Array,
    chances: Float32Array,
    number_of: Int32Array,
    codes: Int32Array,
    starts: Int64Array,
) -> None:
    """Label titles by the kind that alone stands behind their last dash, for sure.

    labels: int32[n], chances: float32[n], both changed. number_of: int32[words], kinds or -1.
    codes, starts: titles.
    """
    rows = np.flatnonzero(np.diff(starts) >= SHORTEST)
    last = starts[1:][rows] - 2
    alone = (codes[last] >= 0) & (codes[last - 1] == DASH)
    rows, kinds = rows[alone], number_of[codes[last[alone]]]
    rows, kinds = rows[kinds >= 0], kinds[kinds >= 0]
    count = np.bincount(kinds)
    found = np.bincount(kinds[labels[rows] == kinds], minlength=len(count))
    sure = (count >= LEAST_TITLES) & (found >= MOSTLY * count)
    rows, kinds = rows[sure[kinds]], kinds[sure[kinds]]
    labels[rows] = kinds
    chances[rows] = 1.0
