"""What the query says of products, kept whatever the ranker thinks: denied ones last, and among
those that match best, first what lacks it in so many words, and what the asked price has.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from indexing.analysis.identifiers import bare
from indexing.arrays import BoolArray, UInt32Array
from indexing.snapshot import Snapshot
from ranking.query.query import Query
from ranking.recall.beyond_words import within_price
from ranking.recall.channels import IDENTIFIER
from ranking.recall.denied import lacks
from ranking.search.candidates import Ordered
from ranking.search.segments import read

_SURE_DIGITS: Final = 5


def as_said(query: Query, ordered: Ordered, segments: Sequence[Snapshot]) -> Ordered:
    """The same products in another order; equal ones stay as they are."""
    if query.denied:
        ordered = _denied_last(query, ordered, segments)
    wish = query.price
    if wish is not None and wish.limits != (None, None) and not wish.soft:
        fits = read(
            ordered.candidates, segments, lambda s, docs: within_price(wish, s.prices[docs])
        )
        ordered = _first_of_best(ordered, fits > 0, np.ones(len(ordered), np.bool_))
    return ordered


def identified_first(query: Query, ordered: Ordered) -> Ordered:
    """What the whole query identifies stands first: A-20 before a screwdriver T20.

    A few digits alone also say a size or a model, and leave the order to the ranker.
    """
    found = ordered.candidates.ranks[:, IDENTIFIER] > 0
    if not found.any() or _says_little(bare(query.typed)):
        return ordered
    return _first_of_best(ordered, found, np.ones(len(ordered), np.bool_))


def _says_little(identifier: str) -> bool:
    return identifier.isalpha() or (identifier.isdecimal() and len(identifier) < _SURE_DIGITS)


def _denied_last(query: Query, ordered: Ordered, segments: Sequence[Snapshot]) -> Ordered:
    def told(segment: Snapshot, doc_ids: UInt32Array) -> BoolArray:
        """bool[k, 2]: has anything that is denied; its title says that it lacks all of it."""
        order = np.argsort(doc_ids)
        found = lacks(query.denied, doc_ids[order], segment)
        rows = np.empty((len(doc_ids), 2), dtype=np.bool_)
        rows[order, 0], rows[order, 1] = found.held.any(axis=1), found.said.all(axis=1)
        return rows

    held, said = read(ordered.candidates, segments, told).T
    if held.any():
        order = np.argsort(held, kind="stable")
        ordered, held, said = ordered.rearranged(order), held[order], said[order]
    return _first_of_best(ordered, said, ~held)


def _first_of_best(ordered: Ordered, first: BoolArray, among: BoolArray) -> Ordered:
    """Of the products that match best (of those `among`), these before the others; what matches
    less keeps its places.
    """
    if not len(ordered) or first.all() or not (first & among).any():
        return ordered
    levels = ordered.candidates.levels
    places = np.flatnonzero(among & (levels == levels[among].min()))
    order = np.arange(len(ordered))
    order[places] = places[np.argsort(~first[places], kind="stable")]
    return ordered if (order[places] == places).all() else ordered.rearranged(order)
