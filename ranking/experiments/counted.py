"""What the units of an experiment did: SQL over what was logged, arrays out."""

from dataclasses import dataclass
from typing import Any, Final

import duckdb
import numpy as np

from indexing.arrays import Float64Array, Int64Array
from ranking.experiments.experiment import Experiment, Metric, Unit
from ranking.learning.behaviour.views import make_made, make_views

METRICS: Final[tuple[Metric, ...]] = ("ctr", "add_to_cart_rate", "conversion_rate", "revenue")
FAR: Final = 1e12
"""Seconds since the epoch: never."""
_SUMS: Final = (
    "count(*) AS searches, sum(clicked::INT) AS ctr, "
    "sum(coalesce(carted, false)::INT) AS add_to_cart_rate, "
    "sum(coalesce(bought, false)::INT) AS conversion_rate, sum(revenue) AS revenue"
)
_KEY: Final = "CASE $unit WHEN 'user' THEN user_key ELSE session_key END"
_EXPOSED: Final = f"""
CREATE OR REPLACE TEMP TABLE exposed AS
SELECT * FROM (
    SELECT *, {_KEY} AS unit, json_extract_string(exposures, $path) AS variant FROM made
) WHERE variant IS NOT NULL AND unit IS NOT NULL AND happened_at BETWEEN $begin AND $end
"""
_UNITS: Final = f"""
SELECT coalesce(list_position($names, min(variant)), 0) - 1 AS variant, min(happened_at) AS since,
    min(variant) <> max(variant) AS mixed, {_SUMS}
FROM exposed WHERE happened_at <= $until GROUP BY unit ORDER BY since, unit
"""
_PAST: Final = f"""
SELECT min(happened_at) AS since, {_SUMS}
FROM (SELECT *, {_KEY} AS unit FROM made) WHERE unit IS NOT NULL GROUP BY unit ORDER BY since, unit
"""
_POINTS: Final = """
SELECT min(happened_at) AS since, count(*) AS searches,
    count(*) FILTER (one > other) AS won_by_one, count(*) FILTER (other > one) AS won_by_other,
    count(*) FILTER (one = other AND one > 0) AS tied,
    sum(one) AS clicks_of_one, sum(other) AS clicks_of_other
FROM (
    SELECT e.query_id, e.unit, e.happened_at,
        count(*) FILTER (c.team = $one) AS one, count(*) FILTER (c.team = $other) AS other
    FROM exposed e LEFT JOIN clicked_teams c ON c.query_id = e.query_id
    WHERE e.happened_at <= $until
    GROUP BY ALL
) GROUP BY unit ORDER BY since, unit
"""


@dataclass(frozen=True, slots=True)
class Units:
    """Sums of each unit that was in one variant only, the first to come first.

    variants: int64[u], places in the experiment's list. since: float64[u], seconds since the epoch.
    searches: float64[u]; sums: metric → float64[u]. mixed: units that were in several.
    """

    variants: Int64Array
    since: Float64Array
    searches: Float64Array
    sums: dict[Metric, Float64Array]
    mixed: int = 0

    def of(self, variant: int) -> "Units":
        return self._where(self.variants == variant)

    def _where(self, chosen: Any) -> "Units":
        sums = {metric: values[chosen] for metric, values in self.sums.items()}
        return Units(
            self.variants[chosen], self.since[chosen], self.searches[chosen], sums, self.mixed
        )


@dataclass(frozen=True, slots=True)
class Points:
    """Of a shared page, a row a unit: searches won by either side, tied, and clicks on both.

    since, searches, tied: float64[u]. won, clicks: float64[u, 2].
    """

    since: Float64Array
    searches: Float64Array
    won: Float64Array
    tied: Float64Array
    clicks: Float64Array


def read_log(db: duckdb.DuckDBPyConnection, shop: str) -> None:
    """Prepare for the queries below. db: with `events` and `impressions`."""
    make_views(db)
    make_made(db, shop)


def expose(db: duckdb.DuckDBPyConnection, experiment: Experiment) -> None:
    """Make `exposed`: searches of those who are counted in it."""
    asked = {
        "path": f'$."{experiment.id}"',
        "unit": experiment.unit,
        "begin": experiment.started_at,
        "end": experiment.stopped_at or FAR,
    }
    db.execute(_EXPOSED, asked)


def units(db: duckdb.DuckDBPyConnection, experiment: Experiment, until: float = FAR) -> Units:
    """until: only searches up to then."""
    names = [variant.name for variant in experiment.variants]
    found = db.execute(_UNITS, {"names": names, "until": until}).fetchnumpy()
    mixed = np.asarray(found["mixed"], dtype=np.bool_)
    all_of_them = _units_of(found, np.asarray(found["variant"], dtype=np.int64), int(mixed.sum()))
    return all_of_them._where(~mixed & (all_of_them.variants >= 0))


def past_units(db: duckdb.DuckDBPyConnection, unit: Unit) -> Units:
    """All of the log, in no variant: what a horizon is computed from."""
    found = db.execute(_PAST, {"unit": unit}).fetchnumpy()
    return _units_of(found, np.zeros(len(found["since"]), dtype=np.int64), 0)


def points(db: duckdb.DuckDBPyConnection, experiment: Experiment, until: float = FAR) -> Points:
    """Who chose what was clicked. The variant of `exposed` is the list of sides of its products."""
    db.execute(
        "CREATE OR REPLACE TEMP TABLE clicked_teams AS "
        "SELECT t.query_id, t.team FROM ("
        "SELECT e.query_id, unnest(from_json(e.variant, '[\"VARCHAR\"]')) AS team, "
        "unnest(from_json(s.products, '[\"VARCHAR\"]')) AS product "
        "FROM exposed e JOIN searches s ON s.query_id = e.query_id) t "
        "JOIN clicks_made c ON c.query_id = t.query_id AND c.product = t.product"
    )
    one, other = (variant.name for variant in experiment.variants)
    asked = {"one": one, "other": other, "until": until}
    found = db.execute(_POINTS, asked).fetchnumpy()

    def column(name: str) -> Float64Array:
        return np.asarray(found[name], dtype=np.float64)

    return Points(
        column("since"),
        column("searches"),
        np.stack([column("won_by_one"), column("won_by_other")], axis=1),
        column("tied"),
        np.stack([column("clicks_of_one"), column("clicks_of_other")], axis=1),
    )


def _units_of(found: Any, variants: Int64Array, mixed: int) -> Units:
    def column(name: str) -> Float64Array:
        return np.asarray(found[name], dtype=np.float64)

    sums = {metric: column(metric) for metric in METRICS}
    return Units(variants, column("since"), column("searches"), sums, mixed)
