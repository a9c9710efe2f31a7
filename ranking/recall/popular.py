"""Popular products: the last resort when nothing matches."""

import numpy as np

from indexing.arrays import UInt32Array
from indexing.snapshot import Snapshot
from ranking.query.query import Query
from ranking.recall.hits import Hits, equally_good

QUOTA = 100


def popular(query: Query, segment: Snapshot) -> Hits:
    """At most QUOTA, of the category that is meant if that is sure; all count the same."""
    category = query.prediction.sure
    best = _best(segment) if category is None else _best_of(category, segment)
    return equally_good(np.sort(best), 0.0)


def _best(snapshot: Snapshot) -> UInt32Array:
    return snapshot.popular[:QUOTA]


def _best_of(category: int, snapshot: Snapshot) -> UInt32Array:
    """Of one category and those below it. category: its ordinal."""
    inside = snapshot.columns.keywords["category"].table.holders_of(category)
    liked = snapshot.liked[inside]
    return inside[np.lexsort((inside, -liked))[:QUOTA]]
