"""The part of a long text that shows the most of what was searched."""

import re
from bisect import bisect_left

from ranking.search.highlights import Spans

_WORD = re.compile("[぀-ヿ㐀-䶿一-鿿가-힯]|[^\\W぀-ヿ㐀-䶿一-鿿가-힯]+(?:['’.-][^\\W_]+)*")
"""A word, or one sign of a script that does not divide words."""


def snippet(text: str, spans: Spans, words: int) -> tuple[int, int]:
    """[start, end) of at most `words` words that hold the most spans, in characters.

    Of equally good windows the one in the middle, so that what was searched has words on both
    sides. The whole text if it has no more words. O(length).
    """
    bounds = [match.span() for match in _WORD.finditer(text)]
    if len(bounds) <= words:
        return 0, len(text)
    starts = [start for start, _ in bounds]
    held = [0] * (len(bounds) + 1)  # spans that begin before each word ends
    for begin, _ in spans:
        held[min(bisect_left(starts, begin + 1), len(bounds))] += 1
    for place in range(1, len(held)):
        held[place] += held[place - 1]
    worth = [held[first + words] - held[first] for first in range(len(bounds) - words + 1)]
    best = max(worth)
    first = worth.index(best)
    last = first
    while best and last + 1 < len(worth) and worth[last + 1] == best:
        last += 1
    place = (first + last) // 2
    return (0 if place == 0 else starts[place]), (
        len(text) if place + words == len(bounds) else bounds[place + words - 1][1]
    )
