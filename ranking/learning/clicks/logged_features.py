"""Feature rows that were logged with a share of the searches: what the ranker really saw."""

from typing import Any, Final

import duckdb
import numpy as np
import orjson

from indexing.arrays import Float32Array
from ranking.features.features import NAMES, definition_hash
from ranking.learning.clicks.logged_clicks import LoggedClicks

_ROWS: Final = """
SELECT query_id, (page - 1) * page_size + 1 AS first, features
FROM impressions
WHERE shop = $shop AND features IS NOT NULL AND features LIKE '%"rows"%'
ORDER BY happened_at, query_id
"""
_AT_ONCE: Final = 1_000


def logged_features(
    db: duckdb.DuckDBPyConnection, shop: str, clicks: LoggedClicks
) -> dict[int, Float32Array]:
    """Pair, as the log numbers them → float32[features], the latest. Rows of other definitions of
    the features than this code's are left out. db: as for `read_clicks`.
    """
    log = clicks.log
    places = {each: place for place, each in enumerate(clicks.query_ids.to_pylist())}
    pairs, found = log.pairs, {}
    cursor = db.execute(_ROWS, {"shop": shop})
    while lines := cursor.fetchmany(_AT_ONCE):
        for query_id, first, told in lines:
            place = places.get(query_id)
            if place is None:
                continue
            rows = _rows(told)
            begin, end = int(log.begins[place]), int(log.begins[place + 1])
            for row in range(begin, end):
                at = int(log.positions[row]) - first
                if at < len(rows):
                    found[int(pairs[row])] = rows[at]
    return found


def _rows(told: str) -> Float32Array:
    """float32[k, features]; empty if they are of other features than this code computes."""
    none: Float32Array = np.empty((0, len(NAMES)), dtype=np.float32)
    features: Any = orjson.loads(told)
    if features.get("definitions") != definition_hash():
        return none
    rows = np.array(features["rows"], dtype=np.float32)
    return rows if rows.ndim == 2 and rows.shape[1] == len(NAMES) else none
