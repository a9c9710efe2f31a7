"""A snapshot with all that changed since, as a search sees it: built up state by state."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from indexing.arrays import BoolArray
from indexing.columns.priors import best_liked
from indexing.errors import IndexingError, SnapshotError
from indexing.live.frozen_priors import FrozenPriors
from indexing.live.joined import Joined, alone, carried, join
from indexing.live.journal import GONE, Journal
from indexing.live.lost import Lost
from indexing.live.patches import Patches, with_patches
from indexing.live.segment import Segment, open_segment
from indexing.live.spares import Spares
from indexing.live.state import FROZEN, State, read_state, segment_folder
from indexing.live.value_space import sealed
from indexing.snapshot import Snapshot

REFRESH_ALWAYS = 10_000
"""Products up to which the best liked are looked for anew at every change."""


@dataclass(frozen=True, slots=True)
class View:
    """seq: of the last change it shows, which was taken at_ms. removed: of the last one that took
    products away.

    segments: the snapshot first, then the others, oldest first; numbers: theirs. Products are in
    one of them, those that are not gone.
    """

    seq: int
    removed: int
    segments: tuple[Snapshot, ...]
    numbers: tuple[int, ...]
    at_ms: int = 0

    @property
    def snapshot(self) -> Snapshot:
        """Its tables hold for all segments."""
        return self.segments[0]

    def find(self, product_id: str) -> tuple[int, int] | None:
        """(place of the segment, document) of a product that is there."""
        for place, segment in enumerate(self.segments):
            doc = segment.find(product_id)
            if doc is not None:
                return place, doc
        return None

    def counts(self) -> dict[str, int]:
        """Products there, products gone, segments beside the snapshot."""
        gone = sum(0 if each.gone is None else int(each.gone.sum()) for each in self.segments)
        total = sum(each.doc_count for each in self.segments)
        return {"products": total - gone, "gone": gone, "segments": len(self.segments) - 1}


class ViewKeeper:
    """Follows the states of one living index; each view is new, those before stay as they are."""

    def __init__(self, base: Snapshot, folder: Path) -> None:
        self._base = base
        self._folder = folder
        self._frozen: FrozenPriors | None = None
        self._opened: dict[int, Segment] = {}
        self._joined = alone(base)
        self._spares: dict[int, Spares] = {}
        self._lost = Lost()
        self._segments: tuple[int, ...] = ()
        self._run = ""
        self._journal = ""
        self._records = 0
        self.view = View(0, 0, (base,), (0,))

    @property
    def frozen(self) -> FrozenPriors:
        """Made when first needed, if nobody has: a second at a million products."""
        if self._frozen is None:
            self._frozen = FrozenPriors.kept(self._folder / FROZEN, self._base.columns)
        return self._frozen

    def refresh(self, *, popular: bool = True) -> View:
        """The view of the state that is there now. Raises SnapshotError, CorruptSnapshotError.

        popular: whether the best liked products of a large snapshot are looked for anew.
        """
        for _ in range(3):  # a segment of a state that is replaced meanwhile may be gone
            state = read_state(self._folder)
            if state is None:
                return self.view
            with contextlib.suppress(IndexingError, OSError, ValueError):
                return self.show(state, popular=popular)
        state = read_state(self._folder)
        return self.view if state is None else self.show(state, popular=popular)

    def show(self, state: State, *, popular: bool = True) -> View:
        """The view of a state. The one before stays if it raises."""
        if state.run != self._run:
            self._begin(state.run)
        journal = Journal(self._folder / state.journal)
        numbers, made = (0, *state.segments), self._joined_with(state.segments)
        anew = state.journal != self._journal
        try:
            rows = journal.read(0 if anew else self._records, state.records)
        except (ValueError, OSError) as error:
            raise SnapshotError(
                f"{error}. Delete {self._folder}: it is made anew from the change log."
            ) from error
        segments: tuple[Snapshot, ...] = (made.snapshot, *made.segments)
        if not anew:
            held = dict(zip(self.view.numbers, self.view.segments, strict=True))
            segments = tuple(
                carried(held[number], segment) if number in held else segment
                for number, segment in zip(numbers, segments, strict=True)
            )
        segments = self._with(segments, numbers, rows, popular=popular)
        segments = self._lost.hidden(segments, numbers, made)
        self._journal, self._records = state.journal, state.records
        self.view = View(state.seq, state.removed, segments, numbers, state.at_ms)
        return self.view

    def with_popular(self) -> View:
        """The same view, with the best liked products looked for anew; O(n log n)."""
        segments = (replace(s, popular=sealed(best_liked(s.liked))) for s in self.view.segments)
        self.view = replace(self.view, segments=tuple(segments))
        return self.view

    def _begin(self, run: str) -> None:
        """Segments and records of another run are none of this one."""
        self._run, self._journal, self._records = run, "", 0
        self._segments, self._opened, self._joined = (), {}, alone(self._base)
        self._spares, self._lost = {}, Lost()

    def opened(self, number: int, segment: Segment) -> None:
        """Of the writer, which has just made it."""
        self._opened[number] = segment

    def _joined_with(self, numbers: Sequence[int]) -> Joined:
        if tuple(numbers) == self._segments:
            return self._joined
        opened = {
            number: self._opened.get(number) or open_segment(segment_folder(self._folder, number))
            for number in numbers
        }
        made = join(self._base, self.frozen, list(opened.values()), self._joined)
        self._segments, self._opened, self._joined = tuple(numbers), opened, made
        return made

    def _with(
        self,
        segments: Sequence[Snapshot],
        numbers: Sequence[int],
        rows: "np.ndarray[tuple[int], np.dtype[Any]]",
        *,
        popular: bool,
    ) -> tuple[Snapshot, ...]:
        made = list(segments)
        self._spares = {n: each for n, each in self._spares.items() if n in numbers}
        for place, number in enumerate(numbers):
            own = rows[rows["segment"] == number]
            if len(own):
                spares = self._spares.setdefault(number, Spares())
                made[place] = self._changed(made[place], own, spares, popular=popular)
        return tuple(made)

    def _changed(
        self,
        segment: Snapshot,
        rows: "np.ndarray[tuple[int], np.dtype[Any]]",
        spares: Spares,
        *,
        popular: bool,
    ) -> Snapshot:
        lost = rows["field"] == GONE
        if lost.any():
            gone = _bits(segment.gone, segment.doc_count)
            gone[rows["doc"][lost]] = True
            segment = replace(segment, index=replace(segment.index, gone=sealed(gone)))
        if not lost.all():
            kept = rows[~lost]
            patches = Patches(
                kept["doc"].astype(np.uint32), kept["field"].astype(np.uint8),
                kept["value"].astype(np.float64),
            )  # fmt: skip
            anew = popular or segment.doc_count <= REFRESH_ALWAYS
            segment = with_patches(
                segment, patches, self.frozen, self._joined.categories, spares,
                refresh_popular=anew,
            )  # fmt: skip
        return segment


def _bits(gone: BoolArray | None, count: int) -> BoolArray:
    return np.zeros(count, dtype=np.bool_) if gone is None else gone.copy()
