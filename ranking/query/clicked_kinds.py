"""Which kinds of things a query means, by what shoppers clicked and bought after it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from indexing.arrays import Float64Array
from indexing.snapshot import Snapshot
from indexing.types.type_model import NO_TYPE
from ranking.behaviour.clicked import Clicked
from ranking.behaviour.facts import Facts
from ranking.query.type_wish import TypeWish, wish_for
from ranking.recall.hits import Hits

BELIEF: Final = 5.0
"""Liked products that what the words say of kinds is worth."""
LEAST: Final = 1.0
"""Liked products, by how surely they are liked and of a kind, below which clicks say nothing."""


def with_clicks(
    wish: TypeWish, words: tuple[str, ...], clicked: Clicked, facts: Facts,
    tables: Snapshot, segments: Sequence[Snapshot],
) -> TypeWish:  # fmt: skip
    """words: of the query, as stems. tables: whose kinds they are; segments: that hold products.

    P(kind) = (B c P(kind | words) + n(kind)) / (B c + n), with n the liked products of a kind, c
    how certain the words are and B = BELIEF; together they are 1 - (1 - c) B / (n + B) certain.
    """
    liked = _liked(clicked, facts, segments, len(tables.types))
    total = float(liked.sum())
    if total < LEAST:
        return wish
    known = wish.types != NO_TYPE
    both = liked.astype(np.float32)
    both[wish.types[known]] += np.float32(BELIEF * wish.certainty) * wish.chances[known]
    certainty = 1.0 - (1.0 - wish.certainty) * BELIEF / (total + BELIEF)
    how = f"{wish.how}, clicks" if wish else "clicks"
    found = wish_for(tables, both, wish.phrase if wish else words, wish.word, how, certainty)
    return replace(
        found, others=wish.others, words=max(wish.words, len(words)), single=wish.single,
        unsaid=wish.unsaid, names=wish.names,
    )  # fmt: skip


def _liked(
    clicked: Clicked, facts: Facts, segments: Sequence[Snapshot], kinds: int
) -> Float64Array:
    """float64[kinds]: liked products of each. What is liked by more than the doubt counts, by how
    much more; a group's products count as one.
    """
    surely = clicked.lifts - clicked.doubts
    kept = surely > 0
    rows, worth = clicked.rows[kept], 1 - np.exp(-surely[kept])
    total = np.zeros(kinds, dtype=np.float64)
    for segment in segments if len(rows) else ():
        places = facts.rows_in(segment)
        sizes = np.maximum(places.begins[rows + np.uint32(1)] - places.begins[rows], 1)
        hits = places.hits_of(rows, (worth / sizes).astype(np.float32))
        total += _by_kind(hits, segment, kinds)
    return total


def _by_kind(hits: Hits, segment: Snapshot, kinds: int) -> Float64Array:
    model, docs = segment.types, hits.doc_ids
    of = model.type_of[docs]
    kept = of != NO_TYPE
    if segment.gone is not None:
        kept &= ~segment.gone[docs]
    sure = hits.scores[kept] * (model.sureness[docs[kept]] / 255.0)
    return np.bincount(of[kept], weights=sure, minlength=kinds).astype(np.float64)
