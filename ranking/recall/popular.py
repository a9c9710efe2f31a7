"""Popular products: the last resort when nothing matches."""

import numpy as np

from indexing.arrays import UInt32Array
from indexing.snapshot import Snapshot

QUOTA = 100


def most_popular(snapshot: Snapshot) -> UInt32Array:
    """uint32[≤ QUOTA], ascending."""
    return np.sort(snapshot.popular[:QUOTA])


def most_popular_of(category: int, snapshot: Snapshot) -> UInt32Array:
    """uint32[≤ QUOTA], ascending, of one category and those below it. category: its ordinal."""
    inside = snapshot.columns.keywords["category"].table.holders_of(category)
    liked = snapshot.liked[inside]
    return np.sort(inside[np.lexsort((inside, -liked))[:QUOTA]])
