"""Clicks over expected clicks, by query and product: SQL over the views, sums out.

COEC (Zhang and Jones 2007): what is clicked more often than its places let expect attracts. A place
is expected to be clicked as often as it is looked at, and not as often as it is clicked: once facts
have put the best on top, its average rate would explain them away. One person counts once a query
and product, so nobody moves anything alone.
"""

from dataclasses import dataclass
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow as pa

from indexing.arrays import Float64Array
from ranking.learning.behaviour.below_clicks import BelowClicks, context_sql
from ranking.learning.behaviour.places import curve, expected_ctr, place_ctr
from ranking.learning.clicks.moved_positions import moved_propensities
from ranking.learning.clicks.position_based import Cells
from ranking.learning.clicks.propensities import Propensities
from ranking.traffic.exposure import EXPLORED, LITTLE_KNOWN

CART, PURCHASE = 2.0, 4.0
"""Worth of each beside a click's 1."""
HALF_LIFE_DAYS: Final = 30.0
DEMAND_HALF_LIFE_DAYS: Final = 14.0
MOST_PLACES: Final = 200
MOST_OF_PERSON: Final = 500
"""Products of queries that one person may have clicked in all that is read; more share their
weight. Fewer, as of a model's grades, would cost facts what a shop's most faithful people say."""
MOST_CELLS: Final = 500_000
"""Of what moved; those of the most clicked pairs."""
MOVED_CLICKS: Final = 1_000.0
"""Of what moved, from which on they say more of how places are looked at than average rates do."""

_SEEN: Final = f"""
CREATE OR REPLACE TEMP TABLE seen AS
SELECT * EXCLUDE (last), {context_sql("position", "last")} AS context
FROM (
    SELECT q.number AS query, k.grp, hash(coalesce(s.user_key, s.session_key, s.query_id)) AS who,
        least(s.position, $places) AS position, s.happened_at,
        coalesce(list_contains(l.products, s.product), false) AS clicked,
        coalesce(s.facts, '') <> '' AS taught,
        coalesce(s.profile, 'none') <> 'none' AS personal,
        coalesce(list_max(list_filter(l.places, lambda each: each < s.position)), 0) AS last
    FROM shown s
    JOIN query_numbers q ON q.text = s.query
    JOIN known k ON k.product = s.product
    LEFT JOIN (
        SELECT query_id, list(position) AS places, list(product) AS products
        FROM clicks_made GROUP BY query_id
    ) l ON l.query_id = s.query_id
    WHERE s.shop = $shop AND NOT s.bot AND coalesce(
        json_extract_string(s.marks, concat('$."', s.position, '"')), '{EXPLORED}')
        IN ('{EXPLORED}', '{LITTLE_KNOWN}')
)
"""
_PLACES: Final = """
SELECT position, sum(looks) AS shown, count(*) FILTER (clicked) AS clicked,
    coalesce(sum(looks) FILTER (NOT taught), 0) AS shown_untaught,
    count(*) FILTER (clicked AND NOT taught) AS clicked_untaught
FROM seen JOIN looks USING (context) GROUP BY position ORDER BY position
"""
_MOVED: Final = """
SELECT query, grp, position, shown, clicked FROM (
    SELECT *, count(*) OVER pair AS places, sum(clicked) OVER pair AS clicks
    FROM (
        SELECT query, grp, position, sum(looks) AS shown, count(*) FILTER (clicked) AS clicked
        FROM (
            SELECT query, grp, position, max(looks) AS looks, bool_or(clicked) AS clicked
            FROM telling JOIN looks USING (context) GROUP BY query, grp, position, who
        )
        GROUP BY query, grp, position
    )
    WINDOW pair AS (PARTITION BY query, grp)
)
WHERE places > 1 AND clicks > 0
ORDER BY clicks DESC, query, grp, position LIMIT $most
"""
_PEOPLE: Final = """
CREATE OR REPLACE TEMP TABLE people AS
SELECT query, grp, who, bool_or(clicked) AS clicked,
    max(e.ctr * looks) FILTER (clicked) AS clicked_ctr, max(e.ctr * looks) AS ctr,
    pow(2, -greatest($now - max(happened_at), 0) / 86400 / $half_life) AS weight
FROM seen JOIN expected_ctr e USING (position) JOIN looks USING (context)
GROUP BY query, grp, who
"""
_BUSY: Final = """
CREATE OR REPLACE TEMP TABLE busy AS
SELECT who, $most / count(*) AS share FROM people WHERE clicked GROUP BY who HAVING count(*) > $most
"""
_RESULTS: Final = """
CREATE OR REPLACE TEMP TABLE results AS
SELECT query, grp, sum(least(carts, 1) * weight * coalesce(share, 1)) AS carts,
    sum(least(greatest(bought - back, 0), 1) * weight * coalesce(share, 1)) AS bought
FROM (
    SELECT q.number AS query, k.grp, hash(coalesce(o.user_key, o.session_key, o.key)) AS who,
        count(*) FILTER (type = 'add_to_cart') AS carts,
        count(*) FILTER (type = 'purchase') AS bought,
        count(*) FILTER (type IN ('return', 'cancel')) AS back,
        pow(2, -greatest($now - max(o.happened_at), 0) / 86400 / $half_life) AS weight
    FROM outcomes o
    JOIN query_numbers q ON q.text = o.query
    JOIN known k ON k.product = o.product
    WHERE o.shop = $shop
    GROUP BY ALL
) LEFT JOIN busy USING (who)
GROUP BY query, grp
"""
_PAIRS: Final = """
SELECT p.query, p.grp, p.clicks, p.expected, p.people, coalesce(r.carts, 0) AS carts,
    coalesce(r.bought, 0) AS bought
FROM (
    SELECT query, grp, sum(weight * coalesce(share, 1) * clicked::INT) AS clicks,
        sum(weight * coalesce(share, 1) * coalesce(clicked_ctr, ctr)) AS expected,
        count(*) FILTER (clicked) AS people
    FROM people LEFT JOIN busy USING (who) GROUP BY query, grp
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
    by query and grp; all but people decayed. Demand: grp, demand. place_ctr: float64[places],
    where nothing above was clicked.
    """

    pairs: dict[str, Any]
    demand: dict[str, Any]
    place_ctr: Float64Array
    below: BelowClicks


