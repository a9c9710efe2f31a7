"""What was given up of a query: told with its answer."""

from collections.abc import Sequence

import numpy as np

from indexing.arrays import BoolArray
from ranking.query.query import Query
from ranking.recall.channels import BY_MEANING, POPULAR
from ranking.search.leaf import Leaf
from ranking.search.match_set import MatchSet
from ranking.search.result import Relaxed


def given_up(query: Query, answer: Sequence[MatchSet], leaves: Sequence[Leaf]) -> Relaxed | None:
    """None where the answer has nothing but strict matches.

    Dropped is, as it was typed, what some product of the answer lacks that other words found; all
    of the query where no word found anything.
    """
    if not any(part.levels.any() for part in answer):
        return None
    level, required = answer[0].level, query.required
    if level == POPULAR:
        scope = "popular" if query.categories.sure is None else "category"
        return Relaxed(POPULAR, _told(query, np.ones(len(required), np.bool_)), scope)
    lacked, by_words = np.zeros(len(required), np.bool_), False
    strict = any((part.levels == 0).any() for part in answer)
    for leaf, part in zip(leaves, answer, strict=True):
        docs = part.doc_ids[(part.levels > 0) & (part.levels < BY_MEANING)]
        if len(docs):
            by_words = True
            lacked |= np.array([leaf.lacks(slot, docs) for slot in required])
    if not by_words and not strict:
        lacked[:] = True
    return Relaxed(level, _told(query, lacked), "terms" if by_words else "meaning")


def _told(query: Query, lacked: BoolArray) -> tuple[str, ...]:
    """In the query's order, each once: parts of a compound are said as one."""
    pairs = zip(query.required, lacked.tolist(), strict=True)
    said = sorted((slot.position, slot.said or slot.text) for slot, is_lacked in pairs if is_lacked)
    return tuple(dict.fromkeys(text for _, text in said))
