"""The change log of one machine: SQLite in WAL mode, one database an index.

One process writes at a time, in the order of asking: a blocking lock on a file, because SQLite's
own waiting is polling, whose p99 was 763 ms with two writers. Within a process, those who wait
for that lock are written together, in one transaction.
"""

import fcntl
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal

from app.changes.change_log import (
    RETRY_AFTER_S,
    VERSIONS_KEPT_MS,
    Change,
    ChangeLogError,
    Exists,
    HeldVersion,
    Latest,
    LogCopy,
    LogSize,
    NewChange,
    Outcome,
    another_log,
    bytes_of,
    check_room,
)
from app.changes.sqlite_database import DATABASE, Database, check_place, create_database, unusable
from app.changes.sqlite_entries import Asked, decide, fill, forget_some, insert, versions_after

_LOCK: Final = ".changes.lock"


class SqliteChangeLog:
    def __init__(
        self,
        data: Path,
        max_bytes: int,
        fsync: Literal["os", "always"],
        clock_ms: Callable[[], int],
    ) -> None:
        """Opens nothing yet. data: the folder of all indexes."""
        self._data = data
        self._max_bytes = max_bytes
        self._fsync = fsync
        self._clock_ms = clock_ms
        self._databases: dict[str, Database] = {}
        self._waiting: dict[str, list[Asked]] = {}
        self._opening = threading.Lock()
        self._writing = threading.Lock()

    def check(self, index: str) -> None:
        check_place(self._data / index)

    def append(
        self, index: str, asked: Sequence[NewChange], exists: Exists, folded: int = 0
    ) -> list[Outcome]:
        ids = list({each.product_id: None for each in asked if each.op != "put"})
        mine = Asked(asked, dict(zip(ids, exists(ids), strict=True)), folded)
        with self._opening:
            self._waiting.setdefault(index, []).append(mine)
        with self._writing:
            if not mine.done:  # by whoever held the lock before
                self._write(index)
        if mine.error is not None or not mine.done:
            raise mine.error or ChangeLogError("the write was broken off.", (), RETRY_AFTER_S)
        return mine.outcomes

    def read(self, index: str, after: int, limit: int) -> list[Change]:
        with self._reader(index) as reader:
            rows = [] if reader is None else reader.execute(
                "SELECT seq, at_ms, product_id, op, body, version FROM changes "
                "WHERE seq > ? ORDER BY seq LIMIT ?", (after, limit),
            ).fetchall()  # fmt: skip
        return [Change(*row) for row in rows]

    def last(self, index: str) -> int:
        with self._reader(index) as reader:
            return 0 if reader is None else int(_one(reader, "SELECT last FROM log"))

    def latest(self, index: str, product_id: str) -> Latest | None:
        with self._reader(index) as reader:
            row = None if reader is None else reader.execute(
                "SELECT op, version, seq FROM held WHERE product_id = ? AND op IS NOT NULL",
                (product_id,),
            ).fetchone()  # fmt: skip
        return None if row is None else Latest(*row)

    def newer_than(self, index: str, at_ms: int) -> int:
        with self._reader(index) as reader:
            if reader is None:
                return 0
            first = _one(reader, "SELECT min(seq) FROM changes WHERE at_ms > ?", at_ms)
            return int(_one(reader, "SELECT last FROM log") if first is None else first - 1)

    def forget(self, index: str, up_to: int) -> None:
        more = self.last(index) > 0
        while more:
            with self._writing, self._transaction(index) as writer:
                more = forget_some(writer, up_to, self._clock_ms() - VERSIONS_KEPT_MS)

    def size(self, index: str) -> LogSize:
        with self._reader(index) as reader:
            if reader is None:
                return LogSize(0, 0, None)
            entries, held = reader.execute("SELECT entries, bytes FROM log").fetchone()
            first = reader.execute("SELECT at_ms FROM changes ORDER BY seq LIMIT 1").fetchone()
        return LogSize(entries, held, first[0] if first else None)

    def identity(self, index: str) -> str:
        with self._reader(index) as reader:
            return "" if reader is None else str(_one(reader, "SELECT identity FROM log"))

    def versions(self, index: str) -> Iterator[Sequence[HeldVersion]]:
        after = ""
        while True:
            with self._reader(index) as reader:
                rows = [] if reader is None else versions_after(reader, after)
            if not rows:
                return
            yield rows
            after = rows[-1].product_id

    def restore(self, index: str, copy: LogCopy) -> None:
        folder = self._data / index
        if self.identity(index):
            raise another_log(index)
        try:
            create_database(folder, lambda made: fill(made, copy), copy.identity)
        except (sqlite3.Error, OSError) as error:
            raise unusable(folder / DATABASE, error) from error

    def close(self) -> None:
        with self._writing, self._opening:
            for database in self._databases.values():
                database.close()
            self._databases.clear()

    def _write(self, index: str) -> None:
        """All that wait, or none of them; those that find no room are told so."""
        batch: list[Asked] = []
        try:
            with self._transaction(index, create=True) as writer:
                batch = self._take(index)
                self._insert(index, batch, writer)
        except ChangeLogError as error:
            for each in (*batch, *self._take(index)):
                each.error, each.done = error, True
        else:
            for each in batch:
                each.done = True

    def _take(self, index: str) -> list[Asked]:
        with self._opening:
            return self._waiting.pop(index, [])

    def _insert(self, index: str, batch: Sequence[Asked], writer: sqlite3.Connection) -> None:
        last, entries, held = writer.execute("SELECT last, entries, bytes FROM log").fetchone()
        at_ms = self._clock_ms()
        for asked in batch:
            size = sum(bytes_of(change) for change in asked.changes)
            try:
                check_room(index, entries, held, size, self._max_bytes)
            except ChangeLogError as error:
                asked.error = error
                continue
            taken = decide(writer, asked, last)
            insert(writer, taken, at_ms)
            last += len(taken)
            entries += len(taken)
            held += sum(bytes_of(change) for _, change in taken)
        writer.execute("UPDATE log SET last = ?, entries = ?, bytes = ?", (last, entries, held))

    @contextmanager
    def _transaction(self, index: str, create: bool = False) -> Iterator[sqlite3.Connection]:
        """Within the machine's lock and one transaction. Raises ChangeLogError."""
        folder = self._data / index
        try:
            with (folder / _LOCK).open("ab") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)  # ends with the file, so with the process
                database = self._database(index)
                if database is None:
                    if not create:
                        raise ChangeLogError(f"{folder / DATABASE} is gone.", (), RETRY_AFTER_S)
                    create_database(folder)
                    database = self._database(index)
                    assert database is not None  # noqa: S101 - for the type checker
                writer = database.writer
                writer.execute("BEGIN IMMEDIATE")
                try:
                    yield writer
                    writer.execute("COMMIT")
                except BaseException:
                    if writer.in_transaction:
                        writer.execute("ROLLBACK")
                    raise
        except (sqlite3.Error, OSError) as error:
            raise unusable(folder / DATABASE, error) from error

    @contextmanager
    def _reader(self, index: str) -> Iterator[sqlite3.Connection | None]:
        """None: there is no log yet."""
        try:
            database = self._database(index)
            if database is None:
                yield None
            else:
                with database.reading:
                    yield database.reader
        except (sqlite3.Error, OSError) as error:
            raise unusable(self._data / index / DATABASE, error) from error

    def _database(self, index: str) -> Database | None:
        """The one that lies there now: an index may be removed and built anew."""
        path = self._data / index / DATABASE
        with self._opening:
            held = self._databases.get(index)
            try:
                inode = path.stat().st_ino
            except FileNotFoundError:
                inode = None
            if held is not None and held.inode == inode:
                return held
            if held is not None:
                del self._databases[index]  # closed when nobody reads it any more
            if inode is None:
                return None
            self._databases[index] = Database(path, self._fsync)
            return self._databases[index]


def _one(reader: sqlite3.Connection, sql: str, *values: object) -> Any:
    return reader.execute(sql, values).fetchone()[0]
