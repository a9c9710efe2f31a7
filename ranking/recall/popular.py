"""Popular products: the last resort when nothing matches."""

import numpy as np

from indexing.arrays import UInt32Array
from indexing.snapshot import Snapshot

QUOTA = 100


def most_popular(snapshot: Snapshot) -> UInt32Array:
    """uint32[≤ QUOTA], ascending."""
    return np.sort(snapshot.popular[:QUOTA])
