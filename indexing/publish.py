"""Which snapshot, model and rules of an index are in force; the one place that changes it.

DIR/<index>/{snapshots,models,rules}/<id>, and DIR/<index>/CURRENT, replaced atomically.
"""

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from filelock import FileLock, Timeout

from indexing.errors import BuildError, LockedError, SnapshotError
from indexing.manifest import FILE_NAME, Manifest, check_contents

CURRENT = "CURRENT"
STAGING = ".staging-"
KEPT = 3
_CURRENT_WAIT_S = 30
_INDEX_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class Current:
    """Ids in force; a model or rules of None means the shipped ones."""

    snapshot: str
    model: str | None = None
    rules: str | None = None


def index_folder(data: Path, name: str) -> Path:
    """Folder of a named index; the name is checked, so it cannot leave `data`."""
    if not _INDEX_NAME.fullmatch(name):
        raise BuildError(
            f"index name {name!r} is not usable: lower-case letters, digits, - and _, "
            "at most 64, beginning with a letter or digit."
        )
    return data / name


def list_indexes(data: Path) -> list[str]:
    """Names of the indexes that have something published."""
    if not data.is_dir():
        return []
    return sorted(
        entry.name
        for entry in data.iterdir()
        if _INDEX_NAME.fullmatch(entry.name) and _is_published(entry)
    )


def _is_published(index: Path) -> bool:
    """One that cannot be looked into counts: whoever opens it is told why."""
    try:
        return (index / CURRENT).is_file()
    except OSError:
        return True


def read_current(index: Path) -> Current | None:
    """What is in force, or None before the first publication."""
    path = index / CURRENT
    try:
        return Current(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise SnapshotError(
            f"{path} cannot be read: {error}. Choose a snapshot with `vitrina snapshots rollback`."
        ) from error


def write_current(index: Path, current: Current) -> None:
    """One atomic replacement, on disk before it returns."""
    fresh = index / f".{CURRENT}.{os.getpid()}"
    with fresh.open("w", encoding="utf-8") as file:
        json.dump(asdict(current), file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(index / CURRENT)
    _sync_folder(index)


def change_current(
    index: Path, *, snapshot: str | None = None, rules: str | None = None
) -> Current:
    """Put another snapshot or other rules in force and keep the rest; under `current_lock`."""
    before = read_current(index) if snapshot is None else _whole_current(index)
    if before is None:
        if snapshot is None:
            raise BuildError(f"index {index.name!r} has nothing published yet. Build it first.")
        current = Current(snapshot, rules=rules)
    else:
        current = replace(before, snapshot=snapshot or before.snapshot, rules=rules or before.rules)
    write_current(index, current)
    return current


@contextmanager
def current_lock(index: Path) -> Iterator[None]:
    """Held for the moment in which CURRENT is read and replaced, so that no change is lost.

    Apart from `writer_lock`: rules may change while a build runs.
    """
    with FileLock(index / ".current.lock", timeout=_CURRENT_WAIT_S):
        yield


@contextmanager
def writer_lock(index: Path) -> Iterator[None]:
    """Held by whoever changes the index; the lock dies with its process."""
    index.mkdir(parents=True, exist_ok=True)
    lock = FileLock(index / ".lock", blocking=False)
    try:
        lock.acquire()
    except Timeout:
        raise LockedError(
            f"another build or activation of {index.name!r} is running "
            f"(it holds {index / '.lock'}). Wait for it, or stop it."
        ) from None
    try:
        yield
    finally:
        lock.release()


def stage(index: Path, snapshot_id: str) -> Path:
    """An empty folder to build in; what earlier, killed builds left is removed."""
    snapshots = index / "snapshots"
    snapshots.mkdir(parents=True, exist_ok=True)
    for left in snapshots.glob(f"{STAGING}*"):
        shutil.rmtree(left, ignore_errors=True)
    staging = snapshots / f"{STAGING}{snapshot_id}"
    staging.mkdir()
    return staging


def publish(index: Path, staging: Path, snapshot_id: str) -> None:
    """Verify the staged snapshot, move it into place, put it in force, drop the oldest."""
    manifest = Manifest.read(staging)
    check_contents(staging, manifest)
    for path in staging.rglob("*"):
        if path.is_file():
            _sync_file(path)
    staging.rename(index / "snapshots" / snapshot_id)
    _sync_folder(index / "snapshots")
    with current_lock(index):
        change_current(index, snapshot=snapshot_id)
    prune(index)


def list_snapshots(index: Path) -> list[Manifest]:
    """Complete snapshots, newest first."""
    folders = (index / "snapshots").glob(f"[!.]*/{FILE_NAME}")
    found = []
    for path in folders:
        try:
            found.append(Manifest.read(path.parent))
        except SnapshotError:
            continue  # `vitrina snapshots verify` says what is wrong with it
    return sorted(found, key=lambda manifest: manifest.snapshot_id, reverse=True)


def activate(index: Path, snapshot_id: str) -> Current:
    """Put a kept snapshot in force, after checking every byte of it."""
    known = {manifest.snapshot_id for manifest in list_snapshots(index)}
    if snapshot_id not in known:
        raise SnapshotError(
            f"index {index.name!r} has no snapshot {snapshot_id!r}. "
            f"It has: {', '.join(sorted(known)) or 'none'}."
        )
    with writer_lock(index):
        folder = index / "snapshots" / snapshot_id
        check_contents(folder, Manifest.read(folder))
        with current_lock(index):
            return change_current(index, snapshot=snapshot_id)


def rollback(index: Path) -> Current:
    """Put the newest snapshot older than the one in force in force."""
    current = _whole_current(index)
    older = [
        manifest.snapshot_id
        for manifest in list_snapshots(index)
        if current is None or manifest.snapshot_id < current.snapshot
    ]
    if not older:
        raise SnapshotError(f"index {index.name!r} has no older snapshot to roll back to.")
    return activate(index, older[0])


def prune(index: Path) -> None:
    """Keep the newest snapshots and the one in force; remove the others."""
    current = _whole_current(index)
    snapshots = index / "snapshots"
    names = sorted(
        (each.name for each in snapshots.glob("[!.]*") if each.is_dir()), reverse=True
    )  # by name, not by manifest: those of an older format are dropped in their turn as well
    for name in names[KEPT:]:
        if current is None or name != current.snapshot:
            gone = snapshots / f"{STAGING}{name}"  # if it is killed here, the next build goes on
            (snapshots / name).rename(gone)
            shutil.rmtree(gone, ignore_errors=True)


def _whole_current(index: Path) -> Current | None:
    """None also for a damaged one: who puts a snapshot in force repairs it."""
    try:
        return read_current(index)
    except SnapshotError:
        return None


def _sync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
