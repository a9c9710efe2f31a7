"""One database of the change log in SQLite: its tables, how it is made and opened."""

import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from secrets import token_hex
from typing import Final, Literal

from app.changes.change_log import RETRY_AFTER_S, ChangeLogError
from app.file_systems import network_file_system
from indexing.current import sync_folder

DATABASE: Final = "changes.db"
_FORMAT: Final = 1
_BUSY_S: Final = 10.0
_SCHEMA: Final = f"""
PRAGMA journal_mode = WAL;
CREATE TABLE log (identity TEXT, last INTEGER, entries INTEGER, bytes INTEGER);
CREATE TABLE changes (
    seq INTEGER PRIMARY KEY, at_ms INTEGER, product_id TEXT, op TEXT, body BLOB, version INTEGER
);
CREATE TABLE held (
    product_id TEXT PRIMARY KEY, op TEXT, version INTEGER, seq INTEGER, at_ms INTEGER
) WITHOUT ROWID;
CREATE INDEX forgotten ON held (at_ms) WHERE op IS NULL;
PRAGMA user_version = {_FORMAT};
"""
# held: the newest change of each product. op is NULL once that was forgotten; version stays.


class Database:
    """inode: of the file that is open; another one there means another log."""

    def __init__(self, path: Path, fsync: Literal["os", "always"]) -> None:
        """Raises sqlite3.Error, OSError, ChangeLogError."""
        check_place(path.parent)
        self.inode = path.stat().st_ino
        self.reader, self.writer = (
            self._open(path, "NORMAL"),
            self._open(path, "FULL" if fsync == "always" else "NORMAL"),
        )
        self.reading = threading.Lock()

    def _open(self, path: Path, synchronous: str) -> sqlite3.Connection:
        opened = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=rw",
            uri=True, timeout=_BUSY_S, isolation_level=None, check_same_thread=False,
        )  # fmt: skip
        opened.execute(f"PRAGMA synchronous = {synchronous}")
        opened.execute("PRAGMA journal_size_limit = 67108864")
        (version,) = opened.execute("PRAGMA user_version").fetchone()
        if version != _FORMAT:
            opened.close()
            raise ChangeLogError(
                f"{path} has format {version}, this code knows {_FORMAT}. Run the version of "
                "Vitrina that wrote it, or build the index and remove the file.",
            )
        return opened

    def close(self) -> None:
        with self.reading:
            self.reader.close()
        self.writer.close()


def create_database(
    folder: Path,
    fill: Callable[[sqlite3.Connection], None] | None = None,
    identity: str | None = None,
) -> None:
    """A whole database, or none: readers never see half of its tables.

    fill: writes what it begins with, in one transaction.
    """
    check_place(folder)
    fresh = folder / f".{DATABASE}.{os.getpid()}"
    fresh.unlink(missing_ok=True)
    with closing(sqlite3.connect(fresh)) as made:
        made.executescript(_SCHEMA)
        made.execute("INSERT INTO log VALUES (?, 0, 0, 0)", (identity or token_hex(8),))
        if fill is not None:
            fill(made)
        made.commit()
    for left in (f"{DATABASE}-wal", f"{DATABASE}-shm"):  # of a database that was removed
        (folder / left).unlink(missing_ok=True)
    fresh.replace(folder / DATABASE)
    sync_folder(folder)


def check_place(folder: Path) -> None:
    """Raises ChangeLogError for a folder that other machines can write to."""
    kind = network_file_system(folder)
    if kind is not None:
        raise ChangeLogError(
            f"{folder} lies on a network file system ({kind}), where locks and shared memory of "
            "SQLite do not hold. Use a local disk, or VITRINA_CHANGE_LOG=redis.",
        )


def unusable(path: Path, error: Exception) -> ChangeLogError:
    """What SQLite or the disk said, and what to do."""
    return ChangeLogError(
        f"{path}: {error}. Nothing was changed. Check that the disk has room and the service may "
        "write there; a damaged file can be moved away, then build the index.",
        (),
        RETRY_AFTER_S,
    )
