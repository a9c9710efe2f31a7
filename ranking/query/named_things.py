"""Names of things: words that stand at the head of titles of one type, as `kindle` or `iphone`."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numba import njit

from indexing.arrays import Float32Array, Int32Array, UInt32Array, UInt64Array
from indexing.postings.lexicon import UNKNOWN
from indexing.snapshot import Snapshot
from indexing.types.type_model import NO_TYPE

MOST_LOOKED_AT: Final = 2_000
BEFORE_HEAD: Final = 0.3
"""Worth of a title whose own head stands behind the name: `iphone case`, and `iphone mobile phone`.
"""
FITTING: Final = 3.0
"""A type of which a third of the titles say what they fit is hardly ever named so."""
LEAST_WORTH: Final = 0.05
PRICE_POWER: Final = 0.5
"""Of a type's price level over the dearest one's: the thing costs more than what belongs to it."""


def things_named(
    term_ids: Sequence[int], snapshot: Snapshot, *, side_by_side: bool = False
) -> tuple[Int32Array, Float32Array]:
    """Types, NO_TYPE among them, likeliest first; and the weight of the titles that speak for each.

    term_ids: of all words of the name. side_by_side: they stand so, in this order. Only titles in
    which they stand before `for` and the like count.
    """
    if not term_ids or UNKNOWN in term_ids:
        return np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float32)
    model, index = snapshot.types, snapshot.index
    terms = np.array(term_ids, dtype=np.uint32)
    docs = min((index.postings(term)[0] for term in terms.tolist()), key=len)
    docs = docs[:: max(1, len(docs) // MOST_LOOKED_AT)]
    weights = np.zeros(len(model) + 1, dtype=np.float32)
    _weigh(
        docs, index.titles.offsets, index.titles.terms, terms, side_by_side, model.purpose_terms,
        model.type_of, model.head_terms, model.accessory, weights,
    )  # fmt: skip
    found = np.flatnonzero(weights > 0)
    weights = _by_price(weights, found, snapshot)
    order = found[np.argsort(-weights[found], kind="stable")]
    kinds = np.where(order == len(model), NO_TYPE, order).astype(np.int32)
    return kinds, weights[order]


def worth_of(accessory: Float32Array) -> Float32Array:
    """What a title counts by how often its type says what it fits."""
    worth: Float32Array = np.maximum(np.float32(LEAST_WORTH), 1 - np.float32(FITTING) * accessory)
    return worth


def _by_price(weights: Float32Array, found: "np.ndarray", snapshot: Snapshot) -> Float32Array:
    known = found[found < len(snapshot.types)]
    levels = snapshot.types.price_levels[known]
    if len(known) > 1 and not np.isnan(levels).all():
        lead = np.nanmax(levels)
        weights[known] *= np.exp(PRICE_POWER * np.nan_to_num(levels - lead, nan=0.0))
    return weights


@njit(nogil=True, cache=True)
def _weigh(
    docs: UInt32Array,
    offsets: UInt64Array,
    codes: UInt32Array,
    terms: UInt32Array,
    side_by_side: bool,
    purposes: UInt32Array,
    type_of: Int32Array,
    head_terms: Int32Array,
    accessory: Float32Array,
    weights: Float32Array,
) -> None:
    """Add up by type; the last weight is that of things without one."""
    none = len(weights) - 1
    seen = np.zeros(len(terms), dtype=np.bool_)
    for doc in docs:
        kind = type_of[doc]
        head = head_terms[kind] if kind >= 0 else -1
        seen[:] = False
        last = -1
        head_at = -1
        inside = 0
        for at in range(offsets[doc], offsets[doc + 1]):
            term = codes[at] & np.uint32(0x7FFFFFFF)
            purpose = False
            for place in range(len(purposes)):
                purpose |= purposes[place] == term
            if purpose:
                break
            if term == head:
                head_at = at
            if side_by_side and inside < len(terms):
                inside = inside + 1 if terms[inside] == term else int(terms[0] == term)
            for place in range(len(terms)):
                if terms[place] == term:
                    seen[place] = True
                    last = at
        if not seen.all() or (side_by_side and inside < len(terms)):
            continue
        if kind < 0:
            weights[none] += BEFORE_HEAD  # nobody knows where its head stands
            continue
        worth = max(LEAST_WORTH, 1.0 - FITTING * accessory[kind])
        weights[kind] += BEFORE_HEAD * worth if head_at > last else worth
