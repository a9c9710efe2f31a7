"""How far apart a model's scores lie, so that what stands beside them can be weighed alike."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from indexing.arrays import Float32Array
from ranking.learning.dataset import QueryRows
from ranking.rankers.ranker import Ranker

_MOST: Final = 50.0
"""Times wider or narrower that is believed."""


def behaviour_scale(
    rows: Sequence[QueryRows], given: Mapping[str, Float32Array], shipped: Ranker
) -> float:
    """Mean standard deviation of a model's scores within a query, over the shipped model's.

    LambdaMART learns an order, not a scale, and `BEHAVIOUR_WEIGHTS` were set beside the shipped
    model: beside scores a quarter as wide they would count four times as much. given: query id →
    scores, out of fold. 1 where either has no spread.
    """
    own = _spread([given[each.query_id] for each in rows if each.query_id in given])
    other = _spread([shipped.scores(each.features) for each in rows if each.query_id in given])
    if not own > 0 or not other > 0:
        return 1.0
    return float(np.clip(own / other, 1 / _MOST, _MOST))


def _spread(scores: Sequence[Float32Array]) -> float:
    return float(np.mean([each.std() for each in scores if len(each) > 1] or [0.0]))
