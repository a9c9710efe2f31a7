"""Stored impressions and events → a click log, by hand."""

import random
from collections.abc import Iterator
from typing import Any

import duckdb
import numpy as np
import pytest

from app.state.rows import EVENT_COLUMNS, IMPRESSION_COLUMNS
from ranking.learning.clicks.click_log import (
    CART,
    CLICK,
    LITTLE_KNOWN,
    NOTHING,
    PINNED,
    PLACED,
    PURCHASE,
    RANKED,
    RETURNED,
    ClickLog,
    log_of_pages,
)
from ranking.learning.clicks.logged_clicks import read_clicks

T = 1_795_000_000.0
_TYPES = {"TEXT": "VARCHAR", "REAL": "DOUBLE", "INTEGER": "BIGINT"}


@pytest.fixture
def db() -> Iterator[duckdb.DuckDBPyConnection]:
    made = duckdb.connect(":memory:")
    for table, columns in (("impressions", IMPRESSION_COLUMNS), ("events", EVENT_COLUMNS)):
        told = ", ".join(f"{name} {_TYPES[kind.split()[0]]}" for name, kind in columns.items())
        made.execute(f"CREATE TABLE {table} ({told})")
    yield made
    made.close()


def add(db: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> None:
    columns = IMPRESSION_COLUMNS if table == "impressions" else EVENT_COLUMNS
    numbers = {"page": 1, "page_size": 20, "sorted": 0, "bot": 0, "trusted": 1, "shop": "main"}
    for number, row in enumerate(rows):
        given = numbers | {"key": f"{table}{number}", "type": "click"} | row
        marks = ", ".join("?" * len(columns))
        values = [given.get(name) for name in columns]
        db.execute(f"INSERT INTO {table} VALUES ({marks})", values)  # noqa: S608 - of tests


def searched(query_id: str, at: float, *products: str, **told: Any) -> dict[str, Any]:
    listed = "[" + ",".join(f'"{each}"' for each in products) + "]"
    return {"query_id": query_id, "happened_at": at, "query": "lamp", "products": listed} | told


def plain(log: ClickLog) -> list[Any]:
    """Rows as (query, product, position, outcome)."""
    return [
        (log.query_texts[q], log.product_ids[p], position, outcome)
        for q, p, position, outcome in zip(
            log.row_queries.tolist(), log.products.tolist(), log.positions.tolist(),
            log.outcomes.tolist(), strict=True,
        )
    ]  # fmt: skip


def test_searches_their_rows_and_what_became_of_them(db: duckdb.DuckDBPyConnection) -> None:
    add(db, "impressions", [
        searched("q2", T + 9, "b", "a", query="LAMP ", user_key="u", model="m", policy="p",
                 profile="d1"),
        searched("q1", T, "a", "b", "c", session_key="s", profile="none",
                 marks='{"2": "pinned", "3": "new"}'),
        searched("q3", T + 20, "d", page=2, page_size=10, query="chair",
                 marks='{"11":"little_known"}'),
        searched("bot", T, "a", bot=1), searched("all", T, "a", query=""),
        searched("mail", T, "a", query="(personal)"), searched("sorted", T, "a", sorted=1),
        searched("else", T, "a", shop="elsewhere"), searched("empty", T),
    ])  # fmt: skip
    told = [("click", "q1", "a"), ("click", "q2", "b"), ("add_to_cart", "q2", "b"),
            ("purchase", "q2", "a"), ("click", "q1", "c"), ("purchase", "q1", "c"),
            ("return", "q1", "c")]  # fmt: skip
    add(db, "events", [
        {"type": kind, "query_id": query, "product": product, "happened_at": T + 30}
        for kind, query, product in told
    ])  # fmt: skip
    found = read_clicks(db, "main")
    assert plain(found.log) == [
        ("lamp", "a", 1, CLICK), ("lamp", "b", 2, NOTHING), ("lamp", "c", 3, RETURNED),
        ("lamp", "b", 1, CART), ("lamp", "a", 2, PURCHASE), ("chair", "d", 11, NOTHING),
    ]  # fmt: skip
    assert found.log.marks.tolist() == [RANKED, PINNED, PLACED, RANKED, RANKED, LITTLE_KNOWN]
    assert found.log.clicked.tolist() == [True, False, True, True, True, False]
    assert found.query_ids.to_pylist() == ["q1", "q2", "q3"]
    assert found.log.users.tolist() == [0, 1, -1]
    names = [found.log.ranker_names[place] for place in found.log.rankers.tolist()]
    assert names == [" ", "m p", " "]
    assert found.log.personal.tolist() == [False, True, False]


def test_duplicated_and_reordered_events_make_the_same_log(db: duckdb.DuckDBPyConnection) -> None:
    products = [f"p{number}" for number in range(6)]
    searches = [searched(f"q{n}", T + n, *products, user_key=f"u{n % 3}") for n in range(20)]
    events = [
        {"query_id": f"q{n}", "product": f"p{n % 6}", "happened_at": T + n + 40, "key": f"e{n}"}
        for n in range(20)
    ]
    add(db, "impressions", searches)
    add(db, "events", events)
    once = plain(read_clicks(db, "main").log)
    db.execute("DELETE FROM events; DELETE FROM impressions")
    again = [*events, *({**event, "key": f"again-{event['key']}"} for event in events)]
    chance = random.Random(3)
    chance.shuffle(again)
    chance.shuffle(searches)
    add(db, "impressions", searches)
    add(db, "events", again)
    assert plain(read_clicks(db, "main").log) == once
    assert sum(outcome == CLICK for *_, outcome in once) == 20


def test_an_empty_log(db: duckdb.DuckDBPyConnection) -> None:
    found = read_clicks(db, "main")
    assert (len(found.log), found.log.rows, found.unknown_products) == (0, 0, 0)
    assert found.log.take(np.empty(0, dtype=np.int64)).rows == 0


def test_taking_searches_keeps_their_rows() -> None:
    pages = np.array([[0, 1, 2], [3, -1, -1], [2, 1, -1]])
    clicked = np.array([[True, False, False], [True, False, False], [False, True, False]])
    log = log_of_pages(np.array([0, 1, 0]), pages, clicked, ("x", "y"), ("a", "b", "c", "d"))
    taken = log.take(np.array([2, 0]))
    assert taken.products.tolist() == [2, 1, 0, 1, 2]
    assert taken.positions.tolist() == [1, 2, 1, 2, 3]
    assert taken.clicked.tolist() == [False, True, True, False, False]
    assert taken.search_of.tolist() == [0, 0, 1, 1, 1]
    assert taken.pairs.tolist() == [2, 1, 0, 1, 2]
    assert log.where(log.queries == 1).products.tolist() == [3]
