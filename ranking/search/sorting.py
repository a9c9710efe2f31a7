"""One product of each group, and explicit orders."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit

from indexing.arrays import BoolArray, Float32Array, Float64Array, UInt32Array, UInt64Array
from indexing.catalogue.attributes import PREFIX
from indexing.columns import Columns
from ranking.filters.filters import FilterError, unknown_field
from ranking.search.request import Sort

NEWEST = "newest"
RELEVANCE = "relevance"

_BEST_FIRST = {"rating", "rating_count", "popularity", "created_at"}
"""Fields whose order without a direction is descending."""


@dataclass(frozen=True, slots=True)
class Picked:
    """One document of each group.

    places: uint32[k] in the documents they were picked from.
    variants: uint32[k], documents of the group among them.
    """

    places: UInt32Array
    variants: UInt32Array


def parse_sort(text: str | None) -> Sort | None:
    """`field`, `field:asc`, `field:desc` or `newest`; None for `relevance` and for nothing.

    Without a direction rating, rating_count, popularity and created_at descend, others ascend.
    Whether the field exists is known to the index only; see `order_by`.
    """
    if text is None or not text.strip() or text.strip() == RELEVANCE:
        return None
    field, _, direction = text.strip().rpartition(":")
    if direction not in ("asc", "desc"):
        field, direction = text.strip(), ""
    if field == NEWEST and not direction:
        return Sort(NEWEST, descending=True)
    if field in ("", NEWEST, RELEVANCE) or ":" in field[-1:]:
        raise FilterError(
            "sort", f"{text[:60]!r} is not an order", "Write field:asc, field:desc or newest."
        )
    return Sort(field, direction == "desc" if direction else field in _BEST_FIRST)


def order_by(
    columns: Columns,
    doc_ids: UInt32Array,
    sort: Sort,
    limit: int,
    attributes: Sequence[str] | None = None,
    last: BoolArray | None = None,
) -> tuple[Picked, UInt64Array]:
    """The first `limit` groups in the order; each shows its product that comes first in it.

    Beside them what they are ordered by, uint64[k], never falling, comparable between segments.

    doc_ids: uint32[m], ascending, those that passed the filters. Products without a value come
    last in either direction; equal ones in document order. O(m + limit log limit).
    attributes: the only ones that may be sorted by, None for all. last: bool[m], products that
    come behind all others, in the same order.

    Raises FilterError if the field is not a number field of this index.
    """
    newest = sort.field == NEWEST
    if attributes is not None and sort.field.startswith(PREFIX) and sort.field not in attributes:
        offered = f"Sort by price, rating, newest, popularity{', '.join(('', *attributes))}."
        raise FilterError("sort", f"{sort.field} is no order of this index", offered)
    column = columns.numeric("created_at" if newest else sort.field)
    if column is None:
        if columns.keyword(sort.field) is not None:
            raise FilterError(
                "sort", f"{sort.field} holds text", "Sort by price, rating, newest, popularity "
                "or another number field."
            )  # fmt: skip
        raise unknown_field("sort", sort.field, [*columns.numbers, NEWEST])
    keys = column.at(doc_ids)
    if sort.descending or newest:
        keys = -keys
    keys[np.isnan(keys)] = np.inf
    groups, ordered = columns.group_of[doc_ids], order_numbers(keys, last)
    places, variants = first_of_groups(groups, ordered)
    best = smallest(ordered[places], limit)
    return Picked(places[best], variants[best]), ordered[places[best]]


def order_numbers(keys: Float64Array, last: BoolArray | None = None) -> UInt64Array:
    """uint64[m] in the order of float64[m] (their lowest bits apart, which no price needs), those
    of `last` above all others.

    IEEE 754 numbers compare as their bits do, but for the sign: negative ones are turned round.
    """
    bits = (keys + 0.0).view(np.uint64)  # -0.0 is 0.0
    highest = np.uint64(1 << 63)
    ordered: UInt64Array = np.where(bits >= highest, ~bits, bits | highest) >> np.uint64(1)
    if last is not None:
        ordered[last] |= highest
    return ordered


def collapse(doc_ids: UInt32Array, scores: Float32Array, group_of: UInt32Array) -> Picked:
    """Each group's document of the highest score, the first of equals; groups ascend. O(m).

    doc_ids: uint32[m], ascending. scores: float32[m] beside them, not NaN.
    """
    places, variants = first_of_groups(group_of[doc_ids], -scores)
    return Picked(places, variants)


def count_groups(group_of: UInt32Array, doc_ids: UInt32Array) -> int:
    """Products (groups) among ascending documents. O(m)."""
    return int(count_runs(group_of, doc_ids))


def smallest(keys: Float64Array | UInt64Array, limit: int) -> UInt32Array:
    """Places of the smallest keys, ascending, equal ones in order of place."""
    if limit <= 0:
        return np.empty(0, dtype=np.uint32)
    if len(keys) > limit:
        bound = np.partition(keys, limit - 1)[limit - 1]
        below = np.flatnonzero(keys < bound)
        equal = np.flatnonzero(keys == bound)[: limit - len(below)]
        places = np.concatenate([below, equal])
    else:
        places = np.arange(len(keys))
    # Places below and at the bound each ascend, and the sort is stable: ties keep their order.
    ordered: UInt32Array = places[np.argsort(keys[places], kind="stable")].astype(np.uint32)
    return ordered


@njit(nogil=True, cache=True)
def first_of_groups(
    groups: UInt32Array, keys: UInt64Array | Float32Array
) -> tuple[UInt32Array, UInt32Array]:
    """Place of the smallest key (the first of equals) and size of each run of one group."""
    places = np.empty(len(groups), dtype=np.uint32)
    sizes = np.empty(len(groups), dtype=np.uint32)
    runs = 0
    for i in range(len(groups)):
        if i == 0 or groups[i] != groups[i - 1]:
            places[runs] = i
            sizes[runs] = 1
            runs += 1
        else:
            sizes[runs - 1] += np.uint32(1)
            if keys[i] < keys[places[runs - 1]]:
                places[runs - 1] = i
    return places[:runs], sizes[:runs]


@njit(nogil=True, cache=True)
def count_runs(group_of: UInt32Array, doc_ids: UInt32Array) -> int:
    """Runs of equal groups."""
    runs = 0
    for i in range(len(doc_ids)):
        if i == 0 or group_of[doc_ids[i]] != group_of[doc_ids[i - 1]]:
            runs += 1
    return runs
