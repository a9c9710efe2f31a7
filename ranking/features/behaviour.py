"""What shoppers did with the product: after this query, and anywhere."""

from typing import Final

import numpy as np

from ranking.behaviour.facts import VALUES
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
    rows["clicks_for_query"] = np.clip(inputs.query.clicked.lifts_of(known), -MOST, MOST)
    values = np.full((len(known), len(VALUES)), np.nan, dtype=np.float32)
    values[known >= 0] = facts.values[known[known >= 0]]
    for name, column in (("clicks_anywhere", ATTRACTION), ("bought_of_clicked", CONVERSION)):
        rows[name] = np.clip(np.nan_to_num(values[:, column]), -MOST, MOST)
    rows["demand_percentile"] = values[:, DEMAND]


BEHAVIOUR = Group(
    "behaviour",
    "What shoppers did, as far as `vitrina learn` knows; docs/learning.md.",
    FEATURES,
    _fill,
)
