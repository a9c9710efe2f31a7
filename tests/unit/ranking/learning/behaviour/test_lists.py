"""Swing, co-purchase and popularity by region: by hand, and against plain references."""

import math
from itertools import combinations
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from behaviour_rows import DAY, T, database, searched
from hypothesis import given, settings
from hypothesis import strategies as st

from ranking.behaviour.neighbours import Neighbours
from ranking.behaviour.query_key import hash_of
from ranking.learning.behaviour.co_purchase import co_purchase, lift
from ranking.learning.behaviour.interactions import MOST_OF_PERSON, Bought, bought, liked
from ranking.learning.behaviour.regional import LEAST_PEOPLE, regional, smoothed
from ranking.learning.behaviour.swing import MOST_USERS, swing

WORTH = {"cart": 2.0, "purchase": 4.0}


def lists(found: Neighbours) -> list[dict[int, float]]:
    told = (found.of(place) for place in range(len(found)))
    return [dict(zip(rows.tolist(), scores.tolist(), strict=True)) for rows, scores in told]


def of_pairs(*pairs: tuple[int, int], products: int) -> list[dict[int, float]]:
    people = np.array([person for person, _ in pairs], dtype=np.int64)
    of = np.array([product for _, product in pairs], dtype=np.int64)
    samples = np.arange(people.max(initial=-1) + 1)
    return lists(swing(people, of, products, samples))


def test_swing_by_hand() -> None:
    # 0 likes a, b; 1 likes a, b; 2 likes a, b, c; 3 likes c alone
    pairs = [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1), (2, 2), (3, 2)]
    found = of_pairs(*pairs, products=3)
    two, three = 1 / math.sqrt(2), 1 / math.sqrt(3)
    # every pair of 0, 1, 2 shares a and b: 1 / (1 + 2)
    score = (two * two + two * three + two * three) / 3
    assert found[0] == pytest.approx({1: score})
    assert found[1] == pytest.approx({0: score})
    assert found[2] == {}  # of its two people only one likes anything else


def test_who_agrees_on_everything_says_less() -> None:
    few = of_pairs((0, 0), (0, 1), (1, 0), (1, 1), products=9)
    wide = [(person, product) for person in (0, 1) for product in range(9)]
    assert few[0][1] == pytest.approx(0.5 / 3)
    assert of_pairs(*wide, products=9)[0][1] == pytest.approx(1 / 9 / 10)


def plain_swing(tastes: list[set[int]], products: int) -> list[dict[int, float]]:
    fans = [
        [u for u, taste in enumerate(tastes) if i in taste][:MOST_USERS] for i in range(products)
    ]
    found: list[dict[int, float]] = [{} for _ in range(products)]
    for i in range(products):
        for u, v in combinations(fans[i], 2):
            common = tastes[u] & tastes[v]
            said = 1 / math.sqrt(len(tastes[u])) / math.sqrt(len(tastes[v])) / (1 + len(common))
            for j in common - {i}:
                found[i][j] = found[i].get(j, 0.0) + said
    return found


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sets(st.integers(0, 11), max_size=12), max_size=70))
def test_swing_equals_the_plain_reference(tastes: list[set[int]]) -> None:
    pairs = [(person, product) for person, taste in enumerate(tastes) for product in taste]
    people = np.array([person for person, _ in pairs], dtype=np.int64)
    of = np.array([product for _, product in pairs], dtype=np.int64)
    shuffled = np.random.default_rng(0).permutation(len(pairs))
    found = swing(people[shuffled], of[shuffled], 12, np.arange(len(tastes)))
    expected = plain_swing(tastes, 12)
    assert [each.keys() for each in lists(found)] == [each.keys() for each in expected]
    for one, other in zip(lists(found), expected, strict=True):
        assert one == pytest.approx(other, rel=1e-5)
        assert list(one.values()) == sorted(one.values(), reverse=True)


def test_co_purchase_by_hand() -> None:
    groups = np.array([3, 5, 8])
    told = Bought(
        groups=np.array([3, 3]), others=np.array([5, 8]), together=np.array([20, 2]),
        buyers_of=groups, buyers=np.array([40, 25, 50]), everybody=200,
    )  # fmt: skip
    found = lists(co_purchase(told, groups))
    # 3 and 5: 40 · 25 / 200 = 5 expected; 3 and 8: 10 expected, 2 found: no reason
    assert found[0] == pytest.approx({1: math.log(25 / 10)})
    assert found[1] == pytest.approx({0: math.log(25 / 10)})
    assert found[2] == {}
    assert lift(np.array([5]), np.array([5.0])).tolist() == [0.0]


