"""How long `vitrina learn` takes, and in how much memory, over events that are made up here.

    python -m benchmarks.learn_events DATA [--events 10000000]

DATA: a folder that holds the index `main`. A tenth as many searches are written, ten products
each; then views, clicks, carts and purchases, by 200,000 people over 60 days. Products and people
are asked for as often as their rank to the power of −0.8, so that some have very many.
"""

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import pyarrow as pa

from app.state.archive import FILE as ARCHIVE
from app.state.archive import Archive, connect
from app.state.rows import EVENT_COLUMNS, IMPRESSION_COLUMNS
from app.state.tables import PACKED
from benchmarks.large_shop import make
from indexing.current import read_current
from indexing.snapshot import open_snapshot

PEOPLE, DAYS, QUERIES, A_FILE = 200_000, 60, 50_000, 1_000_000
_RANDOM = "(hash({salt} + i * 7919) % 1000003) / 1000003.0"


def rank(salt: int, count: int) -> str:
    """SQL: a number below count, the smaller the more often: u^5 has density like rank^−0.8."""
    return f"cast(floor(pow({_RANDOM.format(salt=salt)}, 5) * {count}) as int)"


def events_sql(products: int, begin: int, count: int, now: float) -> str:
    made = {
        "seq": "i + 1",
        "key": "printf('%032x', i)",
        "happened_at": f"{now} - {_RANDOM.format(salt=1)} * {DAYS} * 86400",
        "arrived": f"{now}",
        "type": f"CASE WHEN {_RANDOM.format(salt=2)} < .7 THEN 'view' WHEN "
        f"{_RANDOM.format(salt=2)} < .9 THEN 'click' WHEN {_RANDOM.format(salt=2)} < .96 "
        "THEN 'add_to_cart' ELSE 'purchase' END",
        "shop": "'main'",
        "query_id": f"CASE WHEN {_RANDOM.format(salt=2)} BETWEEN .7 AND .9 THEN "
        f"printf('q%d', i % {max(count // 10, 1)}) END",
        "product": f"list_extract(getvariable('ids'), 1 + {rank(3, products)})",
        "position": "CAST(NULL AS BIGINT)",
        "user_key": f"printf('%032x', {rank(4, PEOPLE)})",
        "session_key": f"printf('%032x', 1000000 + {rank(4, PEOPLE)})",
        "region": f"'region ' || {rank(5, 50)}",
        "value": "20.0",
        "quantity": "CAST(1 AS BIGINT)",
        "query": "CAST(NULL AS VARCHAR)",
        "suggestion": "CAST(NULL AS VARCHAR)",
        "trusted": "CAST(1 AS BIGINT)",
        "bot": "CAST(0 AS BIGINT)",
    }
    columns = ", ".join(f"{made[name]} AS {name}" for name in ("seq", *EVENT_COLUMNS))
    rows = f"range({begin}, {begin + count}) t(i)"
    return f"SELECT {columns} FROM {rows} ORDER BY happened_at"  # noqa: S608 - of ours


def searches_sql(products: int, begin: int, count: int, now: float) -> str:
    shown = ", ".join(
        f"list_extract(getvariable('ids'), 1 + {rank(10 + place, products)})" for place in range(10)
    )
    numbers = {"page": 1, "page_size": 10, "total": 100, "took_ms": 5}
    made = {
        "seq": "i + 1",
        "query_id": "printf('q%d', i)",
        "happened_at": f"{now} - {_RANDOM.format(salt=6)} * {DAYS} * 86400",
        "shop": "'main'",
        "query": f"'query number ' || {rank(7, QUERIES)}",
        "user_key": f"printf('%032x', {rank(8, PEOPLE)})",
        "session_key": f"printf('%032x', 1000000 + {rank(8, PEOPLE)})",
        "region": f"'region ' || {rank(9, 50)}",
        "products": f"to_json([{shown}])::VARCHAR",
    }
    for name, kind in IMPRESSION_COLUMNS.items():
        if name not in made:
            type_ = {"TEXT": "VARCHAR", "REAL": "DOUBLE"}.get(kind.split()[0], "BIGINT")
            told = numbers.get(name, 0) if "NOT NULL" in kind else "NULL"
            made[name] = f"CAST({told} AS {type_})"
    columns = ", ".join(f"{made[name]} AS {name}" for name in ("seq", *IMPRESSION_COLUMNS))
    rows = f"range({begin}, {begin + count}) t(i)"
    return f"SELECT {columns} FROM {rows} ORDER BY happened_at"  # noqa: S608 - of ours


def write_archive(state: Path, ids: list[str], events: int, now: float) -> None:
    state.mkdir(parents=True)
    Archive(state, sync=False).close()
    (state / PACKED).mkdir()
    db = duckdb.connect()
    db.register("names", pa.table({"id": ids}))
    db.execute("SET VARIABLE ids = (SELECT list(id) FROM names)")
    archive = connect(state / ARCHIVE)
    for table, sql, rows in (
        ("events", events_sql, events),
        ("impressions", searches_sql, events // 10),
    ):
        for begin in range(0, rows, A_FILE):
            count = min(A_FILE, rows - begin)
            name = f"{table}-{begin}.parquet"
            made = sql(len(ids), begin, count, now)
            db.execute(f"COPY ({made}) TO '{state / PACKED / name}' (FORMAT parquet)")
            with archive:
                archive.execute(
                    "INSERT INTO parts VALUES (?, ?, ?, ?, ?, NULL)",
                    (name, table, now - DAYS * 86_400, now, count),
                )
    archive.close()
    db.close()


PRODUCTS = 20_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="?", help="with the index main; else one is made")
    parser.add_argument("--events", type=int, default=10_000_000)
    asked = parser.parse_args()
    if asked.data is not None:
        measure(asked.data, asked.events)
        return
    with tempfile.TemporaryDirectory() as made:
        make(Path(made), PRODUCTS)
        measure(Path(made) / "var", asked.events)


def measure(data: Path, events: int) -> None:
    current = read_current(data / "main")
    assert current is not None
    snapshot = open_snapshot(data / "main" / "snapshots" / current.snapshot)
    documents = snapshot.documents
    ids = [documents.id_at(doc) for doc in range(len(documents))]
    state = data / "made_up_state"
    shutil.rmtree(state, ignore_errors=True)
    begun = time.perf_counter()
    write_archive(state, ids, events, time.time())
    made_s, begun = time.perf_counter() - begun, time.perf_counter()
    command = [sys.executable, "-m", "app.cli", "learn", "--data", str(data)]
    done = subprocess.run(
        [*command, "--state", str(state)], capture_output=True, text=True, check=True
    )
    told = {
        "events": events,
        "searches": events // 10,
        "products": len(ids),
        "made_s": round(made_s, 1),
        "learn_s": round(time.perf_counter() - begun, 1),
        "peak_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1_024,
        "told": done.stderr.strip(),
    }
    print(json.dumps(told, indent=1))
    shutil.rmtree(state)


if __name__ == "__main__":
    main()
