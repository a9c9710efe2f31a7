"""Names made of words that otherwise mean something else: Gusto Max 100, To Be or Not to Be."""

import numpy as np

from indexing.postings.doc_sets import intersect
from indexing.postings.lexicon import UNKNOWN
from indexing.postings.postings import BITS, MAX_TF, Field
from indexing.snapshot import Snapshot
from ranking.query.words import QueryWords

_TITLE = np.uint32(MAX_TF << BITS * Field.TITLE)


def names_product(words: QueryWords, places: frozenset[int], snapshot: Snapshot) -> bool:
    """Whether some title holds all words of the query, those at `places` among them."""
    return len(places) < len(words.primary) and title_holds(words, places, snapshot)


def title_holds(words: QueryWords, places: frozenset[int], snapshot: Snapshot) -> bool:
    """Whether some product holds all words of the query, and its title those at `places`."""
    if UNKNOWN in words.primary or not words.primary:
        return False
    lists = []
    for place, term_id in enumerate(words.primary):
        docs, tfs = snapshot.index.postings(term_id)
        lists.append(docs[(tfs & _TITLE) != 0] if place in places else docs)
    lists.sort(key=len)
    found = lists[0]
    for docs in lists[1:]:
        found = intersect(found, docs)
    return len(found) > 0
