"""Synonyms a step farther, for queries whose words find too little even when some are dropped."""

from dataclasses import replace
from typing import Final

from indexing.snapshot import Snapshot
from ranking.query.query import Query
from ranking.query.synonyms import Synonyms, expand, find_said

WIDE_BOOST: Final = 0.4
"""Worth of such a synonym beside the word itself."""


def widened(query: Query, synonyms: Synonyms, snapshot: Snapshot) -> Query | None:
    """The query with one-way rules backwards and synonyms of synonyms; None if it has none."""
    if not synonyms.wide or query.identifier is not None:
        return None
    said = find_said(query.words, synonyms.wide, synonyms.longest)
    slots, added = expand(query.slots, said, query.words, snapshot.index.statistics, WIDE_BOOST)
    if not added:
        return None
    return replace(query, slots=slots, expansions=(*query.expansions, *added))
