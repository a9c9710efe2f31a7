"""Nobody counts twice: what each row of a click log weighs."""

from typing import Final

import numpy as np

from indexing.arrays import Float64Array
from ranking.learning.clicks.click_log import ClickLog

MOST_OF_PERSON: Final = 200
"""Clicks on different products of queries that one person may have; more share their weight."""


def person_weights(log: ClickLog) -> Float64Array:
    """float64[r]: all rows of one person, query and product count as one together, so that
    whatever is repeated weighs no more. A person with very many clicks counts as one with
    MOST_OF_PERSON. O(r log r).
    """
    nobody = log.users < 0
    strangers = int(log.users.max(initial=-1)) + 1 + np.arange(len(log))
    users = np.where(nobody, strangers, log.users)[log.search_of]
    pairs = log.pairs
    order = np.lexsort((pairs, users))
    same = np.zeros(log.rows, dtype=np.bool_)
    same[1:] = (np.diff(users[order]) == 0) & (np.diff(pairs[order]) == 0)
    each = np.empty(log.rows, dtype=np.int64)
    each[order] = np.cumsum(~same) - 1
    times = np.bincount(each)
    clicks = np.bincount(each, log.clicked) > 0
    owner = np.zeros(len(times), dtype=np.int64)
    owner[each] = users
    busy = np.bincount(owner[clicks], minlength=int(users.max(initial=-1)) + 1)
    share = np.minimum(1.0, MOST_OF_PERSON / np.maximum(busy, 1))
    found: Float64Array = share[users] / times[each]
    return found
