"""While building: kinds for products whose titles do not begin with one: `Apple MacBook Pro 15`."""

from typing import Final, Protocol

import numpy as np
from numba import njit

from indexing.arrays import (
    Float32Array,
    Float64Array,
    Int32Array,
    Int64Array,
    UInt32Array,
    UInt64Array,
)
from indexing.types.candidates import Lists
from indexing.types.pairs import EMPTY, Pairs

STRONG: Final = 0.5
"""Chance by place from which a title needs no other candidate."""
PROPOSED: Final = 0.25
"""Chance of a kind that only the product's features say."""
TOP: Final = 3
"""Kinds that each feature proposes."""
MOST: Final = 2
"""Kinds that are proposed for one product."""


class _Counts(Protocol):
    @property
    def pairs(self) -> Pairs: ...
    @property
    def sizes(self) -> Float64Array: ...


def with_proposals(
    lists: Lists,
    starts: Int64Array,
    features: UInt32Array,
    shares: Float32Array,
    counts: _Counts,
) -> Lists:
    """The candidates, and for weak titles the kinds that most of their features are known from.

    The last kind is that of what has none.
    """
    n, none = len(lists.starts) - 1, len(counts.sizes) - 1
    best = np.full((len(shares), TOP), -1, dtype=np.int32)
    _best_kinds(
        counts.pairs.keys, counts.pairs.counts, none, best, np.zeros(best.shape, np.float32)
    )
    room, most = len(lists.items) + MOST * n, int(np.diff(starts).max(initial=0))
    items, chances = np.empty(room, dtype=np.int32), np.empty(room, dtype=np.float32)
    ends = np.zeros(n + 1, dtype=np.int64)
    used = _propose(
        lists.starts, lists.items, lists.chances, starts, features, shares, best,
        none, items, chances, ends,
        np.zeros(none + 1, dtype=np.float32), np.empty(most * TOP, dtype=np.int32),
    )  # fmt: skip
    return Lists(ends, items[:used].copy(), chances[:used].copy())


@njit(nogil=True, cache=True)
def _best_kinds(
    keys: UInt64Array, counts: Float32Array, none: int, best: Int32Array, values: Float32Array
) -> None:
    """Kinds by feature with the highest counts, ties to the lower number."""
    for slot in range(len(keys)):
        if keys[slot] == EMPTY:
            continue
        kind = np.int32(keys[slot] >> np.uint64(32))
        feature = keys[slot] & np.uint64(0xFFFFFFFF)
        value = counts[slot]
        if kind == none:
            continue
        place = TOP
        while place > 0 and (
            best[feature, place - 1] < 0
            or value > values[feature, place - 1]
            or (value == values[feature, place - 1] and kind < best[feature, place - 1])
        ):
            place -= 1
        if place < TOP:
            for later in range(TOP - 1, place, -1):
                best[feature, later] = best[feature, later - 1]
                values[feature, later] = values[feature, later - 1]
            best[feature, place] = kind
            values[feature, place] = value


@njit(nogil=True, cache=True)
def _propose(
    candidate_starts: Int64Array,
    candidates: Int32Array,
    by_place: Float32Array,
    starts: Int64Array,
    features: UInt32Array,
    shares: Float32Array,
    best: Int32Array,
    none: int,
    items: Int32Array,
    chances: Float32Array,
    ends: Int64Array,
    votes: Float32Array,
    voted: Int32Array,
) -> int:
    n = len(starts) - 1
    used = 0
    for doc in range(n):
        begin = used
        strong = False
        for at in range(candidate_starts[doc], candidate_starts[doc + 1]):
            items[used] = candidates[at]
            chances[used] = by_place[at]
            strong |= by_place[at] >= STRONG and candidates[at] != none
            used += 1
        if not strong:
            count = 0
            for place in range(starts[doc], starts[doc + 1]):
                feature = features[place]
                for rank in range(TOP):
                    kind = best[feature, rank]
                    if kind < 0:
                        break
                    if votes[kind] == 0:
                        voted[count] = kind
                        count += 1
                    votes[kind] += np.float32(-np.log(shares[feature])) / np.float32(1 + rank)
            for _ in range(MOST):
                top = -1
                for at in range(count):
                    if votes[voted[at]] > 0 and (
                        top < 0
                        or votes[voted[at]] > votes[top]
                        or (votes[voted[at]] == votes[top] and voted[at] < top)
                    ):
                        top = voted[at]
                if top < 0:
                    break
                votes[top] = -1.0
                known = False
                for at in range(begin, used):
                    known |= items[at] == top
                if not known:
                    items[used] = top
                    chances[used] = PROPOSED
                    used += 1
            for at in range(count):
                votes[voted[at]] = 0.0
        ends[doc + 1] = used
    return used
