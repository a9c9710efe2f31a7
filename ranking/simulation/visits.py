"""Searches and pages in, clicks, carts and purchases out: the fast form, without a service."""

from dataclasses import dataclass

import numpy as np

from indexing.arrays import BoolArray, Int64Array, UInt8Array
from ranking.learning.clicks.click_log import CLICK, NOTHING, ClickLog, log_of_pages
from ranking.simulation.browsing import Browsing, browse
from ranking.simulation.shoppers import Crowd, Searches
from ranking.simulation.world import CLASSES, Truth

_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class Visits:
    """pages: int64[n, k], products, −1 for none. clicked: bool[n, k]. outcomes: uint8[n, k]."""

    searches: Searches
    pages: Int64Array
    clicked: BoolArray
    outcomes: UInt8Array


def visit(
    searches: Searches,
    pages: Int64Array,
    truth: Truth,
    crowd: Crowd,
    browsing: Browsing,
    chance: np.random.Generator,
) -> Visits:
    """pages: int64[n, k]: what each search shows. Bots click the worst of it, always."""
    clicked = np.empty(pages.shape, dtype=np.bool_)
    outcomes = np.empty(pages.shape, dtype=np.uint8)
    for begin in range(0, len(searches), _AT_ONCE):
        some = slice(begin, begin + _AT_ONCE)
        intents, users = searches.intents[some, None], searches.users[some]
        shown = pages[some]
        attraction = truth.attraction(intents, shown, crowd.classes[users][:, None])
        content = np.where(shown >= 0, truth.content[shown], 0)
        clicked[some], outcomes[some] = browse(browsing, attraction, content, chance)
        bots = np.flatnonzero(crowd.bots[users])
        worst = np.where(shown[bots] >= 0, attraction[bots], np.inf).argmin(axis=1)
        clicked[begin + bots], outcomes[begin + bots] = False, NOTHING
        there = shown[bots, worst] >= 0
        clicked[begin + bots[there], worst[there]] = True
        outcomes[begin + bots[there], worst[there]] = CLICK
    return Visits(searches, pages, clicked, outcomes)


def pages_of_searches(rankings: Int64Array, searches: Searches, crowd: Crowd) -> Int64Array:
    """int64[n, k]: rankings are memoised, int64[intents, k], or [classes, intents, k] where each
    class of shoppers has its own.
    """
    if rankings.ndim == 2:
        return rankings[searches.intents]
    assert len(rankings) == CLASSES  # noqa: S101 - a ranking of each class
    return rankings[crowd.classes[searches.users], searches.intents]


def click_log(visits: Visits, truth: Truth, begin: float = 0.0) -> ClickLog:
    """What a shop's log tells of it: groups in place of products, nothing of truth.

    begin: seconds since the epoch at the start of day 0.
    """
    goods = truth.world.goods
    _, first = np.unique(goods.groups, return_index=True)
    return log_of_pages(
        visits.searches.intents,
        np.where(visits.pages >= 0, goods.groups[visits.pages], -1),
        visits.clicked,
        truth.world.texts,
        tuple(goods.ids[product] for product in first.tolist()),
        users=visits.searches.users,
        times=begin + visits.searches.days * 86_400,
        outcomes=visits.outcomes,
    )
