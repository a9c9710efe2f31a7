"""What a backup is: a tar archive that is written and read from its begin to its end.

    backup.json              format, index, what is in force, every file's size; first
    CURRENT, snapshots/<id>/…, models/<id>/…, rules/<id>/…, facts/<id>/…
    index.toml, judgments.jsonl
    versions/000001.jsonl    versions of products that the change log holds
    changes/000001.jsonl     its entries
    end.json                 the log's identity and last seq, every file's checksum; last

Without the last member it is no backup. Nothing in it is run, or names a place outside.
"""

import re
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Final

import orjson

from app.changes.change_log import Change, HeldVersion
from indexing.errors import IndexingError

FORMAT: Final = 1
HEAD: Final = "backup.json"
TAIL: Final = "end.json"
CURRENT: Final = "CURRENT"
BESIDE: Final = ("index.toml", "judgments.jsonl")
"""What people write, where they have."""
VERSIONS: Final = "versions"
CHANGES: Final = "changes"
MAX_FILES: Final = 100_000
MAX_JSON_BYTES: Final = 256 << 20
"""Of the first and the last member, and of one of the log."""
_PART: Final = r"[A-Za-z0-9_][A-Za-z0-9._-]*"
_KEPT: Final = re.compile(
    rf"{CURRENT}|index\.toml|judgments\.jsonl|(snapshots|models|rules|facts)(/{_PART}){{2,8}}"
)
_LOGGED: Final = re.compile(rf"({VERSIONS}|{CHANGES})/[0-9]{{6,9}}\.jsonl")
_LONG_NAME_BYTES: Final = 4_096


class BackupError(IndexingError):
    """An archive cannot be written or read, or does not fit here."""


@dataclass(frozen=True, slots=True)
class Head:
    """files: size of each member that is a file of the index; CURRENT is among them. log_bytes: of
    the change log as it counts itself.
    """

    index: str
    snapshot: str
    created_at: str
    code_version: str
    files: dict[str, int]
    log_bytes: int
    format_version: int = FORMAT

    def to_json(self) -> bytes:
        return orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2)

    @classmethod
    def from_json(cls, text: bytes) -> "Head":
        """Raises BackupError for what this code does not know."""
        told = _object(text, HEAD)
        version = told.get("format_version")
        if version != FORMAT:
            raise BackupError(
                f"the backup has format {version!r:.20}; this code reads {FORMAT}. Import it with "
                f"the version of Vitrina that wrote it: {told.get('code_version')!r:.40}."
            )
        try:
            head = cls(**told)
            right = (
                all(is_kept(n) and type(s) is int and s >= 0 for n, s in head.files.items())
                and len(head.files) <= MAX_FILES
                and CURRENT in head.files
                and type(head.log_bytes) is int
                and isinstance(head.index, str)
                and isinstance(head.snapshot, str)
            )
        except (TypeError, AttributeError):
            right = False
        if not right:
            raise not_ours(f"{HEAD} does not say what it should")
        return head


@dataclass(frozen=True, slots=True)
class Tail:
    """identity, last, entries: of the change log; empty and 0 where there was none. checksums: of
    every member between.
    """

    identity: str
    last: int
    entries: int
    checksums: dict[str, str]

    def to_json(self) -> bytes:
        return orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2)

    @classmethod
    def from_json(cls, text: bytes) -> "Tail":
        try:
            tail = cls(**_object(text, TAIL))
        except TypeError:
            raise not_ours(f"{TAIL} does not say what it should") from None
        numbers = type(tail.last) is int and type(tail.entries) is int
        if not numbers or not isinstance(tail.identity, str):
            raise not_ours(f"{TAIL} does not say what it should")
        if not isinstance(tail.checksums, dict):
            raise not_ours(f"{TAIL} does not say what it should")
        return tail


class Member(tarfile.TarInfo):
    """A plain file: all else is refused before tarfile acts on it (links, devices, and headers of
    any length, which it would read into memory).
    """

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> "Member":
        made = super().frombuf(buf, encoding, errors)
        name = made.type == tarfile.GNUTYPE_LONGNAME and made.size <= _LONG_NAME_BYTES
        if made.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) and not name:
            raise not_ours(f"{made.name[:80]!r} in it is no plain file")
        return made


def is_kept(name: object) -> bool:
    """Whether a member is a file of the index; such a name cannot lead out of its folder."""
    return isinstance(name, str) and _KEPT.fullmatch(name) is not None and "/." not in name


def is_logged(name: str) -> bool:
    return _LOGGED.fullmatch(name) is not None


def not_ours(why: str) -> BackupError:
    return BackupError(
        f"this is no backup of Vitrina, or a damaged one: {why}. Nothing was imported; take "
        "another one, made by `vitrina snapshots export`."
    )


def versions_text(versions: Iterable[HeldVersion]) -> bytes:
    return b"".join(
        orjson.dumps(tuple(each), option=orjson.OPT_APPEND_NEWLINE) for each in versions
    )


def changes_text(changes: Iterable[Change]) -> bytes:
    return b"".join(
        orjson.dumps(
            (each.seq, each.at_ms, each.product_id, each.op,
             None if each.body is None else each.body.decode("utf-8"), each.version),
            option=orjson.OPT_APPEND_NEWLINE,
        )
        for each in changes
    )  # fmt: skip


def versions_in(paths: Iterable[Path]) -> Iterator[list[HeldVersion]]:
    for path in paths:
        yield [HeldVersion(*row) for row in _rows(path, 4, (str, int, int, int))]


def changes_in(paths: Iterable[Path]) -> Iterator[list[Change]]:
    kinds = (int, int, str, str, str | None, int | None)
    for path in paths:
        yield [
            Change(seq, at_ms, name, op, None if body is None else body.encode(), version)
            for seq, at_ms, name, op, body, version in _rows(path, 6, kinds)
        ]


def _rows(path: Path, count: int, kinds: tuple[Any, ...]) -> Iterator[list[Any]]:
    for line in path.read_bytes().splitlines():
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise not_ours(f"{path.name}: {error}") from None
        if not isinstance(row, list) or len(row) != count:
            raise not_ours(f"{path.name} holds something else than the change log")
        if not all(isinstance(each, kind) for each, kind in zip(row, kinds, strict=True)):
            raise not_ours(f"{path.name} holds something else than the change log")
        yield row


def _object(text: bytes, name: str) -> dict[str, Any]:
    try:
        told = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise not_ours(f"{name}: {error}") from None
    if not isinstance(told, dict):
        raise not_ours(f"{name} is no object")
    return told


def log_members(names: Iterable[str]) -> dict[str, list[str]]:
    """Names of the log's members, in order."""
    found = sorted(name for name in names if is_logged(name))
    kinds = (VERSIONS, CHANGES)
    return {kind: [name for name in found if name.startswith(f"{kind}/")] for kind in kinds}


def folders_in_force(current: dict[str, Any]) -> list[str]:
    """Folders below the index's that CURRENT names."""
    kinds = (("snapshots", "snapshot"), ("models", "model"), ("rules", "rules"), ("facts", "facts"))
    return list(chain.from_iterable(
        [f"{folder}/{current[key]}"] if current.get(key) else [] for folder, key in kinds
    ))  # fmt: skip
