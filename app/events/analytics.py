"""What searches and events add up to, over a window of time."""

import csv
import io
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow.parquet as pq

from app.state.tables import open_tables, rows_of
from ranking.learning.behaviour.views import make_made, make_views

LOW_CTR: Final = 0.05
LOW_CTR_FROM: Final = 10
"""Searches from which on a rate of clicks is told as low."""

_OF: Final = "WHERE shop = $shop"
_TOTALS: Final = f"""
SELECT count(*) FILTER (final) AS searches, count(*) FILTER (NOT final) AS not_final,
    count(*) FILTER (final AND total = 0) AS zero_results,
    count(DISTINCT session_key) AS sessions, count(DISTINCT user_key) AS users,
    count(*) FILTER (final AND bot > 0) AS by_bots
FROM searches {_OF}
"""
_EVENTS: Final = f"""
SELECT type, count(*), count(*) FILTER (bot > 0), count(*) FILTER (NOT trusted)
FROM events {_OF} GROUP BY type ORDER BY type
"""
_MONEY: Final = f"""
SELECT coalesce(sum(value) FILTER (type = 'purchase'), 0),
    coalesce(sum(value) FILTER (type IN ('return', 'cancel')), 0),
    coalesce(sum(CASE type WHEN 'purchase' THEN value WHEN 'add_to_cart' THEN 0 ELSE -value END)
        FILTER (query_id IS NOT NULL), 0)
FROM outcomes {_OF}
"""
_LATENCY: Final = f"""
SELECT count(*), round(quantile_cont(took_ms, 0.5), 2), round(quantile_cont(took_ms, 0.95), 2),
    round(quantile_cont(took_ms, 0.99), 2), round(avg(cached), 4), round(avg(degraded), 4)
FROM searches {_OF}
"""
_RATES: Final = """
count(*) AS searches, round(avg(clicked::INT), 4) AS ctr,
round(avg(coalesce(carted, false)::INT), 4) AS add_to_cart_rate,
round(avg(coalesce(bought, false)::INT), 4) AS conversion_rate,
round(sum(revenue), 2) AS revenue
"""
DONE: Final = """
LEFT JOIN clicks_made c ON c.query_id = s.query_id AND c.product = s.product
LEFT JOIN (
    SELECT query_id, product, count(*) FILTER (type = 'add_to_cart') AS carts,
        count(*) FILTER (type = 'purchase') AS bought
    FROM outcomes WHERE query_id IS NOT NULL GROUP BY ALL
) o ON o.query_id = s.query_id AND o.product = s.product
"""
"""Joined to products s of searches: their clicks c, what was carted and bought of them o."""
DONE_RATES: Final = """
round(count(c.query_id) / count(*), 4) AS ctr, sum(coalesce(o.carts, 0))::BIGINT AS add_to_cart,
sum(coalesce(o.bought, 0))::BIGINT AS purchases
"""
TABLES: Final = {
    "top_queries": f"SELECT query, {_RATES} FROM made WHERE query <> '' GROUP BY query "
    "ORDER BY searches DESC, query LIMIT $limit",
    "zero_result_queries": "SELECT query, count(*) AS searches FROM made "
    "WHERE total = 0 AND query <> '' GROUP BY query ORDER BY searches DESC, query LIMIT $limit",
    "low_ctr_queries": f"SELECT query, {_RATES} FROM made WHERE total > 0 AND query <> '' "
    f"GROUP BY query HAVING count(*) >= {LOW_CTR_FROM} AND avg(clicked::INT) < {LOW_CTR} "
    "ORDER BY searches DESC, query LIMIT $limit",
    "by_position": f"""
        SELECT s.position, count(*) AS shown, count(c.query_id) AS clicks,
            {DONE_RATES}
        FROM shown s
        {DONE}
        WHERE s.shop = $shop AND NOT s.bot
        GROUP BY s.position ORDER BY s.position LIMIT $limit""",
    "by_model": f"SELECT model, policy, {_RATES} FROM made GROUP BY model, policy "
    "ORDER BY searches DESC, model, policy LIMIT $limit",
    "by_channel": f"""
        WITH found AS (
            SELECT query_id, product, unnest(string_split(channels, '+')) AS channel,
                channels NOT LIKE '%+%' AS alone
            FROM (
                SELECT query_id, unnest(from_json(products, '["VARCHAR"]')) AS product,
                    unnest(from_json(channels, '["VARCHAR"]')) AS channels
                FROM searches
                WHERE shop = $shop AND final AND NOT sorted AND NOT bot AND channels IS NOT NULL
            ) WHERE channels <> ''
        )
        SELECT s.channel, count(*) AS shown, count(*) FILTER (alone) AS shown_by_it_alone,
            count(c.query_id) AS clicks, count(c.query_id) FILTER (alone) AS clicks_by_it_alone,
            {DONE_RATES}
        FROM found s
        {DONE}
        GROUP BY s.channel ORDER BY shown DESC, s.channel LIMIT $limit""",
    "by_mark": f"""
        SELECT s.mark, count(*) AS shown, count(c.query_id) AS clicks,
            {DONE_RATES}
        FROM (
            SELECT *, coalesce(
                json_extract_string(marks, concat('$."', position, '"')), 'ranked') AS mark
            FROM shown WHERE shop = $shop AND NOT bot
        ) s
        {DONE}
        GROUP BY s.mark ORDER BY shown DESC, s.mark LIMIT $limit""",
    "by_variant": f"""
        SELECT experiment, CASE WHEN variant LIKE '[%' THEN 'interleaved' ELSE variant END
            AS variant, {_RATES}
        FROM (
            SELECT *, json_extract_string(exposures, '$."' || experiment || '"') AS variant
            FROM (SELECT *, unnest(json_keys(exposures)) AS experiment FROM made
                WHERE exposures IS NOT NULL)
        ) GROUP BY ALL ORDER BY experiment, variant LIMIT $limit""",
    "by_latency": """
        SELECT model, policy, cached > 0 AS cached, count(*) AS answers,
            round(quantile_cont(took_ms, 0.5), 2) AS p50,
            round(quantile_cont(took_ms, 0.95), 2) AS p95,
            round(quantile_cont(took_ms, 0.99), 2) AS p99
        FROM searches WHERE shop = $shop GROUP BY ALL
        ORDER BY answers DESC, model, policy, cached LIMIT $limit""",
    "by_day": "SELECT strftime(to_timestamp(happened_at) AT TIME ZONE 'UTC', '%Y-%m-%d') AS day, "
    f"{_RATES} FROM made GROUP BY day ORDER BY day DESC LIMIT $limit",
}
"""Name of each table of the answer → the query that makes it. Bots are in none of them."""


