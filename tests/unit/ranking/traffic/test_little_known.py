"""Places for what little is known of: which, how many, and what stays as it was."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from catalogs import build_index, open_index
from hypothesis import given
from hypothesis import strategies as st
from made_facts import after_query, made_facts

from indexing.catalogue.index_config import IndexConfig
from indexing.catalogue.traffic_config import TrafficSettings
from ranking.behaviour.facts import VALUES, Facts
from ranking.generation import Generation
from ranking.search.request import SearchRequest
from ranking.search.result import SearchResult
from ranking.search.root import search
from ranking.traffic.exposure import EXPLORED, HOUR_S, LITTLE_KNOWN, Exposure
from ranking.traffic.little_known import LEAST_CLICKS, share_given, with_drawn

NOW = 1_795_000_000.0
COUNT = 60
SURE = 0.01


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    products = [
        {"id": str(n), "title": f"Lamp {n}", "popularity": 1_000 - n, "stock": int(n != 55)}
        for n in range(COUNT)
    ]
    config = IndexConfig.model_validate({"traffic": {"little_known": True}})
    index = tmp_path_factory.mktemp("little") / "main"
    build_index(index, products, config=config)
    return open_index(index)


def facts_of(
    doubts: list[float], unknown: float, clicks: float = 1_000, below: float = 0.0
) -> Facts:
    """Row n is product n; all were clicked as expected after "lamp"."""
    told = {"doubt": unknown, "looked_at_below_click": below}
    usual = np.zeros((COUNT, len(VALUES)), dtype=np.float32)
    known = after_query("lamp", [0.0] * len(doubts), doubts, clicks)
    return made_facts([str(n) for n in range(COUNT)], told, values=usual, **known)


def found(shop: Generation, facts: Facts | None, at: float = NOW, **told: Any) -> SearchResult:
    given = replace(shop, exposure=Exposure.of(at, ()), facts=facts)
    return search(SearchRequest("lamp", page_size=COUNT, **told), given, lambda: 0.0)


def ids(result: SearchResult) -> list[str]:
    return [hit.id for hit in result.hits]


def lifted(result: SearchResult) -> list[str]:
    pairs = zip(result.hits, result.marks, strict=False)
    return [hit.id for hit, mark in pairs if mark == LITTLE_KNOWN]


def plain(shop: Generation, facts: Facts | None) -> list[str]:
    return ids(search(SearchRequest("lamp", page_size=COUNT), replace(shop, facts=facts),
                      lambda: 0.0))  # fmt: skip


def test_where_all_is_known_or_nothing_is_told_nothing_moves(shop: Generation) -> None:
    sure = facts_of([0.0] * COUNT, 0.7)
    assert lifted(found(shop, sure)) == []
    assert ids(found(shop, sure)) == plain(shop, sure)
    before = facts_of([0.7] * COUNT, 0.0)
    assert lifted(found(shop, before)) == []
    assert lifted(found(shop, None)) == []


def test_rare_queries_and_shoppers_who_look_on_are_given_nothing(shop: Generation) -> None:
    doubts = [SURE] * 50
    assert lifted(found(shop, facts_of(doubts, 1.0)))
    assert lifted(found(shop, facts_of(doubts, 1.0, clicks=LEAST_CLICKS - 1))) == []
    assert lifted(found(shop, facts_of(doubts, 1.0, below=1.0))) == []


def test_the_share_by_hand() -> None:
    settings = TrafficSettings(little_known=True, little_known_share=0.4)
    assert share_given(settings, 0.25, LEAST_CLICKS) == pytest.approx(0.3)
    assert share_given(settings, 0.25, LEAST_CLICKS - 0.1) == 0
    assert share_given(settings, 1.0, 1e9) == 0


def test_what_little_is_known_of_gets_a_bounded_share(shop: Generation) -> None:
    facts = facts_of([SURE] * 50, 1.0)
    own = plain(shop, facts)
    given = [lifted(found(shop, facts, NOW + hour * HOUR_S)) for hour in range(24)]
    assert all(len(each) <= 20 for each in given)
    assert {name for each in given for name in each} >= set(map(str, range(50, 55)))
    assert "55" not in {name for each in given for name in each}, "sold out"
    result = found(shop, facts)
    moved, shown = lifted(result), ids(result)
    assert moved
    assert sorted(shown) == sorted(own)
    assert [each for each in shown if each not in moved] == [e for e in own if e not in moved]
    place = {each: own.index(each) for each in own}
    behind = {each: shown[shown.index(each) :] for each in moved}
    assert all(min(place[e] for e in behind[each]) < place[each] for each in moved)


def test_the_hour_and_the_query_decide(shop: Generation) -> None:
    facts = facts_of([SURE] * 30, 1.0)
    begun = NOW // HOUR_S * HOUR_S
    first = ids(found(shop, facts, begun))
    assert ids(found(shop, facts, begun + HOUR_S - 1)) == first
    assert any(ids(found(shop, facts, begun + hour * HOUR_S)) != first for hour in range(1, 6))
    assert ids(found(shop, facts, begun, page=2)) == []
    assert lifted(found(shop, facts, begun, diversity=False)) == []


def test_new_ones_and_little_known_ones_are_told_apart(tmp_path: Path) -> None:
    products = [
        {"id": str(n), "title": f"Lamp {n}", "popularity": 1_000 - n,
         "created_at": "2026-11-10" if n >= 55 else "2020-01-01"}
        for n in range(COUNT)
    ]  # fmt: skip
    traffic = {"little_known": True, "impressions_a_day": 100}
    config = IndexConfig.model_validate({"traffic": traffic})
    build_index(tmp_path / "main", products, config=config)
    result = found(open_index(tmp_path / "main"), facts_of([SURE] * 50, 1.0), explain=True)
    marks = dict(zip(ids(result), result.marks, strict=True))
    new = {name for name, mark in marks.items() if mark == EXPLORED}
    assert new
    assert new <= {str(n) for n in range(55, COUNT)}
    assert set(lifted(result)) & {str(n) for n in range(50, 55)}
    assert not set(lifted(result)) & new
    assert EXPLORED not in result.marks[:2]
    told = {hit.id: (hit.explanation or {}).get("budget") for hit in result.hits}
    assert all("little is known" in str(told[name]) for name in lifted(result))
    assert [name for name, why in told.items() if why] == [n for n, mark in marks.items() if mark]


def test_slots_by_hand() -> None:
    order, moved = with_drawn(7, np.array([1, 3]), np.array([0, 5, 3, 6]), depth=6)
    assert order.tolist() == [0, 5, 1, 3, 2, 4, 6], "0 stands higher by itself"
    assert moved.tolist() == [5, 3]
    order, moved = with_drawn(4, np.array([0, 2]), np.array([], dtype=np.int64), depth=4)
    assert (order.tolist(), moved.tolist()) == ([0, 1, 2, 3], [])


@given(st.data())
def test_it_is_a_permutation_that_lifts_only_what_it_names(data: st.DataObject) -> None:
    length = data.draw(st.integers(1, 60))
    places = st.integers(0, length - 1)
    slots = np.array(sorted(data.draw(st.sets(places))), dtype=np.int64)
    drawn = np.array(data.draw(st.lists(places, unique=True)), dtype=np.int64)
    depth = data.draw(st.integers(1, 80))
    order, moved = (each.tolist() for each in with_drawn(length, slots, drawn, depth))
    assert sorted(order) == list(range(length))
    assert len(moved) <= len(slots)
    assert set(moved) <= set(drawn.tolist())
    assert all(min(order[order.index(place) :]) < place for place in moved)
    assert all(order.index(place) in set(slots.tolist()) for place in moved)
    stayed = [place for place in order if place not in moved]
    assert stayed == sorted(stayed)
