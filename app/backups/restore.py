"""Reads a backup into a folder of its own, checks all of it, and only then puts it in place."""

import hashlib
import json
import os
import secrets
import shutil
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, Final

from app.backups.archive import (
    CHANGES,
    CURRENT,
    HEAD,
    MAX_JSON_BYTES,
    TAIL,
    VERSIONS,
    BackupError,
    Head,
    Member,
    Tail,
    changes_in,
    folders_in_force,
    is_logged,
    log_members,
    not_ours,
    versions_in,
)
from app.changes.change_log import ChangeLog, LogCopy
from indexing.current import index_folder, sync_folder
from indexing.manifest import Manifest, check_contents
from indexing.progress import Progress
from indexing.publish import list_snapshots
from indexing.snapshot import open_snapshot
from indexing.verified import record_verified

STAGING: Final = ".import-"
_PIECE: Final = 1 << 20
_ROOM: Final = 64 << 20
"""Left free on the disk."""
_LOG: Final = ".log"
"""Beside the index's folder: no index has such a name."""
MakeLog = Callable[[Path], ChangeLog]
"""The log of a service with the data folder."""


@dataclass(frozen=True, slots=True)
class Imported:
    index: str
    snapshot: str
    changes: int


@dataclass(slots=True)
class _Reading:
    """What was read so far, files of the index and of the log apart. left: bytes that the log's
    may still have.
    """

    folder: Path
    log: Path
    head: Head
    left: int
    checksums: dict[str, str]
    done: int = 0


def import_index(
    source: BinaryIO,
    data: Path,
    index: str | None,
    make_log: MakeLog,
    max_log_bytes: int,
    in_data_folder: bool,
    progress: Progress,
) -> Imported:
    """A new index of the data folder, named as in the backup if no name is given.

    in_data_folder: whether the change log lies in the index's folder, and moves with it. Raises
    BackupError, SnapshotError, ChangeLogError; then all is as it was.
    """
    with _staging(data) as staging:
        reading, tail = _read(source, data, staging, index, max_log_bytes, progress)
        name = index or reading.head.index
        folder = reading.folder
        _check(folder, reading, tail)
        if tail.identity:
            log = make_log(staging if in_data_folder else data)
            try:
                log.restore(name, _copy(reading, tail))
            finally:
                log.close()
        manifests = list_snapshots(folder)
        _sync(folder)
        target = index_folder(data, name)
        _check_free(target)
        folder.rename(target)
        sync_folder(data)
        for manifest in manifests:
            record_verified(target / "snapshots" / manifest.snapshot_id, manifest)
    return Imported(name, reading.head.snapshot, tail.entries)


@contextmanager
def _staging(data: Path) -> Iterator[Path]:
    """A folder on the same disk, gone in the end."""
    data.mkdir(parents=True, exist_ok=True)
    staging = data / f"{STAGING}{secrets.token_hex(6)}"
    staging.mkdir()
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _read(
    source: BinaryIO,
    data: Path,
    staging: Path,
    index: str | None,
    max_log_bytes: int,
    progress: Progress,
) -> tuple[_Reading, Tail]:
    try:
        with tarfile.open(fileobj=source, mode="r|*", tarinfo=Member) as tar:
            first = tar.next()
            if first is None or first.name != HEAD:
                raise not_ours(f"it does not begin with {HEAD}")
            told = _text(tar, first)
            head = Head.from_json(told)
            folder = index_folder(data, index or head.index)
            _check_free(folder)
            left = _room_for_log(head, data, max_log_bytes)
            made = staging / folder.name
            made.mkdir()
            reading = _Reading(made, staging / _LOG, head, left, {})
            progress.begin("import", sum(head.files.values()) + head.log_bytes, "bytes")
            reading.checksums[HEAD] = hashlib.blake2b(told, digest_size=16).hexdigest()
            while (member := tar.next()) is not None:
                if member.name == TAIL:
                    return reading, Tail.from_json(_text(tar, member))
                _take(tar, member, reading, progress)
    except (tarfile.TarError, EOFError) as error:
        raise not_ours(str(error) or "it is cut short") from error
    except OSError as error:
        if error.errno is not None:
            raise
        raise not_ours(str(error)) from error  # as gzip says it
    raise not_ours("it is cut short")


