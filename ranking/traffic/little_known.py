"""Places for what clicks after the query say little of: it is shown until they say more.

Pages that facts order show what facts know. Shoppers who leave at their first click never look at
what stands below, so the first product that pleased stays on top and a better one is never heard
of. Thompson sampling again: each lift of clicks is drawn from what is believed of it, the ranker
orders by the drawn ones, and the best of that order get the places. What is well known draws what
it is. No draw is below what is known (May et al. 2012), so that what pleased is not put behind by
chance; above it draws are somewhat wider than is believed (Chapelle and Li 2011 call it reshaping).
They are those of the hour and the query.

How many places depends on what shoppers let hear of: who looks on below a click tells of what
stands there anyhow, so the less they look below one, the more places are given, the first among
them. Only queries that are asked often are worth it: elsewhere nobody would come to use what is
learnt.
"""

from typing import Final

import numpy as np

from indexing.arrays import Float32Array, Int64Array, UInt64Array
from indexing.catalogue.traffic_config import TrafficSettings
from ranking.errors import RankerFailedError
from ranking.features.behaviour import MOST
from ranking.features.features import NAMES
from ranking.query.query import Query
from ranking.rankers.ranker import checked_scores
from ranking.search.candidates import Ordered
from ranking.search.context import Context
from ranking.search.segments import read
from ranking.search.stock import sold_out
from ranking.traffic.places import chance_of, places_given

POOL: Final = 60
"""Products of the order that are looked at: what is far down is not what is missed."""
LEAST_CLICKS: Final = 40.0
"""That are known after a query."""
WIDTH: Final = 1.4
"""Of the draws, in the standard deviations that are believed."""
_LIFT = NAMES.index("clicks_for_query")


def share_given(settings: TrafficSettings, below: float, clicks: float) -> float:
    """Of the places. below: how often shoppers look below a click; clicks: known of the query."""
    return settings.little_known_share * (1.0 - below) if clicks >= LEAST_CLICKS else 0.0


def with_little_known(
    query: Query, ordered: Ordered, hour: int, context: Context
) -> tuple[Ordered, UInt64Array]:
    """And the keys of what stands before others for it."""
    none = np.empty(0, dtype=np.uint64)
    facts, settings = context.generation.facts, context.tables.config.traffic
    if facts is None:
        return ordered, none
    chance = chance_of(f"{hour}h", context.request.text)
    share = share_given(settings, facts.looks_below_click, query.clicked.clicks)
    slots = places_given(share, settings.little_known_first, settings.depth, len(ordered), chance)
    if not len(slots):
        return ordered, none
    drawn = drawn_order(query, ordered, POOL, context, chance)
    order, moved = with_drawn(len(ordered), slots, drawn, settings.depth)
    keys = ordered.candidates.keys[moved]
    return (ordered.rearranged(order) if len(moved) else ordered), keys


def drawn_order(
    query: Query, ordered: Ordered, pool: int, context: Context, chance: np.random.Generator
) -> Int64Array:
    """int64[k], places of the first `pool` that may be given better ones, those first that draw
    most; empty where nothing is in doubt, or nothing was ranked.
    """
    facts, features = context.generation.facts, ordered.features
    if facts is None or features is None or not facts.doubt:
        return np.empty(0, dtype=np.int64)
    size = min(pool, len(features), len(ordered))
    head = ordered.candidates.take(np.arange(size))
    known = read(head, context.segments, lambda segment, docs: facts.rows_in(segment).of_doc[docs])
    doubts = query.clicked.doubts_of(known, facts.doubt)
    scores = _drawn_scores(features[:size], doubts, context, chance)
    gone = read(head, context.segments, lambda segment, docs: sold_out(docs, segment))
    able = ~gone & (head.levels == head.levels.min(initial=0)) & ~np.isnan(scores)
    order: Int64Array = np.argsort(-scores, kind="stable")
    found: Int64Array = order[able[order]]
    return found


def _drawn_scores(
    features: Float32Array, doubts: Float32Array, context: Context, chance: np.random.Generator
) -> Float32Array:
    """float32[k]; NaN for those that the ranker never saw, and for all where it fails."""
    scores = np.full(len(features), np.nan, dtype=np.float32)
    seen = ~np.isnan(features[:, _LIFT])
    drawn = features.copy()
    drawn[:, _LIFT] += doubts * hopes(len(doubts), chance)
    np.clip(drawn[:, _LIFT], -MOST, MOST, out=drawn[:, _LIFT])
    try:
        scores[seen] = checked_scores(context.generation.ranker, drawn[seen])
    except RankerFailedError:
        return scores
    return scores


def hopes(count: int, chance: np.random.Generator) -> Float32Array:
    """float32[count], standard deviations above what is known: none below it."""
    drawn = chance.standard_normal(count, dtype=np.float32)
    found: Float32Array = np.maximum(np.float32(WIDTH) * drawn, 0)
    return found


def with_drawn(
    length: int, slots: Int64Array, drawn: Int64Array, depth: int
) -> tuple[Int64Array, Int64Array]:
    """The order of places 0 … length − 1 in which each slot is the best drawn one's that stands no
    higher; the others keep their order. And which stand before others for it.
    """
    given, taken = set(slots.tolist()), np.zeros(length, dtype=np.bool_)
    wanted, own = iter(drawn.tolist()), 0
    order: list[int] = []
    lifted: list[int] = []
    for place in range(min(depth, length)):
        while taken[own]:
            own += 1
        chosen = own
        if place in given:
            chosen = next((each for each in wanted if not taken[each]), own)
            if chosen != own:
                lifted.append(chosen)
        taken[chosen] = True
        order.append(chosen)
    rest = np.flatnonzero(~taken)
    return np.concatenate([np.array(order, dtype=np.int64), rest]), np.array(lifted, dtype=np.int64)
