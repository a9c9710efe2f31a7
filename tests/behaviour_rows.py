"""Events and impressions as `vitrina learn` reads them, for tests without a service."""

from typing import Any

import duckdb

from app.state.rows import EVENT_COLUMNS, IMPRESSION_COLUMNS
from ranking.learning.behaviour.views import make_views

DAY = 86_400.0
T = 1_795_000_000.0
_TYPES = {"TEXT": "VARCHAR", "REAL": "DOUBLE", "INTEGER": "BIGINT"}


def database(searches: list[dict[str, Any]], events: list[dict[str, Any]]) -> Any:
    db = duckdb.connect(":memory:")
    numbers = {"page": 1, "page_size": 20, "sorted": 0, "bot": 0, "trusted": 1}
    for table, columns, rows in (
        ("impressions", IMPRESSION_COLUMNS, searches),
        ("events", EVENT_COLUMNS, events),
    ):
        told = ", ".join(f"{name} {_TYPES[kind.split()[0]]}" for name, kind in columns.items())
        db.execute(f"CREATE TABLE {table} ({told})")
        for number, row in enumerate(rows):
            given = numbers | {"shop": "main", "key": f"e{number}", "type": "click"} | row
            values = [given.get(name) for name in columns]
            marks = ", ".join("?" * len(values))
            db.execute(f"INSERT INTO {table} VALUES ({marks})", values)  # noqa: S608 - of tests
    make_views(db)
    return db


def searched(query_id: str, at: float, *products: str, **told: Any) -> dict[str, Any]:
    listed = "[" + ",".join(f'"{each}"' for each in products) + "]"
    return {"query_id": query_id, "happened_at": at, "query": "lamp", "products": listed} | told
