"""The click log of a shop, from its stored impressions and events."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow as pa

from indexing.arrays import Int64Array
from indexing.snapshot import Snapshot
from ranking.behaviour.query_key import query_key
from ranking.learning.behaviour.views import make_views
from ranking.learning.clicks.click_log import (
    CART,
    CLICK,
    MARKS,
    NOTHING,
    PLACED,
    PURCHASE,
    RANKED,
    RETURNED,
    ClickLog,
)

_OF_ROWS: Final = """
SELECT s.query_id, s.happened_at, s.query, coalesce(s.user_key, s.session_key) AS who,
    coalesce(s.model, '') || ' ' || coalesce(s.policy, '') AS ranker,
    coalesce(s.profile, 'none') <> 'none' AS personal, s.product, s.position, s.marks,
    CASE WHEN o.bought > 0 AND o.bought > o.back THEN $purchase
        WHEN o.bought > 0 THEN $returned
        WHEN o.carts > 0 THEN $cart
        WHEN c.query_id IS NOT NULL THEN $click ELSE 0 END AS outcome
FROM (
    SELECT * EXCLUDE (marks),
        json_extract_string(marks, concat('$."', position, '"')) AS marks
    FROM shown WHERE shop = $shop AND NOT bot AND trim(query) NOT IN ('', '(personal)')
) s
LEFT JOIN clicks_made c ON c.query_id = s.query_id AND c.product = s.product
LEFT JOIN (
    SELECT query_id, product, count(*) FILTER (type = 'add_to_cart') AS carts,
        count(*) FILTER (type = 'purchase') AS bought,
        count(*) FILTER (type IN ('return', 'cancel')) AS back
    FROM outcomes WHERE shop = $shop AND query_id IS NOT NULL GROUP BY query_id, product
) o ON o.query_id = s.query_id AND o.product = s.product
ORDER BY s.happened_at, s.query_id, s.position
"""


@dataclass(frozen=True, slots=True)
class LoggedClicks:
    """log: oldest first. query_ids: of its searches. unknown_products: of the log, that the index
    does not have (any more); their rows are left out.
    """

    log: ClickLog
    query_ids: pa.Array
    unknown_products: int


def read_clicks(
    db: duckdb.DuckDBPyConnection, shop: str, snapshot: Snapshot | None = None
) -> LoggedClicks:
    """Ranked, final searches for words; no bots. db: with `events` and `impressions`.

    A product that went to the cart from the list was chosen, whether its click was told or not.
    snapshot: whose groups are the products, each named by its first; None: each is its own.
    About 200 bytes a shown product while it reads.
    """
    make_views(db)
    codes_of = {"click": CLICK, "cart": CART, "purchase": PURCHASE, "returned": RETURNED}
    table: pa.Table = db.sql(_OF_ROWS, params={"shop": shop} | codes_of).to_arrow_table()
    names, products = _coded(table["product"])
    groups, ids = _groups(names, snapshot)
    known = groups[products] >= 0 if len(names) else np.zeros(0, dtype=np.bool_)
    table, products = table.filter(pa.array(known)), products[known]
    query_ids, searches = _coded(table["query_id"])
    firsts = np.flatnonzero(np.diff(searches, prepend=-1))
    per_search = table.take(pa.array(firsts))
    texts, queries = _queries(*_coded(per_search["query"]))
    _, users = _coded(per_search["who"])
    rankers, ranker_of = _coded(per_search["ranker"])
    kinds, marks = _coded(table["marks"])
    codes = np.array([*(MARKS.get(kind, PLACED) for kind in kinds), RANKED], dtype=np.uint8)
    outcomes = table["outcome"].to_numpy().astype(np.uint8)
    log = ClickLog(
        queries,
        users,
        per_search["happened_at"].to_numpy().astype(np.float64),
        ranker_of,
        per_search["personal"].to_numpy().astype(np.bool_),
        np.append(firsts, len(searches)).astype(np.int64),
        groups[products],
        table["position"].to_numpy().astype(np.int64),
        outcomes > NOTHING,
        outcomes,
        codes[marks],
        texts,
        ids,
        tuple(rankers) or ("",),
    )
    return LoggedClicks(log, pa.array(query_ids, pa.string()), int((groups < 0).sum()))


def _coded(column: Any) -> tuple[list[str], Int64Array]:
    """Distinct strings as they come, and each row's place among them; −1 for NULL."""
    encoded = column.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return encoded.dictionary.to_pylist(), codes


def _groups(names: Sequence[str], snapshot: Snapshot | None) -> tuple[Int64Array, tuple[str, ...]]:
    """The number of each product's group, −1 if the snapshot has it not, and a name a number."""
    if snapshot is None:
        return np.arange(len(names)), tuple(names)
    found = [snapshot.documents.find(name) for name in names]
    docs = np.array([-1 if doc is None else doc for doc in found], dtype=np.int64)
    group_of = np.asarray(snapshot.columns.group_of).astype(np.int64)
    groups = np.full(len(names), -1, dtype=np.int64)
    there, numbers = np.unique(group_of[docs[docs >= 0]], return_inverse=True)
    groups[docs >= 0] = numbers
    distinct, first = np.unique(group_of, return_index=True)
    heads = first[np.searchsorted(distinct, there)].tolist()
    return groups, tuple(snapshot.documents.id_at(doc) for doc in heads)


def _queries(texts: Sequence[str], codes: Int64Array) -> tuple[tuple[str, ...], Int64Array]:
    """Texts that differ by case and blanks only are one query, called as it was first written."""
    numbers: dict[str, int] = {}
    first: list[str] = []
    of = np.zeros(len(texts), dtype=np.int64)
    for place, text in enumerate(texts):
        key = query_key(text)
        if key not in numbers:
            numbers[key] = len(first)
            first.append(text)
        of[place] = numbers[key]
    return tuple(first), of[codes] if len(texts) else codes
