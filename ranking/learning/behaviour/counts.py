"""Clicks over expected clicks, by query and product: SQL over the views, sums out.

COEC (Zhang and Jones 2007): a place is expected to be clicked as often as that place is clicked on
average; what is clicked more often than its places let expect attracts. One person counts once a
query and product, so nobody moves anything alone.
"""

from dataclasses import dataclass
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow as pa

from indexing.arrays import Float64Array

CART, PURCHASE = 2.0, 4.0
"""Worth of each beside a click's 1."""
HALF_LIFE_DAYS: Final = 30.0
DEMAND_HALF_LIFE_DAYS: Final = 14.0
MOST_PLACES: Final = 200
PRIOR_CTR, PRIOR_SEEN = 0.05, 100.0
"""Of the first place, and the impressions that this belief is worth."""
PLACE_SEEN: Final = 200.0
"""Impressions of a place from which on it speaks more for itself than the curve does."""
DECAY_OF_PLACES: Final = 0.7
"""Examination falls with position to this power (1/p^0.7) where nothing else is known."""

_SEEN: Final = """
CREATE OR REPLACE TEMP TABLE seen AS
SELECT q.number AS query, k.grp, coalesce(s.user_key, s.session_key, s.query_id) AS who,
    least(s.position, $places) AS position, s.happened_at,
    c.query_id IS NOT NULL AS clicked
FROM shown s
JOIN query_numbers q ON q.text = s.query
JOIN known k ON k.product = s.product
LEFT JOIN clicks_made c ON c.query_id = s.query_id AND c.product = s.product
WHERE s.shop = $shop AND NOT s.bot AND coalesce(
    json_extract_string(s.marks, concat('$."', s.position, '"')), 'explored') = 'explored'
"""
_PLACES: Final = """
SELECT position, count(*) AS shown, count(*) FILTER (clicked) AS clicked
FROM seen GROUP BY position ORDER BY position
"""
_PEOPLE: Final = """
CREATE OR REPLACE TEMP TABLE people AS
SELECT query, grp, who, bool_or(clicked) AS clicked,
    max(e.ctr) FILTER (clicked) AS clicked_ctr, max(e.ctr) AS ctr,
    pow(2, -greatest($now - max(happened_at), 0) / 86400 / $half_life) AS weight
FROM seen JOIN expected_ctr e USING (position)
GROUP BY query, grp, who
"""
_RESULTS: Final = """
CREATE OR REPLACE TEMP TABLE results AS
SELECT query, grp, sum(least(carts, 1) * weight) AS carts,
    sum(least(greatest(bought - back, 0), 1) * weight) AS bought
FROM (
    SELECT q.number AS query, k.grp, coalesce(o.user_key, o.session_key, o.key) AS who,
        count(*) FILTER (type = 'add_to_cart') AS carts,
        count(*) FILTER (type = 'purchase') AS bought,
        count(*) FILTER (type IN ('return', 'cancel')) AS back,
        pow(2, -greatest($now - max(o.happened_at), 0) / 86400 / $half_life) AS weight
    FROM outcomes o
    JOIN query_numbers q ON q.text = o.query
    JOIN known k ON k.product = o.product
    WHERE o.shop = $shop
    GROUP BY ALL
)
GROUP BY query, grp
"""
_PAIRS: Final = """
SELECT p.query, p.grp, p.clicks, p.expected, p.people, coalesce(r.carts, 0) AS carts,
    coalesce(r.bought, 0) AS bought
FROM (
    SELECT query, grp, sum(weight * clicked::INT) AS clicks,
        sum(weight * coalesce(clicked_ctr, ctr)) AS expected,
        count(*) FILTER (clicked) AS people
    FROM people GROUP BY query, grp
) p
LEFT JOIN results r USING (query, grp)
ORDER BY p.query, p.grp
"""
_DEMAND: Final = """
SELECT grp, sum(weight * worth) AS demand
FROM (
    SELECT k.grp, coalesce(e.user_key, e.session_key, e.key) AS who, e.type,
        CASE e.type WHEN 'purchase' THEN $purchase WHEN 'add_to_cart' THEN $cart
            WHEN 'return' THEN -$purchase WHEN 'cancel' THEN -$purchase ELSE 1 END AS worth,
        max(pow(2, -greatest($now - e.happened_at, 0) / 86400 / $half_life)) AS weight
    FROM events e JOIN known k ON k.product = e.product
    WHERE e.shop = $shop AND NOT e.bot
        AND e.type IN ('view', 'click', 'add_to_cart', 'purchase', 'return', 'cancel')
        AND (e.type NOT IN ('purchase', 'return', 'cancel') OR e.trusted)
    GROUP BY ALL
)
GROUP BY grp ORDER BY grp
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """Columns of equal length. Pairs: query, grp, clicks, expected, people, carts, bought, sorted
    by query and grp; all but people decayed. Demand: grp, demand. place_ctr: float64[places].
    """

    pairs: dict[str, Any]
    demand: dict[str, Any]
    place_ctr: Float64Array


def count(db: duckdb.DuckDBPyConnection, shop: str, now: float) -> Counts:
    """db: with the views, and the tables `known` (product, grp) and `query_numbers` (text, number).

    now: seconds since the epoch; what is older weighs less.
    """
    db.execute(_SEEN, {"shop": shop, "places": MOST_PLACES})
    shown, clicked = np.zeros(MOST_PLACES), np.zeros(MOST_PLACES)
    for position, times, clicks in db.execute(_PLACES).fetchall():
        shown[position - 1], clicked[position - 1] = times, clicks
    ctr = place_ctr(shown, clicked)
    table = pa.table({"position": np.arange(1, MOST_PLACES + 1), "ctr": ctr})
    db.register("expected_ctr", table)
    db.execute(_PEOPLE, {"now": now, "half_life": HALF_LIFE_DAYS})
    db.execute(_RESULTS, {"shop": shop, "now": now, "half_life": HALF_LIFE_DAYS})
    pairs = db.execute(_PAIRS).fetchnumpy()
    demand = db.execute(
        _DEMAND,
        {
            "shop": shop, "now": now, "half_life": DEMAND_HALF_LIFE_DAYS,
            "cart": CART, "purchase": PURCHASE,
        },
    ).fetchnumpy()  # fmt: skip
    return Counts(_plain(pairs), _plain(demand), ctr)


def place_ctr(shown: Float64Array, clicked: Float64Array) -> Float64Array:
    """float64[places]: the rate of clicks that each place lets expect.

    A curve 1/p^0.7 whose height is the shop's, mixed with what each place itself was clicked: with
    few impressions the curve, with many the place. So that where one product alone was ever
    clicked, its place does not explain it away.
    """
    places = np.arange(1, len(shown) + 1, dtype=np.float64)
    examined = places**-DECAY_OF_PLACES
    height = (clicked.sum() + PRIOR_SEEN * PRIOR_CTR) / ((shown * examined).sum() + PRIOR_SEEN)
    mixed: Float64Array = (clicked + PLACE_SEEN * height * examined) / (shown + PLACE_SEEN)
    return mixed


def _plain(columns: dict[str, Any]) -> dict[str, Any]:
    """Masked arrays have no holes here."""
    return {name: np.ma.getdata(column) for name, column in columns.items()}
