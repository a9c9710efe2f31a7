"""Behaviour → facts: `vitrina learn`. What is counted is in `counts.py`; here it is smoothed."""

from dataclasses import dataclass
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow as pa

from indexing.arrays import Float32Array, Float64Array, Int64Array, UInt64Array
from indexing.catalogue.row_order import hash_of_id
from indexing.progress import Progress, Silent
from indexing.snapshot import Snapshot
from ranking.behaviour.facts import ARRAYS, LISTS, VALUES, Facts
from ranking.behaviour.neighbours import Neighbours
from ranking.behaviour.query_key import hash_of, query_key
from ranking.errors import FactsError
from ranking.learning.behaviour.attraction import attraction, doubts, spread_of_worths
from ranking.learning.behaviour.counts import CART, PURCHASE, Counts, count
from ranking.learning.behaviour.lists import lists
from ranking.learning.behaviour.pairs_of_queries import best_of_queries, of_queries
from ranking.learning.behaviour.usual_price import usual_price
from ranking.learning.behaviour.views import make_views

SMOOTHING_OF_PURCHASES: Final = 20.0
MOST_QUERIES: Final = 500_000
_SILENT: Final = Silent()


@dataclass(frozen=True, slots=True)
class Learnt:
    """arrays: as the facts hold them. told: counts, for people."""

    arrays: dict[str, Any]
    told: dict[str, Any]

    def facts(self, name: str) -> Facts:
        """As they would be read back, without being kept."""
        arrays: dict[str, Any] = {
            each: np.ascontiguousarray(self.arrays[each], dtype=kind)
            for each, kind in ARRAYS.items()
        }
        lists = {each: Neighbours.taken(arrays, each) for each in LISTS}
        return Facts(name, self.told, **(arrays | lists))


def learn(
    db: duckdb.DuckDBPyConnection,
    shop: str,
    snapshot: Snapshot,
    now: float,
    progress: Progress = _SILENT,
) -> Learnt:
    """db: with `events` and `impressions`; it has the views afterwards.

    Raises FactsError if there is nothing to learn.
    """
    progress.begin("clicks", None, "events")
    make_views(db)
    unknown, queries = _numbered(db, shop, snapshot)
    counts = count(db, shop, now)
    clicks = float(counts.pairs["clicks"].sum())
    if not clicks and not len(counts.demand["grp"]):
        (searches,) = db.execute(
            "SELECT count(*) FROM searches WHERE shop = $shop", {"shop": shop}
        ).fetchone() or (0,)
        raise FactsError(
            f"nothing to learn for index {shop!r}: {searches:,} searches were logged, and no event "
            "on a product that the index has. docs/events.md tells how to send them."
        )
    learnt = _facts(counts, unknown, queries, snapshot)
    groups = _groups(counts)
    progress.begin("products", len(groups), "products")
    arrays, told = lists(db, shop, now, groups)
    arrays["favourites"] = _favourites(db, shop, groups)
    arrays |= learnt.arrays
    assert arrays.keys() == ARRAYS.keys()  # noqa: S101 - what the reader expects
    return Learnt(arrays, learnt.told | {"counts": learnt.told["counts"] | told})


def _favourites(db: duckdb.DuckDBPyConnection, shop: str, groups: Int64Array) -> UInt64Array:
    """uint64[rows]: hash of the id of each group's product that most people wanted; else 0."""
    found = db.execute(
        "SELECT grp, arg_min(product, (-people, product)) FROM (SELECT k.grp, e.product, "
        "count(DISTINCT coalesce(e.user_key, e.session_key, e.key)) AS people "
        "FROM events e JOIN known k ON k.product = e.product WHERE e.shop = $shop AND NOT e.bot "
        "GROUP BY ALL) GROUP BY grp",
        {"shop": shop},
    ).fetchall()
    rows = np.searchsorted(groups, np.array([grp for grp, _ in found], dtype=np.int64))
    favourites = np.zeros(len(groups), dtype=np.uint64)
    for row, (grp, name) in zip(rows.tolist(), found, strict=True):
        if row < len(groups) and groups[row] == grp:  # else of events that do not count
            favourites[row] = hash_of(name)
    return favourites


def _groups(counts: Counts) -> Int64Array:
    """int64[rows], ascending: the snapshot's groups of which anything is known."""
    found = np.concatenate([counts.pairs["grp"], counts.demand["grp"]])
    return np.unique(found).astype(np.int64)


def _numbered(
    db: duckdb.DuckDBPyConnection, shop: str, snapshot: Snapshot
) -> tuple[int, list[str]]:
    """Make `known` (product → its group) and `query_numbers`.

    How many products of the log the snapshot has not, and the keys of the queries.
    """
    of = {"shop": shop}
    names = [
        name
        for (name,) in db.execute(
            "SELECT DISTINCT product FROM shown WHERE shop = $shop UNION "
            "SELECT DISTINCT product FROM events WHERE shop = $shop AND product IS NOT NULL",
            of,
        ).fetchall()
    ]
    raw = b"".join(hash_of_id(name.encode("utf-8", "replace").decode()) for name in names)
    docs = snapshot.documents.of_hashes(np.frombuffer(raw, dtype=np.uint64))
    found = np.flatnonzero(docs >= 0)
    groups = snapshot.columns.group_of[docs[found]].astype(np.int64)
    db.register(
        "known",
        pa.table(
            {"product": pa.array([names[i] for i in found.tolist()], pa.string()), "grp": groups}
        ),
    )
    texts = [
        text
        for (text,) in db.execute(
            "SELECT query FROM shown WHERE shop = $shop AND query <> '(personal)' GROUP BY query "
            "ORDER BY count(DISTINCT query_id) DESC, query LIMIT $most",
            {**of, "most": MOST_QUERIES},
        ).fetchall()
    ]
    keys = [query_key(text) for text in texts]
    numbers = {key: number for number, key in enumerate(dict.fromkeys(filter(None, keys)))}
    kept = [(text, numbers[key]) for text, key in zip(texts, keys, strict=True) if key]
    db.register(
        "query_numbers",
        pa.table({
            "text": pa.array([text for text, _ in kept], pa.string()),
            "number": pa.array([number for _, number in kept], pa.int64()),
        }),
    )  # fmt: skip
    return len(names) - len(found), list(numbers)


