"""`/v1/search` over HTTP: the shape of the answer, paging, counts, sorting."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from answer_shapes import SEARCH_ANSWER
from catalogs import build_index
from http_service import serving

from indexing.catalogue.index_config import IndexConfig

GOLDEN = Path(__file__).parent / "golden_search.json"
QUERIES = ["running shoes", "black dress", "lamp", "手机", "wireless", "cotton shirt blue", ""]
SHOP = [
    {"id": "L-1", "title": "Lumo floor lamp, red", "brand": "Lumo", "category": "Home > Lamps",
     "price": 49.5, "currency": "EUR", "rating": 4.5, "rating_count": 12, "stock": 3,
     "group_id": "G1", "attributes": {"colour": "red"}, "identifiers": ["LU-1000"]},
    {"id": "L-2", "title": "Lumo floor lamp, blue", "brand": "Lumo", "category": "Home > Lamps",
     "price": 47, "currency": "EUR", "rating": 4.5, "rating_count": 12, "stock": 0,
     "group_id": "G1", "attributes": {"colour": "blue"}, "identifiers": ["LU-1001"]},
    {"id": "L-3", "title": "Desk lamp & 5 < 6 clamps", "brand": "Acme", "category": "Home > Lamps",
     "price": 20, "currency": "EUR", "attributes": {"colour": "red"}},
    {"id": "C-1", "title": "Oak chair", "brand": "Acme", "category": "Home > Chairs",
     "price": 120, "currency": "EUR", "rating": 3.9, "rating_count": 2},
]  # fmt: skip


def search(http: httpx.Client, **parameters: Any) -> dict[str, Any]:
    answer = http.get("/v1/search", params=parameters)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def ids(body: dict[str, Any]) -> list[str]:
    return [hit["id"] for hit in body["hits"]]


def levels(body: dict[str, Any]) -> list[tuple[str, int]]:
    return [(hit["id"], hit["level"]) for hit in body["hits"]]


@pytest.fixture(scope="module")
def golden_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    data = tmp_path_factory.mktemp("golden") / "var"
    build_index(data / "main", SHOP)
    with serving(data) as client:
        yield client


_NUMBERS = {"took_ms", "ms", "score", "rank_score", "weight"}


def masked(value: Any, name: str = "") -> Any:
    """Without what differs from run to run, or with any change of weights."""
    if isinstance(value, dict):
        return {key: masked(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [masked(each, name) for each in value]
    if name in {"took_ms", "ms", "score", "rank_score", "weight"} and isinstance(
        value, int | float
    ):
        return "number"
    if name in {"query_id", "snapshot"} or (name == "id" and re.fullmatch("[0-9a-f]{16}", value)):
        return "text"
    return value


def test_the_golden_answer(golden_shop: httpx.Client) -> None:
    """The contract: changed on purpose only, with UPDATE_GOLDEN=1."""
    seen = masked(search(golden_shop, q="red lamp", facets="brand,category,price"))
    if os.environ.get("UPDATE_GOLDEN") == "1":
        GOLDEN.write_text(json.dumps(seen, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert seen == golden


def test_markup_of_the_catalogue_is_escaped_in_highlights(golden_shop: httpx.Client) -> None:
    hits = search(golden_shop, q="desk lamp")["hits"]
    (text,) = [hit["highlights"]["title"]["text"] for hit in hits if hit["id"] == "L-3"]
    assert text == "<em>Desk</em> <em>lamp</em> &amp; 5 &lt; 6 clamps"


@pytest.mark.parametrize("query", QUERIES)
def test_answers_have_the_documented_shape(http: httpx.Client, query: str) -> None:
    body = search(http, q=query, facets="brand,category,price,auto", explain=True)
    answer = SEARCH_ANSWER.validate_python(body, strict=True)
    assert len(answer["hits"]) <= answer["total"]
    assert answer["total_strict"] <= answer["total"]
    assert all("explanation" in hit for hit in answer["hits"])
    assert all(hit["id"] == hit["product"]["id"] for hit in answer["hits"])
    assert answer["page"] == {"number": 1, "size": 20}


def test_get_and_post_say_the_same(http: httpx.Client) -> None:
    by_url = search(http, q="shoes", filter=["price:20..90", "-attributes.colour:Black"], page=2)
    asked = {
        "query": "shoes",
        "filters": {
            "and": [
                {"field": "price", "range": {"gte": 20, "lte": 90}},
                {"not": [{"field": "attributes.colour", "any": ["Black"]}]},
            ]
        },
        "page": 2,
    }
    answer = http.post("/v1/search", json=asked)
    assert answer.status_code == 200
    by_json = answer.json()
    SEARCH_ANSWER.validate_python(by_json, strict=True)
    assert ids(by_json) == ids(by_url)
    assert by_json["total"] == by_url["total"] > 0


@pytest.mark.parametrize("query", QUERIES)
def test_the_head_does_not_depend_on_pages(http: httpx.Client, query: str) -> None:
    whole = ids(search(http, q=query, page_size=40))
    parts = [ids(search(http, q=query, page_size=20, page=page)) for page in (1, 2)]
    assert parts[0] + parts[1] == whole
    tens = [search(http, q=query, page_size=10, page=page)["hits"] for page in (1, 2, 3, 4)]
    assert [hit["id"] for hits in tens for hit in hits] == whole


@pytest.mark.parametrize("query", QUERIES)
def test_totals_count_what_can_be_paged_through(http: httpx.Client, query: str) -> None:
    found: list[str] = []
    for page in range(1, 11):
        body = search(http, q=query, page=page, page_size=100)
        found += ids(body)
    assert len(found) == len(set(found)) == min(body["total"], 1000)


@pytest.mark.parametrize("query", QUERIES)
def test_facet_counts_are_totals_with_that_filter(http: httpx.Client, query: str) -> None:
    facets = search(http, q=query, facets="brand,category,attributes.colour")["facets"]
    for field, facet in facets.items():
        for value in facet["values"][:4]:
            written = value["value"].replace("|", r"\|")
            body = search(http, q=query, filter=f"{field}:{written}", page_size=100)
            assert body["total"] == value["count"], (field, value)
            pages = 1 + (body["total"] - 1) // 100
            hits = [
                search(http, q=query, filter=f"{field}:{written}", page=page, page_size=100)["hits"]
                for page in range(1, pages + 1)
            ]
            assert sum(map(len, hits)) == body["total"]


def test_a_selection_does_not_hide_the_other_values(http: httpx.Client) -> None:
    before = search(http, q="shoes", facets="brand")["facets"]["brand"]["values"]
    chosen = before[1]["value"]
    after = search(http, q="shoes", facets="brand", filter=f"brand:{chosen}")["facets"]["brand"]
    assert {v["value"]: v["count"] for v in before} == {
        v["value"]: v["count"] for v in after["values"]
    }
    assert [v["value"] for v in after["values"] if v["selected"]] == [chosen]


@pytest.mark.parametrize("query", QUERIES)
def test_sorting_never_changes_the_set(http: httpx.Client, query: str) -> None:
    def everything(**more: Any) -> dict[str, Any]:
        first = search(http, q=query, filter="price:..60", page_size=100, **more)
        hits = first["hits"]
        for page in range(2, 2 + (first["total"] - 1) // 100):
            more_hits = search(
                http, q=query, filter="price:..60", page_size=100, page=page, **more
            )["hits"]
            hits += more_hits
        return {**first, "hits": hits}

    ranked = everything()
    assert ranked["total"] <= 1000, "choose a narrower filter for this test"
    groups = {hit["product"].get("group_id", hit["id"]) for hit in ranked["hits"]}
    for sort in ("price:asc", "price:desc", "newest", "rating:desc", "popularity:desc"):
        by_field = everything(sort=sort)
        assert by_field["total"] == ranked["total"]
        assert {hit["product"].get("group_id", hit["id"]) for hit in by_field["hits"]} == groups
    prices = [hit["product"]["price"] for hit in everything(sort="price:asc")["hits"]]
    assert prices == sorted(prices)


def test_page_depth_is_bounded(http: httpx.Client) -> None:
    assert search(http, q="", page=10, page_size=100)["page"] == {"number": 10, "size": 100}
    for page, size in ((11, 100), (51, 20), (1000, 2)):
        answer = http.get("/v1/search", params={"page": page, "page_size": size})
        assert answer.status_code == 422
        assert "filters" in answer.json()["errors"][0]["remedy"]


def test_a_page_beyond_the_end_is_empty(http: httpx.Client) -> None:
    body = search(http, q="lamp", filter="price:..30", page=50)
    assert body["hits"] == []
    assert body["total"] < 980


def test_chosen_fields_only(http: httpx.Client) -> None:
    hits = search(http, q="shoes", fields="title,price")["hits"]
    assert hits
    assert all(set(hit["product"]) <= {"title", "price"} for hit in hits)
    assert all(hit["id"] for hit in hits)
    refused = http.get("/v1/search", params={"q": "shoes", "fields": "title,no such"})
    assert refused.status_code == 422
    assert "list_price" in refused.json()["errors"][0]["remedy"]


def test_named_indexes(http: httpx.Client) -> None:
    assert search(http, q="lamp", index="small")["index"] == "small"
    assert ids(search(http, q="red lamp", index="small"))[0] == "1"
    answer = http.get("/v1/search", params={"q": "lamp", "index": "nowhere"})
    assert answer.status_code == 404
    assert "main, small" in answer.json()["errors"][0]["remedy"]


def test_a_vector_of_ones_own(http: httpx.Client) -> None:
    body = http.post("/v1/search", json={"query": "", "vector": [1.0] + [0.0] * 255}).json()
    SEARCH_ANSWER.validate_python(body, strict=True)
    assert body["hits"]
    for wrong in ([1.0], [0.0] * 256, [1e308] * 257):
        answer = http.post("/v1/search", json={"query": "lamp", "vector": wrong})
        assert answer.status_code == 422, wrong[:1]
    answer = http.post("/v1/search", json={"query": "lamp", "vector": [1e308] * 256})
    assert answer.status_code == 200


def test_no_time_at_all_costs_quality_only(http: httpx.Client) -> None:
    body = search(http, q="trail running shoes for rain", budget_ms=0)
    assert body["hits"]
    assert body["degraded"]
    answer = http.get("/v1/search", params={"q": "lamp", "budget_ms": 1e9})
    assert answer.status_code == 422


def test_switches(http: httpx.Client) -> None:
    body = search(http, q="running shoes", relax="off", diversity="off", semantic="off")
    assert all(hit["level"] == 0 for hit in body["hits"])
    assert body["total"] == body["total_strict"]


def test_similar_products(http: httpx.Client) -> None:
    hit = search(http, q="running shoes")["hits"][0]
    answer = http.get(f"/v1/products/{hit['id']}/similar", params={"limit": 5})
    assert answer.status_code == 200
    items = answer.json()["items"]
    assert len(items) == 5
    own = hit["product"].get("group_id")
    assert all(item["product"].get("group_id") != own for item in items)
    brand = items[0]["product"]["brand"]
    narrowed = http.get(
        f"/v1/products/{hit['id']}/similar", params={"filter": f"-brand:{brand}"}
    ).json()["items"]
    assert narrowed
    assert all(item["product"]["brand"] != brand for item in narrowed)


def test_one_product(http: httpx.Client) -> None:
    hit = search(http, q="lamp")["hits"][0]
    assert http.get(f"/v1/products/{hit['id']}").json() == hit["product"]
    odd = http.get("/v1/products/a%2Fb%20c", params={"index": "small"})
    assert odd.json()["title"] == "Desk & chair"  # tags are no text
    assert http.get("/v1/products/nothing").status_code == 404


def test_suggestions_find_something(http: httpx.Client) -> None:
    for typed in ("r", "ru", "run", "black ", "手", "lamp"):
        answer = http.get("/v1/suggest", params={"q": typed, "limit": 5})
        assert answer.status_code == 200
        items = answer.json()["items"]
        assert len(items) <= 5
        for item in items:
            assert search(http, q=item["text"])["total_strict"] > 0, item
    assert http.get("/v1/suggest").json() == {"items": []}


def test_a_request_chooses_among_the_policies_of_its_index(tmp_path: Path) -> None:
    policies = {"strict": {"min_matches": 1}, "same": {}}
    config = IndexConfig.model_validate({"min_matches": 3, "policies": policies})
    build_index(tmp_path / "var" / "main", SHOP, config=config)
    with serving(tmp_path / "var") as http:
        own = search(http, q="red chair")
        strict = search(http, q="red lumo", policy="strict")
        assert own["generation"]["policy"] == "default"
        assert strict["generation"]["policy"] == "strict"
        assert levels(strict) != levels(search(http, q="red lumo"))
        same = search(http, q="red chair", policy="same")
        assert ids(same) == ids(own)
        assert same["generation"]["id"] != own["generation"]["id"]
        posted = http.post("/v1/search", json={"query": "red lumo", "policy": "strict"}).json()
        assert (ids(posted), posted["generation"]) == (ids(strict), strict["generation"])
        assert search(http, q="red chair", policy="default")["generation"] == own["generation"]
        refused = http.get("/v1/search", params={"q": "lamp", "policy": "loose"})
        assert refused.status_code == 422
        (fault,) = refused.json()["errors"]
        assert fault["where"] == "policy"
        assert "It has: default, same, strict." in fault["remedy"]
        assert http.get("/v1/search", params={"policy": "A b"}).status_code == 422
