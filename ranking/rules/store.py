"""What people decide for an index, apart from its catalogue: DIR/<index>/rules/<id>/.

A rules folder holds one small text file a subject and never changes once it is in force: a change
copies it to a new id and moves CURRENT, so every worker sees all of a change or nothing of it,
and a rollback of the snapshot keeps the rules.
"""

import os
import secrets
import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from filelock import FileLock

from indexing.current import change_current, read_current
from indexing.errors import RulesError

FOLDER: Final = "rules"
KEPT: Final = 20
_LOCK_WAIT_S: Final = 30

BLOCKLIST: Final = "blocklist.txt"
HINTS: Final = "hints.tsv"
SYNONYMS: Final = "synonyms.txt"
EXPERIMENTS: Final = "experiments.json"
MERCHANDISING: Final = "merchandising.json"
CHANGES: Final = "merchandising_changes.jsonl"
FILE_NAMES: Final = (BLOCKLIST, HINTS, SYNONYMS, EXPERIMENTS, MERCHANDISING, CHANGES)
"""In the order in which edits are made."""


def read_rules_file(index: Path, rules_id: str | None, name: str) -> str:
    """The text of one file of the rules; empty if there are no rules or no such file.

    Raises RulesError if the rules are gone or are not UTF-8.
    """
    if rules_id is None:
        return ""
    folder = index / FOLDER / rules_id
    try:
        return (folder / name).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        if folder.is_dir():
            return ""
        raise RulesError(
            f"{folder} is missing, and {index / 'CURRENT'} names it. Put the folder back, or set "
            "`rules` in CURRENT to null to serve without rules."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise RulesError(
            f"{folder / name} cannot be read: {error}. It must be a UTF-8 text file."
        ) from error


Edit = Callable[[str], str]
"""A file's text before → after."""


def publish_rules(index: Path, changes: Mapping[str, str | Edit], now: datetime) -> str:
    """Put new texts of these files in force, the other files staying as they are; the new id.

    An edit sees the text in force, and no other change comes between; if it raises, nothing has
    changed.
    The index must have a published snapshot. Does not wait for a running build.
    Raises RulesError for a file that is no part of the rules.
    """
    for name in changes:
        if name not in FILE_NAMES:
            raise RulesError(f"rules have no file {name!r}; they have {', '.join(FILE_NAMES)}.")
    with FileLock(index / ".rules.lock", timeout=_LOCK_WAIT_S):
        before = read_current(index)
        if before is None:
            raise RulesError(f"index {index.name!r} has nothing published yet. Build it first.")
        texts = {}
        for name in FILE_NAMES:  # all of them first: an edit that refuses leaves nothing behind
            change = changes.get(name)
            text = change if isinstance(change, str) else None
            if text is None:
                text = read_rules_file(index, before.rules, name)
            texts[name] = change(text) if callable(change) else text
        rules_id = f"{now.astimezone(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
        folder = index / FOLDER / rules_id
        folder.mkdir(parents=True)
        for name, text in texts.items():
            if text:
                _write(folder / name, text)
        change_current(index, rules=rules_id)
        _prune(index, {rules_id, before.rules})
    return rules_id


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _prune(index: Path, used: set[str | None]) -> None:
    """Keep the newest; the ids begin with their time."""
    folders = sorted((index / FOLDER).iterdir(), key=lambda folder: folder.name, reverse=True)
    for folder in folders[KEPT:]:
        if folder.name not in used:
            shutil.rmtree(folder, ignore_errors=True)
