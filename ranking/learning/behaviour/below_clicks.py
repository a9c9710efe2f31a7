"""How often shoppers look below what they clicked, beside where they had clicked nothing above.

The User Browsing Model (Dupret and Piwowarski 2008): whether a place is looked at depends on the
place and on how far above it the last click was. Position-based shoppers, cascades and what leaves
a page content are cases of it. Here: γ(place, last click) = θ(place) · η(context), a context being
the places of the last click and the steps from there, each from one power of two to the next.

η is the Mantel–Haenszel ratio (1959) of the rates of clicks, the strata being a product of a query
at a place: how attractive it is and how far down it stands are the same on both sides. Which
shoppers saw it below a click is not: who has clicked may like more, which is taken for looking.
"""

from dataclasses import dataclass
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow as pa

from indexing.arrays import Float64Array

STEPS: Final = 8
"""Powers of two, of places and of steps: 1, 2 to 3, 4 to 7 …"""
NONE_ABOVE: Final = 0
CONTEXTS: Final = 1 + STEPS * STEPS
PRIOR_CLICKS: Final = 20.0
"""Of the belief: of all contexts together that it is 1, of each that it is as all together."""

_TELLING: Final = """
CREATE OR REPLACE TEMP TABLE telling AS
SELECT query, grp, position, context, who, bool_or(clicked) AS clicked
FROM seen SEMI JOIN (SELECT DISTINCT query, grp FROM seen WHERE clicked) USING (query, grp)
WHERE NOT personal
GROUP BY query, grp, position, context, who
"""
_BELOW: Final = """
WITH cells AS (
    SELECT query, grp, position, context, count(*) AS shown, count(*) FILTER (clicked) AS clicked
    FROM telling GROUP BY query, grp, position, context
)
SELECT below.context,
    sum(below.clicked * above.shown / (above.shown + below.shown)) AS clicks,
    sum(above.clicked * below.shown / (above.shown + below.shown)) AS expected
FROM cells below JOIN cells above USING (query, grp, position)
WHERE below.context <> 0 AND above.context = 0
GROUP BY below.context ORDER BY below.context
"""


def context_sql(position: str, last: str) -> str:
    """last: the place of the last click above, 0 for none."""
    place, steps = (
        f"least(floor(log2(greatest({each}, 1)))::INT, {STEPS - 1})"
        for each in (last, f"{position} - {last}")
    )
    return f"CASE WHEN {last} = 0 THEN {NONE_ABOVE} ELSE 1 + {STEPS} * {place} + {steps} END"


@dataclass(frozen=True, slots=True)
class BelowClicks:
    """ratios: float64[CONTEXTS], η; the first is 1. overall: of all of them together."""

    ratios: Float64Array
    overall: float

    @classmethod
    def of(cls, contexts: Any, clicks: Float64Array, expected: Float64Array) -> "BelowClicks":
        """clicks: below a click; expected: those that there would be were η 1."""
        overall = _ratio(float(clicks.sum()), float(expected.sum()), 1.0)
        ratios = np.full(CONTEXTS, overall)
        ratios[contexts] = _ratio(clicks, expected, overall)
        ratios[NONE_ABOVE] = 1.0
        return cls(ratios, float(overall))

    @classmethod
    def counted(cls, db: duckdb.DuckDBPyConnection) -> "BelowClicks":
        """db: with `seen`; it has `telling` afterwards, what was ever clicked after a query, once a
        person, place and context, without pages in whose order a profile had a say; and `looks`.
        """
        db.execute(_TELLING)
        found = db.execute(_BELOW).fetchnumpy()
        columns = {name: np.ma.getdata(column) for name, column in found.items()}
        below = cls.of(
            columns["context"].astype(np.int64),
            columns["clicks"].astype(np.float64),
            columns["expected"].astype(np.float64),
        )
        db.register("looks", pa.table({"context": np.arange(CONTEXTS), "looks": below.ratios}))
        return below


def _ratio(clicks: Any, expected: Any, belief: float) -> Any:
    return (clicks + PRIOR_CLICKS * belief) / (expected + PRIOR_CLICKS)
