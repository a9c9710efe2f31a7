"""Facts of which only a part is known."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from indexing.catalogue.row_order import hash_of_id
from ranking.behaviour.facts import ARRAYS, LISTS, VALUES, Facts
from ranking.behaviour.neighbours import Neighbours
from ranking.behaviour.query_key import hash_of


def made_facts(ids: Sequence[str], told: dict[str, Any] | None = None, **known: Any) -> Facts:
    """Row n is the n-th of these products. told: in the manifest. known: arrays and lists."""
    names = np.frombuffer(b"".join(map(hash_of_id, ids)), dtype=np.uint64)
    order, count = np.argsort(names), len(ids)
    given: dict[str, Any] = {name: np.empty(0, dtype=kind) for name, kind in ARRAYS.items()}
    for name in LISTS:
        Neighbours.taken(given, name)
        given[name] = Neighbours.none(count if name in ("related", "together") else 0)
    given |= {"product_hashes": names[order], "product_rows": order.astype(np.uint32)}
    given["values"] = np.full((count, len(VALUES)), np.nan, dtype=np.float32)
    return Facts("f", told or {}, **(given | known))


def after_query(
    text: str, lifts: Sequence[float], doubts: Sequence[float], clicks: float
) -> dict[str, Any]:
    """Arrays of the one query that is known: lifts and doubts of the first rows."""
    return {
        "query_hashes": np.array([hash_of(text)], dtype=np.uint64),
        "pair_begins": np.array([0, len(lifts)], dtype=np.uint32),
        "pair_rows": np.arange(len(lifts), dtype=np.uint32),
        "pair_lifts": np.array(lifts, dtype=np.float32),
        "pair_doubts": np.array(doubts, dtype=np.float32),
        "query_clicks": np.array([clicks], dtype=np.float32),
    }
