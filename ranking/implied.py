"""Filters that a query says in words: `under $50`."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from indexing.snapshot import Snapshot
from ranking.filters import Range, fields_of
from ranking.match_set import MatchSet
from ranking.query.query import Query
from ranking.request import SearchRequest

LEAST_PRICED: Final = 0.9
"""Share of the match set that must have a price before a price in the query filters it."""
LEAST_LEFT: Final = 10


@dataclass(frozen=True, slots=True)
class Implied:
    """clause: what was said. why_not: None if it filters; else it only raises what fits."""

    text: str
    clause: Range
    why_not: str | None

    def told(self) -> dict[str, Any]:
        facts: dict[str, Any] = {
            "text": self.text,
            "field": self.clause.field,
            "range": {"gte": self.clause.lo, "lte": self.clause.hi},
            "applied": self.why_not is None,
        }
        return facts if self.why_not is None else facts | {"why_not": self.why_not}


def implied_filter(
    query: Query, request: SearchRequest, matches: MatchSet, snapshot: Snapshot
) -> Implied | None:
    """The price that the query asks for, as a filter of its whole match set, if that is safe.

    Depends on the match set and the request's own filters' fields, so counts agree with hits.
    """
    wish = query.price
    if wish is None or wish.limits == (None, None):
        return None
    clause = Range("price", *wish.limits)
    text = query.text[wish.start : wish.end].strip()
    if any("price" in fields_of(given) for given in request.filters):
        return Implied(text, clause, "the request filters by price itself")
    prices = snapshot.prices[matches.doc_ids]
    priced = int((~np.isnan(prices)).sum())
    if not len(prices) or priced < LEAST_PRICED * len(prices):
        return Implied(text, clause, "too few of the products have a price")
    low = -np.inf if clause.lo is None else clause.lo
    high = np.inf if clause.hi is None else clause.hi
    if int(((prices >= low) & (prices <= high)).sum()) < LEAST_LEFT:
        return Implied(text, clause, "too few of the products have such a price")
    return Implied(text, clause, None)
