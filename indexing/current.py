"""CURRENT: which snapshot, model, rules and facts of an index are in force.

DIR/<index>/CURRENT is one small JSON file, replaced atomically, and changed here only.
"""

import json
import os
import re
import secrets
from dataclasses import asdict, dataclass, fields
from enum import Enum
from pathlib import Path
from typing import Any, Final

from filelock import FileLock

from indexing.errors import BuildError, SnapshotError

CURRENT: Final = "CURRENT"
_WITHDRAWN: Final = "withdrawn"
_LOCK_WAIT_S: Final = 30
_INDEX_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


@dataclass(frozen=True, slots=True)
class Current:
    """Ids in force; a model or rules of None means the shipped ones, facts of None: none."""

    snapshot: str
    model: str | None = None
    rules: str | None = None
    facts: str | None = None


class Unchanged(Enum):
    """As it was before, where None says something else."""

    UNCHANGED = "unchanged"


UNCHANGED: Final = Unchanged.UNCHANGED


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
        return (index / CURRENT).exists() and not is_withdrawn(index)
    except OSError:
        return True


def read_current(index: Path) -> Current | None:
    """What is in force; None before the first publication, and when it was withdrawn."""
    facts = _read(index)
    return None if facts is None or facts.get(_WITHDRAWN) else _current(facts)


def is_withdrawn(index: Path) -> bool:
    """Whether somebody ended the serving of this index on purpose."""
    try:
        facts = _read(index)
    except (SnapshotError, OSError):
        return False
    return facts is not None and bool(facts.get(_WITHDRAWN))


def change_current(
    index: Path,
    *,
    snapshot: str | None = None,
    model: str | Unchanged | None = UNCHANGED,
    rules: str | Unchanged | None = UNCHANGED,
    facts: str | Unchanged | None = UNCHANGED,
) -> Current:
    """Put these in force and keep the rest; no change that is made at the same time is lost.

    Putting a snapshot in force also repairs a damaged CURRENT and ends a withdrawal.
    Raises BuildError if nothing is published and no snapshot is given.
    """
    with FileLock(index / ".current.lock", timeout=_LOCK_WAIT_S):
        told = _read_or_none(index) if snapshot is not None else _read(index)
        if snapshot is None and (told is None or told.get(_WITHDRAWN)):
            raise BuildError(f"index {index.name!r} has nothing published yet. Build it first.")
        given = {"snapshot": snapshot or UNCHANGED, "model": model, "rules": rules, "facts": facts}
        told = (told or {}) | {name: each for name, each in given.items() if each is not UNCHANGED}
        told.pop(_WITHDRAWN, None)
        current = _current(told)
        _write(index, told | asdict(current))
    return current


def withdraw(index: Path) -> None:
    """End the serving of an index; its snapshots, model and rules stay for the next publication."""
    with FileLock(index / ".current.lock", timeout=_LOCK_WAIT_S):
        facts = _read(index)
        if facts is None:
            raise BuildError(f"index {index.name!r} has nothing published.")
        _write(index, facts | {_WITHDRAWN: True})


def _current(facts: dict[str, Any]) -> Current:
    return Current(facts["snapshot"], facts.get("model"), facts.get("rules"), facts.get("facts"))


def _read(index: Path) -> dict[str, Any] | None:
    """All that CURRENT says, what newer versions of Vitrina add included; None without one."""
    path = index / CURRENT
    try:
        facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        _check(facts)
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, IsADirectoryError) as error:
        raise SnapshotError(
            f"{path} cannot be read: {error}. Choose a snapshot with `vitrina snapshots rollback`."
        ) from error
    return facts


def _read_or_none(index: Path) -> dict[str, Any] | None:
    try:
        return _read(index)
    except SnapshotError:
        return None


def _check(facts: object) -> None:
    """Raises ValueError for what no Vitrina wrote; an id cannot lead out of the index's folder."""
    if not isinstance(facts, dict):
        raise ValueError("it is not a JSON object")
    for each in fields(Current):
        value = facts.get(each.name)
        if value is None and each.name != "snapshot":
            continue
        if not isinstance(value, str) or not _ID.fullmatch(value):
            raise ValueError(f"{each.name} is {value!r:.80}, not an id")


def _write(index: Path, facts: dict[str, Any]) -> None:
    """One atomic replacement, on disk before it returns."""
    path = index / CURRENT
    fresh = index / f".{CURRENT}.{os.getpid()}"
    with fresh.open("w", encoding="utf-8") as file:
        json.dump(facts, file)
        file.flush()
        os.fsync(file.fileno())
    if path.is_dir():  # no file can replace it
        path.rename(index / f".{CURRENT}.aside-{secrets.token_hex(4)}")
    fresh.replace(path)
    sync_folder(index)


def sync_folder(folder: Path) -> None:
    """Names in it are on disk before this returns."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
