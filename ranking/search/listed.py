"""Products that the facts of behaviour list: related, bought together, popular, trending."""

from collections import Counter
from dataclasses import replace
from typing import Final, Literal

import numpy as np

from indexing.arrays import Float32Array, UInt32Array
from indexing.columns.single_values import held_by
from ranking.behaviour.facts import Facts
from ranking.behaviour.profile import Profile
from ranking.filters.filters import Filter
from ranking.generation import Generation
from ranking.query.query import Query
from ranking.recall.behaviour import products_of
from ranking.recall.channels import NAMES
from ranking.recall.hits import Hits
from ranking.search.candidates import Ordered
from ranking.search.coarse import merged
from ranking.search.context import leaves_of
from ranking.search.leaf import Leaf
from ranking.search.match_set import found_by
from ranking.search.page import make_hits
from ranking.search.request import SearchRequest
from ranking.search.result import Hit
from ranking.search.segments import BySegment
from ranking.search.similar import similar

BEHAVIOUR: Final = NAMES.index("behaviour")
Filters = tuple[Filter, ...]


def bought_together(
    doc_id: int, generation: Generation, limit: int, filters: Filters = (), segment: int = 0
) -> tuple[Hit, ...]:
    """What is bought with this product more often than by chance. Scores: 1 − e^(−ln of lift)."""
    facts, row = _row(doc_id, generation, segment)
    if facts is None:
        return ()
    rows, lifts = facts.together.of(row)
    return _hits(facts, rows, 1 - np.exp(-lifts), generation, limit, filters)


def related(
    doc_id: int, generation: Generation, limit: int, filters: Filters = (), segment: int = 0
) -> tuple[Hit, ...]:
    """What the same people liked, then what is similar, which scores no higher.

    Scores of the first: s / (s + 1) of Swing.
    """
    facts, row = _row(doc_id, generation, segment)
    first: tuple[Hit, ...] = ()
    known: set[int] = set()
    if facts is not None:
        rows, scores = facts.related.of(row)
        first = _hits(facts, rows, scores / (scores + 1), generation, limit, filters)
        known = set(rows.tolist())
    if len(first) == limit:
        return first
    alike = similar(doc_id, generation, limit + len(known), filters, segment)
    lowest = first[-1].score if first else 1.0
    rest = [
        replace(hit, score=min(hit.score, lowest))
        for hit in alike
        if facts is None or _row_of(hit, facts, generation) not in known
    ]
    return (*first, *rest[: limit - len(first)])


def for_you(
    profile: Profile | None, generation: Generation, limit: int, filters: Filters = ()
) -> tuple[Hit, ...]:
    """What people liked who liked what this one saw; what is popular where nothing is known."""
    facts = generation.facts
    if facts is None or profile is None or not len(profile.related_rows):
        return wanted("popular", None, generation, limit, filters)
    return _hits(facts, profile.related_rows, profile.related, generation, limit, filters)


def wanted(
    kind: Literal["popular", "trending"],
    region: str | None,
    generation: Generation,
    limit: int,
    filters: Filters = (),
) -> tuple[Hit, ...]:
    """What is wanted in a region, or everywhere where the region is not known. Scores: 0 to 1."""
    facts = generation.facts
    place = None if facts is None else facts.region(region)
    if facts is None or place is None:
        return ()
    rows, scores = getattr(facts, kind).of(place)
    return _hits(facts, rows, scores, generation, limit, filters)


def trending_values(
    field: str, generation: Generation, filters: Filters = ()
) -> list[tuple[str, float]]:
    """Values that what is trending everywhere holds, the most first, equal ones by name; how much
    of the trend is of each, over that of the first. None of a field without keywords.
    """
    facts = generation.facts
    place = None if facts is None else facts.region(None)
    if facts is None or place is None:
        return []
    rows, scores = facts.trending.of(place)
    best = _best(facts, rows, scores, generation, len(rows), filters)
    found: Counter[str] = Counter()
    for segment, places, docs in BySegment.of(best.candidates, generation.segments).parts:
        column = segment.columns.keyword(field)
        if column is not None:
            at, held = held_by(column, docs)
            sums = np.bincount(held, best.scores[places[at]])
            found.update({column.values[o]: float(sums[o]) for o in np.unique(held).tolist()})
    highest = max(found.values(), default=1.0)
    ordered = sorted(found.items(), key=lambda each: (-each[1], each[0]))
    return [(value, much / highest) for value, much in ordered]


def _hits(
    facts: Facts, rows: UInt32Array, scores: Float32Array, generation: Generation, limit: int,
    filters: Filters,
) -> tuple[Hit, ...]:  # fmt: skip
    best = _best(facts, rows, scores, generation, limit, filters)
    return make_hits(Query("", (), None, None), SearchRequest(page_size=limit), best, generation)


def _best(
    facts: Facts, rows: UInt32Array, scores: Float32Array, generation: Generation, limit: int,
    filters: Filters,
) -> Ordered:  # fmt: skip
    """A product of each row that is there and passes, best first."""
    chosen = []
    for leaf in leaves_of(generation):
        hits = _favourites_first(facts, rows, products_of(facts, rows, scores, leaf.segment), leaf)
        matches = found_by("behaviour", hits)
        if leaf.segment.config.out_of_stock == "hide":
            matches = leaf.offered(matches)
        chosen.append(leaf.alike(leaf.passing(matches, filters), BEHAVIOUR, limit))
    return Ordered(*merged(chosen, limit, falling=True))


def _favourites_first(facts: Facts, rows: UInt32Array, hits: Hits, leaf: Leaf) -> Hits:
    """Of each row's products the one that most people wanted has the least bit more."""
    wanted = leaf.segment.documents.of_hashes(facts.favourites[rows])
    less = ~np.isin(hits.doc_ids, wanted[wanted >= 0])
    return Hits(hits.doc_ids, np.where(less, np.nextafter(hits.scores, np.float32(0)), hits.scores))


def _row(doc_id: int, generation: Generation, segment: int) -> tuple[Facts | None, int]:
    """The facts, if they know the product, and its row."""
    facts = generation.facts
    row = -1 if facts is None else int(facts.rows_in(generation.segments[segment]).of_doc[doc_id])
    return (facts, row) if row >= 0 else (None, row)


def _row_of(hit: Hit, facts: Facts, generation: Generation) -> int:
    for segment in generation.segments:
        doc = segment.find(hit.id)
        if doc is not None:
            return int(facts.rows_in(segment).of_doc[doc])
    return -1
