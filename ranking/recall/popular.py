"""Popular products: the last resort when nothing matches."""

import numpy as np

from indexing.arrays import UInt32Array
from indexing.snapshot import Snapshot
from ranking.query.query import Query
from ranking.recall.hits import Hits

QUOTA = 100


def popular(query: Query, segment: Snapshot) -> Hits:
    """At most QUOTA, of the category that is meant if that is sure; scores are how well liked."""
    category = query.categories.sure
    best = np.sort(_best(segment) if category is None else _best_of(category, segment))
    return Hits(best, segment.liked[best])


def _best(snapshot: Snapshot) -> UInt32Array:
    return snapshot.there(snapshot.popular)[:QUOTA]


def _best_of(category: int, snapshot: Snapshot) -> UInt32Array:
    """Of one category and those below it. category: its ordinal."""
    inside = snapshot.there(snapshot.columns.keywords["category"].table.holders_of(category))
    liked = snapshot.liked[inside]
    return inside[np.lexsort((inside, -liked))[:QUOTA]]
