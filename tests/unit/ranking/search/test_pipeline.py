"""The pipeline on a small shop, from request to result."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from indexing.catalogue.index_config import IndexConfig
from indexing.postings.statistics import Statistics
from ranking.filters.filters import AnyOf, FilterError, Range
from ranking.generation import Generation, Rival
from ranking.rules.decision import Decision, PinnedTo
from ranking.search.request import SearchRequest, Sort
from ranking.search.result import SearchResult
from ranking.search.root import search
from ranking.search.similar import similar
from tests.catalogs import build_index, open_index

PRODUCTS: list[dict[str, Any]] = [
    {"id": f"lamp-{n}", "title": f"{colour} desk lamp {n}", "brand": brand, "price": 10.0 * n,
     "category": ["Home", "Lamps"], "stock": n % 2, "popularity": n, "group_id": f"g{n // 2}",
     "identifiers": [f"LM-{1000 + n}"], "attributes": {"colour": colour}}
    for n, (colour, brand) in enumerate(
        (colour, brand) for colour in ("red", "blue", "green") for brand in ("Lumo", "Acme", "Zeta")
    )
] + [
    {"id": f"chair-{n}", "title": f"oak chair {n}", "brand": "Sitwell", "price": 50.0 + n,
     "category": ["Home", "Chairs"], "stock": 5, "popularity": 1}
    for n in range(6)
]  # fmt: skip


def opened(tmp_path_factory: pytest.TempPathFactory, **config: Any) -> Generation:
    index = tmp_path_factory.mktemp("shop") / "main"
    build_index(index, PRODUCTS, config=IndexConfig(min_matches=1, **config))
    return open_index(index)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    return opened(tmp_path_factory)


def run(generation: Generation, text: str = "", **request: Any) -> SearchResult:
    return search(
        SearchRequest(text=text, budget_ms=60_000, **request), generation, time.perf_counter
    )


def ids(result: SearchResult) -> list[str]:
    return [hit.id for hit in result.hits]


def test_all_terms_first_and_groups_counted(shop: Generation) -> None:
    result = run(shop, "red lamp")
    assert all("red" in orjson.loads(hit.product)["title"] for hit in result.hits[:2])
    assert result.total_strict == 2  # lamps 0, 1, 2 in groups g0, g1
    assert result.hits[0].level == 0


def test_filters_narrow_and_facets_ignore_their_own_selection(shop: Generation) -> None:
    brand = AnyOf("brand", ("Lumo",))
    result = run(shop, "lamp", filters=(brand,), facets=("brand",))
    assert {orjson.loads(hit.product)["brand"] for hit in result.hits} == {"Lumo"}
    counts = {value.value: value.count for value in result.facets["brand"].values}
    assert set(counts) >= {"Lumo", "Acme", "Zeta"}
    for value, count in counts.items():
        assert run(shop, "lamp", filters=(AnyOf("brand", (value,)),)).total == count


def test_sorting_orders_the_same_set(shop: Generation) -> None:
    ranked = run(shop, "lamp", page_size=100)
    cheap = run(shop, "lamp", sort=Sort("price"), page_size=100)
    assert cheap.total == ranked.total == len(cheap.hits)
    prices = [orjson.loads(hit.product)["price"] for hit in cheap.hits]
    assert prices == sorted(prices)


def test_pages_are_cut_from_one_order(shop: Generation) -> None:
    whole = ids(run(shop, "lamp", page_size=6))
    halves = ids(run(shop, "lamp", page_size=3)) + ids(run(shop, "lamp", page=2, page_size=3))
    assert halves == whole


def test_a_shared_page_with_a_pin_tells_whose_each_hit_is_and_may_be_beyond_the_end(
    shop: Generation,
) -> None:
    shared = replace(shop, rival=Rival(shop, "test", ("a", "b"), "salt"))
    pinned = Decision(fired=("pin",), pins=(PinnedTo("chair-3", 1, "pin"),))
    first = run(shared, "lamp", decision=pinned, page_size=4)
    assert ids(first)[0] == "chair-3"
    assert first.teams[0] == ""
    assert set(first.teams[1:]) == {"a", "b"}
    beyond = run(shared, "lamp", decision=pinned, page_size=4, page=50)
    assert beyond.hits == beyond.teams == ()


def test_an_identifier_is_found_exactly(shop: Generation) -> None:
    result = run(shop, "LM-1004")
    assert ids(result)[0] == "lamp-4"
    assert result.hits[0].channels[0].name == "identifier"
    assert run(shop, "LM-9999").total == 0


@pytest.mark.parametrize("held", ["0884420588030", "884420588030", "00884420588030"])
@pytest.mark.parametrize("asked", ["0884420588030", "884420588030", "00884420588030"])
def test_a_gtin_is_the_same_with_zeros_before_it(tmp_path: Path, held: str, asked: str) -> None:
    index = tmp_path / "main"
    build_index(index, [*PRODUCTS, {"id": "tv", "title": "Television", "identifiers": [held]}])
    assert ids(run(open_index(index), asked)) == ["tv"]


def test_filters_that_leave_nothing_offer_what_there_is(shop: Generation) -> None:
    result = run(shop, "lamp", filters=(Range("price", 1e6, None),))
    assert result.total == 0
    assert result.hits == ()
    assert result.fallback_hits


@pytest.mark.parametrize("text", ["zzzz qqqq", "!!!", "🎉"])
def test_a_query_without_any_match_gets_popular_products_and_is_told(
    shop: Generation, text: str
) -> None:
    result = run(shop, text)
    assert result.hits
    assert result.relaxed is not None
    assert run(shop, text, relax=False).total == 0


def test_browsing_shows_everything(shop: Generation) -> None:
    assert run(shop, "").total == 11  # five groups of lamps, six chairs


def test_statistics_of_a_larger_collection(shop: Generation) -> None:
    """As in a segment or a shard: the collection holds more than the snapshot."""
    own = shop.snapshot.index.statistics
    ten = Statistics(10 * own.doc_count, own.mean_lengths, 10 * own.doc_freqs)
    index = replace(shop.snapshot.index, statistics=ten)
    part = replace(shop, snapshot=replace(shop.snapshot, index=index))
    assert ids(run(part, "")) == ids(run(shop, ""))
    for text in ("red lamp", "oak", "lamp 3", "oak lamp"):
        found = run(part, text, explain=True, page_size=100)
        assert ids(found) == ids(run(shop, text, page_size=100))  # rarities stand as they stood
        assert found.total == run(shop, text).total
        for hit in found.hits:
            lexical = [channel.score for channel in hit.channels if channel.name == "lexical"]
            assert hit.explanation is not None
            if lexical:
                words = hit.explanation["lexical"]
                assert words["score"] == pytest.approx(lexical[0], rel=1e-4)
                held = {term["term"]: term for part in words["terms"] for term in part["terms"]}
                assert all(
                    term["documents"] == ten.doc_freqs[index.lexicon.id_of(name)]
                    for name, term in held.items()
                )


def test_similar_products_are_of_other_groups(shop: Generation) -> None:
    doc = shop.snapshot.documents.find("lamp-0")
    assert doc is not None
    found = [hit.id for hit in similar(doc, shop, 5)]
    assert found
    assert not {"lamp-0", "lamp-1"} & set(found)


def test_similar_products_are_the_nearest_and_on_sale(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    shop = opened(tmp_path_factory, out_of_stock="hide")
    doc = shop.snapshot.documents.find("lamp-5")
    assert doc is not None
    found = similar(doc, shop, 10)
    assert [hit.score for hit in found] == sorted((hit.score for hit in found), reverse=True)
    assert found
    assert all(orjson.loads(hit.product)["stock"] > 0 for hit in found)


def test_where_all_that_matches_is_sold_out_something_else_is_shown(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    index = tmp_path_factory.mktemp("shop") / "main"
    kettle = {"id": "kettle", "title": "copper kettle", "stock": 0}
    build_index(index, [*PRODUCTS, kettle], config=IndexConfig(out_of_stock="hide"))
    found = run(open_index(index), "kettle", semantic=False)
    assert found.hits
    assert found.relaxed is not None
    assert found.relaxed.scope == "popular"
    assert "kettle" not in ids(found)


def test_a_compound_is_known_by_its_parts_where_one_was_said_before(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    index = tmp_path_factory.mktemp("shop") / "main"
    titles = ["iPhone13 charger", "iPhone 13 case", "iPhone 12 case"]
    build_index(index, [{"id": title, "title": title} for title in titles])
    found = run(open_index(index), "iphone case iphone-13")
    assert found.hits[0].id == "iPhone 13 case"
    assert found.hits[0].level == 0


def test_sold_out_products_can_be_hidden_or_demoted(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    hidden = run(opened(tmp_path_factory, out_of_stock="hide"), "lamp", page_size=100)
    assert hidden.hits
    assert all(orjson.loads(hit.product)["stock"] > 0 for hit in hidden.hits)
    demoted = run(opened(tmp_path_factory, out_of_stock="demote"), "lamp", page_size=100)
    stocks = [orjson.loads(hit.product)["stock"] > 0 for hit in demoted.hits]
    assert stocks == sorted(stocks, reverse=True)
    assert demoted.total == run(opened(tmp_path_factory), "lamp").total


def test_weights_and_facets_of_the_index_are_in_force(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    generation = opened(tmp_path_factory, weights={"brand": 9.0}, facets=("colour", "gone"))
    assert generation.policy.bm25.weights[1] == 9.0
    result = run(generation, "lamp", facets=("auto",))
    assert list(result.facets) == ["attributes.colour"]


def test_only_offered_attributes_are_sorted_by(tmp_path_factory: pytest.TempPathFactory) -> None:
    index = tmp_path_factory.mktemp("shop") / "main"
    measured = [{**product, "width": 3.0, "height": 4.0} for product in PRODUCTS]
    build_index(index, measured, config=IndexConfig(sorts=("width",)))
    shop = open_index(index)
    assert len(run(shop, "lamp", sort=Sort("attributes.width")).hits) == 5
    assert len(run(shop, "lamp", sort=Sort("price")).hits) == 5
    with pytest.raises(FilterError, match=r"no order of this index.*attributes\.width"):
        run(shop, "lamp", sort=Sort("attributes.height"))


def test_a_field_of_weight_zero_is_not_searched(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    shop = opened(tmp_path_factory, weights={"brand": 0})
    assert run(shop, "sitwell", semantic=False).total_strict == 0
    assert run(shop, "oak", semantic=False).total_strict == 6
    assert run(shop, filters=(AnyOf("brand", ("Sitwell",)),)).total == 6


def test_explanation_adds_up(shop: Generation) -> None:
    hit = run(shop, "red lamp", explain=True).hits[0]
    assert hit.explanation is not None
    lexical = next(channel for channel in hit.channels if channel.name == "lexical")
    assert hit.explanation["lexical"]["score"] == pytest.approx(lexical.score, rel=1e-3)
    assert hit.explanation["features"]["coverage"] == pytest.approx(1.0, abs=1e-3)


def test_stages_tell_what_they_took_and_gave(shop: Generation) -> None:
    stages = run(shop, "red lamp", facets=("brand",)).stages
    assert [stage.name for stage in stages] == [
        "understand", "recall_lexical", "recall_semantic", "recall_kind",
        "recall_behaviour", "filter", "facets", "coarse", "fine", "rerank", "page",
    ]  # fmt: skip
    narrow = replace(shop, policy=replace(shop.policy, fine_pool=3))
    given = {stage.name: (stage.taken, stage.passed) for stage in run(narrow, "lamp").stages}
    assert given["coarse"] == (9, 5)  # products in, groups out
    assert given["fine"] == (3, 3)
    assert given["rerank"] == (5, 5)
