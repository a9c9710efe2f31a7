"""Statements of the change log in SQLite, within a transaction that somebody else opened."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from app.changes.change_log import (
    ENTRY_BYTES,
    Accepted,
    Change,
    ChangeLogError,
    HeldVersion,
    LogCopy,
    NewChange,
    Outcome,
    Stale,
    Unknown,
    bytes_of,
)

_FORGOTTEN_AT_ONCE: Final = 2_000
_ASKED_AT_ONCE: Final = 500
_VERSIONS_AT_ONCE: Final = 5_000


@dataclass(slots=True)
class Asked:
    """One call of append, waiting to be written."""

    changes: Sequence[NewChange]
    there: dict[str, bool]
    folded: int
    outcomes: list[Outcome] = field(default_factory=list)
    error: ChangeLogError | None = None
    done: bool = False


def decide(writer: sqlite3.Connection, asked: Asked, last: int) -> list[tuple[int, NewChange]]:
    """Fills asked.outcomes; the accepted changes, each with its seq."""
    ids = list(dict.fromkeys(each.product_id for each in asked.changes))
    newest: dict[str, tuple[str | None, int | None, int]] = {}
    for start in range(0, len(ids), _ASKED_AT_ONCE):
        some = ids[start : start + _ASKED_AT_ONCE]
        marks = ",".join("?" * len(some))
        found = writer.execute(
            f"SELECT product_id, op, version, seq FROM held WHERE product_id IN ({marks})",  # noqa: S608 - question marks only
            some,
        )
        newest.update((row[0], row[1:]) for row in found)
    taken: list[tuple[int, NewChange]] = []
    outcomes: list[Outcome] = []
    for change in asked.changes:
        op, version, seq = newest.get(change.product_id, (None, None, 0))
        if change.version is not None and version is not None and change.version < version:
            outcomes.append(Stale(version))
            continue
        if change.op != "put":
            told = op is not None and seq > asked.folded
            if not (op != "delete" if told else asked.there[change.product_id]):
                outcomes.append(Unknown())
                continue
        last += 1
        kept = version if change.version is None else change.version
        newest[change.product_id] = (change.op, kept, last)
        taken.append((last, change))
        outcomes.append(Accepted(last))
    asked.outcomes = outcomes
    return taken


def insert(writer: sqlite3.Connection, taken: Sequence[tuple[int, NewChange]], at_ms: int) -> None:
    _insert(
        writer,
        [Change(seq, at_ms, e.product_id, e.op, e.body, e.version) for seq, e in taken],
    )


def _insert(writer: sqlite3.Connection, changes: Sequence[Change]) -> None:
    writer.executemany(
        "INSERT INTO changes VALUES (?, ?, ?, ?, ?, ?)",
        [(e.seq, e.at_ms, e.product_id, e.op, e.body, e.version) for e in changes],
    )
    writer.executemany(
        "INSERT INTO held VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (product_id) DO UPDATE SET "
        "op = ?2, version = ifnull(?3, version), seq = ?4, at_ms = ?5",
        [(e.product_id, e.op, e.version, e.seq, e.at_ms) for e in changes],
    )


def versions_after(reader: sqlite3.Connection, product_id: str) -> list[HeldVersion]:
    rows = reader.execute(
        "SELECT product_id, version, seq, at_ms FROM held "
        "WHERE product_id > ? AND version IS NOT NULL ORDER BY product_id LIMIT ?",
        (product_id, _VERSIONS_AT_ONCE),
    )
    return [HeldVersion(*row) for row in rows]


def fill(writer: sqlite3.Connection, copy: LogCopy) -> None:
    """A new database. Versions first: of a product with a change the change is newer."""
    for versions in copy.versions:
        writer.executemany("INSERT OR REPLACE INTO held VALUES (?, NULL, ?, ?, ?)", versions)
    entries = held = 0
    for changes in copy.changes:
        _insert(writer, changes)
        entries += len(changes)
        held += sum(map(bytes_of, changes))
    writer.execute("UPDATE log SET last = ?, entries = ?, bytes = ?", (copy.last, entries, held))


def forget_some(writer: sqlite3.Connection, up_to: int, before_ms: int) -> bool:
    """A part of what is to be forgotten, so that nobody waits long; whether there is more."""
    rows = writer.execute(
        "SELECT seq, product_id, length(CAST(product_id AS BLOB)) + ifnull(length(body), 0) "
        "FROM changes WHERE seq <= ? ORDER BY seq LIMIT ?", (up_to, _FORGOTTEN_AT_ONCE),
    ).fetchall()  # fmt: skip
    if not rows:
        writer.execute("DELETE FROM held WHERE op IS NULL AND at_ms < ?", (before_ms,))
        return False
    ends = rows[-1][0]
    writer.execute("DELETE FROM changes WHERE seq <= ?", (ends,))
    ids = [(product_id, ends) for product_id in {row[1] for row in rows}]
    writer.executemany(
        "DELETE FROM held WHERE product_id = ? AND seq <= ? AND version IS NULL", ids
    )
    writer.executemany("UPDATE held SET op = NULL WHERE product_id = ? AND seq <= ?", ids)
    writer.execute(
        "UPDATE log SET entries = entries - ?, bytes = bytes - ?",
        (len(rows), sum(ENTRY_BYTES + row[2] for row in rows)),
    )
    return True
