"""Which products of a query facts tell, and how they stand on disk."""

from typing import Any, Final

import numpy as np

from indexing.arrays import Float32Array, Float64Array, Int64Array
from ranking.behaviour.query_key import hash_of

MOST_OF_QUERY: Final = 200
"""Ten pages: what is known to be bad and left out counts as unknown, and comes back to the top."""
LEAST_LIFT: Final = 0.02
LEAST_SURE: Final = 0.9
"""Of the doubt where nothing is known: what is well known to be usual is known, too."""


def best_of_queries(queries: Int64Array, lifts: Float32Array, unsure: Float32Array) -> Int64Array:
    """Places of the MOST_OF_QUERY lifts of each query that say most, in the pairs' own order.

    unsure: doubts over that where nothing is known.
    """
    order = np.lexsort((-np.abs(lifts), queries))
    begins = np.searchsorted(queries[order], queries[order], "left")
    ranks = np.arange(len(order)) - begins
    told = (np.abs(lifts) >= LEAST_LIFT) | (unsure < LEAST_SURE)
    kept = order[(ranks < MOST_OF_QUERY) & told[order]]
    return np.sort(kept)


def of_queries(
    numbers: Any,
    rows: Int64Array,
    lifts: Float32Array,
    unsure: Float32Array,
    queries: list[str],
    clicks: Float64Array,
) -> dict[str, Any]:
    """Pairs by the queries' hashes, ascending; rows ascending within each. clicks: of queries."""
    distinct, of = np.unique(numbers, return_inverse=True)
    hashes = np.array([hash_of(queries[number]) for number in distinct.tolist()], dtype=np.uint64)
    rank = np.argsort(np.argsort(hashes, kind="stable"), kind="stable")
    order = np.lexsort((rows, rank[of] if len(of) else of))
    sizes = np.bincount(rank[of], minlength=len(distinct)) if len(of) else np.zeros(0, np.int64)
    return {
        "query_hashes": np.sort(hashes),
        "query_clicks": clicks[distinct.astype(np.int64)][np.argsort(rank)],
        "pair_begins": np.concatenate([[0], np.cumsum(sizes)]),
        "pair_rows": rows[order],
        "pair_lifts": lifts[order],
        "pair_doubts": unsure[order],
    }
