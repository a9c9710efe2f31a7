"""Changes → the next state of a living index. One process a machine does this.

Numbers are noted in the journal. All else makes the product's group anew in a new segment, and
takes it away where it stood.
"""

import secrets
import shutil
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from indexing.columns.columns import CORE_NUMBERS
from indexing.errors import IndexingError
from indexing.live.batch import PLACE_OF, Batch, LiveChange, sorted_out, with_noted
from indexing.live.checksums import check_state
from indexing.live.grouping import ROW, GroupIndex, Placed, in_order, members, placed_at
from indexing.live.journal import GONE, RECORD, Journal, records
from indexing.live.merging import Merge, due
from indexing.live.segment import Segment, build_segment
from indexing.live.state import State, read_state, segment_folder, write_state
from indexing.live.view import View, ViewKeeper
from indexing.snapshot import Snapshot

_FIRST: Final = 1 << 30
"""Numbers of segments begin anywhere below: those of another run are none of this one's."""
JOURNAL_RECORDS: Final = 4_000_000
"""A longer journal is written anew, with what still holds."""


class LiveWriter:
    """Of one snapshot. `apply` is called by one thread of one process."""

    def __init__(
        self,
        base: Snapshot,
        folder: Path,
        log: str,
        folded: int,
        groups: GroupIndex | None = None,
    ) -> None:
        """log: identity of the change log. folded: seq of the last change that the snapshot holds.
        groups: those of the snapshot, if they are known.

        Goes on from the state that is there, or begins anew if that is of another log, or cannot
        be read: it follows from the log.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self._base = base
        self._folder = folder
        self._groups = groups or GroupIndex()
        self._keeper = ViewKeeper(base, folder)
        self.state = self._found(log, folded) or self._begun(log, folded)
        self._sweep()

    def _found(self, log: str, folded: int) -> State | None:
        try:
            state = read_state(self._folder)
            if state is None or state.log != log or state.seq < folded:
                return None
            check_state(self._folder, state)
            self._keeper.show(state)
        except (IndexingError, OSError, ValueError, KeyError):
            return None
        return state

    def _begun(self, log: str, folded: int) -> State:
        state = State(
            secrets.token_hex(4), log, folded, "journal-0", _next_row(self._base),
            next_segment=1 + secrets.randbelow(_FIRST), crc=0,
        )  # fmt: skip
        Journal(self._folder / state.journal).append(records([]), 0)
        write_state(self._folder, state)
        self._keeper.show(state)
        return state

    @property
    def view(self) -> View:
        return self._keeper.view

    def apply(self, changes: Sequence[LiveChange], *, popular: bool = True) -> State:
        """Bring the state to the last of the changes, which are in order. May raise OSError; then
        the state is as it was.
        """
        if not changes:
            return self.state
        batch = sorted_out(changes, self.view)
        state = replace(self.state, seq=changes[-1].seq, at_ms=changes[-1].at_ms)
        rows = self._rewritten(batch)
        if batch.products:
            state = self._with_segment(batch, state)
        rows += [
            (self.view.numbers[place], doc, PLACE_OF[name], value)
            for (place, doc), numbers in batch.numbers.items()
            for name, value in numbers.items()
        ]
        if any(change.op == "delete" for change in changes):
            state = replace(state, removed=state.seq)
        self._put(self._noted(state, records(rows)), popular=popular)
        return self.state

    def merge_due(self, *, spare: bool = False) -> Merge | None:
        """What should be merged now; spare: see `due`. Its segment is to be built, then given to
        `merged`. Its number is noted at once: a writer that begins meanwhile must not build there.
        """
        pair = due(self.view, spare=spare)
        if pair is None:
            return None
        number = self.state.next_segment
        self._put(replace(self.state, next_segment=number + 1))
        return Merge(pair, number, self.view)

    def folder_of(self, merge: Merge) -> Path:
        return segment_folder(self._folder, merge.number)

    def merged(self, merge: Merge, made: Segment | None) -> None:
        """Search it in place of the two. May raise OSError; then the state is as it was."""
        state = self.state
        rows = [] if made is None else merge.catch_up(made, self.view)
        segments = tuple(number for number in state.segments if number not in merge.merged)
        if made is not None:
            self._keeper.opened(merge.number, made)
            place = state.segments.index(merge.merged[0])
            segments = (*segments[:place], merge.number, *segments[place:])
        self._put(self._noted(replace(state, segments=segments), records(rows)))
        for number in merge.merged:
            shutil.rmtree(segment_folder(self._folder, number), ignore_errors=True)
        self._groups.keep(self.view.numbers)

    def _rewritten(self, batch: Batch) -> list[tuple[int, int, int, float]]:
        """Take away all groups that change, where they stand; other members join the batch."""
        places: set[tuple[int, int]] = {at for at in batch.seen.values() if at is not None}
        for product in list(batch.products.values()):
            if product is not None and product.group_id is not None:
                found = self._groups.find(product.group_id, self.view)
                if found is not None:
                    places.add(found)
        rows = []
        done: set[tuple[int, int]] = set()
        for place, doc in sorted(places):
            segment = self.view.segments[place]
            for member in segment.there(members(segment, doc)).tolist():
                if (place, member) in done:
                    continue
                done.add((place, member))
                rows.append((self.view.numbers[place], member, GONE, 0.0))
                name = segment.documents.id_at(member)
                if name not in batch.products:
                    placed = placed_at(segment, member)
                    noted = batch.numbers.pop((place, member), {})
                    batch.products[name] = with_noted(placed.product, noted, segment)
                    batch.seen[name] = (place, member)
                else:
                    batch.numbers.pop((place, member), None)
        return rows

    def _with_segment(self, batch: Batch, state: State) -> State:
        rows = {name: state.next_row + before for name, before in batch.born.items()}
        state = replace(state, next_row=state.next_row + batch.births)
        for name, at in batch.seen.items():
            if at is not None and name not in rows:
                rows[name] = int(self.view.segments[at[0]].columns.keys[at[1]]) & ROW
        made = batch.products.items()
        placed = [Placed(product, rows[name]) for name, product in made if product is not None]
        if not placed:
            return state
        number = self._build(placed, state)
        segments = (*state.segments, number)
        return replace(state, next_segment=number + 1, segments=segments)

    def _build(self, placed: Sequence[Placed], state: State) -> int:
        folder = segment_folder(self._folder, state.next_segment)
        shutil.rmtree(folder, ignore_errors=True)
        products, keys = in_order(placed)
        self._keeper.opened(state.next_segment, build_segment(folder, products, keys, self._base))
        return state.next_segment

    def shorten_journal(self, most: int = JOURNAL_RECORDS) -> bool:
        """Write the journal anew if it is long: of each number only what holds now."""
        state = self.state
        if state.records <= most:
            return False
        rows = np.concatenate(
            [_held(n, s) for n, s in zip(self.view.numbers, self.view.segments, strict=True)]
        )
        if len(rows) > most // 2:
            return False  # there is that much to say
        name = f"journal-{int(state.journal.rpartition('-')[2]) + 1}"
        self._put(self._noted(replace(state, journal=name, records=0, crc=0), rows))
        (self._folder / state.journal).unlink(missing_ok=True)
        return True

    def _noted(self, state: State, rows: "np.ndarray[tuple[int], np.dtype[Any]]") -> State:
        """The state with rows behind those of its journal."""
        written = Journal(self._folder / state.journal).append(rows, state.records)
        crc = None if state.crc is None else zlib.crc32(rows.tobytes(), state.crc)
        return replace(state, records=written, crc=crc)

    def _put(self, state: State, *, popular: bool = True) -> None:
        write_state(self._folder, state)
        self.state = state
        self._keeper.show(state, popular=popular)

    def _sweep(self) -> None:
        """Take away what a writer that died had begun."""
        kept = {segment_folder(self._folder, number).name for number in self.state.segments}
        for path in self._folder.glob("segment-*"):
            if path.name not in kept:
                shutil.rmtree(path, ignore_errors=True)
        for path in self._folder.glob("journal-*"):
            if path.name != self.state.journal:
                path.unlink(missing_ok=True)


def _next_row(base: Snapshot) -> int:
    keys = base.columns.keys
    return int((keys & np.uint64(ROW)).max()) + 1 if len(keys) else 0


def _held(number: int, segment: Snapshot) -> "np.ndarray[tuple[int], np.dtype[Any]]":
    """What the journal has to say of a segment."""
    parts: list[tuple[Any, int, Any]] = []
    if segment.gone is not None:
        parts.append((np.flatnonzero(segment.gone), GONE, None))
    for place, name in enumerate(CORE_NUMBERS if segment.fresh is not None else ()):
        assert segment.fresh is not None  # noqa: S101 (for the type checker)
        docs = np.flatnonzero(segment.fresh >> place & 1)
        parts.append((docs, place, segment.columns.numbers[name].at(docs.astype(np.uint32))))
    rows = np.zeros(sum(len(docs) for docs, _, _ in parts), dtype=RECORD)
    begin = 0
    for docs, place, values in parts:
        own = rows[begin : begin + len(docs)]
        own["segment"], own["doc"], own["field"] = number, docs, place
        own["value"] = 0.0 if values is None else values
        begin += len(docs)
    return rows