def known_to(db: Any, *products: str) -> None:
    table = pa.table({"product": list(products), "grp": np.arange(len(products), dtype=np.int64)})
    db.register("known", table)


def buys(user: str, product: str, at: float = 0.0, **told: Any) -> dict[str, Any]:
    return {"happened_at": T + at, "type": "purchase", "user_key": user, "product": product} | told


def test_baskets() -> None:
    db = database(
        [],
        [
            buys("anna", "lamp"), buys("anna", "bulb", 60), buys("anna", "bulb", 90),
            buys("ben", "lamp"), buys("ben", "bulb", 1_700), buys("ben", "sofa", 3_000),
            buys("carl", "lamp"), buys("carl", "sofa", 7_200),  # another basket
            buys("dora", "lamp"), buys("dora", "sofa", 10),
            buys("dora", "sofa", 2 * DAY, type="return"),
            buys("eve", "lamp", trusted=0), buys("eve", "sofa", trusted=0),
            buys("fay", "lamp"), buys("fay", "sofa", 5, bot=1),
            buys("gus", "gone"), buys("gus", "bulb"),
            {"happened_at": T, "type": "purchase", "product": "sofa"},  # nobody's
        ],
    )  # fmt: skip
    known_to(db, "lamp", "bulb", "sofa")
    found = bought(db, "main")
    pairs = zip(found.groups.tolist(), found.others.tolist(), strict=True)
    # lamp and bulb: anna, ben. sofa with either: ben alone, whose basket is nobody's business
    assert dict(zip(pairs, found.together.tolist(), strict=True)) == {(0, 1): 2}
    assert found.buyers_of.tolist() == [0, 1, 2]
    assert found.buyers.tolist() == [5, 3, 2]
    assert found.everybody == 6
    assert bought(db, "elsewhere").everybody == 0


def test_liked_counts_a_person_once_and_keeps_the_latest() -> None:
    many = [
        {"happened_at": T + n, "type": "view", "session_key": "s", "product": f"p{n % 150}"}
        for n in range(600)
    ]
    db = database([], [*many, {"happened_at": T, "product": "p1"}])
    known_to(db, *(f"p{n}" for n in range(150)))
    found = liked(db, "main")
    assert len(found.samples) == 1
    assert sorted(found.groups.tolist()) == list(range(150 - MOST_OF_PERSON, 150))


def test_popular_by_region() -> None:
    def views(region: str | None, product: str, people: range, days: float = 0) -> list[Any]:
        return [
            {
                "happened_at": T - days * DAY, "type": "view", "region": region,
                "product": product, "user_key": f"u{person}",
            }
            for person in people
        ]  # fmt: skip

    db = database(
        [searched("q", T, "boat", region="north")],
        [
            *views("south", "lamp", range(30)),
            *views(" South ", "lamp", range(30, 40)),
            *views("north", "boat", range(40, 60)),
            *views("north", "boat", range(60, 61)) * 50,  # one person, however often
            *views("tiny", "sofa", range(LEAST_PEOPLE - 1)),
            *views("south", "sofa", range(40), days=14),
            {"happened_at": T, "query_id": "q", "product": "boat", "user_key": "of the search"},
        ],
    )
    known_to(db, "lamp", "boat", "sofa")
    found = regional(db, "main", T, np.arange(3), WORTH)
    assert set(found.hashes.tolist()) == {int(hash_of(key)) for key in ("", "south", "north")}
    popular = dict(zip(found.hashes.tolist(), lists(found.popular), strict=True))
    trending = dict(zip(found.hashes.tolist(), lists(found.trending), strict=True))
    everywhere, south, north = (int(hash_of(key)) for key in ("", "south", "north"))
    # lamp 40, boat 20 + 1 + 1, sofa 40 / 2 + 4
    assert popular[everywhere] == pytest.approx({0: 1.0, 2: 24 / 40, 1: 22 / 40})
    own = smoothed(np.array([0.0, 22, 0]), 22, np.array([40.0, 22, 24]), 86)
    assert popular[north] == pytest.approx(dict(enumerate((own / own[1]).tolist())))
    assert list(popular[north]) == [1, 0, 2]
    assert next(iter(popular[south])) == 0
    assert trending[everywhere][2] == pytest.approx((40 / 2**7 + 4) / 40, rel=1e-4)


def test_nothing_known() -> None:
    db = database([], [])
    known_to(db)
    assert len(liked(db, "main").people) == 0
    found = regional(db, "main", T, np.zeros(0, dtype=np.int64), WORTH)
    assert lists(found.popular) == [{}]
    assert lists(swing(*(np.zeros(0, dtype=np.int64),) * 2, 0, np.zeros(0, dtype=np.int64))) == []
