"""What is true in a simulated shop: grades, attraction, gain, and the nDCG of pages."""

import gzip
from itertools import pairwise, permutations
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest

from indexing.demo.grades import Intent
from ranking.simulation.goods import Goods, goods_of, grades_of, read_goods
from ranking.simulation.noise import normals, uniforms
from ranking.simulation.true_ndcg import ideal_dcg, mean_interval, true_ndcg
from ranking.simulation.world import CLASSES, REGIONS, Tastes, World, make_world

FLAT = Tastes(appeal=0, fit=0, price=0, brand=0, content=0, drifting=0)


def product(name: str, group: str, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": name, "group_id": group, "brand": "Raego", "category": ["Home", "Lamps"],
        "attributes": {"colour": "Red"}, "identifiers": [f"x-{name}"], "price": 10.0,
    }  # fmt: skip
    return found | more


def intent(query: str, weight: float = 1.0, **more: Any) -> Intent:
    line: dict[str, Any] = {
        "query": query, "kind": "head", "category": ["Home", "Lamps"], "brand": None,
        "attributes": {}, "price": None, "identifier": None, "corrected": None, "weight": weight,
    }  # fmt: skip
    return Intent.of(line | more)


PRODUCTS = [
    product("a", "A", price=30.0),
    product("b", "A", attributes={"colour": "Blue"}, price=10.0),
    product("c", "C", brand="Zentron", price=20.0),
    product("d", "D", category=["Home", "Sofas"], price=5.0),
]
INTENTS = [
    intent("lamp", 3.0),
    intent("red raego lamp", brand="Raego", attributes={"colour": "Red"}),
    intent("x-d", category=None, identifier="x-d"),
    intent("zentron", category=None, brand="Zentron"),
    intent("cheap lamp", price=[None, 15.0]),
]


@pytest.fixture
def goods() -> Goods:
    return goods_of(PRODUCTS)


@pytest.fixture
def world(goods: Goods) -> World:
    return make_world(INTENTS, goods, seed=1, tastes=FLAT)


def test_products_are_read_as_arrays(tmp_path: Path, goods: Goods) -> None:
    path = tmp_path / "products.jsonl.gz"
    path.write_bytes(gzip.compress(b"\n".join(orjson.dumps(each) for each in PRODUCTS)))
    read = read_goods(path)
    assert read.ids == goods.ids == ("a", "b", "c", "d")
    assert read.groups.tolist() == [0, 0, 1, 2]
    assert read.brands.tolist() == [0, 0, 1, 0]
    assert read.price_places.tolist() == pytest.approx([5 / 6, 1 / 6, 0.5, 0.5])


def test_grades_are_those_of_the_demo_shop(goods: Goods) -> None:
    grades = grades_of(INTENTS, goods)
    pairs = zip(
        grades.intents.tolist(), grades.products.tolist(), grades.grades.tolist(), strict=True
    )
    assert list(pairs) == [
        (0, 0, 3), (0, 1, 3), (0, 2, 3), (1, 0, 3), (1, 1, 2), (1, 2, 2), (2, 3, 3), (3, 2, 3),
        (4, 0, 1), (4, 1, 3), (4, 2, 1),
    ]  # fmt: skip


def test_other_prices_satisfy_others(world: World) -> None:
    cheaper = world.priced(np.array([2]), np.array([15.0]))
    assert cheaper.grades.grades[-3:].tolist() == [1, 3, 3]
    assert cheaper.goods.price_places.tolist() == pytest.approx([5 / 6, 1 / 6, 0.5, 0.5])


def test_gain_by_hand(world: World) -> None:
    truth = world.at(0.0)
    products = np.array([0, 1, 3, -1])
    gains = truth.gains(np.array([1]), products, np.array([0]))
    assert gains.tolist() == pytest.approx([0.15, 0.075, 0, 0])  # .30, .15 · content of a half
    looked_at = truth.attraction(np.array([1]), products, np.array([0]))
    assert looked_at.tolist() == pytest.approx([0.3, 0.15, 0.004, 0])


def test_ndcg_by_hand(world: World) -> None:
    truth = world.at(0.0)
    # Intent 1: a (.15) beside c (.075); b is of the group of a, and counts once.
    ideal = 0.15 + 0.075 / np.log2(3)
    assert ideal_dcg(truth, np.array([0]))[0, 1] == pytest.approx(ideal)
    pages = np.array([[0, 2], [2, 0], [0, 1], [-1, -1], [1, 0]])
    found = true_ndcg(pages, truth, np.array([0]))
    assert found[0] == pytest.approx(1)
    assert found[1] == pytest.approx((0.075 + 0.15 / np.log2(3)) / ideal)
    assert found[2:4].tolist() == [0, 0]


