"""What one query showed over a window of time, and what became of it."""

from pathlib import Path
from typing import Any, Final

from app.events.analytics import DONE, DONE_RATES
from app.state.tables import open_tables, rows_of
from ranking.learning.behaviour.views import make_made, make_views

_SUMS: Final = """
SELECT count(*) AS searches, count(*) FILTER (total = 0) AS zero_results,
    round(avg(clicked::INT), 4) AS ctr,
    round(avg(coalesce(carted, false)::INT), 4) AS add_to_cart_rate,
    round(avg(coalesce(bought, false)::INT), 4) AS conversion_rate,
    round(coalesce(sum(revenue), 0), 2) AS revenue
FROM made WHERE query = $query
"""
_PRODUCTS: Final = f"""
SELECT s.product AS product_id, count(*) AS shown, round(avg(s.position), 1) AS position,
    count(c.query_id) AS clicks, {DONE_RATES}
FROM shown s
JOIN made m ON m.query_id = s.query_id AND m.query = $query
{DONE}
GROUP BY s.product ORDER BY shown DESC, position, product_id LIMIT $limit
"""  # noqa: S608 - names that stand in the code
_LATEST: Final = """
SELECT query_id, happened_at AS at, total, model, policy, clicked
FROM made WHERE query = $query ORDER BY happened_at DESC, query_id LIMIT $limit
"""


def report_of_query(
    folder: Path, shop: str, begin: float, end: float, query: str, limit: int
) -> dict[str, Any]:
    """Sums, products by how often they were shown, and the last searches; at most `limit` rows of
    each. query: folded as the tables of analytics have it. Bots are left out. Raises StateError.
    """
    with open_tables(folder, begin, end) as db:
        make_views(db)
        make_made(db, shop)
        told: dict[str, Any] = rows_of(db.execute(_SUMS, {"query": query}))[0]
        given = {"query": query, "limit": limit}
        told["products"] = rows_of(db.execute(_PRODUCTS, given))
        told["latest"] = rows_of(db.execute(_LATEST, given))
        return told
