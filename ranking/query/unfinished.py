"""The last word while it is being typed: `wireless headph` is searched as `wireless headphones`."""

import re
from typing import Final

import numpy as np

from indexing.analysis.folding import fold
from indexing.snapshot import Snapshot
from indexing.spelling.spelling import Spelling

_LEAST: Final = 2
_LAST: Final = re.compile(r"(?:(\w+)\W+)?([^\W\d_]+)$")
"""The word before it, and the last one, of letters alone: numbers are exact or nothing."""


def completed(text: str, snapshot: Snapshot) -> str:
    """The text with its last word completed, if nobody has finished it: no white space follows it,
    and it is no word of the catalogue.

    Of the words that begin so, the one that most often follows the word before it, else the most
    frequent. Chinese is never completed: its characters are searched as they are. O(log words + k)
    for k words that begin so.
    """
    found = _LAST.search(text)
    if found is None or len(found[2]) < _LEAST or not found[2].isascii():
        return text
    before, begun = found.groups()
    spelling, typed = snapshot.spelling, fold(begun)
    if spelling.frequency(typed):
        return text
    low, high = spelling.beginning(typed)
    if low == high:
        return text
    best = _after(before, low, high, spelling)
    if best is None:
        best = low + int(np.argmax(spelling.frequencies[low:high]))
    return text[: found.start(2)] + snapshot.written.shown(spelling.word(best))


def _after(before: str | None, low: int, high: int, spelling: Spelling) -> int | None:
    """Of the words low ≤ n < high the one that most often came after that word."""
    left = spelling.number(fold(before)) if before else -1
    if left < 0:
        return None
    ends = np.array([left << 32 | low, left << 32 | high], dtype=np.uint64)
    first, last = np.searchsorted(spelling.pairs, ends).tolist()
    if first == last:
        return None
    best = first + int(np.argmax(spelling.pair_times[first:last]))
    return int(spelling.pairs[best] & np.uint64(0xFFFFFFFF))