def test_no_order_is_better_than_the_ideal() -> None:
    world = make_world(INTENTS, goods_of(PRODUCTS), seed=3)
    truth = world.at(1.0)
    every = [list(order) for order in permutations([0, 2, 3])] + [[1, 2, 3], [2, 1, 3]]
    for each in range(CLASSES):
        scores = [
            true_ndcg(np.tile(np.array(order), (len(INTENTS), 1)), truth, np.array([each]))
            for order in every
        ]
        best = np.max(scores, axis=0)
        assert (best <= 1 + 1e-6).all()
        assert best.tolist() == pytest.approx([1] * len(INTENTS))


def test_thrifty_shoppers_like_what_is_cheap_and_the_choosy_do_not(goods: Goods) -> None:
    truth = make_world(INTENTS, goods, seed=1, tastes=Tastes(fit=0, appeal=0, brand=0)).at(0.0)
    anybody, thrifty, choosy = (
        truth.attraction(np.array([0]), np.array([1, 0]), np.array([persona * len(REGIONS)]))
        for persona in range(3)
    )
    assert anybody[0] == anybody[1]
    assert thrifty[0] > anybody[0] > thrifty[1]
    assert choosy[0] < anybody[0] < choosy[1]


def test_what_arrives_later_is_no_loss_before(goods: Goods) -> None:
    arrivals = np.array([0.0, 0.0, 2.0, 0.0])
    world = make_world(INTENTS, goods, 1, FLAT, arrivals)
    pages = np.tile(np.array([0, -1]), (len(INTENTS), 1))
    before, after = (true_ndcg(pages, world.at(day), np.array([0])) for day in (1.0, 2.0))
    assert before[0] == pytest.approx(1)
    assert after[0] == pytest.approx(1 / (1 + 1 / np.log2(3)))
    assert np.isnan(before[3])  # nothing of that brand is there yet
    assert after[3] == 0


def test_planted_groups_are_liked_more(goods: Goods) -> None:
    plain, planted = (
        make_world(INTENTS, goods, 1, planted=np.array(groups, dtype=int)).at(0.0)
        for groups in ([], [1])
    )
    lifted = (planted.logits - plain.logits)[:3]
    assert lifted.tolist() == pytest.approx([0, 0, 2.5 * Tastes().appeal])
    assert planted.content[2] > plain.content[2]


def test_appeal_drifts_for_some_only() -> None:
    lines = [product(f"p{number}", f"g{number}") for number in range(400)]
    tastes = Tastes(fit=0, price=0, brand=0, drifting=0.25)
    world = make_world([INTENTS[0]], goods_of(lines), seed=2, tastes=tastes)
    first, last = world.at(0.0).logits, world.at(4.0).logits
    assert 0.2 < np.mean(first != last) < 0.3
    assert np.array_equal(first, world.at(0.0).logits)


def test_noise_belongs_to_keys() -> None:
    keys = np.arange(50_000)
    for seed in (0, 1):
        drawn = normals(keys, seed)
        assert abs(drawn.mean()) < 0.02
        assert abs(drawn.std() - 1) < 0.02
        assert np.array_equal(normals(keys[::-1], seed), drawn[::-1])
    assert abs(np.corrcoef(normals(keys, 0), normals(keys, 1))[0, 1]) < 0.02
    assert abs(np.corrcoef(normals(keys, 0)[:-1], normals(keys, 0)[1:])[0, 1]) < 0.02
    assert 0 < uniforms(keys, 5).min() < uniforms(keys, 5).max() < 1


def test_the_interval_of_a_mean() -> None:
    values = np.random.default_rng(1).normal(0.5, 0.1, 400)
    values[7] = np.nan
    found = mean_interval(values, np.ones(400), seed=0)
    assert found.mean == pytest.approx(np.nanmean(values))
    assert found.high - found.low == pytest.approx(2 * 1.96 * 0.1 / 20, rel=0.15)
    weighted = mean_interval(np.array([1.0, 0.0]), np.array([3.0, 1.0]), seed=0)
    assert weighted.mean == 0.75
    assert all(low <= high for low, high in pairwise([found.low, found.mean, found.high]))
