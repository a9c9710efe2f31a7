"""Which products belong together, and which are wanted where: lists by facts' row and by region."""

from typing import Any

import duckdb
import numpy as np

from indexing.arrays import Int64Array
from ranking.learning.behaviour.co_purchase import co_purchase
from ranking.learning.behaviour.counts import CART, PURCHASE
from ranking.learning.behaviour.interactions import bought, liked
from ranking.learning.behaviour.regional import regional
from ranking.learning.behaviour.swing import swing


def lists(
    db: duckdb.DuckDBPyConnection, shop: str, now: float, groups: Int64Array
) -> tuple[dict[str, Any], dict[str, int]]:
    """The arrays of `ranking.behaviour.facts.LISTS`, and counts for people.

    groups: int64[rows], ascending: the facts' products, all of which anything is known.
    """
    who = liked(db, shop)
    rows = np.searchsorted(groups, who.groups)
    related = swing(who.people, rows, len(groups), who.samples)
    together = co_purchase(bought(db, shop), groups)
    where = regional(db, shop, now, groups, {"cart": CART, "purchase": PURCHASE})
    arrays = {
        "region_hashes": where.hashes,
        **related.arrays("related"),
        **together.arrays("together"),
        **where.popular.arrays("popular"),
        **where.trending.arrays("trending"),
    }
    told = {
        "people": len(who.samples),
        "related": len(related.rows),
        "together": len(together.rows),
        "regions": len(where.hashes) - 1,
    }
    return arrays, told
