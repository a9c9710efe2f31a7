"""While building: products that are not of the kind that they are most like."""

from typing import Final

import numpy as np

from indexing.arrays import BoolArray, Int32Array, Int64Array

MOSTLY: Final = 0.5
"""Share of a kind's products that say what they fit, from which one more is of it: what is
`compatible with AirPods case` is a case.
"""


def strangers(
    labels: Int32Array, nouns: Int64Array, fitted: Int64Array, fitting: BoolArray
) -> BoolArray:
    """bool[n]: what only fits its kind: a pump for bicycles is none, though its category says so.

    labels: int32[n], places in nouns, or -1. fitted: row << 32 | word (`candidates.fitted`).
    fitting: bool[n], products that say what they fit.
    """
    known, words = labels >= 0, np.append(nouns, -1)[labels]
    sizes = np.bincount(labels[known], minlength=len(nouns))
    things = np.bincount(labels[known & fitting], minlength=len(nouns)) < MOSTLY * sizes
    keys = np.arange(len(labels), dtype=np.int64) << 32 | np.maximum(words, 0)
    found: BoolArray = known & np.append(things, False)[labels] & np.isin(keys, fitted)
    return found
