"""What a query says of products holds whatever the ranker thinks, and `score` tells the order."""

import time
from typing import Any

import pytest
from catalogs import build_index, open_index

from indexing.catalogue.index_config import IndexConfig
from ranking.generation import Generation
from ranking.search.request import SearchRequest
from ranking.search.result import SearchResult
from ranking.search.root import search

PASTA = {
    "wheat": "Pasta penne durum wheat",
    "spelt": "Spelt pasta penne with gluten",
    "corn": "Pasta fusilli corn, free from gluten",
    "rice": "Gluten-free pasta penne rice",
    "sauce": "Sauce free of gluten",
}
TEA = {"plain": "緑茶 茶葉", "sweet": "緑茶 砂糖入り", "bare": "緑茶 砂糖不使用"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    index = tmp_path_factory.mktemp("said") / "main"
    lines: list[dict[str, Any]] = [
        {"id": name, "title": title, "price": 3.0, "stock": place % 2}
        for place, (name, title) in enumerate((PASTA | TEA).items())
    ]
    lines += [
        {"id": f"cable{n}", "title": f"Cable {'long ' * (n % 2)}red", "price": 8.0 + 4 * n}
        for n in range(6)
    ]
    config = IndexConfig(languages=("en", "ja"), currency="EUR", out_of_stock="demote")
    build_index(index, lines, config=config)
    return open_index(index)


def run(shop: Generation, text: str, **given: Any) -> SearchResult:
    asked = SearchRequest(text=text, budget_ms=60_000, page_size=50, **given)
    return search(asked, shop, time.perf_counter)


def ids(found: SearchResult, level: int = 0) -> list[str]:
    return [hit.id for hit in found.hits if hit.level == level]


def test_what_says_that_it_lacks_it_is_first_and_what_has_it_last(shop: Generation) -> None:
    found = ids(run(shop, "pasta without gluten"))
    in_stock = [name for name in found if name not in ("wheat", "corn")]
    assert in_stock == ["rice", "spelt"]
    assert [name for name in found if name in ("wheat", "corn")] == ["corn", "wheat"]


def test_what_matches_less_is_not_lifted(shop: Generation) -> None:
    found = run(shop, "pasta without gluten")
    assert "sauce" not in [hit.id for hit in found.hits[:3]]


def test_japanese_says_it_behind_the_word(shop: Generation) -> None:
    found = ids(run(shop, "緑茶 砂糖不使用"))
    assert found.index("bare") < found.index("sweet")


def test_the_asked_price_comes_first_where_too_few_remain_to_filter(shop: Generation) -> None:
    found = run(shop, "cable under 15 euro")
    assert found.query["filters"][0]["applied"] is False
    assert set(ids(found)[:2]) == {"cable0", "cable1"}
    assert found.total_strict == 6
    dearer = run(shop, "cable between 19 and 30 euro")
    assert set(ids(dearer)[:3]) == {"cable3", "cable4", "cable5"}


@pytest.mark.parametrize(
    "text",
    [
        "pasta",
        "pasta without gluten",
        "cable under 15 euro",
        "緑茶 砂糖不使用",
        "long",
        "",
        "zzxqv",
    ],
)
def test_the_score_never_rises_and_the_rankers_own_is_beside_it(
    shop: Generation, text: str
) -> None:
    hits = run(shop, text).hits
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert all(hit.rank_score is not None and hit.score <= hit.rank_score for hit in hits)
