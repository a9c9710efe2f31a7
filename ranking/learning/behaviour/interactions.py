"""Who liked which product, and what was bought in one basket: SQL over the events, numbers out."""

from dataclasses import dataclass
from typing import Any, Final

import duckdb
import numpy as np

from indexing.arrays import Int64Array, UInt64Array

MOST_OF_PERSON: Final = 100
"""Products of one person, the latest: who looks at everything says little, and would cost most."""
BASKET_GAP_S: Final = 1_800
"""Purchases of one person that are not farther apart are one basket."""
MOST_OF_BASKET: Final = 50
LEAST_PEOPLE: Final = 2
"""Who bought two products together; one person moves nothing, and nobody's basket is shown."""

_LIKED: Final = """
SELECT hash(who) AS who, grp FROM (
    SELECT coalesce(e.user_key, e.session_key) AS who, k.grp, max(e.happened_at) AS moment
    FROM events e JOIN known k ON k.product = e.product
    WHERE e.shop = $shop AND NOT e.bot AND coalesce(e.user_key, e.session_key) IS NOT NULL
        AND (e.type IN ('view', 'click', 'add_to_cart') OR (e.type = 'purchase' AND e.trusted))
    GROUP BY ALL
)
QUALIFY row_number() OVER (PARTITION BY who ORDER BY moment DESC, grp) <= $most
"""
_BASKETS: Final = """
CREATE OR REPLACE TEMP TABLE baskets AS
WITH bought AS (
    SELECT coalesce(e.user_key, e.session_key) AS who, k.grp, e.happened_at AS moment,
        CASE e.type WHEN 'purchase' THEN 1 ELSE -1 END AS sign
    FROM events e JOIN known k ON k.product = e.product
    WHERE e.shop = $shop AND NOT e.bot AND e.trusted
        AND coalesce(e.user_key, e.session_key) IS NOT NULL
        AND e.type IN ('purchase', 'return', 'cancel')
),
kept AS (SELECT who, grp FROM bought GROUP BY who, grp HAVING sum(sign) > 0),
begun AS (
    SELECT who, grp, moment,
        (moment - lag(moment) OVER (PARTITION BY who ORDER BY moment, grp) <= $gap) IS NOT TRUE
            AS first
    FROM bought SEMI JOIN kept USING (who, grp) WHERE sign > 0
)
SELECT who, basket, grp FROM (
    SELECT who, grp, moment, sum(first::INT) OVER (
        PARTITION BY who ORDER BY moment, grp ROWS UNBOUNDED PRECEDING
    ) AS basket
    FROM begun
)
GROUP BY who, basket, grp
QUALIFY row_number() OVER (PARTITION BY who, basket ORDER BY max(moment) DESC, grp) <= $most
"""
_TOGETHER: Final = """
SELECT grp, other, people FROM (
    SELECT a.grp, b.grp AS other, count(DISTINCT a.who) AS people
    FROM baskets a JOIN baskets b ON a.who = b.who AND a.basket = b.basket AND a.grp < b.grp
    GROUP BY a.grp, b.grp
)
WHERE people >= $least ORDER BY grp, other
"""
_BUYERS: Final = "SELECT grp, count(DISTINCT who) AS people FROM baskets GROUP BY grp ORDER BY grp"


@dataclass(frozen=True, slots=True)
class Liked:
    """people: int64[n], from 0. groups: int64[n], of the snapshot. Each pair once, at most
    MOST_OF_PERSON a person. samples: int64[people], the same for the same person ever after.
    """

    people: Int64Array
    groups: Int64Array
    samples: Int64Array


@dataclass(frozen=True, slots=True)
class Bought:
    """groups, others: int64[p], groups < others, and how many people bought both in one basket.

    buyers_of, buyers: int64[g], groups ascending and how many people bought each. everybody: people
    who bought anything.
    """

    groups: Int64Array
    others: Int64Array
    together: Int64Array
    buyers_of: Int64Array
    buyers: Int64Array
    everybody: int


def liked(db: duckdb.DuckDBPyConnection, shop: str) -> Liked:
    """db: with `events`, and the table `known` (product, grp)."""
    found = db.execute(_LIKED, {"shop": shop, "most": MOST_OF_PERSON}).fetchnumpy()
    who: UInt64Array = np.ma.getdata(found["who"]).astype(np.uint64)
    names, people = np.unique(who, return_inverse=True)
    samples = np.arange(len(names), dtype=np.int64)  # names are hashes, and ascending
    return Liked(people.astype(np.int64), _plain(found["grp"]), samples)


def bought(db: duckdb.DuckDBPyConnection, shop: str) -> Bought:
    """Trusted purchases, less what came back."""
    db.execute(_BASKETS, {"shop": shop, "gap": BASKET_GAP_S, "most": MOST_OF_BASKET})
    pairs = db.execute(_TOGETHER, {"least": LEAST_PEOPLE}).fetchnumpy()
    single = db.execute(_BUYERS).fetchnumpy()
    (everybody,) = db.execute("SELECT count(DISTINCT who) FROM baskets").fetchone() or (0,)
    db.execute("DROP TABLE baskets")
    return Bought(
        _plain(pairs["grp"]), _plain(pairs["other"]), _plain(pairs["people"]),
        _plain(single["grp"]), _plain(single["people"]), int(everybody),
    )  # fmt: skip


def _plain(column: Any) -> Int64Array:
    return np.ma.getdata(column).astype(np.int64)
