"""The reranker on the heads that the pipeline hands it."""

import time
from dataclasses import replace
from typing import Any

import numpy as np
import orjson
import pytest
from catalogs import build_index, open_index

from indexing.catalogue.index_config import IndexConfig
from ranking.generation import Generation
from ranking.rerank.head import head_key
from ranking.rerank.policy import DiversityPolicy, WindowCap
from ranking.search.request import SearchRequest
from ranking.search.result import SearchResult
from ranking.search.root import search

BRANDS = ("Lumo",) * 12 + ("Acme", "Zeta", "Oakley", "Norden", "Bright", "Casa")
PRODUCTS: list[dict[str, Any]] = [
    {"id": f"lamp-{n}", "title": f"desk lamp model {chr(97 + n)}{n} {'oak' if n % 2 else 'steel'}",
     "brand": brand, "price": 10.0 * (1 + n % 3), "category": ["Home", "Lamps"],
     "identifiers": [f"LM-{100 + n}"], "popularity": 50 - n,
     "attributes": {"colour": ["red", "blue"][n % 2], "seller": f"shop {n % 4}"}}
    for n, brand in enumerate(BRANDS)
] + [
    {"id": f"chair-{n}", "title": f"garden chair {n}", "category": ["Home", "Chairs"]}
    for n in range(5)
]  # fmt: skip


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    index = tmp_path_factory.mktemp("shop") / "main"
    build_index(index, PRODUCTS, config=IndexConfig(min_matches=1))
    return open_index(index)


def run(generation: Generation, text: str, **request: Any) -> SearchResult:
    asked = SearchRequest(text=text, budget_ms=60_000, page_size=40, **request)
    return search(asked, generation, time.perf_counter)


def ids(result: SearchResult) -> list[str]:
    return [hit.id for hit in result.hits]


def values(result: SearchResult, name: str) -> list[Any]:
    return [orjson.loads(hit.product).get(name) for hit in result.hits]


def under(generation: Generation, **changes: Any) -> Generation:
    policy = replace(DiversityPolicy(relevance_gap=1.0), **changes)
    return replace(generation, policy=replace(generation.policy, diversity=policy))


def test_no_brand_fills_the_page(shop: Generation) -> None:
    brands = values(run(under(shop), "desk lamp"), "brand")[:8]
    alone = values(run(shop, "desk lamp", diversity=False), "brand")[:8]
    assert alone.count("Lumo") > 4
    assert brands.count("Lumo") == 3


@pytest.mark.parametrize("text", ["Lumo desk lamp", "lumo", "LM-104", "lm104", "lamp lumo oak"])
def test_sameness_that_was_asked_for_stays(shop: Generation, text: str) -> None:
    varied, plain = run(shop, text, explain=True), run(shop, text, diversity=False)
    assert ids(varied) == ids(plain)
    assert varied.hits[0].explanation is not None
    assert varied.hits[0].explanation["moved"].startswith("kept")


def test_pages_are_cut_from_one_head(shop: Generation) -> None:
    whole = ids(run(shop, "desk lamp"))
    for size in (1, 3, 7, 20):
        asked = [
            SearchRequest(text="desk lamp", budget_ms=60_000, page=page, page_size=size)
            for page in range(1, 2 + len(whole) // size)
        ]
        pages = [ids(search(each, shop, time.perf_counter)) for each in asked]
        assert [found for page in pages for found in page] == whole


def test_caps_on_any_field(shop: Generation) -> None:
    cap = WindowCap("attributes.seller", 1, 4)
    sellers = [
        product["seller"]
        for product in values(run(under(shop, caps=(cap,)), "desk lamp"), "attributes")
        if product
    ][:12]
    for start in range(len(sellers) - 3):
        assert len(set(sellers[start : start + 4])) == 4
    by_price = under(shop, caps=(WindowCap("price", 1, 3),), twin_title=None, twin_cosine=None)
    prices = values(run(by_price, "desk lamp"), "price")[:12]
    for start in range(len(prices) - 2):
        assert len(set(prices[start : start + 3])) == 3
    unknown = under(shop, caps=(WindowCap("no_such_field", 1, 3),))
    assert sorted(ids(run(unknown, "desk lamp"))) == sorted(ids(run(shop, "desk lamp")))


def test_the_first_value_of_each_field(shop: Generation) -> None:
    columns = shop.snapshot.columns
    docs = np.arange(shop.snapshot.doc_count, dtype=np.uint32)
    for name in ("brand", "attributes.colour", "attributes.seller"):
        column = columns.keyword(name)
        assert column is not None
        for doc, ordinal in zip(docs, head_key(name, shop.snapshot, docs), strict=True):
            product = shop.snapshot.documents.product_at(int(doc))
            field = name.removeprefix("attributes.")
            held = product.get(field) or product.get("attributes", {}).get(field)
            assert (column.values[int(ordinal)] if ordinal >= 0 else None) == held
    assert set(head_key("nothing", shop.snapshot, docs).tolist()) == {-1}


def test_moves_are_explained(shop: Generation) -> None:
    hits = run(shop, "desk lamp", explain=True).hits
    told = [hit.explanation["moved"] for hit in hits if hit.explanation]
    assert any("at most 3 of one brand in 10 positions" in line for line in told)
    assert any(line.endswith("others were moved") for line in told)
    for hit in run(shop, "desk lamp", explain=True, diversity=False).hits:
        assert hit.explanation is not None
        assert hit.explanation["moved"] is None
