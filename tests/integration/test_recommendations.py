"""What people liked, over HTTP: events → `vitrina learn` → lists, and the next search."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from http_service import serving, wait_until
from typer.testing import CliRunner

from app.cli import app


@pytest.fixture(scope="module")
def learnt(
    demo_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[httpx.Client, list[str]]]:
    """A shop whose people liked and bought some products, and those, of groups of their own."""
    data = tmp_path_factory.mktemp("liked") / "var"
    shutil.copytree(demo_data / "main", data / "main")
    with serving(data, warm=False) as http:
        found = http.get("/v1/search", params={"q": "shoes", "page_size": 40}).json()
        ids = [hit["id"] for hit in found["hits"]]
        events: list[dict[str, Any]] = []
        for person in range(12):
            who = {"user_id": f"u{person}", "region": "Lima" if person < 7 else "Cusco"}
            taste = (ids[0], ids[1], ids[2 + person % 2])
            events += [{"type": "view", "product_id": each} | who for each in taste]
            basket = (ids[0], ids[5]) if person < 8 else (ids[6], ids[7])
            events += [
                {"type": "purchase", "product_id": each, "value": 9} | who for each in basket
            ]
        answer = http.post("/v1/events", json={"events": events}).json()
        assert answer == {"accepted": len(events), "duplicates": 0, "rejected": []}
        assert http.get("/v1/admin/analytics").json()["complete"]
        done = CliRunner().invoke(app, ["learn", "--data", str(data)])
        assert done.exit_code == 0, done.output
        wait_until(lambda: items(http, "/v1/popular") != [], 20)
        yield http, ids


def items(http: httpx.Client, path: str, **asked: Any) -> list[dict[str, Any]]:
    answer = http.get(path, params=asked)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def names(found: list[dict[str, Any]]) -> list[str]:
    return [each["id"] for each in found]


def test_bought_together(learnt: tuple[httpx.Client, list[str]]) -> None:
    http, ids = learnt
    together = items(http, f"/v1/products/{ids[0]}/together")
    assert names(together) == [ids[5]]
    assert 0 < together[0]["score"] < 1
    assert [each["name"] for each in together[0]["channels"]] == ["behaviour"]
    assert names(items(http, f"/v1/products/{ids[5]}/together")) == [ids[0]]
    assert items(http, f"/v1/products/{ids[30]}/together") == []  # nobody bought it
    assert items(http, f"/v1/products/{ids[0]}/together", filter="brand:nobody") == []
    assert http.get("/v1/products/unknown/together").status_code == 404
    assert http.get(f"/v1/products/{ids[0]}/together?limit=0").status_code == 422


def test_related_is_what_people_liked_then_what_is_similar(
    learnt: tuple[httpx.Client, list[str]],
) -> None:
    http, ids = learnt
    related = items(http, f"/v1/products/{ids[0]}/related", limit=8)
    assert len(related) == 8
    liked = [each for each in related if each["channels"][0]["name"] == "behaviour"]
    assert liked == related[: len(liked)]
    assert names(liked)[0] == ids[1]
    assert set(names(liked)) == {ids[place] for place in (1, 2, 3, 5, 6, 7)}
    scores = [each["score"] for each in related]
    assert scores == sorted(scores, reverse=True)
    assert len(set(names(related)) | {ids[0]}) == 9
    unknown = items(http, f"/v1/products/{ids[30]}/related", limit=5)
    assert names(unknown) == names(items(http, f"/v1/products/{ids[30]}/similar", limit=5))


def test_popular_and_trending(learnt: tuple[httpx.Client, list[str]]) -> None:
    http, ids = learnt
    everywhere = items(http, "/v1/popular")
    assert names(everywhere)[0] == ids[0]
    assert everywhere[0]["score"] == 1
    in_cusco = items(http, "/v1/popular", region=" cusco ")
    assert names(in_cusco).index(ids[6]) < names(everywhere).index(ids[6])
    assert items(http, "/v1/popular", region="nowhere") == everywhere
    assert names(items(http, "/v1/trending", limit=1)) == [ids[0]]


def test_what_algolias_clients_ask(learnt: tuple[httpx.Client, list[str]]) -> None:
    http, ids = learnt

    def recommended(model: str, **asked: Any) -> list[dict[str, Any]]:
        one = {"indexName": "main", "model": model, "threshold": 0, "maxRecommendations": 5} | asked
        answer = http.post(
            "/1/indexes/*/recommendations", content=orjson.dumps({"requests": [one]})
        )
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["results"][0]["hits"]
        return found

    together = recommended("bought-together", objectID=ids[0])
    assert [each["objectID"] for each in together] == [ids[5]]
    assert 0 < together[0]["_score"] < 100
    assert recommended("bought-together", objectID=ids[0], threshold=99) == []
    related = recommended("related-products", objectID=ids[0])
    assert related[0]["objectID"] == ids[1]
    assert recommended("looking-similar", objectID=ids[0]) != related
    trending = recommended("trending-items")
    assert trending[0]["objectID"] == ids[0]
    brand = http.get(f"/v1/products/{ids[6]}").json()["brand"]
    of_brand = recommended("trending-items", facetName="brand", facetValue=brand)
    assert ids[6] in {each["objectID"] for each in of_brand}
    assert {each["brand"] for each in of_brand} == {brand}


def searched(http: httpx.Client, query: str = "shoes", **asked: Any) -> dict[str, Any]:
    answer = http.get("/v1/search", params={"q": query, "page_size": 40, "facets": "brand"} | asked)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def looks_at(http: httpx.Client, *products: str, **who: str) -> None:
    events = [{"type": "view", "product_id": each} | who for each in products]
    assert http.post("/v1/events", json={"events": events}).json()["accepted"] == len(events)


def same_set(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return all(one[name] == other[name] for name in ("total", "total_strict", "facets"))


def test_what_a_session_just_looked_at_counts_in_its_next_search(
    learnt: tuple[httpx.Client, list[str]],
) -> None:
    http, _ = learnt
    before = searched(http, session_id="now")
    chosen = before["hits"][30]
    looks_at(http, chosen["id"], session_id="now")
    after = searched(http, session_id="now", explain=True)  # at once, and not from the cache
    place = names(after["hits"]).index(chosen["id"])
    assert place < 30
    assert same_set(before, after)
    assert after["degraded"] == []
    told = after["hits"][place]["explanation"]
    adds = {part["feature"]: part["adds"] for part in told["contributions"]}
    assert adds["seen_lately"] > 0
    assert adds["brand_taste"] > 0
    assert "taste" in {channel["name"] for channel in after["hits"][place]["channels"]}
    assert "looks at" in told["found_by"]["taste"]
    for nobody in ({"personal": "off"}, {"analytics": "off"}):
        assert names(searched(http, session_id="now", **nobody)["hits"]) == names(before["hits"])
    assert names(searched(http, session_id="another")["hits"]) == names(before["hits"])
    assert names(searched(http, session_id="now")["hits"]) == names(after["hits"])
    by_price = searched(http, session_id="now", sort="price:asc")
    assert names(by_price["hits"]) == names(searched(http, sort="price:asc")["hits"])


def test_products_that_people_liked_who_liked_what_was_just_seen(
    learnt: tuple[httpx.Client, list[str]],
) -> None:
    http, ids = learnt
    looks_at(http, ids[0], "a product that nobody has", user_id="of ids 0")
    found = searched(http, user_id="of ids 0", session_id="any", explain=True)["hits"]
    recent = {
        hit["id"]: channel
        for hit in found
        for channel in hit["channels"]
        if channel["name"] == "recent"
    }
    assert recent[ids[1]]["rank"] == 1
    assert ids[0] not in recent
    hit = found[names(found).index(ids[1])]
    assert hit["explanation"]["features"]["related_to_seen"] > 0
    deleted = http.delete("/v1/users/of ids 0")
    assert deleted.status_code == 200
    again = searched(http, user_id="of ids 0", session_id="any")
    assert names(again["hits"]) == names(searched(http)["hits"])


def test_people_with_the_same_taste_share_an_answer_and_nobody_else_does(
    learnt: tuple[httpx.Client, list[str]],
) -> None:
    http, ids = learnt
    for who in ("one", "other"):
        looks_at(http, ids[20], session_id=who)
    answers = [searched(http, session_id=who) for who in ("one", "other", "nobody")]
    one, other, nobody = (names(answer["hits"]) for answer in answers)
    assert one == other != nobody
    hits = [line for line in http.get("/metrics").text.splitlines() if "cache" in line]
    assert hits


def test_what_is_popular_where_the_shopper_is(learnt: tuple[httpx.Client, list[str]]) -> None:
    http, ids = learnt
    there = searched(http, region="CUSCO", explain=True)
    by_id = {hit["id"]: hit for hit in there["hits"]}
    channels = {channel["name"] for channel in by_id[ids[6]]["channels"]}
    assert "regional" in channels
    assert by_id[ids[6]]["explanation"]["features"]["regional_demand"] > 0
    nowhere = searched(http, region="nowhere", explain=True)
    assert names(nowhere["hits"]) == names(searched(http)["hits"])
    assert same_set(there, nowhere)
    browsed = searched(http, query="", region="Cusco")
    assert browsed["total"] == searched(http, query="")["total"]


def test_algolias_clients_are_known_by_their_token(
    learnt: tuple[httpx.Client, list[str]],
) -> None:
    http, _ = learnt

    def asked(**more: Any) -> list[str]:
        one = {"indexName": "main", "query": "shoes", "hitsPerPage": 40} | more
        body = orjson.dumps({"requests": [one]})
        result = http.post("/1/indexes/*/queries", content=body).json()["results"][0]
        return [hit["objectID"] for hit in result["hits"]]

    before = asked()
    looks_at(http, before[30], session_id="anonymous-1")
    assert asked(userToken="anonymous-1").index(before[30]) < 30
    assert asked(userToken="anonymous-1", enablePersonalization=False) == before
    assert asked(userToken="anonymous-2") == before
