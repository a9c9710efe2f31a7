"""What Algolia's clients send and read, over HTTP: shared/instantsearch_contract.md by hand."""

import re
from typing import Any
from urllib.parse import urlencode

import httpx
import orjson
import pytest
from algolia_client import TEXT_PLAIN, one, several
from http_service import serving


def refusal(http: httpx.Client, path: str, body: Any) -> dict[str, Any]:
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    answer = http.post(path, content=content, headers=TEXT_PLAIN)
    assert 400 <= answer.status_code < 500, answer.text
    told: dict[str, Any] = answer.json()
    assert told["status"] == answer.status_code
    assert told["message"]
    assert answer.headers["access-control-allow-origin"] == "*"
    return told


def first_brand(http: httpx.Client, query: str = "lamp") -> tuple[str, int]:
    brand, count = next(iter(one(http, query, facets=["brand"])["facets"]["brand"].items()))
    return brand, count


def test_results_keep_the_order_of_the_requests(http: httpx.Client) -> None:
    results = several(
        http,
        {"indexName": "small", "query": "lamp"},
        {"indexName": "main_query_suggestions", "query": "lam", "hitsPerPage": 3},
        {"indexName": "main", "query": "lamp", "hitsPerPage": 0, "facets": "brand"},
        {"indexName": "main", "type": "facet", "facet": "brand", "facetQuery": "a"},
        {"indexName": "main", "query": "chair", "hitsPerPage": 2, "page": 1},
    )
    assert [result.get("index") for result in results] == [
        "small", "main_query_suggestions", "main", None, "main",
    ]  # fmt: skip
    small, suggested, counts, values, second = results
    assert {hit["objectID"] for hit in small["hits"]} == {"1", "2"}
    assert all("lam" in hit["query"] for hit in suggested["hits"])
    assert counts["hits"] == []
    assert counts["nbPages"] == 0
    assert counts["nbHits"] > 0
    assert values["facetHits"]
    assert len(second["hits"]) == 2
    assert second["page"] == 1


