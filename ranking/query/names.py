"""Names made of words that otherwise mean something else: Gusto Max 100, To Be or Not to Be."""

from typing import Final

import numpy as np

from indexing.arrays import UInt32Array
from indexing.postings.doc_sets import intersect
from indexing.postings.lexicon import UNKNOWN
from indexing.postings.postings import BITS, MAX_TF, Field
from indexing.postings.token_stream import EXTRA
from indexing.snapshot import Snapshot
from ranking.query.words import QueryWords

MOST_TITLES: Final = 100
_TITLE = np.uint32(MAX_TF << BITS * Field.TITLE)


def names_product(words: QueryWords, places: frozenset[int], snapshot: Snapshot) -> bool:
    """Whether some title says the words at `places` with the query's word before or behind them,
    and the product holds all words: of Gusto Max 100 `max 100`, but not of `sneakers max 100`.
    """
    first, last = min(places, default=0), max(places, default=-1)
    low, high = (first - 1, last) if first else (first, last + 1)
    if high >= len(words.primary) or len(places) != last - first + 1:
        return False
    phrase = words.primary[low : high + 1]
    titles = snapshot.index.titles
    for doc in _holding(words, places, snapshot)[:MOST_TITLES].tolist():
        codes = titles.terms[int(titles.offsets[doc]) : int(titles.offsets[doc + 1])]
        said = codes[codes < EXTRA].tolist()
        if any(tuple(said[at : at + len(phrase)]) == phrase for at in range(len(said))):
            return True
    return False


def title_holds(words: QueryWords, places: frozenset[int], snapshot: Snapshot) -> bool:
    """Whether some product holds all words of the query, and its title those at `places`."""
    return len(_holding(words, places, snapshot)) > 0


def _holding(words: QueryWords, places: frozenset[int], snapshot: Snapshot) -> UInt32Array:
    if UNKNOWN in words.primary or not words.primary:
        return np.empty(0, dtype=np.uint32)
    lists = []
    for place, term_id in enumerate(words.primary):
        docs, tfs = snapshot.index.postings(term_id)
        lists.append(docs[(tfs & _TITLE) != 0] if place in places else docs)
    lists.sort(key=len)
    found = lists[0]
    for docs in lists[1:]:
        found = intersect(found, docs)
    return snapshot.there(found)
