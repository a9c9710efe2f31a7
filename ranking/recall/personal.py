"""Channels of who asks and where: they bring products of the match set into the ranking.

They add nothing to the match set, so that totals and facets are the same for everybody: what a
query is about does not depend on who asks. Where it is about more products than the coarse rank
keeps, they decide who is among those kept.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from indexing.arrays import Float32Array, Int64Array, UInt32Array
from indexing.columns import KeywordColumn
from indexing.snapshot import Snapshot
from ranking.behaviour.profile import Taste
from ranking.query.query import Query
from ranking.recall.behaviour import products_of, there
from ranking.recall.hits import NO_HITS, Hits
from ranking.recall.most_liked import most_liked

QUOTA: Final = 100
"""Products of each channel; of TASTES brands and categories each, of each so many."""
TASTES: Final = 3
LEAST_SHARE: Final = 0.1
MOST_HOLDERS: Final = 20_000
"""A brand or category of more says nothing of a person."""


@dataclass(frozen=True, slots=True)
class PersonalChannel:
    """worth: of its score (0 to 1) in the coarse rank. meaning: its line in an explanation."""

    name: str
    meaning: str
    worth: float
    find: Callable[[Query, Snapshot], Hits]


@dataclass(frozen=True, slots=True)
class Mark:
    """places: int64[k], ascending, in the match set; scores: float32[k] beside them."""

    places: Int64Array
    scores: Float32Array


def recent(query: Query, segment: Snapshot) -> Hits:
    """Products → products."""
    profile, facts = query.profile, query.facts
    if profile is None or facts is None:
        return NO_HITS
    return products_of(facts, profile.related_rows, profile.related, segment)


def taste(query: Query, segment: Snapshot) -> Hits:
    """The brands and categories that were looked at most."""
    profile = query.profile
    if profile is None:
        return NO_HITS
    columns = segment.columns
    found = [
        *_holders(profile.brands, columns.keyword("brand"), segment),
        *_holders(profile.categories, columns.keyword("category"), segment),
    ]
    if not found:
        return NO_HITS
    each = np.concatenate([np.full(len(docs), share) for docs, share in found])
    docs, at = np.unique(np.concatenate([docs for docs, _ in found]), return_inverse=True)
    return Hits(docs, np.minimum(np.bincount(at, each), 1.0).astype(np.float32))


def _holders(
    known: Taste, column: KeywordColumn | None, segment: Snapshot
) -> list[tuple[UInt32Array, float]]:
    """Of the strongest tastes, the best liked products of each."""
    if column is None:
        return []
    found = []
    for place in np.argsort(-known.shares, kind="stable")[:TASTES].tolist():
        share, ordinal = float(known.shares[place]), int(known.ordinals[place])
        if share < LEAST_SHARE or column.table.freqs[ordinal] > MOST_HOLDERS:
            continue
        docs = segment.there(column.table.holders_of(ordinal))
        found.append((most_liked(docs, segment.liked, QUOTA), share))
    return found


def regional(query: Query, segment: Snapshot) -> Hits:
    """What is popular where the shopper is."""
    facts, place = query.facts, query.region
    if facts is None or place is None:
        return NO_HITS
    return there(facts.rows_in(segment).popular(facts.popular, place), segment)


def new(query: Query, segment: Snapshot) -> Hits:
    """New arrivals, the newest scores 1."""
    facts = query.facts
    if facts is None:
        return NO_HITS
    return there(facts.rows_in(segment).newest, segment)


PERSONAL: Final = (
    PersonalChannel(
        "recent", "liked by people who liked what this shopper looked at lately", 0.5, recent
    ),
    PersonalChannel("taste", "of a brand or category that this shopper looks at", 0.3, taste),
    PersonalChannel("regional", "popular where this shopper is", 0.2, regional),
    PersonalChannel("new", "a new arrival", 0.05, new),
)
NAMES: Final = tuple(channel.name for channel in PERSONAL)
MEANINGS: Final = {channel.name: channel.meaning for channel in PERSONAL}


def marked(query: Query, doc_ids: UInt32Array, segment: Snapshot) -> tuple[Mark, ...]:
    """A mark of each channel on documents of the match set (ascending); () if none is asked."""
    if query.facts is None and query.profile is None:
        return ()
    marks = []
    for channel in PERSONAL:
        hits = channel.find(query, segment)
        if len(hits) and len(doc_ids):
            places = np.minimum(np.searchsorted(doc_ids, hits.doc_ids), len(doc_ids) - 1)
            known = doc_ids[places] == hits.doc_ids
            marks.append(Mark(places[known], hits.scores[known]))
        else:
            marks.append(NO_MARK)
    return tuple(marks)


NO_MARK: Final = Mark(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32))