def test_version_4_writes_parameters_as_a_url(http: httpx.Client) -> None:
    brand, count = first_brand(http)
    params = urlencode(
        {
            "query": "lamp", "hitsPerPage": "3", "page": "0", "distinct": "true",
            "facets": '["brand","price"]', "facetFilters": f'[["brand:{brand}"]]',
            "numericFilters": '["price>=0"]', "attributesToRetrieve": '["name","price"]',
            "highlightPreTag": "__ais-highlight__", "highlightPostTag": "__/ais-highlight__",
            "tagFilters": "",
        }
    )  # fmt: skip
    (result,) = several(
        http,
        {"indexName": "main", "params": params},
        **{"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert result["nbHits"] == count
    assert result["facets"]["brand"] == {brand: count}
    assert set(result["hits"][0]) == {"objectID", "name", "price", "_highlightResult"}


def test_an_or_list_and_an_and_list_count_as_algolia_does(http: httpx.Client) -> None:
    """A value's count is what adding it as one more filter leaves."""
    brand, count = first_brand(http)
    refined = one(http, "lamp", facets=["brand", "colour"], facetFilters=[[f"brand:{brand}"]])
    assert refined["facets"]["brand"] == {brand: count}
    for colour, shown in refined["facets"]["colour"].items():
        both = one(http, "lamp", facetFilters=[[f"brand:{brand}"], f"colour:{colour}"])
        assert both["nbHits"] == shown
    none = one(http, "lamp", facetFilters=[f"brand:-{brand}"])
    assert none["nbHits"] == one(http, "lamp")["nbHits"] - count


def test_optional_filters_hide_nothing_and_lift(http: httpx.Client) -> None:
    plain = one(http, "lamp", hitsPerPage=50, getRankingInfo=True)
    best = [hit for hit in plain["hits"] if hit["_rankingInfo"]["level"] == 0]
    colour = best[-1]["colour"]
    lifted = one(http, "lamp", hitsPerPage=50, optionalFilters=[f"colour:{colour}"])
    assert lifted["nbHits"] == plain["nbHits"]
    ids = [[hit["objectID"] for hit in result["hits"]] for result in (plain, lifted)]
    assert sorted(ids[0]) == sorted(ids[1])
    assert lifted["hits"][0]["colour"] == colour


def test_hierarchical_levels(http: httpx.Client) -> None:
    levels = [f"hierarchicalCategories.lvl{n}" for n in range(3)]
    result = one(http, "", facets=levels, maxValuesPerFacet=1000)
    roots = result["facets"][levels[0]]
    assert all(" > " not in root for root in roots)
    root = next(iter(roots))
    inside = one(http, "", facets=levels, facetFilters=[[f"{levels[0]}:{root}"]])
    assert inside["facets"][levels[0]] == {root: roots[root]}
    assert all(path.startswith(f"{root} > ") for path in inside["facets"][levels[1]])
    leaf, count = next(iter(inside["facets"][levels[2]].items()))
    assert one(http, "", facetFilters=[f"{levels[2]}:{leaf}"])["nbHits"] == count
    hit = one(http, "", facetFilters=[f"{levels[2]}:{leaf}"])["hits"][0]
    assert hit["hierarchicalCategories"]["lvl2"] == leaf
    assert hit["categories"] == leaf.split(" > ")
    name = leaf.rpartition(" > ")[2]
    named = one(http, "", facets=["categories"], filters=f'categories:"{name}"')
    assert named["facets"]["categories"][name] == named["nbHits"] >= count


def test_star_counts_facets_and_orders_them(http: httpx.Client) -> None:
    result = one(http, "running shoes", facets=["*"], maxValuesPerFacet=20)
    order = result["renderingContent"]["facetOrdering"]["facets"]["order"]
    assert order[0] == "hierarchicalCategories.lvl0"
    assert {"brand", "colour"} <= set(order) <= set(result["facets"])
    assert all(len(values) <= 20 for values in result["facets"].values())
    price = result["facets_stats"]["price"]
    assert 0 < price["min"] < price["max"]
    assert "price" in result["facets"]  # the client reads the bounds only of what is there
    assert "price" not in order
    ratings = result["facets"]["rating"]
    assert all(float(rating) <= 5 for rating in ratings)


def test_numbers(http: httpx.Client) -> None:
    whole = one(http, "lamp", facets=["price"])
    low, high = (whole["facets_stats"]["price"][end] for end in ("min", "max"))
    middle = (low + high) / 2
    cheap = one(http, "lamp", numericFilters=[f"price<={middle}"], facets=["price"])
    dear = one(http, "lamp", filters=f"price > {middle}", facets=["price"])
    assert cheap["nbHits"] + dear["nbHits"] == whole["nbHits"]
    assert cheap["facets_stats"]["price"]["max"] <= middle
    either = [[f"price<={middle}", f"price>{middle}"]]
    assert one(http, "lamp", numericFilters=either)["nbHits"] == whole["nbHits"]


def test_replicas_are_orders(http: httpx.Client) -> None:
    for name, falling in (("main_price_asc", False), ("main_price_desc", True)):
        (result,) = several(http, {"indexName": name, "query": "lamp"})
        prices = [hit["price"] for hit in result["hits"] if "price" in hit]
        assert prices == sorted(prices, reverse=falling)
        assert result["nbHits"] == one(http, "lamp")["nbHits"]
        assert result["index"] == name
    (newest,) = several(http, {"indexName": "main_newest", "query": "lamp"})
    dates = [hit["created_at"] for hit in newest["hits"]]
    assert dates == sorted(dates, reverse=True)


def test_other_names_of_an_index(demo_data: Any) -> None:
    with serving(demo_data, index_aliases={"prod_Products": "main"}) as http:
        for name in ("prod_Products", "prod_Products_price_asc", "prod_Products_query_suggestions"):
            (result,) = several(http, {"indexName": name, "query": "lamp"})
            assert result["nbHits"] > 0
            assert result["index"] == name


def test_highlights_are_tags_in_unescaped_text(http: httpx.Client) -> None:
    (result,) = several(
        http,
        {"indexName": "small", "query": "desk chair", "highlightPreTag": "[",
         "highlightPostTag": "]", "attributesToSnippet": ["title:2"]},
    )  # fmt: skip
    hit = next(hit for hit in result["hits"] if hit["objectID"] == "a/b c")
    title = hit["_highlightResult"]["title"]
    assert title["value"] == "[Desk] & [chair]"
    assert title["matchLevel"] == "full"
    assert title["matchedWords"] == ["desk", "chair"]
    assert hit["_highlightResult"]["name"] == title
    assert hit["_highlightResult"]["brand"] == {
        "value": "Acme", "matchLevel": "none", "matchedWords": [],
    }  # fmt: skip
    assert hit["_snippetResult"]["title"]["value"] == "[Desk] & [chair]"
    for hit in one(http, "red lamp")["hits"]:
        assert hit["_highlightResult"]["name"]["value"]
        assert hit["_highlightResult"]["hierarchicalCategories"]["lvl0"]["value"]


def test_which_attributes(http: httpx.Client) -> None:
    (hit,) = one(http, "lamp", hitsPerPage=1, attributesToRetrieve=["*", "-description"],
                 attributesToHighlight=["name"])["hits"]  # fmt: skip
    assert "description" not in hit
    assert set(hit["_highlightResult"]) == {"name"}
    (bare,) = one(http, "lamp", hitsPerPage=1, attributesToRetrieve=[], attributesToHighlight=[])[
        "hits"
    ]
    assert set(bare) == {"objectID", "_highlightResult"}
    assert bare["_highlightResult"] == {}


def test_pages_and_places(http: httpx.Client) -> None:
    ids = [hit["objectID"] for hit in one(http, "lamp", hitsPerPage=12)["hits"]]
    second = [hit["objectID"] for hit in one(http, "lamp", hitsPerPage=4, page=1)["hits"]]
    assert second == ids[4:8]
    placed = [hit["objectID"] for hit in one(http, "lamp", offset=3, length=5)["hits"]]
    assert placed == ids[3:8]
    total = one(http, "", hitsPerPage=0)["nbHits"]
    last = one(http, "", hitsPerPage=300, page=(total - 1) // 300)
    assert len(last["hits"]) == (total - 1) % 300 + 1
    assert last["nbPages"] == (total - 1) // 300 + 1
    assert one(http, "", hitsPerPage=300, page=9)["hits"] == []
    assert one(http, "", hitsPerPage=1000)["nbPages"] == 1


def test_a_query_id_when_asked(http: httpx.Client) -> None:
    first, second = (one(http, "lamp", clickAnalytics=True)["queryID"] for _ in range(2))
    assert len(first) == 32
    assert first != second
    assert "queryID" not in one(http, "lamp", clickAnalytics=False)


def test_user_tokens_do_not_cost_the_cache(http: httpx.Client) -> None:
    def hits() -> float:
        found = re.search(r'cache_total{result="hit"} ([\d.]+)', http.get("/metrics").text)
        return float(found[1]) if found else 0.0

    one(http, "an unusual lamp", userToken="anonymous-1")
    before = hits()
    one(http, "an unusual lamp", userToken="anonymous-2")
    assert hits() == before + 1


def test_what_is_unknown_matches_nothing_and_is_told(http: httpx.Client) -> None:
    result = one(http, "lamp", facets=["nope", "brand"], facetFilters=["wat:x"])
    assert result["nbHits"] == 0
    assert "nope, wat" in result["message"]
    assert one(http, "lamp", facetFilters=["wat:-x"])["nbHits"] == one(http, "lamp")["nbHits"]
    assert one(http, "lamp", futureParameter={"a": 1}, aroundLatLng="1,2")["nbHits"] > 0


def test_facet_search(http: httpx.Client) -> None:
    brand, count = first_brand(http)
    asked = {"facetQuery": brand[:3].lower(), "maxFacetHits": 5, "query": "lamp",
             "highlightPreTag": "[", "highlightPostTag": "]"}  # fmt: skip
    answer = http.post("/1/indexes/main/facets/brand/query", content=orjson.dumps(asked))
    hits = answer.json()["facetHits"]
    assert {"value": brand, "highlighted": f"[{brand[:3]}]{brand[3:]}", "count": count} in hits
    levels = several(
        http,
        {"indexName": "main", "type": "facet", "facet": "hierarchicalCategories.lvl2",
         "facetQuery": "lamps", "query": ""},
    )[0]["facetHits"]  # fmt: skip
    assert levels
    assert all(hit["value"].count(" > ") == 2 for hit in levels)


def test_objects(http: httpx.Client) -> None:
    body = {
        "requests": [
            {"indexName": "small", "objectID": "a/b c", "attributesToRetrieve": ["name"]},
            {"indexName": "small", "objectID": "gone"},
        ]
    }
    results = http.post("/1/indexes/*/objects", content=orjson.dumps(body)).json()["results"]
    assert results == [{"objectID": "a/b c", "name": "Desk & chair"}, None]
    assert http.get("/1/indexes/small/1").json()["name"] == "Red lamp"
    gone = http.get("/1/indexes/small/gone")
    assert (gone.status_code, gone.json()["message"]) == (404, "ObjectID does not exist")


def test_recommendations(http: httpx.Client) -> None:
    product = one(http, "lamp", hitsPerPage=1)["hits"][0]["objectID"]
    models = ("looking-similar", "related-products", "bought-together")
    asked = [
        {"indexName": "main", "model": model, "objectID": product, "threshold": 0,
         "maxRecommendations": 4, "queryParameters": {"attributesToRetrieve": ["name"]}}
        for model in models
    ]  # fmt: skip
    answer = http.post("/1/indexes/*/recommendations", content=orjson.dumps({"requests": asked}))
    alike, related, together = (result["hits"] for result in answer.json()["results"])
    assert len(alike) == 4
    assert alike == related
    assert together == []
    scores = [hit["_score"] for hit in alike]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 100 for score in scores)
    assert product not in {hit["objectID"] for hit in alike}


def test_one_query_by_body_and_by_address(http: httpx.Client) -> None:
    by_body = http.post("/1/indexes/main/query", content=b'{"query":"lamp","hitsPerPage":2}')
    by_url = http.get("/1/indexes/main?query=lamp&hitsPerPage=2&x-algolia-api-key=k")
    ids = [[hit["objectID"] for hit in answer.json()["hits"]] for answer in (by_body, by_url)]
    assert ids[0] == ids[1]


def test_preflight(http: httpx.Client) -> None:
    answer = http.options(
        "/1/indexes/*/queries",
        headers={
            "Origin": "https://shop.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type,x-algolia-api-key,x-algolia-agent",
        },
    )
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "x-algolia-agent" in answer.headers["access-control-allow-headers"]
    assert "access-control-allow-origin" not in http.get(
        "/v1/search?q=lamp", headers={"Origin": "https://shop.example"}
    ).headers  # fmt: skip


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/1/indexes/*/queries", b"", 400),
        ("/1/indexes/*/queries", b"query=lamp", 400),
        ("/1/indexes/*/queries", b"[]", 400),
        ("/1/indexes/*/queries", {"requests": "x"}, 400),
        ("/1/indexes/*/queries", {"requests": [5]}, 400),
        ("/1/indexes/*/queries", {"requests": [{"query": "x"}]}, 400),
        ("/1/indexes/*/queries", {"requests": [{"indexName": "main"}] * 51}, 400),
        (
            "/1/indexes/*/queries",
            {"requests": [{"indexName": "main", "hitsPerPage": 900}] * 3},
            400,
        ),
        ("/1/indexes/nope/query", {}, 404),
        ("/1/indexes/main_nope_asc/query", {}, 404),
        ("/1/indexes/main/nothing/here", {}, 405),
        ("/1/indexes/main/query", {"hitsPerPage": 1001}, 400),
        ("/1/indexes/main/query", {"query": "x" * 2000}, 400),
        ("/1/indexes/main/query", {"params": {"query": "x"}}, 400),
        ("/1/indexes/*/recommendations", {"requests": [{"model": "what"}]}, 400),
        ("/1/events", {"events": [{"eventType": "click"}]}, 400),
    ],
)
def test_errors_say_what_is_wrong_as_clients_expect(
    http: httpx.Client, path: str, body: Any, status: int
) -> None:
    assert refusal(http, path, body)["status"] == status
