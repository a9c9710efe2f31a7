"""What is popular where: decayed demand by region, drawn towards the whole shop's.

    (dᵣ(p) + k · d(p) / D) / (Dᵣ + k)

of a region's demand dᵣ of each product, D the shop's; so that a region of few people is much like
the shop, and one of many like itself.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import duckdb
import numpy as np

from indexing.arrays import Float64Array, Int64Array, UInt64Array
from ranking.behaviour.neighbours import Neighbours
from ranking.behaviour.query_key import hash_of, query_key

LEAST_PEOPLE: Final = 5
"""Of a region: fewer would be told by what is popular there."""
MOST_REGIONS: Final = 1_000
MOST_PRODUCTS: Final = 100
SMOOTHING: Final = 20.0
POPULAR_HALF_LIFE_DAYS: Final = 14.0
TRENDING_HALF_LIFE_DAYS: Final = 2.0
_WORTH: Final = """
CASE e.type WHEN 'purchase' THEN $purchase WHEN 'add_to_cart' THEN $cart
    WHEN 'return' THEN -$purchase WHEN 'cancel' THEN -$purchase ELSE 1 END
"""
_DEMAND: Final = f"""
CREATE OR REPLACE TEMP TABLE wanted AS
SELECT coalesce(e.region, s.region, '') AS region, k.grp,
    coalesce(e.user_key, e.session_key, e.key) AS who, {_WORTH} AS worth,
    greatest($now - max(e.happened_at), 0) / 86400 AS days
FROM events e
JOIN known k ON k.product = e.product
LEFT JOIN (SELECT query_id, any_value(region) AS region FROM impressions GROUP BY query_id) s
    ON s.query_id = e.query_id
WHERE e.shop = $shop AND NOT e.bot
    AND e.type IN ('view', 'click', 'add_to_cart', 'purchase', 'return', 'cancel')
    AND (e.type NOT IN ('purchase', 'return', 'cancel') OR e.trusted)
GROUP BY ALL
"""
_OF_REGIONS: Final = """
SELECT region, grp, sum(worth * pow(2, -days / $popular)) AS popular,
    sum(worth * pow(2, -days / $trending)) AS trending
FROM wanted GROUP BY region, grp ORDER BY region, grp
"""
_REGIONS: Final = """
SELECT region, count(DISTINCT who) AS people FROM wanted GROUP BY region ORDER BY region
"""


@dataclass(frozen=True, slots=True)
class Regional:
    """hashes: uint64[r], ascending, of the regions' keys; that of "" is the whole shop.

    popular, trending: r lists of the groups' places, scores from 0 to 1, the first of each 1.
    """

    hashes: UInt64Array
    popular: Neighbours
    trending: Neighbours


def regional(
    db: duckdb.DuckDBPyConnection,
    shop: str,
    now: float,
    groups: Int64Array,
    worth: dict[str, float],
) -> Regional:
    """db: with `events`, `impressions` and `known`. groups: ascending, all that have any demand.

    worth: of a `cart` and a `purchase` beside a click's 1.
    """
    db.execute(_DEMAND, {"shop": shop, "now": now} | worth)
    people = dict(db.execute(_REGIONS).fetchall())
    rows = db.execute(
        _OF_REGIONS, {"popular": POPULAR_HALF_LIFE_DAYS, "trending": TRENDING_HALF_LIFE_DAYS}
    ).fetchnumpy()
    db.execute("DROP TABLE wanted")
    counted: dict[str, int] = {}
    for name, count in people.items():
        counted[query_key(name)] = counted.get(query_key(name), 0) + count
    known = [key for key, count in counted.items() if key and count >= LEAST_PEOPLE]
    known.sort(key=lambda key: (-counted[key], key))
    keys = ["", *known[:MOST_REGIONS]]
    hashes = np.array([hash_of(key) for key in keys], dtype=np.uint64)
    order = np.argsort(hashes, kind="stable")
    place_of = {keys[old]: new for new, old in enumerate(order.tolist())}
    at = np.array([place_of.get(query_key(str(name)), -1) for name in rows["region"]], np.int64)
    places = np.searchsorted(groups, np.ma.getdata(rows["grp"]))
    whole = place_of[""]
    by_region = np.argsort(at, kind="stable")
    bounds = np.searchsorted(at[by_region], np.arange(len(keys) + 1))
    parts = [by_region[begin:end] for begin, end in pairwise(bounds.tolist())]
    found = []
    for name in ("popular", "trending"):
        demand = np.ma.getdata(rows[name]).astype(np.float64)
        shop_demand = np.maximum(np.bincount(places, demand, len(groups)), 0.0)
        lists = [_best(places[part], demand[part], shop_demand) for part in parts]
        lists[whole] = _best(groups[:0], demand[:0], shop_demand)
        sizes = [len(best) for best, _ in lists]
        found.append(
            Neighbours.best(
                np.repeat(np.arange(len(keys)), sizes),
                np.concatenate([best for best, _ in lists]),
                np.concatenate([scores for _, scores in lists]),
                len(keys),
                MOST_PRODUCTS,
            )
        )
    return Regional(hashes[order], *found)


def smoothed(
    own: Float64Array, all_own: float, shop: Float64Array, all_shop: float
) -> Float64Array:
    """float64[n]: shares of some products, from demand in a region and in the whole shop."""
    shares: Float64Array = (own + SMOOTHING * shop / max(all_shop, 1e-9)) / (all_own + SMOOTHING)
    return shares


def _best(
    places: Int64Array, demand: Float64Array, shop: Float64Array
) -> tuple[Int64Array, Float64Array]:
    """Places of the best products of one region and their scores, best first.

    places: int64[n] of what is wanted there; demand: how much. shop: of all products.
    """
    demand = np.maximum(demand, 0.0)
    most = min(MOST_PRODUCTS, len(shop))
    chosen = np.union1d(places, np.argpartition(-shop, most - 1)[:most]) if most else places
    own = np.zeros(len(chosen))
    np.add.at(own, np.searchsorted(chosen, places), demand)
    scores = smoothed(own, float(demand.sum()), shop[chosen], float(shop.sum()))
    best = np.argsort(-scores, kind="stable")[:MOST_PRODUCTS]
    best = best[scores[best] > 0]
    return chosen[best], scores[best] / scores[best[:1]]