def analyse(folder: Path, shop: str, begin: float, end: float, limit: int) -> dict[str, Any]:
    """All of it. Totals (`searches`, `events`) have bots in them, `bots` says how many; rates and
    tables have not. limit: rows of a table. Raises StateError.
    """
    with open_tables(folder, begin, end) as db:
        make_views(db)
        of = {"shop": shop}
        make_made(db, shop)
        searches, not_final, zero, sessions, users, by_bots = _row(db, _TOTALS, of)
        events = db.execute(_EVENTS, of).fetchall()
        bought, returned, attributed = _row(db, _MONEY, of)
        count, p50, p95, p99, cached, degraded = _row(db, _LATENCY, of)
        ctr, carts, conversion = _row(
            db,
            "SELECT round(avg(clicked::INT), 4), round(avg(coalesce(carted, false)::INT), 4), "
            "round(avg(coalesce(bought, false)::INT), 4) FROM made",
        )
        return {
            "searches": searches,
            "not_final": not_final,
            "zero_results": zero,
            "sessions": sessions,
            "users": users,
            "events": {kind: number for kind, number, _, _ in events},
            "bots": {
                "searches": by_bots,
                "events": {kind: number for kind, _, number, _ in events if number},
            },
            "ctr": ctr,
            "add_to_cart_rate": carts,
            "conversion_rate": conversion,
            "revenue": {
                "bought": round(bought, 2),
                "returned": round(returned, 2),
                "from_searches": round(attributed, 2),
            },
            "latency_ms": {
                "answers": count, "p50": p50, "p95": p95, "p99": p99,
                "cached_share": cached, "degraded_share": degraded,
            },
        } | {name: _table(db, name, shop, limit) for name in TABLES}  # fmt: skip


def table_as_csv(folder: Path, shop: str, begin: float, end: float, limit: int, name: str) -> bytes:
    """One of TABLES, with a header. Raises StateError."""
    with open_tables(folder, begin, end) as db:
        make_views(db)
        make_made(db, shop)
        rows = _table(db, name, shop, limit)
        names = [column[0] for column in db.description or ()]
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(names)
    writer.writerows([_plain(row[each]) for each in names] for row in rows)
    return file.getvalue().encode()


def table_as_parquet(
    folder: Path, shop: str, begin: float, end: float, limit: int, name: str
) -> bytes:
    """One of TABLES, for notebooks. Raises StateError."""
    file = io.BytesIO()
    with open_tables(folder, begin, end) as db:
        make_views(db)
        make_made(db, shop)
        query, given = _asked(name, shop, limit)
        table = db.sql(query, params=given).to_arrow_table()
    pq.write_table(table, file, compression="zstd")
    return file.getvalue()


def _plain(value: Any) -> Any:
    """What a spreadsheet would run as a formula is text."""
    risky = isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}
    return f"'{value}" if risky else value


def _row(db: duckdb.DuckDBPyConnection, query: str, given: dict[str, Any] | None = None) -> Any:
    return db.execute(query, given or {}).fetchone()


def _asked(name: str, shop: str, limit: int) -> tuple[str, dict[str, Any]]:
    query = TABLES[name]
    return query, {"limit": limit} | ({"shop": shop} if "$shop" in query else {})


def _table(db: duckdb.DuckDBPyConnection, name: str, shop: str, limit: int) -> list[dict[str, Any]]:
    return rows_of(db.execute(*_asked(name, shop, limit)))
