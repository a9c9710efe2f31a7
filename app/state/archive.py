"""What was logged, in one place: SQLite for what is recent, Parquet for what is older.

Written by one process of the machine (`sweeper.py`), read by all.
"""

import logging
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import orjson

from app.file_locks import is_held
from app.state.journal import FULL, FullError, StateError, journals, read_lines
from app.state.rows import KEYS, TABLES, Row, filled

FILE: Final = "archive.sqlite"
LINES_A_TURN: Final = 200
BYTES_A_TURN: Final = 1 << 20
"""Committed together, some 4,000 events: a killed sweep has that much to do again, readers wait for
no more, and a worker that sweeps answers between two turns."""
HIDE: Final = "INSERT OR REPLACE INTO hidden (kind, key, until) VALUES (?, ?, ?)"
"""Nobody is given rows of these people from now on; packed files have yet to be written anew."""
_BUSY_S: Final = 10.0
_FULL: Final = ("SQLITE_FULL", "SQLITE_IOERR_WRITE")
log = logging.getLogger("vitrina.state")


class Archive:
    """sync: on the disk before journals are removed. Not for threads."""

    def __init__(self, folder: Path, *, sync: bool) -> None:
        self._folder = folder
        self._db = connect(folder / FILE)
        with told(folder):
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute(f"PRAGMA synchronous={'FULL' if sync else 'NORMAL'}")
            self._db.execute("PRAGMA journal_size_limit=67108864")
            self._db.executescript(_schema())
            self._add_columns()
            self._shares = self._has_outbox()

    def _add_columns(self) -> None:
        """To an archive of older code."""
        with self._db:
            for table, columns in TABLES.items():
                there = columns_of(self._db, table)
                for name in [each for each in columns if each not in there]:
                    self._db.execute(f"ALTER TABLE {table} ADD COLUMN {name} {columns[name]}")

    def sweep(self) -> int:
        """Take in what the journals hold and remove those that are done; lines taken.

        Each line once, however often a sweep is killed: rows and the place in the journal are of
        one transaction. Raises FullError, StateError.
        """
        taken = 0
        with told(self._folder):
            known = dict(self._db.execute("SELECT name, behind FROM journals"))
            for path in journals(self._folder):
                taken += self._sweep_journal(path, known.pop(path.name, 0))
            if known:  # files that are gone
                gone = [(name,) for name in known]
                with self._db:
                    self._db.executemany("DELETE FROM journals WHERE name = ?", gone)
        return taken

    def _sweep_journal(self, path: Path, behind: int) -> int:
        taken, turn, size = 0, [], 0
        abandoned = not is_held(path)  # asked first: nothing is written after it
        for payload, after in read_lines(path, behind, final=abandoned):
            behind = after
            if payload is None:
                log.error("%s: a damaged line before byte %d was left out", path, after)
                continue
            turn.append(payload)
            size += len(payload)
            if len(turn) == LINES_A_TURN or size >= BYTES_A_TURN:
                taken += self._take(path.name, turn, behind)
                turn, size = [], 0
        if turn:
            taken += self._take(path.name, turn, behind)
        if abandoned:
            path.unlink(missing_ok=True)
        return taken

    def _take(self, name: str, payloads: Sequence[bytes], behind: int) -> int:
        rows: dict[str, list[Row]] = {table: [] for table in TABLES}
        for payload in payloads:
            for table, more in orjson.loads(payload).items():
                rows[table] += more
        with self._db:
            for table, more in rows.items():
                self.insert(table, more)
            if self._shares:
                payload = orjson.dumps({table: more for table, more in rows.items() if more})
                self._db.execute("INSERT INTO outbox (payload) VALUES (?)", (payload,))
            self._db.execute(
                "INSERT INTO journals VALUES (?, ?) "
                "ON CONFLICT (name) DO UPDATE SET behind = excluded.behind",
                (name, behind),
            )
        return len(payloads)

    def insert(self, table: str, rows: Sequence[Row]) -> None:
        """Rows that are not there yet; within the caller's transaction."""
        self._db.executemany(_INSERT[table], [filled(table, row) for row in rows])

    def keep_outbox(self) -> None:
        """From now on what is taken is also put where `Exchange` finds it."""
        with told(self._folder), self._db:
            self._db.execute(
                "CREATE TABLE IF NOT EXISTS outbox "
                "(seq INTEGER PRIMARY KEY AUTOINCREMENT, payload BLOB NOT NULL)"
            )
            self._db.execute(
                "CREATE TABLE IF NOT EXISTS remembered (name TEXT PRIMARY KEY, value TEXT NOT NULL)"
            )
        self._shares = True

    def drop_outbox(self) -> None:
        """Nobody is told any more: no Redis is set."""
        if self._shares:
            with told(self._folder), self._db:
                self._db.execute("DROP TABLE outbox")
        self._shares = False

    def _has_outbox(self) -> bool:
        query = "SELECT 1 FROM sqlite_master WHERE name = 'outbox'"
        return self._db.execute(query).fetchone() is not None

    def outbox(self, most: int) -> list[tuple[int, bytes]]:
        """The oldest that wait to be told, with their numbers."""
        with told(self._folder):
            query = "SELECT seq, payload FROM outbox ORDER BY seq LIMIT ?"
            return self._db.execute(query, (most,)).fetchall()

    def drop_told(self, seq: int) -> None:
        """Everything up to this number was."""
        with told(self._folder), self._db:
            self._db.execute("DELETE FROM outbox WHERE seq <= ?", (seq,))

    def bound_outbox(self, most: int) -> None:
        with told(self._folder), self._db:
            newest = "(SELECT coalesce(max(seq), 0) FROM outbox)"
            gone = self._db.execute(f"DELETE FROM outbox WHERE seq <= {newest} - ?", (most,))
        if gone.rowcount:
            log.error("%d entries of the outbox are not told to other machines", gone.rowcount)

    def take_told(self, told_rows: Sequence[dict[str, Any]], name: str, value: str) -> None:
        """Rows of other machines, and how far they were heard, in one transaction."""
        with told(self._folder), self._db:
            for each in told_rows:
                for table, rows in each.items():
                    if table == "forget":
                        self._db.executemany(HIDE, rows)
                    else:
                        self.insert(table, rows)
            self._remember(name, value)

    def remembered(self, name: str) -> str | None:
        with told(self._folder):
            query = "SELECT value FROM remembered WHERE name = ?"
            found = self._db.execute(query, (name,)).fetchone()
            return None if found is None else str(found[0])

    def remember(self, name: str, value: str) -> None:
        with told(self._folder), self._db:
            self._remember(name, value)

    def _remember(self, name: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO remembered VALUES (?, ?)", (name, value))

    def close(self) -> None:
        self._db.close()


def connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=_BUSY_S, check_same_thread=False)


