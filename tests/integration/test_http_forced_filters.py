"""A key with filters sees its seller's products, and of the others nothing at all."""

import itertools
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from catalogs import build_index
from http_service import serving, wait_until
from signed_keys import signed

ADMIN = {"X-API-Key": "a key of sixteen characters or more"}
OURS, THEIRS = "acme", "rival"
MARK = "zugspitze"
"""In everything of the other seller's."""
Made = dict[str, Any]


def product(number: int, seller: str) -> dict[str, Any]:
    kind = ("lamp", "chair", "desk")[number % 3]
    facts = {
        "id": f"{seller}-{number}",
        "title": f"{'Red' if number % 2 else 'Blue'} {kind} model {number}",
        "brand": f"brand{number % 4}",
        "category": f"Home > {kind}s",
        "price": 10 + number,
        "identifiers": [f"SKU{number:03}{'A' if seller == OURS else 'Z'}X"],
        "attributes": {"seller": seller, "color": "red" if number % 2 else "blue"},
    }
    if seller == THEIRS:
        facts["brand"] = f"{MARK} {number % 3}"
        facts["title"] += f" {MARK}"
        facts["category"] = f"{MARK} > {kind}s"
    if number < 4:  # variants of one product, sold by both
        facts["group_id"] = f"shared-{number}"
    return facts


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sellers") / "var"
    pairs = itertools.product(range(24), (OURS, THEIRS))
    build_index(folder / "main", [product(number, seller) for number, seller in pairs])
    build_index(folder / "other", [{"id": "1", "title": "No sellers here"}])
    return folder


@pytest.fixture(scope="module")
def http(data: Path) -> Iterator[httpx.Client]:
    with serving(data, admin_key=ADMIN["X-API-Key"], index_aliases={"shop": "main"}) as client:
        pins = {"pin": [f"{THEIRS}-7", f"{OURS}-8"], "boost": [{"filter": [f"brand:{MARK} 1"]}]}
        rules = [{"id": "theirs", "when": {"query": {"contains": "lamp"}}, "then": pins}]
        told = client.put("/v1/admin/rules", json={"rules": rules, "whole": True}, headers=ADMIN)
        assert told.status_code == 200, told.text

        def pinned() -> bool:
            hits = client.get("/v1/search", params={"q": "lamp"}).json()["hits"]
            return bool(hits[0]["id"] == f"{THEIRS}-7")

        wait_until(pinned)
        yield client


def made(http: httpx.Client, **facts: Any) -> Made:
    facts = {"name": "of a test", "scopes": ["search"], **facts}
    answer = http.post("/v1/admin/keys", json=facts, headers=ADMIN)
    assert answer.status_code == 201, answer.text
    found: Made = answer.json()
    return found


@pytest.fixture(scope="module")
def keys(http: httpx.Client) -> list[dict[str, str]]:
    """Headers of keys that all say the same: made so, and derived in several ways."""
    parent = made(http, scopes=["search", "events"], signing=True)
    narrow = made(http, filters=[f"attributes.seller:{OURS}"], signing=True)
    sign = parent["signing_key"]
    texts = [
        narrow["key"],
        signed(narrow["signing_key"], validUntil=int(time.time()) + 600),
        signed(narrow["signing_key"], filters=f"seller:{OURS} OR seller:{THEIRS}"),
        signed(sign, filters=f"seller:{OURS}", validUntil=int(time.time()) + 600),
        signed(sign, facetFilters=f'[["seller:{OURS}"]]', key=parent["id"]),
        signed(sign, filter=f"attributes.seller:{OURS}"),
        signed(sign, filters=f"NOT seller:{THEIRS}", restrictIndices="main"),
    ]
    return [{"X-API-Key": text, "X-Algolia-API-Key": text} for text in texts]


QUERIES = ["", "lamp", "red lamp", MARK, "SKU004ZX", "SKU005AX", "zugspitz", "under 20", "xyzzy",
           f"chair {MARK}", "rival", "lamp -red"]  # fmt: skip
