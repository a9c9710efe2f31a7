"""The fast form: many searches of memoised rankings become a click log."""

import numpy as np
import pytest

from indexing.demo.products import ProductStream
from indexing.demo.queries import make_intents
from indexing.demo.sample import Sample
from indexing.demo.shop import DEMO_UNTIL
from ranking.learning.clicks.click_log import CLICK, ClickLog
from ranking.simulation.browsing import Browsing
from ranking.simulation.goods import goods_of
from ranking.simulation.shoppers import Crowd, make_crowd, make_searches
from ranking.simulation.visits import click_log, pages_of_searches, visit
from ranking.simulation.world import CLASSES, Truth, make_world


@pytest.fixture(scope="module")
def truth() -> Truth:
    sample, lines = Sample(), []
    for group in ProductStream(3, DEMO_UNTIL).groups():
        sample.offer(group)
        lines += group
        if len(lines) > 300:
            break
    intents = make_intents(sample, 300, 3)[:40]
    return make_world(intents, goods_of(lines), seed=1).at(0.0)


def log_of(truth: Truth, seed: int, crowd: Crowd) -> ClickLog:
    chance = np.random.default_rng(seed)
    world = truth.world
    rankings = np.argsort(chance.random((len(world.intents), len(world.goods))), axis=1)[:, :8]
    rankings[0] = -1
    searches = make_searches(3_000, 0.0, 2.0, world.asked, crowd, chance)
    pages = pages_of_searches(rankings, searches, crowd)
    return click_log(visit(searches, pages, truth, crowd, Browsing(), chance), truth, 1e9)


def test_a_log_of_many_searches(truth: Truth) -> None:
    crowd = make_crowd(200, 2, 0.1, seed=1)
    log = log_of(truth, 1, crowd)
    assert len(log) == 3_000
    nothing_shown = int((log.queries == 0).sum())
    assert log.rows == 8 * (3_000 - nothing_shown)
    assert (np.diff(log.times) >= 0).all()
    assert 1e9 <= log.times[0] < log.times[-1] <= 1e9 + 2 * 86_400
    assert set(log.query_texts) == {intent.query for intent in truth.world.intents}
    assert len(log.product_ids) == len(set(truth.world.goods.groups.tolist()))
    bots = log.users >= 200
    assert bots.mean() == pytest.approx(0.1, abs=0.02)
    rows_of_bots = bots[log.search_of]
    assert log.clicked[rows_of_bots].sum() == (bots & (log.queries != 0)).sum()  # one each
    assert log.outcomes[rows_of_bots].max() == CLICK
    again = log_of(truth, 1, crowd)
    assert np.array_equal(log.clicked, again.clicked)
    assert not np.array_equal(log.products, log_of(truth, 2, crowd).products)


def test_shoppers_of_a_class_see_their_own_rankings(truth: Truth) -> None:
    crowd = make_crowd(60, 0, 0.0, seed=2)
    searches = make_searches(500, 0.0, 1.0, truth.world.asked, crowd, np.random.default_rng(1))
    rankings = np.arange(CLASSES)[:, None, None] * np.ones((1, len(truth.world.intents), 3), int)
    pages = pages_of_searches(rankings, searches, crowd)
    assert np.array_equal(pages[:, 0], crowd.classes[searches.users])


def test_more_is_searched_in_the_evening(truth: Truth) -> None:
    crowd = make_crowd(10, 0, 0.0, seed=1)
    searches = make_searches(20_000, 0.25, 1.25, truth.world.asked, crowd, np.random.default_rng(1))
    hours = (searches.days * 24).astype(int) % 24
    counts = np.bincount(hours, minlength=24)
    assert counts[20] > 4 * counts[3]
    assert searches.days.min() >= 0.25
    assert searches.days.max() <= 1.25
    assert crowd.activity.sum() == pytest.approx(1)
