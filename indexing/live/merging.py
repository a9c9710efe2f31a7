"""Two segments made one, while changes go on.

Building takes about a millisecond a product, and its segments do not change meanwhile; what became
of their products since is told of the merged one in the end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from indexing.columns.columns import CORE_NUMBERS
from indexing.live.grouping import in_order, placed_at
from indexing.live.journal import GONE
from indexing.live.segment import Segment, build_segment
from indexing.live.view import View
from indexing.snapshot import Snapshot

GROWTH: Final = 4
"""A segment is merged with the newer one while that is more than a so-manieth of it."""
MOST: Final = 50_000
"""Products of a merged segment; for more a build is due."""


@dataclass(frozen=True, slots=True)
class Merge:
    """merged: numbers of the two. number: of the new one. view: the one that it is made from."""

    merged: tuple[int, int]
    number: int
    view: View

    def build(self, folder: Path, base: Snapshot) -> Segment | None:
        """In any thread. None if none of the products is left."""
        kept = [
            placed_at(segment, doc)
            for _, segment in self._segments(self.view)
            for doc in segment.all_there().tolist()
        ]
        if not kept:
            return None
        products, keys = in_order(kept)
        return build_segment(folder, products, keys, base)

    def catch_up(self, made: Segment, view: View) -> list[tuple[int, int, int, float]]:
        """Journal rows for what happened to the products between the two views."""
        rows = []
        old, now = self._segments(self.view), self._segments(view)
        for (_, before), (_, after) in zip(old, now, strict=True):
            docs = before.all_there()
            gone = np.zeros(len(docs), np.bool_) if after.gone is None else after.gone[docs]
            fresh = np.zeros(len(docs), np.uint8) if after.fresh is None else after.fresh[docs]
            for doc in docs[gone].tolist():
                rows.append((self.number, _new_doc(made, before, doc), GONE, 0.0))
            for doc in docs[~gone & (fresh > 0)].tolist():
                rows += self._numbers(made, after, doc)
        return rows

    def _numbers(
        self, made: Segment, after: Snapshot, doc: int
    ) -> list[tuple[int, int, int, float]]:
        new = _new_doc(made, after, doc)
        at, own = np.array([doc], dtype=np.uint32), np.array([new], dtype=np.uint32)
        rows = []
        for place, name in enumerate(CORE_NUMBERS):
            value = float(after.columns.numbers[name].at(at)[0])
            held = float(made.columns.numbers[name].at(own)[0])
            if value != held and not (np.isnan(value) and np.isnan(held)):
                rows.append((self.number, new, place, value))
        return rows

    def _segments(self, view: View) -> list[tuple[int, Snapshot]]:
        return [(number, view.segments[view.numbers.index(number)]) for number in self.merged]


def _new_doc(made: Segment, segment: Snapshot, doc: int) -> int:
    found = made.documents.find(segment.documents.id_at(doc))
    assert found is not None  # noqa: S101 - it was there when the segment was made
    return found


def due(view: View, *, spare: bool = False) -> tuple[int, int] | None:
    """The two neighbours that should be one, the newest first looked at; or None.

    Segments grow by factors, so that there are few, and a product is built again seldom. spare:
    there is time to do more, as every segment costs a search something.
    """
    sizes = [len(segment.all_there()) for segment in view.segments[1:]]
    numbers = view.numbers[1:]
    for place in range(len(sizes) - 1, 0, -1):
        if _are_one(sizes, place):
            return numbers[place - 1], numbers[place]
    for place in range(len(sizes) - 1, 0, -1) if spare else ():
        if sizes[place - 1] + sizes[place] <= MOST:
            return numbers[place - 1], numbers[place]
    return None


def _are_one(sizes: Sequence[int], place: int) -> bool:
    older, newer = sizes[place - 1], sizes[place]
    return older + newer <= MOST and (older < GROWTH * newer or not newer)
