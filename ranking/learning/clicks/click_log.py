"""A click log as arrays: searches, what each showed where, and what became of it."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from indexing.arrays import BoolArray, Float64Array, Int64Array, UInt8Array

RANKED, EXPLORED, PINNED, SPONSORED, PLACED, LITTLE_KNOWN = range(6)
"""Who put a product there: the ranker, an exposure budget, a rule, an advertisement, others, or
that little is known of it."""
MARKS: Final = {
    "explored": EXPLORED,
    "little_known": LITTLE_KNOWN,
    "pinned": PINNED,
    "sponsored": SPONSORED,
}
ORGANIC: Final = (RANKED, EXPLORED, LITTLE_KNOWN)
"""Pinned and sponsored products are where they are whoever asks, and are looked at otherwise."""

NOTHING, CLICK, CART, PURCHASE, RETURNED = 0, 1, 2, 3, 4
"""The most that became of a product after a search. RETURNED: bought, and all of it undone."""


@dataclass(frozen=True, slots=True)
class ClickLog:
    """n searches of people (known bots are not among them) with r shown products in all.

    Of each search: queries: int64[n], places in query_texts. users: int64[n], who may be counted
    once; −1: nobody known, so somebody else each time. times: float64[n], seconds since the epoch.
    rankers: int64[n], places in ranker_names (what ordered the page: model and policy, or variant).
    personal: bool[n], whether a profile of who searched had a say in the order.
    begins: int64[n + 1]; rows begins[i] to begins[i + 1] are those of search i, from the top down.

    Of each row: products: int64[r], places in product_ids (a group is one product). positions:
    int64[r], from 1, over all pages, rising in a search. clicked: bool[r]. outcomes: uint8[r],
    NOTHING … RETURNED; nothing else than NOTHING where it was not clicked. marks: uint8[r],
    RANKED … LITTLE_KNOWN.
    """

    queries: Int64Array
    users: Int64Array
    times: Float64Array
    rankers: Int64Array
    personal: BoolArray
    begins: Int64Array
    products: Int64Array
    positions: Int64Array
    clicked: BoolArray
    outcomes: UInt8Array
    marks: UInt8Array
    query_texts: tuple[str, ...]
    product_ids: tuple[str, ...]
    ranker_names: tuple[str, ...] = ("",)

    def __post_init__(self) -> None:
        n, r = len(self.queries), len(self.products)
        of_searches = (self.users, self.times, self.rankers, self.personal)
        if not all(len(each) == n == len(self) for each in of_searches):
            raise ValueError(f"{n} queries, {len(self)} searches: they must be as many")
        if not all(len(a) == r for a in (self.positions, self.clicked, self.outcomes, self.marks)):
            raise ValueError(f"columns of rows must all have {r} values")
        if self.begins[0] != 0 or self.begins[-1] != r:
            raise ValueError(f"searches end at row {self.begins[-1]}, and there are {r}")

    def __len__(self) -> int:
        """Number of searches."""
        return len(self.begins) - 1

    @property
    def rows(self) -> int:
        return len(self.products)

    @property
    def search_of(self) -> Int64Array:
        """int64[r]: the search of each row."""
        return np.repeat(np.arange(len(self)), np.diff(self.begins))

    @property
    def row_queries(self) -> Int64Array:
        """int64[r]: the query of each row."""
        return np.repeat(self.queries, np.diff(self.begins))

    @property
    def pairs(self) -> Int64Array:
        """int64[r]: a number for each row's query and product, query · products + product."""
        return self.row_queries * max(1, len(self.product_ids)) + self.products

    def take(self, searches: Int64Array) -> "ClickLog":
        """Some of the searches, in the order given; the names stay."""
        sizes = np.diff(self.begins)[searches]
        begins = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        rows = np.repeat(self.begins[searches] - begins[:-1], sizes) + np.arange(begins[-1])
        return replace(
            self,
            queries=self.queries[searches],
            users=self.users[searches],
            times=self.times[searches],
            rankers=self.rankers[searches],
            personal=self.personal[searches],
            begins=begins,
            products=self.products[rows],
            positions=self.positions[rows],
            clicked=self.clicked[rows],
            outcomes=self.outcomes[rows],
            marks=self.marks[rows],
        )

    def where(self, searches: BoolArray) -> "ClickLog":
        """The searches for which it is true."""
        return self.take(np.flatnonzero(searches))


def log_of_pages(
    queries: Int64Array,
    pages: Int64Array,
    clicked: BoolArray,
    query_texts: tuple[str, ...],
    product_ids: tuple[str, ...],
    *,
    users: Int64Array | None = None,
    times: Float64Array | None = None,
    rankers: Int64Array | None = None,
    personal: BoolArray | None = None,
    outcomes: UInt8Array | None = None,
    marks: UInt8Array | None = None,
    ranker_names: tuple[str, ...] = ("",),
) -> ClickLog:
    """Of pages of one size: pages, clicked, outcomes, marks: [n, k], from the top down.

    pages: places in product_ids; below 0: nothing is shown there. Left out: everybody searches
    once, at time 0, of the first ranker, without profile or marks, and clicks are all there is.
    """
    n, k = pages.shape
    shown = pages >= 0
    zeros = np.zeros(n, dtype=np.int64)
    hits = clicked[shown]
    return ClickLog(
        queries,
        np.full(n, -1, dtype=np.int64) if users is None else users,
        np.zeros(n) if times is None else times,
        zeros if rankers is None else rankers,
        np.zeros(n, dtype=np.bool_) if personal is None else personal,
        np.concatenate([[0], np.cumsum(shown.sum(axis=1))]).astype(np.int64),
        pages[shown],
        np.broadcast_to(np.arange(1, k + 1), (n, k))[shown],
        hits,
        np.where(hits, CLICK, NOTHING).astype(np.uint8) if outcomes is None else outcomes[shown],
        np.full(len(hits), RANKED, dtype=np.uint8) if marks is None else marks[shown],
        query_texts,
        product_ids,
        ranker_names,
    )