def _facts(counts: Counts, unknown: int, queries: list[str], snapshot: Snapshot) -> Learnt:
    pairs = counts.pairs
    groups = _groups(counts)
    rows = np.searchsorted(groups, pairs["grp"])
    worth = pairs["clicks"] + CART * pairs["carts"] + PURCHASE * pairs["bought"]
    clicks = float(pairs["clicks"].sum())
    worth_of_click = float(worth.sum()) / clicks if clicks else 1.0
    gained = worth / max(worth_of_click, 1e-9)

    def sums(amounts: Float64Array) -> Float64Array:
        """Of each product, over all queries."""
        return np.bincount(rows, amounts, len(groups)).astype(np.float64)

    of_product = attraction(sums(gained), sums(pairs["expected"]), np.ones(len(groups)))
    lifts = np.log(attraction(gained, pairs["expected"], of_product[rows])).astype(np.float32)
    spread = _spread(*(float(pairs[name].sum()) for name in ("clicks", "carts", "bought")))
    unsure = doubts(gained, of_product[rows], spread).astype(np.float32)
    unknown_pair = float(doubts(np.zeros(1), np.ones(1), spread)[0])
    values = np.zeros((len(groups), len(VALUES)), dtype=np.float32)
    values[:, 0] = np.log(of_product)
    values[:, 1] = _conversion(sums(pairs["clicks"]), sums(pairs["bought"]))
    values[:, 2] = _demand(counts, groups)
    numbers = pairs["query"].astype(np.int64)
    chosen = best_of_queries(numbers, lifts, unsure / unknown_pair)
    arrays = of_queries(
        numbers[chosen], rows[chosen], lifts[chosen], unsure[chosen], queries,
        np.bincount(numbers, pairs["clicks"], len(queries)).astype(np.float64),
    )  # fmt: skip
    arrays |= _of_products(groups, snapshot) | {"values": values}
    told = {
        "counts": {
            "products": len(groups),
            "unknown_products": unknown,
            "queries": len(arrays["query_hashes"]),
            "pairs": len(chosen),
            "clicks": round(clicks, 1),
            "searched_pairs": len(rows),
        },
        "place_ctr": np.round(counts.place_ctr[:20], 5).tolist(),
        "looked_at_below_click": round(counts.below.overall, 4),
        "worth_of_click": round(worth_of_click, 4),
        "doubt": round(unknown_pair, 4),
        "usual_price": usual_price(sums(pairs["clicks"]), groups, snapshot),
    }
    return Learnt(arrays, told)


def _spread(clicks: float, carts: float, bought: float) -> float:
    """As if what is bought had been in the cart, and that had been clicked."""
    carts, bought = min(carts, clicks), min(max(bought, 0.0), carts, clicks)
    counts = np.array([clicks - carts, carts - bought, bought])
    return spread_of_worths(np.cumsum([1.0, CART, PURCHASE]), counts)


def _conversion(clicks: Float64Array, bought: Float64Array) -> Float32Array:
    """Ln of purchases a click over the shop's, 0 where nothing was bought anywhere."""
    total = clicks.sum()
    if not total or not bought.sum():
        return np.zeros(len(clicks), dtype=np.float32)
    mean = bought.sum() / total
    rate = (bought + SMOOTHING_OF_PURCHASES * mean) / (clicks + SMOOTHING_OF_PURCHASES)
    lifts: Float32Array = np.log(rate / mean).astype(np.float32)
    return lifts


def _demand(counts: Counts, groups: Int64Array) -> Float32Array:
    """float32[groups]: mid-rank among products with any demand; NaN for the others."""
    demand = np.full(len(groups), np.nan, dtype=np.float32)
    amounts = counts.demand["demand"]
    wanted = np.flatnonzero(amounts > 0)
    if len(wanted):
        ordered = np.sort(amounts[wanted])
        middle = np.searchsorted(ordered, amounts[wanted], "left")
        middle = middle + np.searchsorted(ordered, amounts[wanted], "right")
        places = np.searchsorted(groups, counts.demand["grp"][wanted])
        demand[places] = middle / (2 * len(wanted))
    return demand


def _of_products(groups: Int64Array, snapshot: Snapshot) -> dict[str, Any]:
    """All products of the groups, so that each variant has the row of its group."""
    row_of = np.full(int(snapshot.columns.group_of.max(initial=0)) + 1, -1, dtype=np.int64)
    row_of[groups] = np.arange(len(groups))
    documents = snapshot.documents
    rows = row_of[snapshot.columns.group_of[documents.by_hash]]
    return {
        "product_hashes": np.asarray(documents.id_hashes)[rows >= 0],
        "product_rows": rows[rows >= 0],
    }
