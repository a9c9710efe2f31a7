"""What is kept of one user: given out, or deleted. docs/privacy.md."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb

from app.state.archive import FILE, HIDE, connect, forget_elsewhere, told
from app.state.profiles import forget_profiles
from app.state.push_ledger import forget_given
from app.state.rows import TABLES
from app.state.tables import open_tables

MOST_GIVEN: Final = 100_000
_ALWAYS: Final = (float("-1e18"), float("1e18"))
_NOT_GIVEN: Final = {"seq", "key", "user_key", "session_key", "features"}


@dataclass(frozen=True, slots=True)
class Deleted:
    """sessions: of the user, forgotten with them. rows: gone at once; packed ones are hidden."""

    rows: int
    sessions: int


def export(folder: Path, user: str) -> dict[str, list[dict[str, Any]]]:
    """Rows of a user and of the sessions seen with them, by table, newest first.

    At most 100,000 of each. user: keyed hash. Raises StateError.
    """
    with open_tables(folder, *_ALWAYS) as db:
        sessions = _sessions(db, user)
        return {table: _rows(db, table, user, sessions) for table in TABLES}


def forget(folder: Path, user: str, now: float) -> Deleted:
    """Delete what is recent, and hide the rest from every reader until upkeep has written it anew.

    What the user does later is another matter. Raises StateError.
    """
    with open_tables(folder, *_ALWAYS) as db:
        sessions = _sessions(db, user)
    keys = [("user", user), *(("session", each) for each in sessions)]
    with told(folder):
        archive = connect(folder / FILE)
        try:
            gone = 0
            with archive:
                archive.execute("BEGIN IMMEDIATE")
                archive.executemany(HIDE, [(kind, key, now) for kind, key in keys])
                forget_elsewhere(archive, keys, now)
                for table in TABLES:
                    for kind, key in keys:
                        query = f"DELETE FROM {table} WHERE {kind}_key = ? AND happened_at <= ?"
                        gone += archive.execute(query, (key, now)).rowcount
            forget_profiles(folder, [key for _, key in keys], now)
            forget_given(folder, user)
            return Deleted(gone, len(sessions))
        finally:
            archive.close()


def _sessions(db: duckdb.DuckDBPyConnection, user: str) -> list[str]:
    union = " UNION ".join(
        f"SELECT session_key FROM {table} WHERE user_key = $user" for table in TABLES
    )
    return [key for (key,) in db.execute(union, {"user": user}).fetchall() if key is not None]


def _rows(
    db: duckdb.DuckDBPyConnection, table: str, user: str, sessions: list[str]
) -> list[dict[str, Any]]:
    names = [name for name in TABLES[table] if name not in _NOT_GIVEN]
    found = db.execute(
        f"SELECT {', '.join(names)} FROM {table} "
        "WHERE user_key = $user OR list_contains($sessions, session_key) "
        f"ORDER BY happened_at DESC LIMIT {MOST_GIVEN}",
        {"user": user, "sessions": sessions},
    ).fetchall()
    return [
        {name: value for name, value in zip(names, row, strict=True) if value is not None}
        for row in found
    ]
