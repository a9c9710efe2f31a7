"""Popular products: the last resort when nothing matches, and the order of browsing."""

import numpy as np

from indexing.arrays import Float32Array, UInt32Array
from indexing.priors import PRIOR_NAMES
from indexing.snapshot import Snapshot

QUOTA = 100
_WEIGHTS = {
    "popularity_percentile": 1.0,
    "rating_count_percentile": 0.5,
    "rating": 0.5,
    "in_stock": 0.5,
}


def popularity(snapshot: Snapshot, doc_ids: UInt32Array) -> Float32Array:
    """float32[k]: how much shoppers like each product, whatever they ask; unknown facts count 0."""
    priors = snapshot.priors[doc_ids]
    total = np.zeros(len(doc_ids), dtype=np.float32)
    for name, weight in _WEIGHTS.items():
        total += np.float32(weight) * np.nan_to_num(priors[:, PRIOR_NAMES.index(name)])
    return total


def most_popular(snapshot: Snapshot) -> UInt32Array:
    """uint32[≤ QUOTA], ascending."""
    everyone = np.arange(snapshot.doc_count, dtype=np.uint32)
    liked = popularity(snapshot, everyone)
    best = np.lexsort((everyone, -liked))[:QUOTA]
    return np.sort(everyone[best])
