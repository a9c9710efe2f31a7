"""Live searches as a query log, and the tables that suggestions read made of it.

The same tables as a build makes of a file: counts, trends, clicks, what was asked next. Only
queries of five people or more become rows, and none with personal data (`LogRules`).
"""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import duckdb
import numpy as np

from indexing.completions.completions import QUERY_LOG
from indexing.postings.strict_match import hidden_products
from indexing.query_log.lines import LogLine
from indexing.query_log.log_rows import LogRules, QueryLog
from indexing.query_log.reading import QueryLogBuilder
from indexing.query_log.table_build import Shop, build_queries
from indexing.snapshot import Snapshot
from indexing.vectors.build import sampled_titles

MOST_SEARCHES: Final = 2_000_000
"""The latest; each becomes a line."""
PHRASE_SAMPLE: Final = 200_000
LEAST_SHARE: Final = 0.5
"""Of the queries that the snapshot has of a file, which live ones must be as many as: a file knows
clicks and sessions that would be lost."""
_DAY_S: Final = 86_400
_FETCHED: Final = 50_000
_SEARCHES: Final = """
SELECT s.query, s.happened_at, coalesce(s.user_key, s.session_key, '') AS who,
    coalesce(c.product, '') AS product
FROM (
    SELECT query_id, query, happened_at, user_key, session_key FROM searches
    WHERE shop = $shop AND final AND NOT bot AND page = 1
        AND query <> '' AND query <> '(personal)'
    ORDER BY happened_at DESC LIMIT $most
) s
LEFT JOIN (SELECT query_id, arg_min(product, happened_at) AS product FROM clicks_made
    GROUP BY query_id) c ON c.query_id = s.query_id
ORDER BY s.happened_at, s.query_id
"""


def live_log(
    db: duckdb.DuckDBPyConnection, shop: str, snapshot: Snapshot, now: float
) -> QueryLog | None:
    """Live searches, and the counts that the snapshot has of a file; None where live ones are too
    few to take its place.
    """
    builder = QueryLogBuilder(LogRules(latest=now + _DAY_S))
    for line in _lines(db, shop):
        builder.add(line)
    known = snapshot.queries
    for row in np.flatnonzero(known.sources == QUERY_LOG).tolist():
        times = max(float(known.weights[row]), 1.0)
        builder.add(LogLine(known.text(row), times, math.nan, "", ""))
    log = builder.finish(now)
    live = int((log.users > 0).sum())
    return log if live and live >= LEAST_SHARE * known.logged else None


def write_tables(folder: Path, log: QueryLog, snapshot: Snapshot) -> int:
    """Write queries/ and completions/ into the folder; rows of shoppers' queries."""
    shop = Shop(
        snapshot.documents,
        snapshot.columns,
        snapshot.index,
        snapshot.analyzer,
        snapshot.spelling,
        snapshot.encoder,
        snapshot.priors,
        snapshot.written,
        hidden_products(snapshot.columns, snapshot.config),
    )
    titles = sampled_titles(snapshot.documents, PHRASE_SAMPLE)
    return build_queries(folder, log, titles, shop).logged


def _lines(db: duckdb.DuckDBPyConnection, shop: str) -> Iterator[LogLine]:
    """In order of time."""
    found = db.execute(_SEARCHES, {"shop": shop, "most": MOST_SEARCHES})
    while rows := found.fetchmany(_FETCHED):
        for query, at, who, product in rows:
            yield LogLine(query, 1.0, at, who, product)
