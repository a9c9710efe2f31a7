"""Places on a budget: new products are shown until it is known whether anybody wants them.

Thompson sampling (Thompson 1933; Chapelle and Li, NIPS 2011): each draws a rate of clicks from what
is believed of it; those that draw highest are given the places. Those that can hardly be clicked as
often as is usual are given none. The draws are those of the day and the query, so all pages and all
shoppers see the same. What is little known after a query has places of its own (`little_known.py`).
"""

import numpy as np

from indexing.arrays import BoolArray, Float64Array, Int64Array, UInt64Array
from indexing.catalogue.traffic_config import TrafficSettings
from ranking.query.query import Query
from ranking.search.candidates import Candidates, Explored, Ordered
from ranking.search.context import Context
from ranking.search.segments import read
from ranking.search.stock import sold_out
from ranking.traffic.exposure import DAY_S, Exposure
from ranking.traffic.little_known import with_little_known
from ranking.traffic.places import chance_of, places_given

POOL = 300
"""Products of the order that are looked at."""


def explored(query: Query, ordered: Ordered, context: Context) -> Ordered:
    """The same products; some new or little known ones stand higher, `explored` tells which."""
    exposure, settings = context.generation.exposure, context.tables.config.traffic
    if exposure is None or not settings.on or not len(ordered):
        return ordered
    new = little = np.empty(0, dtype=np.uint64)
    if settings.little_known:
        ordered, little = with_little_known(query, ordered, exposure.hour, context)
    if settings.impressions_a_day:
        ordered, new = _with_new(ordered, exposure, context)
    if not len(new) + len(little):
        return ordered
    return ordered.with_explored(Explored(new, little))


def _with_new(
    ordered: Ordered, exposure: Exposure, context: Context
) -> tuple[Ordered, UInt64Array]:
    """And the keys of the new products that were lifted, to the first places that are given."""
    settings = context.tables.config.traffic
    chance = chance_of(f"{exposure.day}", context.request.text)
    slots = places_given(settings.share, settings.first_place, settings.depth, len(ordered), chance)
    pool = ordered.candidates.take(np.arange(min(POOL, len(ordered))))
    counts = read(pool, context.segments, exposure.counts_of)
    places = np.flatnonzero(_able(pool, counts, exposure, settings, context))
    drawn = chance.beta(*believed(counts[places], settings))
    wanted = places[np.argsort(-drawn, kind="stable")]
    order, lifted = with_lifted(len(ordered), slots, wanted)
    keys = ordered.candidates.keys[lifted]
    return (ordered.rearranged(order) if len(lifted) else ordered), keys


def _able(
    pool: Candidates,
    counts: Int64Array,
    exposure: Exposure,
    settings: TrafficSettings,
    context: Context,
) -> BoolArray:
    """bool[pool]: new, in stock, as good a match as the best, and with something left today."""
    created = read(
        pool,
        context.segments,
        lambda segment, docs: (
            np.full(len(docs), np.nan)
            if (column := segment.columns.numeric("created_at")) is None
            else column.at(docs)
        ),
    )
    age_days = (exposure.at - created) / DAY_S
    new: BoolArray = (age_days < settings.new_days) & (age_days >= -1)  # NaN compares false
    if not new.any():
        return new
    gone = read(pool, context.segments, lambda segment, docs: sold_out(docs, segment))
    left = counts[:, 0] < budgets(counts[:, 1], settings)
    left &= highest_rates(counts, settings) >= settings.usual_ctr
    able: BoolArray = new & ~gone & left & (pool.levels == pool.levels.min())
    return able


def budgets(shown: Int64Array, settings: TrafficSettings) -> Float64Array:
    """float64[k], impressions a day: falls to 0 with the evidence that there is."""
    unknown = np.clip(1 - shown / settings.evidence, 0, 1)
    return np.ceil(settings.impressions_a_day * unknown)


def believed(counts: Int64Array, settings: TrafficSettings) -> tuple[Float64Array, Float64Array]:
    """float64[k] each: Beta(belief · usual + clicks, belief · (1 − usual) + unclicked)."""
    shown = counts[:, 1].astype(np.float64)
    clicks = np.minimum(counts[:, 2], shown)
    yes = settings.belief * settings.usual_ctr + clicks
    no = settings.belief * (1 - settings.usual_ctr) + shown - clicks
    return yes, no


def highest_rates(counts: Int64Array, settings: TrafficSettings) -> Float64Array:
    """float64[k]: mean and two standard deviations of what is believed."""
    yes, no = believed(counts, settings)
    total = yes + no
    mean = yes / total
    found: Float64Array = mean + 2 * np.sqrt(mean * (1 - mean) / (total + 1))
    return found


def with_lifted(
    length: int, slots: Int64Array, wanted: Int64Array
) -> tuple[Int64Array, Int64Array]:
    """The order of places 0 … length − 1 with `wanted` ones moved up to slots, best to the first;
    and which were moved. One that stands above the slot that is left for it needs none.
    """
    lifted: dict[int, int] = {}
    waiting = list(slots.tolist())
    for place in wanted.tolist():
        if waiting and place > waiting[0]:
            lifted[waiting.pop(0)] = place
    order = np.empty(length, dtype=np.int64)
    free = np.ones(length, dtype=np.bool_)
    moved = np.array(list(lifted.values()), dtype=np.int64)
    order[list(lifted)] = moved
    free[list(lifted)] = False
    stay = np.ones(length, dtype=np.bool_)
    stay[moved] = False
    order[free] = np.flatnonzero(stay)
    return order, moved
