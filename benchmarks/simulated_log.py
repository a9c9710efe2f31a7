"""The log that a service would have of simulated visits, as tables of DuckDB."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import orjson
import pyarrow as pa

from app.state.tables import arrow_schema, new_database
from ranking.learning.clicks.click_log import CART, CLICK, PURCHASE
from ranking.simulation.shoppers import Crowd
from ranking.simulation.visits import Visits
from ranking.simulation.world import REGIONS, Truth

SHOP = "main"
DAY_S = 86_400.0


@contextmanager
def log_tables(
    visits: Visits,
    truth: Truth,
    crowd: Crowd,
    begin: float,
    facts: str | pa.Array | None = None,
    profile: str | None = None,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """`events` and `impressions`; begin: seconds since the epoch at the start of day 0.

    facts, profile: which the pages were ranked with; all alike, or facts of each.
    """
    with tempfile.TemporaryDirectory() as folder:
        db = new_database(Path(folder), 2, 4_096)
        try:
            db.register("impressions", _impressions(visits, truth, crowd, begin, facts, profile))
            db.register("events", _events(visits, truth, crowd, begin))
            yield db
        finally:
            db.close()


def _impressions(
    visits: Visits,
    truth: Truth,
    crowd: Crowd,
    begin: float,
    facts: str | pa.Array | None,
    profile: str | None,
) -> pa.Table:
    searches, ids = visits.searches, truth.world.goods.ids
    distinct, which = np.unique(visits.pages, axis=0, return_inverse=True)
    pages = [orjson.dumps([ids[p] for p in page if p >= 0]).decode() for page in distinct.tolist()]
    return table(
        "impressions",
        len(searches),
        query_id=_names("q", np.arange(len(searches))),
        happened_at=begin + searches.days * DAY_S,
        query=pa.array(truth.world.texts).take(pa.array(searches.intents)),
        user_key=_names("u", searches.users),
        session_key=_names("s", searches.users * 100_000 + (searches.days * 24).astype(np.int64)),
        region=_regions(crowd, searches.users),
        page=1,
        page_size=visits.pages.shape[1],
        products=pa.array(pages).take(pa.array(which.ravel())),
        facts=facts,
        profile=profile,
    )


def _events(visits: Visits, truth: Truth, crowd: Crowd, begin: float) -> pa.Table:
    searches, goods, parts = visits.searches, truth.world.goods, []
    for kind, least, after in (("click", CLICK, 8), ("add_to_cart", CART, 40),
                               ("purchase", PURCHASE, 150)):  # fmt: skip
        rows, places = np.nonzero(visits.outcomes >= least)
        products, users = visits.pages[rows, places], searches.users[rows]
        when = begin + searches.days[rows] * DAY_S + after
        parts.append(table(
            "events", len(rows),
            key=_names(f"{kind}-", rows * 1_000 + places), happened_at=when, arrived=when,
            type=kind, query_id=_names("q", rows),
            product=pa.array(goods.ids).take(pa.array(products)), position=places + 1,
            user_key=_names("u", users),
            session_key=_names("s", users * 100_000 + (searches.days[rows] * 24).astype(np.int64)),
            region=_regions(crowd, users), value=goods.prices[products], quantity=1, trusted=1,
        ))  # fmt: skip
    return pa.concat_tables(parts)


def table(name: str, rows: int, **given: Any) -> pa.Table:
    """Columns that are not given are 0, or nothing where they are text or that is allowed."""
    schema, columns = arrow_schema(name), []
    zero = {"shop": SHOP, "model": "cold", "policy": "default"}
    for field in schema:
        value = given.get(field.name, zero.get(field.name))
        if value is None:
            value = None if pa.types.is_string(field.type) else 0
        if isinstance(value, int | float | str) or value is None:
            columns.append(pa.repeat(pa.scalar(value, field.type), rows))
        else:
            columns.append(pa.array(value).cast(field.type))
    return pa.Table.from_arrays(columns, schema=schema)


def _names(prefix: str, numbers: Any) -> pa.Array:
    distinct, which = np.unique(numbers, return_inverse=True)
    return pa.array([f"{prefix}{number}" for number in distinct.tolist()]).take(pa.array(which))


def _regions(crowd: Crowd, users: Any) -> pa.Array:
    return pa.array(REGIONS).take(pa.array(crowd.classes[users] % len(REGIONS)))