def count(db: duckdb.DuckDBPyConnection, shop: str, now: float) -> Counts:
    """db: with the views, and the tables `known` (product, grp) and `query_numbers` (text, number).

    now: seconds since the epoch; what is older weighs less.
    """
    # as it is written, small tables are looked up as shown products pass by; the optimizer takes
    # these for few hundred rows, unnested as they are, and would hold ten million in memory
    db.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")
    db.execute(_SEEN, {"shop": shop, "places": MOST_PLACES})
    db.execute("RESET disabled_optimizers")
    below = BelowClicks.counted(db)
    of_places = np.zeros((4, MOST_PLACES))
    for position, *sums in db.execute(_PLACES).fetchall():
        of_places[:, position - 1] = sums
    shown, clicked, *untaught = of_places
    ctr = expected_ctr(shown, clicked, _looked_at(db, shown, place_ctr(*untaught)))
    table = pa.table({"position": np.arange(1, MOST_PLACES + 1), "ctr": ctr})
    db.register("expected_ctr", table)
    db.execute("DROP TABLE telling")
    db.execute(_PEOPLE, {"now": now, "half_life": HALF_LIFE_DAYS})
    db.execute("DROP TABLE seen")
    db.execute(_BUSY, {"most": MOST_OF_PERSON})
    db.execute(_RESULTS, {"shop": shop, "now": now, "half_life": HALF_LIFE_DAYS})
    pairs = db.execute(_PAIRS).fetchnumpy()
    demand = db.execute(
        _DEMAND,
        {
            "shop": shop, "now": now, "half_life": DEMAND_HALF_LIFE_DAYS,
            "cart": CART, "purchase": PURCHASE,
        },
    ).fetchnumpy()  # fmt: skip
    return Counts(_plain(pairs), _plain(demand), ctr, below)


def _looked_at(
    db: duckdb.DuckDBPyConnection, shown: Float64Array, ctr: Float64Array
) -> Float64Array:
    """float64[places], in proportion. shown: of each place. ctr: of places of pages without facts.

    Their average rates, and the more clicks there are on products that moved between places, at
    which of these they fell. Below the last place that was shown the curve goes on.
    """
    last = int(np.flatnonzero(shown).max(initial=0)) + 1
    start = Propensities(ctr[:last] / ctr[0], shown[:last])
    cells = _moved_cells(db)
    told = _moved_clicks(cells)
    told /= told + MOVED_CLICKS
    moved = moved_propensities(cells, start).examined
    looked = start.examined ** (1.0 - told) * moved**told
    falls = curve(len(shown))
    return np.concatenate([looked, looked[-1] * falls[last:] / falls[last - 1]])


def _moved_clicks(cells: Cells) -> float:
    """A pair's clicks count as far as two of its showings are likely at different places."""
    share = cells.shown / cells.by_pair(cells.shown)[cells.pair_of]
    return float(cells.by_pair(cells.clicked) @ (1.0 - cells.by_pair(share**2)))


def _moved_cells(db: duckdb.DuckDBPyConnection) -> Cells:
    found = _plain(db.execute(_MOVED, {"most": MOST_CELLS}).fetchnumpy())
    keys = np.stack([found["query"], found["grp"]]).astype(np.int64)
    distinct, pair_of = np.unique(keys, axis=1, return_inverse=True)
    return Cells(
        np.arange(distinct.shape[1]),
        pair_of.ravel(),
        found["position"].astype(np.int64) - 1,
        found["shown"].astype(np.float64),
        found["clicked"].astype(np.float64),
    )


def _plain(columns: dict[str, Any]) -> dict[str, Any]:
    """Masked arrays have no holes here."""
    return {name: np.ma.getdata(column) for name, column in columns.items()}
