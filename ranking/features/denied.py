"""How far the product has what the query denies."""

import numpy as np

from indexing.arrays import Float64Array, UInt32Array
from indexing.snapshot import Snapshot
from ranking.features.feature import Feature, Group, Rows
from ranking.features.inputs import Inputs
from ranking.query.query import Denial
from ranking.recall.denied import lacks

FEATURES = (
    Feature("denied_held", "share of what is denied that it has", 0, 1, "nothing denied: NaN",
            trend=-1),
    Feature("lack_said", "share of what is denied that its title says it lacks", 0, 1,
            "nothing denied: NaN", trend=1),
)  # fmt: skip


def _fill(inputs: Inputs, rows: Rows) -> None:
    denied = inputs.query.denied
    if not denied:
        rows.matrix[:] = np.float32(np.nan)
        return
    found = inputs.read(lambda segment, docs: _both(denied, docs, segment))
    rows["denied_held"] = found[:, 0]
    rows["lack_said"] = found[:, 1]


def _both(denied: tuple[Denial, ...], docs: UInt32Array, segment: Snapshot) -> Float64Array:
    """float64[k, 2]: shares held, and said to lack."""
    found = lacks(denied, docs, segment)
    return np.stack([found.held.mean(axis=1), found.said.mean(axis=1)], axis=1)


DENIED = Group("denied", "What the query says must not be there.", FEATURES, _fill)
