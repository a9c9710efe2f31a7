"""Filters that a query says in words: `under $50`, `at least 16 gb`, `size 42`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from indexing.arrays import UInt32Array
from indexing.catalogue.attributes import PREFIX
from indexing.postings.doc_sets import intersect
from indexing.snapshot import Snapshot
from ranking.filters.filters import AnyOf, Exists, Not, Range, evaluate, fields_of
from ranking.query.entities import Entity
from ranking.query.number_values import SIZES, words_of
from ranking.query.query import Query
from ranking.search.match_set import MatchSet
from ranking.search.request import SearchRequest
from ranking.search.sorting import count_groups

LEAST_KNOWN: Final = 0.9
"""Share of the match set (for sizes: of its products of the likely category) that must have the
field before the query's words filter by it.
"""
LEAST_LEFT: Final = 10
"""Products that all filters of the query's words together must leave."""


@dataclass(frozen=True, slots=True)
class Implied:
    """clause: what was said. why_not: None if it filters; else it only raises what fits."""

    text: str
    clause: Range | AnyOf | Not
    why_not: str | None

    def facts(self) -> dict[str, Any]:
        clause = self.clause
        of = clause.clause if isinstance(clause, Not) else clause
        facts: dict[str, Any] = {"text": self.text}
        if isinstance(of, Range):
            facts |= {"field": of.field, "range": {"gte": of.lo, "lte": of.hi}}
        elif isinstance(of, AnyOf):
            values = list(of.values)
            facts |= {"field": of.field, "none" if of is not clause else "any": values}
        facts["applied"] = self.why_not is None
        return facts if self.why_not is None else facts | {"why_not": self.why_not}


def implied_filters(
    query: Query,
    request: SearchRequest,
    matches: Sequence[MatchSet],
    segments: Sequence[Snapshot],
) -> tuple[Implied, ...]:
    """The price, quantities and sizes that the query asks for, as filters of its whole match set,
    where that is safe. None filters with `implied=off`.

    Depends on the match set and the request's own filters' fields, so counts agree with hits.
    matches: a part a segment; the shares are of all of them.
    """
    matched: Sequence[UInt32Array] = [part.doc_ids for part in matches]
    found: list[Implied] = []
    left = matched  # less what the clauses before hide
    wish = query.price
    if wish is not None and wish.foreign is not None:
        text = query.text[wish.start : wish.end].strip()
        unknown = f"the price is said in {wish.currency}, of which no rate is known"
        found.append(Implied(text, Range("price", *wish.foreign), unknown))
    if wish is not None and wish.limits != (None, None):
        clause = Range("price", *wish.limits)
        text = query.text[wish.start : wish.end].strip()
        why_not, left = _doubt(clause, request, matched, left, segments)
        found.append(Implied(text, clause, why_not))
    inside = [_meant(query, *each) for each in zip(matched, segments, strict=True)]
    for quantity in query.quantities:
        clause = Range(quantity.field, *quantity.limits)
        text = query.text[quantity.start : quantity.end].strip()
        why_not, left = _doubt(clause, request, inside, left, segments)
        found.append(Implied(text, clause, why_not))
    for entity in query.entities:
        size = _size(entity)
        if size is not None:
            why_not, left = _doubt(size, request, inside, left, segments)
            found.append(Implied(entity.text, size, why_not))
    for denial in query.denied:
        if denial.value is not None:
            without = Not(AnyOf(denial.value.field, (denial.value.value,)))
            why_not, left = _undeniable(without, request, left, segments)
            found.append(Implied(denial.text, without, why_not))
    return tuple(found)


def _undeniable(
    clause: Not,
    request: SearchRequest,
    left: Sequence[UInt32Array],
    segments: Sequence[Snapshot],
) -> tuple[str | None, Sequence[UInt32Array]]:
    """As `_doubt` for what the query denies: products that do not say pass, so only that anything
    is left must be sure.
    """
    (field,) = fields_of(clause)
    if not request.implied:
        return "switched off: implied=off", left
    if any(field in fields_of(given) for given in request.filters):
        return f"the request filters by {field.removeprefix(PREFIX)} itself", left
    pairs = zip(left, segments, strict=True)
    passing = [docs[evaluate(clause, segment.columns, docs)] for docs, segment in pairs]
    return (None, passing) if any(map(len, passing)) else ("nothing would be left", left)


def _size(entity: Entity) -> AnyOf | None:
    """A value of a field that is called size, if nothing else can be meant."""
    best = entity.best
    if not (entity.clear and best.ordinals and SIZES.intersection(words_of(best.field))):
        return None
    return AnyOf(best.field, (best.value,))


def _meant(query: Query, doc_ids: UInt32Array, snapshot: Snapshot) -> UInt32Array:
    """The matches of the category that is meant; all of them if none is."""
    if query.categories.sure is None:
        return doc_ids
    inside = snapshot.columns.keywords["category"].table.holders_of(query.categories.sure)
    small, large = (inside, doc_ids) if len(inside) < len(doc_ids) else (doc_ids, inside)
    return intersect(small, large)


def _doubt(
    clause: Range | AnyOf,
    request: SearchRequest,
    asked: Sequence[UInt32Array],
    left: Sequence[UInt32Array],
    segments: Sequence[Snapshot],
) -> tuple[str | None, Sequence[UInt32Array]]:
    """Why the clause must not filter, if so; and what it leaves of `left`, uint32, ascending.

    asked: documents that should have the field. Both are by segment.
    """
    what = clause.field.removeprefix(PREFIX)
    if not request.implied:
        return "switched off: implied=off", left
    if any(clause.field in fields_of(given) for given in request.filters):
        return f"the request filters by {what} itself", left
    if _known(clause.field, asked, segments) < LEAST_KNOWN:
        return f"too few of the products have a {what}", left
    passing, groups = [], 0
    for docs, segment in zip(left, segments, strict=True):
        passing.append(docs[evaluate(clause, segment.columns, docs)])
        groups += count_groups(segment.columns.group_of, passing[-1])
    if groups < LEAST_LEFT:
        return f"too few of the products have such a {what}", left
    return None, passing


def _known(field: str, asked: Sequence[UInt32Array], segments: Sequence[Snapshot]) -> float:
    """Share of the documents that have the field."""
    known = sum(
        int(np.count_nonzero(evaluate(Exists(field), segment.columns, docs)))
        for docs, segment in zip(asked, segments, strict=True)
    )
    return known / max(sum(map(len, asked)), 1)


def clauses_of(implied: Sequence[Implied]) -> tuple[Range | AnyOf | Not, ...]:
    """Those that filter."""
    return tuple(each.clause for each in implied if each.why_not is None)
