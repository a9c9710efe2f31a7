"""New arrivals: what came into the shop shortly before a segment was made."""

from datetime import datetime
from typing import Final

import numpy as np

from indexing.snapshot import Snapshot
from ranking.recall.hits import NO_HITS, Hits

NEW_DAYS: Final = 30
MOST: Final = 100
_DAY_S: Final = 86_400


def newest_of(segment: Snapshot) -> Hits:
    """At most MOST; scores from 0 (NEW_DAYS before the segment was made) to 1. O(n)."""
    try:
        made = datetime.fromisoformat(segment.manifest.created_at).timestamp()
    except ValueError:
        return NO_HITS
    created = segment.columns.dense("created_at")
    with np.errstate(invalid="ignore"):
        new = np.flatnonzero(created > made - NEW_DAYS * _DAY_S)  # or since, in a living index
    best = np.sort(new[np.argsort(-created[new], kind="stable")[:MOST]])
    ages = (made - created[best]) / (NEW_DAYS * _DAY_S)
    return Hits(best.astype(np.uint32), np.minimum(1 - ages, 1.0).astype(np.float32))
