"""Upkeep of the archive: old rows become Parquet, what is too old or too much goes.

Done by the process that sweeps, and nobody else. Every step is one that may be killed: a file that
the archive does not name is no part of it, and is removed.
"""

import logging
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq

from app.state.archive import FILE, connect, told
from app.state.profiles import expire_profiles
from app.state.recent_ids import KEPT_S
from app.state.rows import KEYS, TABLES, is_hidden
from app.state.tables import PACKED, fetched, hidden_table, new_database
from indexing.current import sync_folder

DAY_S: Final = 86_400
LATE_S: Final = 3_600
"""A day is packed so long after its end."""
PACK_FROM: Final = 10_000
"""Rows of a closed day that are worth a file."""
MOST_RECENT: Final = 500_000
"""Rows of a table in SQLite; beyond it the oldest are packed, their day closed or not."""
GRACE_S: Final = 600
"""A file that was replaced stays so long, for those who are reading it."""
log = logging.getLogger("vitrina.state")


@dataclass(frozen=True, slots=True)
class Kept:
    """How long and how much is kept; the oldest goes first."""

    days: float
    bytes: int


class Upkeep:
    """Owns a connection of its own. Not for threads."""

    def __init__(self, folder: Path, kept: Kept) -> None:
        self._folder = folder
        self._kept = kept
        self._packed = folder / PACKED
        self._packed.mkdir(exist_ok=True, mode=0o700)
        self._db = connect(folder / FILE)

    def close(self) -> None:
        self._db.close()

    def is_due(self, now: float) -> bool:
        """Whether there is anything to do but to look."""
        with told(self._folder):
            if self._one("SELECT count(*) FROM hidden WHERE NOT done")[0]:
                return True
            return any(self._packable(table, now) is not None for table in TABLES) or (
                self._used() > self._kept.bytes
            )

    def run(self, now: float) -> None:
        """All of it, once. Raises StateError, FullError."""
        with told(self._folder):
            self._remove_gone(now)
            self._forget_people(now)  # before packing: no new file holds rows of theirs
            for table in TABLES:
                while self._pack(table, now):
                    pass
            self._expire(now)

    def _packable(self, table: str, now: float) -> float | None:
        """Rows before this time are worth a file; None if none are."""
        closed = (now - LATE_S) // DAY_S * DAY_S
        (all_rows,) = self._one(f"SELECT count(*) FROM {table}")
        if all_rows > MOST_RECENT:
            return float("inf")
        query = f"SELECT count(*) FROM {table} WHERE happened_at < ?"
        (old,) = self._one(query, closed)
        return closed if old >= PACK_FROM else None

    def _pack(self, table: str, now: float) -> bool:
        """Move one file's worth of rows; False when there is none."""
        before = self._packable(table, now)
        if before is None:
            return False
        rows = fetched(
            self._db.execute(
                f"SELECT seq, {', '.join(TABLES[table])} FROM {table} WHERE happened_at < ? "
                "ORDER BY happened_at, seq LIMIT ?",
                (before, MOST_RECENT // 2),
            ),
            table,
        )
        last_at = rows["happened_at"][-1].as_py()
        name = f"{table}-{int(rows['happened_at'][0].as_py())}-{rows['seq'][0].as_py()}.parquet"
        self._write(name, rows)
        numbers = [(seq,) for seq in rows["seq"].to_pylist()]
        with self._db:
            self._db.execute(
                "INSERT INTO parts VALUES (?, ?, ?, ?, ?, NULL)",
                (name, table, rows["happened_at"][0].as_py(), last_at, len(rows)),
            )
            self._db.execute("CREATE TEMP TABLE IF NOT EXISTS moved (seq INTEGER PRIMARY KEY)")
            self._db.execute("DELETE FROM moved")
            self._db.executemany("INSERT INTO moved VALUES (?)", numbers)
            self._db.execute(
                f"INSERT OR IGNORE INTO seen SELECT {KEYS[table]}, {_arrived(table)} "
                f"FROM {table} WHERE seq IN (SELECT seq FROM moved) AND {_arrived(table)} > ?",
                (now - KEPT_S,),
            )
            self._db.execute(f"DELETE FROM {table} WHERE seq IN (SELECT seq FROM moved)")
        return True

    def _write(self, name: str, rows: Any) -> None:
        fresh = self._packed / f".{name}"
        pq.write_table(rows, fresh, compression="zstd")
        with fresh.open("rb") as file:
            os.fsync(file.fileno())
        fresh.replace(self._packed / name)
        sync_folder(self._packed)  # before its rows leave SQLite

    def _forget_people(self, now: float) -> None:
        """Delete their recent rows, and once write files that hold some of them anew."""
        with self._db:
            for table in TABLES:  # what came later than the wish, and tells of before it
                self._db.execute(f"DELETE FROM {table} WHERE {is_hidden(table, 'hidden')}")
            # What was spooled elsewhere may still arrive; after seven days nothing does.
            self._db.execute("DELETE FROM hidden WHERE done AND until < ?", (now - KEPT_S,))
        fresh = self._db.execute("SELECT kind, key, until FROM hidden WHERE NOT done").fetchall()
        if not fresh:
            return
        for name, table in self._db.execute(
            "SELECT name, rows_of FROM parts WHERE gone_at IS NULL AND first_at <= ?",
            (max(until for _, _, until in fresh),),
        ).fetchall():
            self._rewrite(name, table, fresh, now)
        with self._db:  # unless they were deleted once more meanwhile
            query = "UPDATE hidden SET done = 1 WHERE kind = ? AND key = ? AND until = ?"
            self._db.executemany(query, fresh)

    def _rewrite(self, name: str, table: str, hidden: list[Any], now: float) -> None:
        db = new_database(self._folder, 1, 1_024)
        try:
            db.register("hidden", hidden_table(hidden))
            whole = pq.read_table(self._packed / name)
            db.register("whole", whole)
            left: Any = db.sql(
                f"SELECT * FROM whole t WHERE NOT {is_hidden('t', 'hidden')} "
                "ORDER BY happened_at, seq"
            ).to_arrow_table()
        finally:
            db.close()
        if len(left) == len(whole):
            return
        with self._db:
            self._db.execute("UPDATE parts SET gone_at = ? WHERE name = ?", (now, name))
            if len(left):
                fresh = f"{table}-{int(left['happened_at'][0].as_py())}-{left['seq'][0].as_py()}"
                fresh += f"-{int(now)}.parquet"
                self._write(fresh, left)
                ends = left["happened_at"][0].as_py(), left["happened_at"][-1].as_py()
                self._db.execute(
                    "INSERT INTO parts VALUES (?, ?, ?, ?, ?, NULL)",
                    (fresh, table, *ends, len(left)),
                )

    def _expire(self, now: float) -> None:
        oldest = now - self._kept.days * DAY_S
        with self._db:
            self._db.execute("DELETE FROM seen WHERE at < ?", (now - KEPT_S,))
            for table in TABLES:
                self._db.execute(f"DELETE FROM {table} WHERE happened_at < ?", (oldest,))
            self._db.execute(
                "UPDATE parts SET gone_at = ? WHERE gone_at IS NULL AND last_at < ?", (now, oldest)
            )
        used = self._used()
        for name in self._parts():
            if used <= self._kept.bytes:
                break
            used -= (self._packed / name).stat().st_size
            log.warning("%s goes: over VITRINA_EVENTS_KEPT_BYTES", name)
            with self._db:
                self._db.execute("UPDATE parts SET gone_at = ? WHERE name = ?", (now, name))

    def _parts(self) -> list[str]:
        """Files in force, the oldest first."""
        query = "SELECT name FROM parts WHERE gone_at IS NULL ORDER BY last_at"
        return [name for (name,) in self._db.execute(query)]

    def _used(self) -> int:
        """Bytes; not of files that only wait for their readers."""
        files = (self._folder / FILE, *(self._packed / name for name in self._parts()))
        return sum(path.stat().st_size for path in files)

    def _remove_gone(self, now: float) -> None:
        """Files that no reader has any more, and those that a killed upkeep left."""
        with self._db:
            self._db.execute("DELETE FROM parts WHERE gone_at < ?", (now - GRACE_S,))
        named = {name for (name,) in self._db.execute("SELECT name FROM parts")}
        for path in (*self._packed.glob("*.parquet"), *self._packed.glob(".*.parquet")):
            if path.name not in named:
                path.unlink(missing_ok=True)

    def _one(self, query: str, *parameters: Any) -> Any:
        return self._db.execute(query, parameters).fetchone()


def _arrived(table: str) -> str:
    """When a row was taken: ids are known for seven days from then."""
    return "arrived" if table == "events" else "happened_at"


def main() -> None:
    """folder, days, bytes: one upkeep, in a process of its own, so that no search waits for it."""
    folder, days, most_bytes = sys.argv[1:]
    upkeep = Upkeep(Path(folder), Kept(float(days), int(most_bytes)))
    try:
        upkeep.run(time.time())
        expire_profiles(Path(folder), time.time())
    finally:
        upkeep.close()


if __name__ == "__main__":
    main()
