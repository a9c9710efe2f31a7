"""Writes a backup: every file is opened before a build may drop it, then streamed."""

import hashlib
import json
import os
import tarfile
from contextlib import ExitStack
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final

from app.backups.archive import (
    BESIDE,
    CHANGES,
    CURRENT,
    HEAD,
    TAIL,
    VERSIONS,
    BackupError,
    Head,
    Tail,
    changes_text,
    folders_in_force,
    is_kept,
    versions_text,
)
from app.changes.change_log import ChangeLog
from app.changes.folded import folded_in
from indexing.current import Current, read_current
from indexing.errors import CorruptSnapshotError, SnapshotError
from indexing.manifest import Manifest
from indexing.progress import Progress
from indexing.publish import list_snapshots, writer_lock

_AT_ONCE: Final = 500
_PIECE: Final = 1 << 20


class _Hashed:
    """What tarfile reads of a file, on its way into the archive."""

    def __init__(self, file: BinaryIO, told: "_Told") -> None:
        self._file = file
        self._told = told
        self.hash = hashlib.blake2b(digest_size=16)

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(min(size, _PIECE) if size >= 0 else _PIECE)
        self.hash.update(piece)
        self._told.add(len(piece))
        return piece


class _Told:
    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._done = 0

    def add(self, count: int) -> None:
        self._done += count
        self._progress.advance(self._done)


class _Writer:
    """checksums: of the members so far."""

    def __init__(self, tar: tarfile.TarFile, told: _Told) -> None:
        self._tar = tar
        self._told = told
        self.checksums: dict[str, str] = {}

    def add(self, name: str, file: BinaryIO, size: int) -> str:
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o644
        hashed = _Hashed(file, self._told)
        self._tar.addfile(member, hashed)
        self.checksums[name] = hashed.hash.hexdigest()
        return self.checksums[name]

    def add_bytes(self, name: str, text: bytes) -> None:
        self.add(name, BytesIO(text), len(text))


def export_index(
    index: Path,
    log: ChangeLog,
    out: BinaryIO,
    progress: Progress,
    *,
    created_at: str,
    code_version: str,
    all_snapshots: bool = False,
    compressed: bool = False,
) -> Head:
    """The snapshot in force, or all that are kept, with model, rules, facts and the change log.

    Searches and changes go on; builds wait for a moment. Raises SnapshotError, ChangeLogError,
    CorruptSnapshotError for a file that is not as its manifest says.
    """
    with ExitStack() as stack:
        with writer_lock(index):
            current, manifests = _in_force(index, all_snapshots)
            opened = _opened(index, current, manifests, stack)
            after = _needed_after(log, index.name, manifests)
        sizes = {name: os.fstat(file.fileno()).st_size for name, file in opened.items()}
        in_force = json.dumps({k: v for k, v in asdict(current).items() if v is not None}).encode()
        head = Head(
            index.name, current.snapshot, created_at, code_version,
            sizes | {CURRENT: len(in_force)}, log.size(index.name).bytes,
        )  # fmt: skip
        progress.begin("export", sum(sizes.values()) + head.log_bytes, "bytes")
        tar = stack.enter_context(
            tarfile.open(
                fileobj=out, mode="w|gz" if compressed else "w|", format=tarfile.GNU_FORMAT
            )
        )
        writer = _Writer(tar, _Told(progress))
        writer.add_bytes(HEAD, head.to_json())
        writer.add_bytes(CURRENT, in_force)
        for name, file in opened.items():
            _check(name, writer.add(name, file, sizes[name]), manifests)
        tail = _log(log, index.name, after, writer)
        writer.add_bytes(TAIL, tail.to_json())
    return head


def _in_force(index: Path, all_snapshots: bool) -> tuple[Current, dict[str, Manifest]]:
    current = read_current(index)
    if current is None:
        raise SnapshotError(f"index {index.name!r} has nothing in force. Activate a snapshot.")
    names = {current.snapshot}
    if all_snapshots:
        names |= {manifest.snapshot_id for manifest in list_snapshots(index)}
    return current, {name: Manifest.read(index / "snapshots" / name) for name in sorted(names)}


def _opened(
    index: Path, current: Current, manifests: dict[str, Manifest], stack: ExitStack
) -> dict[str, BinaryIO]:
    """By name, closed with the stack; a file that is removed meanwhile can still be read."""
    folders = {*folders_in_force(asdict(current)), *(f"snapshots/{name}" for name in manifests)}
    paths = [path for folder in sorted(folders) for path in sorted((index / folder).rglob("*"))]
    paths += [index / name for name in BESIDE]
    opened: dict[str, BinaryIO] = {}
    for path in paths:
        name = path.relative_to(index).as_posix()
        if path.is_file():
            if not is_kept(name):
                raise BackupError(f"{path} is no file of an index. Move it away.")
            opened[name] = stack.enter_context(path.open("rb"))
    return opened


def _needed_after(log: ChangeLog, index: str, manifests: dict[str, Manifest]) -> int:
    """The seq after which changes are needed: all that one of the snapshots lacks, and is there."""
    identity = log.identity(index)
    after = min(folded_in(manifest, identity) for manifest in manifests.values())
    first = log.read(index, after, 1)
    return first[0].seq - 1 if first else log.last(index)


def _check(name: str, checksum: str, manifests: dict[str, Manifest]) -> None:
    kind, _, rest = name.partition("/")
    snapshot, _, file = rest.partition("/")
    facts = manifests[snapshot].files.get(file) if kind == "snapshots" else None
    if facts is not None and facts.blake2b != checksum:
        raise CorruptSnapshotError(
            f"{name} has another checksum than its manifest says, so the archive is of no use. "
            "Roll back with `vitrina snapshots rollback`, or build again."
        )


def _log(log: ChangeLog, index: str, after: int, writer: _Writer) -> Tail:
    """Versions before the last seq is asked for: none of them is of a later change then."""
    identity = log.identity(index)
    if not identity:
        return Tail("", 0, 0, writer.checksums)
    for at, versions in enumerate(log.versions(index), 1):
        writer.add_bytes(f"{VERSIONS}/{at:06}.jsonl", versions_text(versions))
    last, entries, at = log.last(index), 0, 0
    while after < last:
        changes = [c for c in log.read(index, after, _AT_ONCE) if c.seq <= last]
        if not changes or changes[0].seq != after + 1 or log.identity(index) != identity:
            raise BackupError(
                f"the change log of index {index!r} has forgotten entries meanwhile, as a build "
                "was published. Export it again."
            )
        at += 1
        writer.add_bytes(f"{CHANGES}/{at:06}.jsonl", changes_text(changes))
        entries, after = entries + len(changes), changes[-1].seq
    return Tail(identity, last, entries, writer.checksums)
