"""How often new products were shown on a budget, and clicked: counters beside the archive.

Folded once a period by the process that sweeps, from what was archived since: so all workers of the
machine see the same until the next, and with a Redis what other machines told is in it. Best
effort: what arrives late is counted in the next period.
"""

import math
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any, Final

import orjson

from app.state.archive import FILE, connect, read, told
from ranking.traffic.exposure import DAY_S, EXPLORED, Counted, Exposure

CLICKED_WITHIN_S: Final = 2 * DAY_S
SKEW_S: Final = 300.0
"""Between the clocks of machines and shoppers."""
FORGOTTEN_DAYS: Final = 400
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS exposure (shop TEXT NOT NULL, product TEXT NOT NULL,
    day INTEGER NOT NULL, today INTEGER NOT NULL, shown INTEGER NOT NULL, clicks INTEGER NOT NULL,
    PRIMARY KEY (shop, product)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS explored (query_id TEXT NOT NULL, product TEXT NOT NULL,
    shop TEXT NOT NULL, at REAL NOT NULL, clicked INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (query_id, product)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS folded (one INTEGER PRIMARY KEY CHECK (one = 1), at REAL NOT NULL,
    impressions INTEGER NOT NULL, events INTEGER NOT NULL);
"""
_SHOWN: Final = """
INSERT INTO exposure VALUES (?1, ?2, ?3, ?4, ?4, 0) ON CONFLICT (shop, product) DO UPDATE SET
    today = CASE WHEN excluded.day > day THEN excluded.today
        WHEN excluded.day = day THEN today + excluded.today ELSE today END,
    day = max(day, excluded.day), shown = shown + excluded.shown
"""
_CLICKED: Final = (
    "UPDATE explored SET clicked = 1 WHERE query_id = ? AND product = ? AND NOT clicked"
)
_READ: Final = """
SELECT product, CASE WHEN day = ? THEN today ELSE 0 END, shown, clicks
FROM exposure WHERE shop = ? ORDER BY product
"""
_OF_PRODUCT: Final = "UPDATE exposure SET clicks = clicks + 1 WHERE shop = ? AND product = ?"


def fold_exposure(folder: Path, now: float, period_s: float) -> bool:
    """Count what was archived since the last period; False if that is not over. Raises StateError.

    Only for the process that sweeps.
    """
    with told(folder):
        db = connect(folder / FILE)
        try:
            at = now // period_s * period_s
            db.executescript(_SCHEMA)
            row = db.execute("SELECT at, impressions, events FROM folded").fetchone()
            if row is not None and row[0] == at:
                return False
            _, impressions, events = row or (at, 0, 0)
            with db:
                impressions, since = _count_shown(db, impressions)
                events = _count_clicks(db, events, since)
                db.execute(
                    "INSERT OR REPLACE INTO folded VALUES (1, ?, ?, ?)", (at, impressions, events)
                )
                db.execute("DELETE FROM explored WHERE at < ?", (now - CLICKED_WITHIN_S,))
                oldest = int(now // DAY_S) - FORGOTTEN_DAYS
                db.execute("DELETE FROM exposure WHERE day < ?", (oldest,))
            return True
        finally:
            db.close()


def last_fold(folder: Path) -> float | None:
    """Beginning of the period that was folded last; None if none was. Raises StateError."""
    with told(folder):
        if not (folder / FILE).exists():
            return None
        db = connect(folder / FILE)
        try:
            made = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'folded'").fetchone()
            row = db.execute("SELECT at FROM folded").fetchone() if made else None
            return None if row is None else float(row[0])
        finally:
            db.close()


def read_exposure(folder: Path, shop: str, at: float) -> Exposure:
    """at: beginning of the period. Raises StateError."""
    rows = read(folder, _READ, (int(at // DAY_S), shop))
    return Exposure.of(at, [Counted(*row) for row in rows])


def _count_shown(db: sqlite3.Connection, after: int) -> tuple[int, float]:
    """Of impressions behind this number; the number of the last, and when the first happened."""
    last, since = _last(db, "impressions", after), math.inf
    counts: Counter[tuple[str, str, int]] = Counter()
    for query_id, shop, at, page, size, products, marks in db.execute(
        "SELECT query_id, shop, happened_at, page, page_size, products, marks FROM impressions "
        "WHERE seq > ? AND seq <= ? AND marks IS NOT NULL AND NOT bot",
        (after, last),
    ).fetchall():
        for product in _explored(products, marks, (page - 1) * size):
            added = db.execute(
                "INSERT OR IGNORE INTO explored (query_id, product, shop, at) VALUES (?, ?, ?, ?)",
                (query_id, product, shop, at),
            )
            counts[shop, product, int(at // DAY_S)] += added.rowcount
            since = min(since, at)
    db.executemany(_SHOWN, [(*key, count) for key, count in sorted(counts.items())])
    return last, since


def _count_clicks(db: sqlite3.Connection, after: int, since: float) -> int:
    """One a product and search: of clicks behind this number, and of those before it that this
    machine heard of before the search they came from, which another answered.
    """
    last = _last(db, "events", after)
    for shop, query_id, product in db.execute(
        "SELECT shop, query_id, product FROM events WHERE seq <= ? AND (seq > ? OR "
        "happened_at >= ?) AND type IN ('click', 'view') AND query_id IS NOT NULL AND NOT bot",
        (last, after, since - SKEW_S),
    ).fetchall():
        if db.execute(_CLICKED, (query_id, product)).rowcount:
            db.execute(_OF_PRODUCT, (shop, product))
    return last


def _explored(products: str, marks: str, before: int) -> list[str]:
    """before: places on the pages before this one."""
    ids: list[Any] = orjson.loads(products)
    kinds: dict[str, Any] = orjson.loads(marks)
    places = [int(place) - before - 1 for place, kind in kinds.items() if kind == EXPLORED]
    return [str(ids[place]) for place in places if 0 <= place < len(ids)]


def _last(db: sqlite3.Connection, table: str, after: int) -> int:
    """The newest rows may have been packed meanwhile."""
    (last,) = db.execute(f"SELECT coalesce(max(seq), 0) FROM {table}").fetchone()
    return max(int(last), after)
