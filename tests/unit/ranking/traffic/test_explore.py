"""Places on a budget: who may have one, how many there are, and what stays as it was."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from catalogs import build_index, open_index
from hypothesis import given
from hypothesis import strategies as st

from indexing.catalogue.index_config import IndexConfig
from indexing.catalogue.traffic_config import TrafficSettings
from ranking.generation import Generation
from ranking.search.request import SearchRequest
from ranking.search.result import SearchResult
from ranking.search.root import search
from ranking.traffic.explore import (
    believed,
    budgets,
    highest_rates,
    with_lifted,
)
from ranking.traffic.exposure import EXPLORED, Counted, Exposure
from ranking.traffic.places import places_given

NOW = 1_795_000_000.0
GIVEN = TrafficSettings(impressions_a_day=100)
NEW = [str(number) for number in range(50, 60)]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    products: list[dict[str, Any]] = [
        {"id": str(n), "title": f"Lamp {n}", "popularity": 1_000 - n, "stock": int(n != 55),
         "created_at": "2026-11-10" if str(n) in NEW else "2020-01-01"}
        for n in range(60)
    ]  # fmt: skip
    config = IndexConfig.model_validate({"traffic": {"impressions_a_day": 100}})
    build_index(tmp_path_factory.mktemp("traffic") / "main", products, config=config)
    folder = next(iter(tmp_path_factory.getbasetemp().glob("traffic*"))) / "main"
    return open_index(folder)


def found(shop: Generation, *counted: Counted, text: str = "lamp", **told: Any) -> SearchResult:
    given = replace(shop, exposure=Exposure.of(told.pop("at", NOW), counted))
    return search(SearchRequest(text, page_size=60, **told), given, lambda: 0.0)


def lifted(result: SearchResult) -> list[str]:
    pairs = zip(result.hits, result.marks, strict=False)
    return [hit.id for hit, mark in pairs if mark == EXPLORED]


def test_new_products_are_given_a_bounded_share(shop: Generation) -> None:
    plain = [hit.id for hit in search(SearchRequest("lamp", page_size=60), shop, lambda: 0.0).hits]
    result = found(shop)
    ids = [hit.id for hit in result.hits]
    given = lifted(result)
    assert sorted(ids) == sorted(plain)
    assert given
    assert set(given) <= set(NEW) - {"55"}, "sold out"
    assert len(given) <= 12
    assert not any(result.marks[:2])
    rest = [each for each in plain if each not in given]
    assert [each for each in ids if each not in given] == rest
    assert all(ids.index(each) < plain.index(each) for each in given)


def test_pages_agree_and_the_day_and_query_decide(shop: Generation) -> None:
    ids = [hit.id for hit in found(shop).hits]
    exposure = replace(shop, exposure=Exposure.of(NOW, ()))
    pages = [
        search(SearchRequest("lamp", page=page, page_size=15), exposure, lambda: 0.0)
        for page in (1, 2, 3, 4)
    ]
    assert [hit.id for page in pages for hit in page.hits] == ids
    assert [hit.id for hit in found(shop, at=NOW + 300).hits] == ids
    others = [lifted(found(shop, at=NOW + day * 86_400)) for day in range(1, 6)]
    assert any(each != lifted(found(shop)) for each in others)


def test_spent_known_and_old_ones_are_given_nothing(shop: Generation) -> None:
    spent = [Counted(each, 100, 100, 5) for each in NEW]
    assert lifted(found(shop, *spent)) == []
    known = [Counted(each, 0, 1_000, 500) for each in NEW]
    assert lifted(found(shop, *known)) == []
    disliked = [Counted(each, 0, 900, 0) for each in NEW]
    assert lifted(found(shop, *disliked)) == []
    assert lifted(found(shop, at=NOW + 31 * 86_400)) == []


def test_liked_ones_come_first(shop: Generation) -> None:
    counted = [Counted(each, 0, 100, 60 if each == "53" else 1) for each in NEW]
    given = [lifted(found(shop, *counted, at=NOW + day * 86_400)) for day in range(5)]
    assert [each[0] for each in given] == ["53"] * 5


def test_sorts_and_the_untouched_order_are_left_alone(shop: Generation) -> None:
    assert not any(found(shop, diversity=False).marks)


def test_explanations_say_so(shop: Generation) -> None:
    result = found(shop, explain=True)
    told = [(hit.explanation or {}).get("budget", "") for hit in result.hits]
    assert [bool(each) for each in told] == [bool(mark) for mark in result.marks]
    assert all("new product" in each for each in told if each)


def test_budgets_fall_with_evidence() -> None:
    shown = np.array([0, 500, 999, 1_000, 5_000])
    assert budgets(shown, GIVEN).tolist() == [100, 50, 1, 0, 0]


def test_what_is_believed_by_hand() -> None:
    yes, no = believed(np.array([[0, 980, 147], [0, 2, 9]]), GIVEN)
    assert yes.tolist() == pytest.approx([148, 3])
    assert no.tolist() == pytest.approx([852, 19])


def test_the_highest_rate_by_hand() -> None:
    # Beta(1, 19): .05 + 2 √(.05 · .95 ÷ 21); Beta(1, 59): 1 ÷ 60 + 2 √(59 ÷ 60² ÷ 61)
    found = highest_rates(np.array([[0, 0, 0], [0, 40, 0]]), GIVEN)
    assert found.tolist() == pytest.approx([0.145119, 0.049448], abs=1e-6)


@given(st.floats(0, 0.5), st.integers(1, 100), st.integers(1, 100), st.integers(0, 150))
def test_the_share_is_bounded(share: float, first: int, depth: int, length: int) -> None:
    slots = places_given(share, first, depth, length, np.random.default_rng(0))
    assert (np.diff(slots) > 0).all()
    if len(slots):
        assert slots.min() >= first - 1
        assert slots.max() < min(depth, length)
    assert len(slots) <= max(min(depth, length) - first + 1, 0) * share


@given(st.data())
def test_lifting_is_a_permutation(data: st.DataObject) -> None:
    length = data.draw(st.integers(1, 60))
    places = st.integers(0, length - 1)
    slots = np.array(sorted(data.draw(st.sets(places))), dtype=np.int64)
    wanted = np.array(data.draw(st.lists(places, unique=True)), dtype=np.int64)
    order, moved = with_lifted(length, slots, wanted)
    assert sorted(order.tolist()) == list(range(length))
    assert set(moved.tolist()) <= set(wanted.tolist())
    assert all(order.tolist().index(place) < place for place in moved.tolist())
    stayed = [place for place in order.tolist() if place not in set(moved.tolist())]
    assert stayed == sorted(stayed)