def columns_of(db: sqlite3.Connection, table: str) -> set[str]:
    return {name for _, name, *_ in db.execute(f"PRAGMA table_info({table})")}


@contextmanager
def told(folder: Path) -> Iterator[None]:
    """Errors of SQLite and of the disk as ours."""
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "")
        kind = FullError if name.startswith(_FULL) else StateError
        raise kind(f"{folder / FILE}: {error} {name}") from error
    except OSError as error:
        kind = FullError if error.errno in FULL else StateError
        raise kind(f"{folder}: {error.strerror}") from error


def forget_elsewhere(db: sqlite3.Connection, keys: Sequence[tuple[str, str]], until: float) -> None:
    """Other machines forget these people too; within the caller's transaction."""
    made = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'outbox'").fetchone()
    if made:
        payload = orjson.dumps({"forget": [[kind, key, until] for kind, key in keys]})
        db.execute("INSERT INTO outbox (payload) VALUES (?)", (payload,))


def swept_up_to(folder: Path, sizes: dict[str, int]) -> bool:
    """Whether every journal of these names is in the archive up to these sizes."""
    known = dict(read(folder, "SELECT name, behind FROM journals"))
    return all(
        known.get(name, 0) >= size or not (folder / name).exists() for name, size in sizes.items()
    )


def read(folder: Path, query: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Rows of the recent part. Raises StateError."""
    with told(folder):
        db = connect(folder / FILE)
        try:
            return db.execute(query, parameters).fetchall()
        finally:
            db.close()


def _schema() -> str:
    """seen: keys of rows that were packed within seven days. parts: files of packed rows, and when
    they were replaced. hidden: deleted people, whose rows until then nobody is given; done: packed
    files hold none of them any more.
    """
    made = [
        "CREATE TABLE IF NOT EXISTS journals "
        "(name TEXT PRIMARY KEY, behind INTEGER NOT NULL) WITHOUT ROWID",
        "CREATE TABLE IF NOT EXISTS seen (key TEXT PRIMARY KEY, at REAL NOT NULL) WITHOUT ROWID",
        "CREATE TABLE IF NOT EXISTS parts (name TEXT PRIMARY KEY, rows_of TEXT NOT NULL, "
        "first_at REAL NOT NULL, last_at REAL NOT NULL, rows INTEGER NOT NULL, gone_at REAL)",
        "CREATE TABLE IF NOT EXISTS hidden "
        "(kind TEXT NOT NULL, key TEXT NOT NULL, until REAL NOT NULL, "
        "done INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (kind, key))",
    ]
    for table, columns in TABLES.items():
        told = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        made += [
            f"CREATE TABLE IF NOT EXISTS {table} (seq INTEGER PRIMARY KEY AUTOINCREMENT, {told}, "
            f"UNIQUE ({KEYS[table]}))",
            f"CREATE INDEX IF NOT EXISTS {table}_happened_at ON {table} (happened_at)",
        ]
    return ";".join(made)


def _insert(table: str) -> str:
    """Rows whose key is neither here nor among those that have left for Parquet."""
    columns = TABLES[table]
    numbers = ", ".join(f"?{number}" for number in range(1, len(columns) + 1))
    key = list(columns).index(KEYS[table]) + 1
    return (
        f"INSERT OR IGNORE INTO {table} ({', '.join(columns)}) SELECT {numbers} "
        f"WHERE NOT EXISTS (SELECT 1 FROM seen WHERE key = ?{key})"
    )


_INSERT: Final = {table: _insert(table) for table in TABLES}
