"""Preferred products come first among those that match best."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from indexing.catalogue.index_config import IndexConfig
from ranking.filters.filters import AnyOf, Range
from ranking.generation import Generation
from ranking.search.request import SearchRequest, Sort
from ranking.search.root import search
from tests.catalogs import build_index, open_index

ASKED = SearchRequest(text="desk lamp", budget_ms=60_000, page_size=50)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    products = [
        {"id": f"p{n}", "title": f"{'desk' if n % 3 else 'floor'} lamp {n}", "price": 10.0 + n,
         "brand": ("Lumo", "Acme")[n % 2], "popularity": n}
        for n in range(24)
    ]  # fmt: skip
    index: Path = tmp_path_factory.mktemp("preferred") / "main"
    build_index(index, products, config=IndexConfig(min_matches=20))
    return open_index(index)


def found(shop: Generation, request: SearchRequest) -> list[tuple[str, int]]:
    hits = search(request, shop, time.perf_counter).hits
    return [(hit.id, hit.level) for hit in hits]


def test_they_come_first_and_the_rest_keeps_its_order(shop: Generation) -> None:
    plain = found(shop, ASKED)
    best = [hit for hit in plain if hit[1] == 0]
    assert 0 < len(best) < len(plain)
    acme = {f"p{n}" for n in range(1, 24, 2)}
    cheap = {f"p{n}" for n in range(10)}
    wished = (AnyOf("brand", ("Acme",)), Range("price", None, 19.5))
    lifted = found(shop, replace(ASKED, preferred=wished))
    expected = sorted(best, key=lambda hit: -((hit[0] in acme) + (hit[0] in cheap)))
    assert [hit for hit in lifted if hit[1] == 0] == expected
    assert [hit for hit in lifted if hit[1]] == [hit for hit in plain if hit[1]]


def test_no_preference_and_a_sort_change_nothing(shop: Generation) -> None:
    wished = (AnyOf("brand", ("Nobody",)),)
    assert found(shop, replace(ASKED, preferred=wished)) == found(shop, ASKED)
    by_price = replace(ASKED, sort=Sort("price"))
    assert found(shop, replace(by_price, preferred=(AnyOf("brand", ("Acme",)),))) == found(
        shop, by_price
    )
