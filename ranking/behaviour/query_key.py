"""When two queries are the same to what was learnt of them; and two regions."""

import numpy as np

from indexing.arrays import UInt64Array
from indexing.catalogue.row_order import hash_of_id


def query_key(text: str) -> str:
    """Case and spaces make no difference. Empty for browsing, of which nothing is learnt."""
    return " ".join(text.casefold().split())


def hash_of(key: str) -> np.uint64:
    """Of a query, as of a product's id."""
    raw: UInt64Array = np.frombuffer(
        hash_of_id(key.encode("utf-8", "replace").decode()), dtype=np.uint64
    )
    return np.uint64(raw[0])
