"""Publishing a snapshot, and going back to an older one: DIR/<index>/snapshots/<id>."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from indexing.current import Current, change_current, read_current, sync_folder
from indexing.errors import LockedError, SnapshotError
from indexing.manifest import FILE_NAME, Manifest, check_contents
from indexing.verified import forget_verified, record_verified

STAGING = ".staging-"
KEPT = 3


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
    keep(index, staging, snapshot_id)
    change_current(index, snapshot=snapshot_id)
    prune(index)


def keep(index: Path, staging: Path, snapshot_id: str) -> None:
    """Verify the staged snapshot and move it among the kept ones; what is in force stays."""
    manifest = Manifest.read(staging)
    check_contents(staging, manifest)
    for path in staging.rglob("*"):
        if path.is_file():
            _sync_file(path)
    staging.rename(index / "snapshots" / snapshot_id)
    record_verified(index / "snapshots" / snapshot_id, manifest)
    sync_folder(index / "snapshots")


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
        return change_current(index, snapshot=snapshot_id)


def rollback(index: Path) -> Current:
    """Put the newest snapshot older than the one in force in force."""
    current = whole_current(index)
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
    current = whole_current(index)
    snapshots = index / "snapshots"
    names = sorted(
        (each.name for each in snapshots.glob("[!.]*") if each.is_dir()), reverse=True
    )  # by name, not by manifest: those of an older format are dropped in their turn as well
    for name in names[KEPT:]:
        if current is None or name != current.snapshot:
            gone = snapshots / f"{STAGING}{name}"  # if it is killed here, the next build goes on
            (snapshots / name).rename(gone)
            forget_verified(snapshots / name)
            shutil.rmtree(gone, ignore_errors=True)


def whole_current(index: Path) -> Current | None:
    """None also for a damaged one: who puts a snapshot in force repairs it."""
    try:
        return read_current(index)
    except SnapshotError:
        return None


def _sync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
