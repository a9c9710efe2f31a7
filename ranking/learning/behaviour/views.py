"""What happened, as views over the tables `events` and `impressions` of a DuckDB connection.

Everything that counts behaviour reads these: analytics, facts, judgments. Attribution is decided
here, when it is read, so that late and reordered events change nothing but the next result.
"""

from typing import Final

import duckdb

FINAL_S: Final = 3
"""A longer text of the same session within so many seconds: the shopper was still typing."""
QUERY_DAYS: Final = 30

_SEARCHES: Final = f"""
CREATE OR REPLACE TEMP VIEW searches AS
SELECT * EXCLUDE (next_query, next_at),
    NOT (
        session_key IS NOT NULL AND query <> '' AND next_at - happened_at <= {FINAL_S}
        AND length(next_query) > length(query)
        AND starts_with(lower(next_query), lower(query))
    ) IS TRUE AS final
FROM (
    SELECT *, lead(query) OVER session AS next_query, lead(happened_at) OVER session AS next_at
    FROM impressions
    WINDOW session AS (PARTITION BY shop, session_key ORDER BY happened_at, query_id)
)
"""
_SHOWN: Final = """
CREATE OR REPLACE TEMP VIEW shown AS
SELECT query_id, happened_at, shop, query, session_key, user_key, region, model, policy, facts,
    profile, marks, bot,
    unnest(products) AS product,
    (page - 1) * page_size + generate_subscripts(products, 1) AS position
FROM (
    SELECT * REPLACE (from_json(products, '["VARCHAR"]') AS products)
    FROM searches WHERE final AND NOT sorted
)
"""
_CLICKS: Final = f"""
CREATE OR REPLACE TEMP VIEW clicks AS
SELECT e.key, e.happened_at, e.shop, e.product, e.user_key, e.session_key, e.bot, s.query_id,
    s.query, s.position, s.happened_at AS searched_at
FROM events e
JOIN shown s ON e.query_id = s.query_id AND e.product = s.product AND e.shop = s.shop
WHERE e.type IN ('click', 'view') AND NOT e.bot
    AND e.happened_at - s.happened_at <= {QUERY_DAYS} * 86400
"""
_DIRECT: Final = f"""
CREATE OR REPLACE TEMP TABLE direct AS
SELECT e.key, s.query_id, s.query, s.position
FROM events e
JOIN shown s ON e.query_id = s.query_id AND e.product = s.product AND e.shop = s.shop
WHERE e.type IN ('add_to_cart', 'purchase', 'return', 'cancel')
    AND e.happened_at - s.happened_at <= {QUERY_DAYS} * 86400
"""
_UNTOLD: Final = """
CREATE OR REPLACE TEMP TABLE untold AS
SELECT key, happened_at, type, shop, product, user_key, session_key,
    CASE WHEN type = 'purchase' THEN 7 WHEN type IN ('return', 'cancel') THEN 30 ELSE 1 END * 86400
        AS within_s
FROM events
WHERE type IN ('add_to_cart', 'purchase', 'return', 'cancel') AND NOT bot
    AND key NOT IN (SELECT key FROM direct)
"""
_TOUCHED: Final = """
CREATE OR REPLACE TEMP TABLE touched AS
SELECT DISTINCT ON (key) key, query_id, query, position FROM (
    SELECT e.key, c.query_id, c.query, c.position, 1 AS rank
    FROM untold e ASOF JOIN clicks_made c
        ON e.shop = c.shop AND e.product = c.product AND e.session_key = c.session_key
        AND e.happened_at >= c.happened_at
    WHERE e.happened_at - c.happened_at <= e.within_s
    UNION ALL
    SELECT e.key, c.query_id, c.query, c.position, 2 AS rank
    FROM untold e ASOF JOIN clicks_made c
        ON e.shop = c.shop AND e.product = c.product AND e.user_key = c.user_key
        AND e.happened_at >= c.happened_at
    WHERE e.happened_at - c.happened_at <= e.within_s
)
ORDER BY key, rank
"""
_OUTCOMES: Final = """
CREATE OR REPLACE TEMP TABLE outcomes AS
SELECT e.key, e.happened_at, e.type, e.shop, e.product, e.user_key, e.session_key, e.region,
    coalesce(e.value, 0) AS value, coalesce(e.quantity, 1) AS quantity,
    coalesce(d.query_id, t.query_id) AS query_id, coalesce(d.query, t.query) AS query,
    coalesce(d.position, t.position) AS position
FROM events e
LEFT JOIN direct d ON d.key = e.key
LEFT JOIN touched t ON t.key = e.key
WHERE e.type IN ('add_to_cart', 'purchase', 'return', 'cancel') AND NOT e.bot
    AND (e.type = 'add_to_cart' OR e.trusted)
"""

_MADE: Final = """
CREATE OR REPLACE TEMP TABLE made AS
SELECT s.query_id, lower(s.query) AS query, s.model, s.policy, s.total, s.happened_at,
    s.session_key, s.user_key, s.exposures,
    c.query_id IS NOT NULL AS clicked, a.carts > 0 AS carted, a.bought > 0 AS bought,
    coalesce(a.revenue, 0) AS revenue
FROM searches s
LEFT JOIN (SELECT DISTINCT query_id FROM clicks_made) c ON c.query_id = s.query_id
LEFT JOIN (
    SELECT query_id, count(*) FILTER (type = 'add_to_cart') AS carts,
        count(*) FILTER (type = 'purchase') AS bought,
        sum(CASE type WHEN 'purchase' THEN value WHEN 'add_to_cart' THEN 0 ELSE -value END)
            AS revenue
    FROM outcomes GROUP BY query_id
) a ON a.query_id = s.query_id
WHERE s.shop = $shop AND s.final AND NOT s.bot
"""


def make_views(db: duckdb.DuckDBPyConnection) -> None:
    """`searches`: impressions, and whether they are final. `shown`: a row each product and place of
    ranked final ones. `clicks_made`: clicks on what our search showed there, the first of each
    product and search. `outcomes`: carts, purchases, returns that count, with the search that they
    are attributed to, or NULL: by query_id, else the session's last click on the product, else
    the user's.

    db has `events` and `impressions`, columns as app/state/rows.py lists them, types as there.
    """
    for made in (_SEARCHES, _SHOWN, _CLICKS):
        db.execute(made)
    db.execute(
        "CREATE OR REPLACE TEMP TABLE clicks_made AS "
        "SELECT DISTINCT ON (query_id, product) * FROM clicks "
        "ORDER BY query_id, product, happened_at, key"
    )
    for made in (_DIRECT, _UNTOLD, _TOUCHED, _OUTCOMES):
        db.execute(made)


def make_made(db: duckdb.DuckDBPyConnection, shop: str) -> None:
    """`made`: what became of each final search of this index that no bot made. After the views."""
    db.execute(_MADE, {"shop": shop})
