"""What people liked, over HTTP: events → `vitrina learn` → lists, and the next search."""

import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import orjson
import pytest
from http_service import serving, wait_until
from typer.testing import CliRunner

from app.cli import app
from app.events.pseudonyms import Pseudonyms, read_or_make_key
from app.settings import Settings
from app.state.archive import read
from app.state.profiles import open_profiles
from app.version import code_version
from indexing.current import read_current
from ranking.behaviour.profile import profile_of
from ranking.features.behaviour import BEHAVIOUR
from ranking.features.features import NAMES
from ranking.generation import open_generation
from ranking.search.request import SearchRequest
from ranking.search.root import search


@pytest.fixture(scope="module")
def data(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("liked") / "var"
    for name in ("main", "small"):
        shutil.copytree(demo_data / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def learnt(data: Path) -> Iterator[tuple[httpx.Client, list[str]]]:
    """A shop whose people liked and bought some products, and those, of groups of their own."""
    with serving(data, warm=False, features_logged=1.0) as http:
        looks_at(http, "P00000001", session_id="early")
        searched(http, "boots", session_id="early")  # before anything was learnt
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
        started = http.post("/v1/admin/learn", json={"days": 30})
        assert started.status_code == 202, started.text
        job = f"/v1/admin/builds/{started.json()['id']}"
        wait_until(lambda: http.get(job).json()["state"] != "running", 120)
        ended = http.get(job).json()
        assert (ended["kind"], ended["state"]) == ("learn", "succeeded"), ended
        assert ended["result"]["facts"] is not None
        assert ended["result"]["snapshot"] is None
        assert ended["progress"]["stage"] == "queries"
        wait_until(lambda: items(http, "/v1/popular") != [])
        yield http, ids


def test_nothing_is_learnt_for_what_is_not_there(learnt: tuple[httpx.Client, list[str]]) -> None:
    http, _ = learnt
    assert http.post("/v1/admin/learn", json={"index": "nowhere"}).status_code == 422
    assert http.post("/v1/admin/learn", json={"days": 0}).status_code == 422


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
    product = http.get(f"/v1/products/{ids[0]}").json()
    brands = recommended("trending-facets", facetName="brand")
    assert (brands[0]["facetName"], brands[0]["_score"]) == ("brand", 100)
    assert {product["brand"], brand} <= {each["facetValue"] for each in brands}
    scores = [each["_score"] for each in brands]
    assert scores == sorted(scores, reverse=True)
    assert recommended("trending-facets", facetName="brand", threshold=100)[-1]["_score"] == 100
    only = recommended(
        "trending-facets", facetName="brand", queryParameters={"filters": f"brand:{brand!r}"}
    )
    assert [each["facetValue"] for each in only] == [brand]
    roots = recommended("trending-facets", facetName="hierarchicalCategories.lvl0")
    assert product["category"][0].split(" > ")[0] in {each["facetValue"] for each in roots}
    assert not any(" > " in each["facetValue"] for each in roots)
    assert recommended("trending-facets", facetName="price") == []
    assert recommended("trending-facets", facetName="nothing") == []
    looks_at(http, ids[0], session_id="for-you")
    mine = recommended("recommended-for-you", queryParameters={"userToken": "for-you"})
    assert mine[0]["objectID"] == ids[1]
    nobodys = recommended("recommended-for-you")
    assert nobodys[0]["objectID"] == ids[0]  # what is popular
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
    one = names(searched(http, session_id="one")["hits"])
    before = answers_from_cache(http)
    other = names(searched(http, session_id="other")["hits"])
    assert answers_from_cache(http) == before + 1
    assert one == other != names(searched(http, session_id="nobody")["hits"])


def answers_from_cache(http: httpx.Client) -> float:
    told = re.search(r'(?m)^vitrina_cache_total\{result="hit"\} (\S+)$', http.get("/metrics").text)
    return float(told[1]) if told else 0.0


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


def test_queries_of_live_searches_are_offered(
    learnt: tuple[httpx.Client, list[str]], data: Path
) -> None:
    """Of five people; with what they clicked and asked next."""
    http, _ = learnt
    for person in range(6):
        who = {"session_id": f"s{person}", "index": "small"}
        first = http.get("/v1/search", params={"q": "blue lamp"} | who).json()
        click = {"type": "click", "product_id": "2", "query_id": first["query_id"]} | who
        assert http.post("/v1/events", json=click).json()["accepted"] == 1
        http.get("/v1/search", params={"q": "red lamp"} | who)
        if person < 4:
            http.get("/v1/search", params={"q": "desk chair"} | who)
    assert http.get("/v1/admin/analytics?index=small").json()["complete"]
    before = http.get("/v1/search?index=small").json()["generation"]["id"]
    done = CliRunner().invoke(app, ["learn", "--data", str(data), "--index", "small"])
    assert done.exit_code == 0, done.output
    wait_until(lambda: http.get("/v1/search?index=small").json()["generation"]["id"] != before)

    def offered(path: str, **asked: Any) -> dict[str, str]:
        answer = http.get(path, params={"index": "small"} | asked).json()
        return {each["text"]: each["source"] for each in answer["items"]}

    known = offered("/v1/suggest", q="bl")
    assert known["blue lamp"] == "query_log"
    hot = offered("/v1/discover")
    assert {text for text, source in hot.items() if source == "query_log"} == {
        "blue lamp", "red lamp",
    }  # fmt: skip
    after = http.get("/v1/after-click?index=small&q=blue lamp&product_id=2").json()["items"]
    assert (after[0]["text"], after[0]["reason"]) == ("red lamp", "returned")
    hint = http.get("/v1/hint?index=small&recent_queries=blue lamp").json()["items"]
    assert (hint[0]["text"], hint[0]["reason"]) == ("red lamp", "session")


def logged(data: Path, query: str) -> tuple[str | None, str | None, "np.ndarray[Any, Any]"]:
    """Facts, profile, and the feature rows that were served, NaN for null."""
    ((facts, profile, told),) = read(
        data / "state",
        "SELECT facts, profile, features FROM impressions WHERE query = ? ORDER BY seq LIMIT 1",
        (query,),
    )
    rows = orjson.loads(told)["rows"]
    return facts, profile, np.array(rows, dtype=np.float32)


def recomputed(data: Path, query: str, session: str, facts: str | None) -> tuple[str, Any]:
    """The profile's digest and the rows, as offline code makes them of these facts."""
    current = replace(read_current(data / "main"), facts=facts)
    generation = open_generation(data / "main", current, code_version())
    assert generation.degraded == ()
    profiles = open_profiles(data / "state", Settings().profiles)
    key = Pseudonyms(read_or_make_key(data / "state")).session(session)
    assert profiles is not None
    assert key is not None
    profile = profile_of(profiles.recent([key], time.time()), generation.segments, generation.facts)
    assert profile is not None
    request = SearchRequest(query, page_size=40, facets=("brand",), profile=profile)
    return profile.digest, search(request, generation, lambda: 0.0).features


def test_what_was_served_is_recomputed_bit_by_bit(
    learnt: tuple[httpx.Client, list[str]], data: Path
) -> None:
    """Train = serve; what was learnt later must be left out, and what is missing is 0."""
    http, ids = learnt
    looks_at(http, ids[0], session_id="late")
    searched(http, "SHOES", session_id="late")
    assert http.get("/v1/admin/analytics").json()["complete"]
    late_facts, late_profile, served = logged(data, "SHOES")
    assert late_facts is not None
    digest, rows = recomputed(data, "SHOES", "late", late_facts)
    assert digest == late_profile
    assert rows.tobytes() == served.tobytes()
    related = rows[:, NAMES.index("related_to_seen")]
    assert related.max() > 0

    early_facts, early_profile, early = logged(data, "boots")
    assert early_facts is None
    digest, rows = recomputed(data, "boots", "early", early_facts)
    assert digest == early_profile
    assert rows.tobytes() == early.tobytes()
    behaviour = [NAMES.index(each.name) for each in BEHAVIOUR.features[:3]]
    assert not rows[:, behaviour].any()
    _, with_later = recomputed(data, "SHOES", "late", None)
    assert with_later.tobytes() != served.tobytes()  # facts that are missing are not made up