FILTERS = [
    [], [f"attributes.seller:{THEIRS}"], [f"attributes.seller:{OURS}|{THEIRS}"],
    [f"-attributes.seller:{OURS}"], ["attributes.seller:*"], ["-attributes.seller:*"],
    ["price:..15"], ["attributes.color:red"], [f"brand:{MARK} 1"], ["price:1000.."],
]  # fmt: skip
_OURS = {"field": "attributes.seller", "any": [OURS]}
_THEIRS = {"field": "attributes.seller", "any": [THEIRS]}
TREES: list[Any] = [
    {"or": [_THEIRS, {"field": "price", "exists": True}]},
    {"not": [_OURS]},
    {"or": [{"not": [_OURS]}, {"not": [_THEIRS]}]},
    {"not": [{"and": [_OURS, _THEIRS]}]},
]
FACETS = "attributes.seller,brand,category,attributes.color,price,auto"


def check(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    facts: dict[str, Any] = answer.json()
    told = dict(facts)
    for own in ("query", "parsedQuery", "params"):  # what was typed comes back
        told.pop(own, None)
    assert THEIRS not in str(told)
    assert MARK not in str({**told, "relaxed": None, "did_you_mean": None}), told
    assert "ZX" not in str(told)
    return facts


def test_searches_with_every_filter(http: httpx.Client, keys: list[dict[str, str]]) -> None:
    chance = random.Random(7)
    asks = list(itertools.product(QUERIES, FILTERS))
    for text, filters in chance.sample(asks, 50):
        ask = {"q": text, "filter": filters, "facets": FACETS, "page_size": 60, "with": ""}
        ask |= chance.choice([{}, {"sort": "price:asc"}, {"explain": "on"}, {"implied": "off"}])
        facts = check(http.get("/v1/search", params=ask, headers=chance.choice(keys)))
        assert facts["total"] <= 24 and facts["stages"] == []
        values = {v["value"]: v["count"] for v in facts["facets"]["attributes.seller"]["values"]}
        assert values.get(THEIRS, 0) == 0
        assert {hit["variants"] for hit in facts["hits"]} <= {1}
    for text, tree in itertools.product(QUERIES[:4], TREES):
        body = {"query": text, "filters": tree, "facets": FACETS.split(",")}
        check(http.post("/v1/search", json=body, headers=chance.choice(keys)))


def test_all_of_its_own_is_there(http: httpx.Client, keys: list[dict[str, str]]) -> None:
    for headers in keys:
        ask = {"page_size": 100, "facets": "attributes.color"}
        facts = check(http.get("/v1/search", params=ask, headers=headers))
        assert facts["total"] == 24
        assert {hit["id"] for hit in facts["hits"]} == {f"{OURS}-{n}" for n in range(24)}
        counts = {v["value"]: v["count"] for v in facts["facets"]["attributes.color"]["values"]}
        assert counts == {"red": 12, "blue": 12}


def test_cached_answers_are_of_one_sight(http: httpx.Client, keys: list[dict[str, str]]) -> None:
    """The same request by anybody, by the seller, by another seller, and over again."""
    other = {"X-API-Key": made(http, filters=[f"attributes.seller:{THEIRS}"])["key"]}
    union = made(http, filters=[f"attributes.seller:{OURS}|{THEIRS}"])["key"]
    expected = {"anybody": 44, "ours": 24, "theirs": 24, "both": 44}
    sights = {"anybody": {}, "ours": keys[0], "theirs": other, "both": {"X-API-Key": union}}
    for _ in range(2):
        for name, headers in sights.items():
            facts = http.get("/v1/search", params={"page_size": 1}, headers=headers).json()
            assert facts["total"] == expected[name], name


def test_and_and_or_are_not_one_entry(http: httpx.Client) -> None:
    parent = made(http, signing=True)["signing_key"]
    totals = []
    for operator in ("AND", "OR"):
        text = signed(parent, filters=f"seller:{OURS} {operator} color:red")
        ask = {"q": "model", "page_size": 3}
        totals.append(http.get("/v1/search", params=ask, headers={"X-API-Key": text}).json())
    assert totals[0]["total"] < totals[1]["total"]


def test_facet_search_products_and_those_like_them(
    http: httpx.Client, keys: list[dict[str, str]]
) -> None:
    for headers in keys:

        def get(path: str, headers: dict[str, str] = headers, **ask: Any) -> httpx.Response:
            return http.get(path, params=ask, headers=headers)

        assert not check(get("/v1/facets/brand", q=MARK))["values"]
        assert check(get("/v1/facets/brand"))["distinct"] == 4
        sellers = check(get("/v1/facets/attributes.seller", filter=f"attributes.seller:{THEIRS}"))
        assert {each["value"]: each["count"] for each in sellers["values"]}.get(THEIRS, 0) == 0
        assert get(f"/v1/products/{THEIRS}-7").status_code == 404
        assert get(f"/v1/products/{THEIRS}-7/similar").status_code == 404
        assert get(f"/v1/products/{THEIRS}-7/variants").status_code == 404
        assert check(get(f"/v1/products/{OURS}-7"))["id"] == f"{OURS}-7"
        assert len(check(get(f"/v1/products/{OURS}-1/variants"))["items"]) == 1
        alike = check(get(f"/v1/products/{OURS}-7/similar", limit=50))["items"]
        assert alike and {each["id"].partition("-")[0] for each in alike} == {OURS}


def test_what_algolia_clients_ask(http: httpx.Client, keys: list[dict[str, str]]) -> None:
    escapes = [
        {"filters": f"seller:{THEIRS}"}, {"filters": f"NOT seller:{OURS} OR price > 0"},
        {"facetFilters": [[f"seller:{OURS}", f"seller:{THEIRS}"]]}, {"numericFilters": ["price>0"]},
        {"optionalFilters": [f"seller:{THEIRS}"]}, {"query": MARK}, {"hitsPerPage": 0},
        {"params": f"filters=seller%3A{THEIRS}"}, {"filters": f"nothing:here OR seller:{THEIRS}"},
        {"type": "facet", "facet": "seller"},
        {"type": "facet", "facet": "brand", "facetQuery": MARK},
        {"sortFacetValuesBy": "alpha"}, {"getRankingInfo": True}, {"offset": 0, "length": 500},
    ]  # fmt: skip
    for headers in keys:
        asked = [{"indexName": "shop", "query": "", "facets": ["*"], **each} for each in escapes]
        answer = http.post("/1/indexes/*/queries", json={"requests": asked}, headers=headers)
        assert answer.status_code == 200, answer.text
        for result in answer.json()["results"]:
            found = {**result, "query": "", "params": "", "parsedQuery": ""}
            assert MARK not in str(found) and f"{THEIRS}-" not in str(found)
            assert found.get("facets", {}).get("seller", {}).get(THEIRS, 0) == 0
        theirs = {"indexName": "main", "objectID": f"{THEIRS}-7"}
        objects = {"requests": [theirs, theirs | {"objectID": f"{OURS}-7"}]}
        got = http.post("/1/indexes/*/objects", json=objects, headers=headers).json()["results"]
        assert got[0] is None and got[1]["objectID"] == f"{OURS}-7"
        assert http.get(f"/1/indexes/main/{THEIRS}-7", headers=headers).status_code == 404
        alike = [theirs | {"model": "looking-similar"},
                 theirs | {"model": "looking-similar", "objectID": f"{OURS}-7"}]  # fmt: skip
        body = {"requests": alike}
        found = http.post("/1/indexes/*/recommendations", json=body, headers=headers).json()
        assert not found["results"][0]["hits"]
        assert MARK not in str(found) and found["results"][1]["hits"]


def test_what_cannot_heed_filters_is_closed(http: httpx.Client, keys: list[dict[str, str]]) -> None:
    def model(name: str) -> dict[str, Any]:
        return {"requests": [{"indexName": "main", "model": name, "objectID": f"{OURS}-7"}]}

    suggested = {"requests": [{"indexName": "main_query_suggestions", "query": "l"}]}
    event = {"type": "view", "product_id": f"{THEIRS}-7", "session_id": "s"}
    closed: list[tuple[str, str, Any]] = [
        ("GET", "/v1/suggest?q=la", None), ("GET", "/v1/hint", None), ("GET", "/v1/discover", None),
        ("GET", "/v1/refine?q=lamp", None), ("GET", "/v1/after-click?q=lamp", None),
        ("GET", "/v1/queries?q=lamp", None), ("GET", "/v1/popular", None),
        ("GET", f"/v1/products/{OURS}-7/together", None),
        ("GET", f"/v1/products/{OURS}-7/related", None),
        ("GET", "/v1/search?with=related", None), ("POST", "/v1/search", {"with": ["refinements"]}),
        ("POST", "/v1/events", event), ("GET", "/v1/search?preview=x", None),
        ("POST", "/1/indexes/*/queries", suggested),
        ("POST", "/1/indexes/*/recommendations", model("bought-together")),
        ("POST", "/1/indexes/*/recommendations", model("related-products")),
        ("POST", "/1/indexes/*/recommendations", model("trending-items")),
        ("GET", "/v1/search?index=other", None), ("GET", "/v1/products/1?index=other", None),
    ]  # fmt: skip
    for headers, (method, path, body) in itertools.product(keys, closed):
        answer = http.request(method, path, headers=headers, json=body)
        assert answer.status_code == 403, (path, answer.text)


def sign(http: httpx.Client) -> Callable[..., str]:
    parent = made(http, scopes=["search", "events"], signing=True, indexes=["main"])

    def signed_so(**restrictions: Any) -> str:
        return signed(parent["signing_key"], **restrictions)

    return signed_so


def status(http: httpx.Client, text: str, path: str = "/v1/search") -> int:
    return http.get(path, headers={"X-API-Key": text.encode()}).status_code  # type: ignore[dict-item]


def test_signed_keys_that_are_not_in_force(http: httpx.Client) -> None:
    make, now = sign(http), int(time.time())
    good = make(filters=f"seller:{OURS}", validUntil=now + 60)
    assert status(http, good) == 200
    refused = [
        good[:-3], good[:100], good[:88], good[:-1] + "x",
        good + "AAAA", make(validUntil=now - 1), make(validUntil=0), make(validUntil="soon"),
        make(validUntil=-1), make(validUntil=1e300), make(validUntil=""),
        make(validUntil="\uff11\uff12"),
        make(hitsPerPage=5), make(filters="((("), make(filter="seller"), make(restrictIndices=""),
        make(restrictIndices="*a*"), make(restrictSources="home"), make(restrictSources=""),
        make(key="0000000000"), make(key=""), make(filters="x:" + "y" * 9_000),
        make(validUntil=[now + 60, now + 600]), make(tagFilters="a"), make(numericFilters="price"),
        signed("vs_" + "0" * 64), signed(""), signed(made(http, signing=True)["key"]),
    ]  # fmt: skip
    for text in refused:
        assert status(http, text) == 401, text


def test_signed_keys_reach_no_further_than_they_say(http: httpx.Client) -> None:
    make = sign(http)
    assert status(http, make()) == status(http, make(restrictIndices="shop,other")) == 200
    assert status(http, make(restrictIndices="other")) == 403
    assert status(http, make(), "/v1/search?index=other") == 403
    assert status(http, make(restrictIndices='["other"]'), "/v1/search?index=other") == 403
    assert status(http, make(restrictSources="127.0.0.0/8")) == 200
    assert status(http, make(restrictSources="10.0.0.0/8,::2")) == 403
    assert status(http, make(), "/v1/admin/keys") == 403
    assert status(http, make(filters="no_such_field:1")) == 403
    event = {"type": "view", "product_id": "1", "session_id": "s", "index": "main"}
    for text, expected in ((make(userToken="ada"), 200), (make(filters=f"seller:{OURS}"), 403)):
        sent = http.post("/v1/events", json=event, headers={"X-API-Key": text})
        assert sent.status_code == expected


def test_signed_keys_end_with_the_key_that_signed(http: httpx.Client) -> None:
    parent = made(http, signing=True)
    text = signed(parent["signing_key"], filters=f"seller:{OURS}")
    assert status(http, text) == 200
    http.delete(f"/v1/admin/keys/{parent['id']}", headers=ADMIN)
    assert status(http, text) == 401
    plain = made(http)
    assert plain["signing_key"] is None