def _take(
    tar: tarfile.TarFile, member: tarfile.TarInfo, reading: _Reading, progress: Progress
) -> None:
    """One file into the folder; its name and size are known, or it is of the log."""
    name, size = member.name, member.size
    if name in reading.checksums:
        raise not_ours(f"{name[:80]!r} is in it twice")
    if is_logged(name):
        reading.left -= size + tarfile.BLOCKSIZE
        if size > MAX_JSON_BYTES:
            raise not_ours(f"{name} is too large")
        if reading.left < 0:
            raise BackupError(
                "its change log needs more room than there is. Make some, or name another folder "
                "with --data."
            )
    elif reading.head.files.get(name) != size:
        raise not_ours(f"{name[:80]!r} is not in its list, or has another size")
    path = (reading.log if is_logged(name) else reading.folder) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    digest, file = hashlib.blake2b(digest_size=16), _file(tar, member)
    with path.open("xb") as out:
        left = size
        while left:
            piece = file.read(min(_PIECE, left))
            if not piece:
                raise not_ours("it is cut short")
            digest.update(piece)
            out.write(piece)
            left -= len(piece)
            reading.done += len(piece)
            progress.advance(reading.done)
    reading.checksums[name] = digest.hexdigest()


def _text(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    if member.size > MAX_JSON_BYTES:
        raise not_ours(f"{member.name} is too large")
    return _file(tar, member).read()


def _file(tar: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    file = tar.extractfile(member)
    if file is None:
        raise not_ours(f"{member.name[:80]!r} is no file")
    return file


def _check_free(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        raise BackupError(
            f"{folder} is there already, and nothing is overwritten. Name another index with "
            "--index, or move that folder away."
        )
    if folder.exists():
        folder.rmdir()


def _room_for_log(head: Head, data: Path, max_log_bytes: int) -> int:
    """Bytes that its text may take: all that is free besides. The head does not tell, as the log
    counts no versions of what it forgot, and those of a large shop are long.
    """
    files = sum(head.files.values()) + _ROOM
    needed = files + 2 * head.log_bytes
    free = shutil.disk_usage(data).free
    if needed > free:
        raise BackupError(
            f"the backup needs {needed / 1e6:,.0f} MB, and {data} has {free / 1e6:,.0f} MB free. "
            "Make room, or name another folder with --data."
        )
    if head.log_bytes > max_log_bytes:
        raise BackupError(
            f"its change log has {head.log_bytes:,} bytes, and may have {max_log_bytes:,} here. "
            "Raise VITRINA_CHANGE_LOG_MAX_BYTES."
        )
    return free - files


def _check(folder: Path, reading: _Reading, tail: Tail) -> None:
    """All is there, as it was written, and what CURRENT names can be read by this code."""
    if reading.checksums != tail.checksums:
        differ = sorted(set(reading.checksums.items()) ^ set(tail.checksums.items()))
        raise not_ours(f"{differ[0][0]} is missing, or has another checksum")
    missing = reading.head.files.keys() - reading.checksums.keys()
    if missing:
        raise not_ours(f"{min(missing)} is missing")
    try:
        current = json.loads((folder / CURRENT).read_text(encoding="utf-8"))
        named = folders_in_force(current)
    except (ValueError, AttributeError) as error:
        raise not_ours(f"{CURRENT}: {error}") from None
    if not all(any(n.startswith(f"{each}/") for n in reading.head.files) for each in named):
        raise not_ours("what is in force is missing")
    for path in sorted((folder / "snapshots").iterdir()):
        check_contents(path, Manifest.read(path))
    open_snapshot(folder / "snapshots" / reading.head.snapshot, "never")


def _copy(reading: _Reading, tail: Tail) -> LogCopy:
    members = log_members(reading.checksums)
    return LogCopy(
        tail.identity,
        tail.last,
        versions_in(reading.log / name for name in members[VERSIONS]),
        changes_in(reading.log / name for name in members[CHANGES]),
    )


def _sync(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
        else:
            sync_folder(path)
