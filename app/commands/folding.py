"""What builds, and commands that put a snapshot in force, do with the change log."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console

from app.changes.change_log import ChangeLog, ChangeLogError
from app.changes.change_logs import make_change_log
from app.changes.folded import Fold, as_of_ms, fold_at, forget_folded, oldest_ms, replay_of
from app.settings import load_settings
from indexing.catalogue.field_values import FieldValueError
from indexing.catalogue.sources import Given
from indexing.catalogue.values.dates import instant_of
from indexing.current import index_folder
from indexing.errors import SnapshotError
from indexing.manifest import Manifest
from indexing.publish import whole_current

if TYPE_CHECKING:
    from app.changes.current_products import CurrentProducts


@contextmanager
def opened_log(data: Path) -> Iterator[ChangeLog]:
    """The log that a service with these settings writes."""
    log = make_change_log(load_settings(data_dir=data))
    try:
        yield log
    finally:
        log.close()


@dataclass(frozen=True, slots=True)
class Folding:
    log: ChangeLog
    folder: Path
    console: Console
    most_bytes: int

    def fold(self, given: Sequence[Given], moment: datetime | None, begun: datetime) -> Fold | None:
        """moment: as the command says it; copies are of the build's begin."""
        now_ms = _ms(begun)
        paths = [each.path for each in given if each.told is None]
        at_ms = oldest_ms(paths, now_ms) if moment is None else _ms(moment)
        try:
            fold = fold_at(self.log, self.folder.name, at_ms)
            later = 0 if fold is None else self.log.last(self.folder.name) - fold.seq
        except ChangeLogError as error:
            self._say(f"The change log is not reached, so all of it will be replayed: {error}")
            return None
        if fold is None:
            return None
        before = _as_of_in_force(self.folder)
        if before is not None and at_ms < before:
            self._say(
                f"The catalogue is of {_told(at_ms)}, that of the snapshot in force of "
                f"{_told(before)}: changes between them may be forgotten. Name its moment with "
                "--as-of if the file's time is not it."
            )
        self._say(f"The catalogue is of {_told(at_ms)}: {later:,} later changes are replayed.")
        return fold

    def whole(self) -> Fold | None:
        """All that the log holds now."""
        index = self.folder.name
        identity = self.log.identity(index)
        return Fold(identity, self.log.last(index), _ms(datetime.now(UTC))) if identity else None

    def in_force(self, fold: Fold | None) -> "CurrentProducts | None":
        """The products of the snapshot in force, None if there is none, as they are at the fold."""
        from app.changes.current_products import CurrentProducts
        from indexing.snapshot import open_snapshot

        current = whole_current(self.folder)
        if current is None:
            return None
        snapshot = open_snapshot(self.folder / "snapshots" / current.snapshot)
        seq = 0 if fold is None else fold.seq
        return CurrentProducts(snapshot, self.log, self.folder.name, seq, self._told)

    def _told(self, product_id: str, why: str) -> None:
        self._say(f"left out: a patch of {product_id[:100]!r}: {why}")

    def forget(self) -> None:
        try:
            forget_folded(self.log, self.folder, self.most_bytes)
        except ChangeLogError as error:
            self._say(f"What was folded in is forgotten by the next build: {error}")

    def _say(self, text: str) -> None:
        self.console.print(text, highlight=False, soft_wrap=True, markup=False)


@contextmanager
def folding(data: Path, index: str, console: Console) -> Iterator[Folding]:
    most_bytes = load_settings(data_dir=data).change_log_max_bytes
    with opened_log(data) as log:
        yield Folding(log, index_folder(data, index), console, most_bytes)


def moment_of(text: str | None) -> datetime | None:
    """Raises typer.BadParameter."""
    try:
        return None if text is None else instant_of(text)
    except FieldValueError as error:
        raise typer.BadParameter(f"--as-of {text!r} {error}.") from None


def tell_replay(data: Path, index: str, snapshot: str) -> None:
    """Which changes come over a snapshot that was put in force."""
    folder = index_folder(data, index)
    try:
        with opened_log(data) as log:
            replay = replay_of(log, index, Manifest.read(folder / "snapshots" / snapshot))
    except ChangeLogError as error:
        typer.echo(f"the change log is not reached: {error}", err=True)
        return
    if replay.changes:
        typer.echo(
            f"{replay.changes:,} changes that came after its catalogue are replayed", err=True
        )
    if not replay.whole:
        typer.echo(
            "changes that it lacks have been forgotten: build again from a catalogue", err=True
        )


def _as_of_in_force(folder: Path) -> int | None:
    current = whole_current(folder)
    if current is None:
        return None
    try:
        return as_of_ms(Manifest.read(folder / "snapshots" / current.snapshot))
    except SnapshotError:
        return None


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000)


def _told(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1_000, UTC):%Y-%m-%d %H:%M:%S} UTC"
