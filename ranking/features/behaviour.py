"""What shoppers did with the product: after this query, and anywhere."""

from typing import Final

import numpy as np

from indexing.arrays import Float32Array, Int64Array
from ranking.behaviour.clicked import Clicked
from ranking.behaviour.facts import VALUES, Facts
from ranking.features.feature import Feature, Group, Rows
from ranking.features.inputs import Inputs

MOST: Final = 2.0
"""No behaviour says more than e² = 7.4 times as much as expected."""
ATTRACTION, CONVERSION, DEMAND = range(len(VALUES))

FEATURES = (
    Feature("clicks_for_query", "ln of clicks, carts and purchases after this query over what its "
            "places let expect", -MOST, MOST, "nothing is known: 0", trend=1),
    Feature("clicks_anywhere", "the same after any query", -MOST, MOST, "nothing is known: 0",
            trend=1),
    Feature("bought_of_clicked", "ln of its purchases a click over the shop's", -MOST, MOST,
            "nothing is known: 0", trend=1),
    Feature("demand_percentile", "what was clicked and bought of it lately, among all that was",
            0, 1, "nothing is known: NaN", trend=1),
)  # fmt: skip


def _fill(inputs: Inputs, rows: Rows) -> None:
    facts = inputs.query.facts
    if facts is None:
        rows["clicks_for_query"] = rows["clicks_anywhere"] = rows["bought_of_clicked"] = 0.0
        rows["demand_percentile"] = np.nan
        return
    known = inputs.read(lambda segment, docs: facts.rows_in(segment).of_doc[docs])
    for name, values in known_of(facts, inputs.query.clicked, known).items():
        rows[name] = values


def known_of(facts: Facts, clicked: Clicked, known: Int64Array) -> dict[str, Float32Array]:
    """float32[k] by feature name. clicked: of the query. known: rows of the facts, −1 for none."""
    values = np.full((len(known), len(VALUES)), np.nan, dtype=np.float32)
    values[known >= 0] = facts.values[known[known >= 0]]
    return {
        "clicks_for_query": np.clip(clicked.lifts_of(known), -MOST, MOST),
        "clicks_anywhere": np.clip(np.nan_to_num(values[:, ATTRACTION]), -MOST, MOST),
        "bought_of_clicked": np.clip(np.nan_to_num(values[:, CONVERSION]), -MOST, MOST),
        "demand_percentile": values[:, DEMAND],
    }


BEHAVIOUR = Group(
    "behaviour",
    "What shoppers did, as far as `vitrina learn` knows; docs/learning.md.",
    FEATURES,
    _fill,
)
