"""Keys over HTTP: what each scope reaches, and what is no key, or not one any more."""

import base64
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from catalogs import build_index
from http_service import serving

from app.api.scopes import OPEN, SCOPE_OF
from app.keys.key import SCOPES, Scope

ADMIN = "a key of sixteen characters or more"
LAMPS = [
    {"id": "1", "title": "Red lamp", "brand": "Lumo", "price": 10},
    {"id": "2", "title": "Blue lamp", "brand": "Acme", "price": 20},
]
Make = Callable[..., str]


@pytest.fixture(scope="module")
def closed_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys") / "var"
    for name in ("main", "other", "shop_de"):
        build_index(folder / name, LAMPS)
    return folder


@pytest.fixture(scope="module")
def http(closed_shop: Path) -> Iterator[httpx.Client]:
    """A service where nothing is open."""
    with serving(closed_shop, admin_key=ADMIN, require_key=True) as client:
        yield client


@pytest.fixture(scope="module")
def make(http: httpx.Client) -> Make:
    """The text of a new key."""

    def made(*scopes: Scope, **more: Any) -> str:
        facts = {"name": "of a test", "scopes": scopes, **more}
        answer = http.post("/v1/admin/keys", json=facts, headers={"X-API-Key": ADMIN})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["key"])

    return made


def asked(http: httpx.Client, route: str, key: str | None) -> int:
    method, path = route.split(" ")
    for name, value in (("{index}", "main"), ("{field:path}", "brand"), ("{facet:path}", "brand")):
        path = path.replace(name, value)
    path = re.sub(r"\{.*?\}", "none", path)
    headers = {} if key is None else {"X-API-Key": key}
    body = b"{}" if method in ("POST", "PUT", "PATCH") else None
    return http.request(method, path, headers=headers, content=body).status_code


def test_every_address_opens_for_its_scope_only(http: httpx.Client, make: Make) -> None:
    keys = {scope: make(scope) for scope in SCOPES}
    for route, needed in SCOPE_OF.items():
        without = 401 if needed in ("search", "events") else 403
        assert asked(http, route, None) == without, route
        for scope, key in keys.items():
            status = asked(http, route, key)
            if scope in (needed, "admin"):
                assert status not in (401, 403) and status < 500, (route, scope, status)
            else:
                assert status == 403, (route, scope, status)
    for route in OPEN:
        assert asked(http, route, None) == 200, route


def status(http: httpx.Client, key: str, name: str = "X-API-Key") -> int:
    value = key if name == "X-API-Key" else f"Bearer {key}"
    return http.get("/v1/search", headers={name: value.encode("latin-1")}).status_code  # type: ignore[dict-item]


def test_forged_cut_and_enormous_keys(http: httpx.Client, make: Make) -> None:
    key = make("search")
    assert status(http, key) == status(http, key, "Authorization") == 200
    swapped = key[:-1] + ("0" if key[-1] != "0" else "1")
    ones = f"vk_{'0' * 10}_{'1' * 48}"
    coded = base64.b64encode(key.encode()).decode()
    wrong = [
        key[:-1], key + "0", swapped, ones, "vk_", key.upper(), "vk_é", "vk_" + "0" * 9_000,
        "x" * 60_000, "", "vk", coded, f"{key},{key}",
        base64.b64encode(("0" * 63 + "é" + "userToken=a").encode()).decode(),
    ]  # fmt: skip
    make("search", signing=True)
    for each in wrong:
        assert status(http, each) == 401, each[:80]
    answer = http.get("/v1/search", headers=[("X-API-Key", key), ("X-API-Key", key)])
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["type"] == "urn:vitrina:problem:key-refused"
    told = http.post("/1/indexes/main/query", json={"query": "lamp"}).json()
    assert told["status"] == 401 and told["message"] == told["detail"]


def test_algolia_clients_send_theirs_as_they_do(http: httpx.Client, make: Make) -> None:
    key, ask = make("search"), {"json": {"query": "lamp"}}
    address = "/1/indexes/main/query"
    assert http.post(address, headers={"X-Algolia-API-Key": key}, **ask).status_code == 200
    assert http.post(address, params={"x-algolia-api-key": key}, **ask).status_code == 200
    assert http.post(address, params={"x-algolia-api-key": "public"}, **ask).status_code == 401
    assert http.get("/v1/search", params={"x-algolia-api-key": key}).status_code == 401


def test_a_key_is_over_when_revoked_and_when_it_expires(http: httpx.Client, make: Make) -> None:
    admin = {"X-API-Key": ADMIN}
    key, short = make("search"), make("search", expires_at=(over_at := time.time() + 5))
    assert status(http, key) == status(http, short) == 200
    key_id = key.split("_")[1]
    over = http.delete(f"/v1/admin/keys/{key_id}", headers=admin)
    assert over.json()["state"] == "revoked" and over.json()["last_used_at"] is not None
    assert status(http, key) == 401
    assert http.delete(f"/v1/admin/keys/{key_id}", headers=admin).json() == over.json()
    assert http.delete("/v1/admin/keys/0000000000", headers=admin).status_code == 404
    time.sleep(max(0.0, over_at - time.time()))
    refused = http.get("/v1/search", headers={"X-API-Key": short})
    assert refused.status_code == 401 and "expired" in refused.json()["detail"]
    listed = {
        each["id"]: each for each in http.get("/v1/admin/keys", headers=admin).json()["items"]
    }
    assert listed[key_id]["state"] == "revoked"
    assert listed[short.split("_")[1]]["state"] == "expired"
    assert all("verifier" not in each and "key" not in each for each in listed.values())


@pytest.mark.parametrize(
    "wrong",
    [
        {"scopes": []}, {"scopes": ["all"]}, {"scopes": "search"}, {"name": ""}, {"name": "a\n"},
        {"name": 7}, {"indexes": ["../main"]}, {"indexes": ["*main"]}, {"indexes": "main"},
        {"expires_at": 1}, {"expires_at": "soon"}, {"expires_at": 1e300}, {"id": "mine"},
        {"scopes": ["admin"], "indexes": ["main"]},
    ],
)  # fmt: skip
def test_keys_that_cannot_be_made(http: httpx.Client, wrong: dict[str, Any]) -> None:
    facts = {"name": "of a test", "scopes": ["search"], **wrong}
    answer = http.post("/v1/admin/keys", json=facts, headers={"X-API-Key": ADMIN})
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"]


def test_a_key_reaches_its_indexes_only(http: httpx.Client, make: Make) -> None:
    key = {"X-API-Key": make("search", "events", "products", indexes=["other", "shop_*"])}
    event = {"type": "view", "product_id": "1", "session_id": "s"}
    batch = [event | {"index": "other"}, event | {"index": "main"}]
    query = {"indexName": "main", "query": "lamp"}
    asks: list[tuple[str, str, dict[str, Any], int]] = [
        ("GET", "/v1/search?index=other", {}, 200),
        ("GET", "/v1/search?index=shop_de", {}, 200),
        ("GET", "/v1/search", {}, 403),  # the default one is none of its
        ("GET", "/v1/search?index=other&index=main", {}, 403),
        ("GET", "/v1/facets/brand?index=main", {}, 403),
        ("GET", "/v1/products/1?index=main", {}, 403),
        ("GET", "/v1/products/1?index=other", {}, 200),
        ("GET", "/v1/suggest?q=la&index=main", {}, 403),
        ("POST", "/v1/search", {"index": "other"}, 200),
        ("POST", "/v1/search", {"index": "main"}, 403),
        ("POST", "/v1/events", {"events": batch[:1]}, 200),
        ("POST", "/v1/events", {"events": batch}, 403),
        ("POST", "/v1/events", event, 403),
        ("POST", "/v1/events", {"events": [batch[0], event]}, 403),  # the second is of the default
        ("POST", "/v1/ubi/events", {"events": [{"action_name": "view", "index": "other"}]}, 403),
        ("POST", "/v1/search?index=other", {"query": "lamp"}, 403),  # only a body's index counts
        ("PUT", "/v1/products", {"products": [{"id": "9", "title": "x", "index": "other"}]}, 403),
        ("PUT", "/v1/products?index=main", {"products": []}, 403),
        ("POST", "/1/indexes/*/queries", {"requests": [query | {"indexName": "other"}]}, 200),
        ("POST", "/1/indexes/*/queries", {"requests": [query]}, 403),
        ("POST", "/1/indexes/other/query", {"query": "lamp"}, 200),
        ("POST", "/1/indexes/other/query", {"params": "indexName=main"}, 403),
        ("POST", "/1/indexes/other/query", {"indexName": "main_price_asc"}, 403),
        ("POST", "/1/indexes/*/objects", {"requests": [query | {"objectID": "1"}]}, 403),
        ("GET", "/1/indexes/main/1", {}, 403),
        ("GET", "/1/indexes/other/1", {}, 200),
    ]
    for method, path, body, expected in asks:
        sent = {"json": body} if body else {}
        answer = http.request(method, path, headers=key, **sent)
        assert answer.status_code == expected, (method, path, body, answer.text)
    deep = b'{"changes": %s}' % (b"[" * 1_000 + b"]" * 1_000)
    for body in (deep, b'{"index": %s}' % deep):
        assert http.post("/v1/events", content=body, headers=key).status_code in (403, 422)


def test_whoever_asks_is_told_what_their_key_may(http: httpx.Client, make: Make) -> None:
    key = make("rules", "search", indexes=["other"])
    told = http.get("/v1/key", headers={"X-API-Key": key}).json()
    assert told == {
        "who": key.split("_")[1],
        "scopes": ["rules", "search"],
        "indexes": ["other"],
        "filtered": False,
    }
    assert http.get("/v1/key").json() == {
        "who": None,
        "scopes": [],
        "indexes": [],
        "filtered": False,
    }
    assert http.get("/v1/key", headers={"X-API-Key": key[:-1]}).status_code == 401
    assert (
        "admin"
        in http.get("/v1/key", headers={"Authorization": f"Bearer {ADMIN}"}).json()["scopes"]
    )


def test_by_default_searches_are_open_and_words_that_are_no_key_are_passed_over(
    closed_shop: Path, make: Make
) -> None:
    with serving(closed_shop, admin_key=ADMIN) as http:
        for headers in ({}, {"X-API-Key": "of a proxy"}, {"Authorization": "Bearer of.a.proxy"}):
            assert http.get("/v1/search", headers=headers).status_code == 200
        assert status(http, make("search")) == 200  # made by another service on the same folder
        assert status(http, make("events")) == 403
        assert status(http, make("search")[:-1]) == 401
        assert http.get("/v1/admin/keys").status_code == 403


def test_a_key_may_be_sent_from_its_pages_only(http: httpx.Client, make: Make) -> None:
    origins = ["https://shop.example", "https://*.shop.example"]
    key = {"X-API-Key": make("search", origins=origins)}
    for headers, expected in (
        ({"Origin": "https://shop.example"}, 200),
        ({"Origin": "https://www.shop.example"}, 200),
        ({"Referer": "https://shop.example/a?b"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "https://evil.example", "Referer": "https://shop.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://["}, 403),
        ({"Referer": "https://[::1/shop.example"}, 403),
        ({}, 403),
    ):
        answer = http.get("/v1/search", headers={**key, **headers})
        assert answer.status_code == expected, headers
    page = {"Origin": "https://shop.example"}
    read = http.get("/v1/search", headers={**key, **page})
    assert read.headers["access-control-allow-origin"] == page["Origin"]
    asked = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "x-api-key"}
    assert http.options("/v1/search", headers={**page, **asked}).status_code == 200
    other = {"Origin": "https://evil.example"}
    assert http.options("/v1/search", headers={**other, **asked}).status_code == 405


def test_every_change_stands_in_the_audit_log(http: httpx.Client, make: Make) -> None:
    writer, rules = make("products", "rules"), {"X-API-Key": ADMIN}
    key_id = writer.split("_")[1]
    text = {"text": "sofa, couch"}
    key, address = {"X-API-Key": writer}, "/v1/admin/synonyms"
    http.put(address, params={"index": "other"}, json=text, headers=key)
    http.put(address, json={"text": 7}, headers=key)  # refused
    http.get(address, headers=key)
    items = [{"id": "9", "title": "Desk"}]
    for _ in range(3):
        http.put("/v1/products", json={"products": items}, headers=key)
    http.delete(f"/v1/admin/keys/{key_id}", headers=rules)
    items = http.get("/v1/admin/audit", params={"limit": 3}, headers=rules).json()["items"]
    told = [(each["who"], each["what"], each["index"], each["ids"]) for each in items]
    assert told == [
        ("VITRINA_ADMIN_KEY", "DELETE /v1/admin/keys/{key_id}", None, [key_id]),
        (key_id, "PUT /v1/products", None, []),
        (key_id, "PUT /v1/admin/synonyms", "other", []),
    ]
    before = http.get("/v1/admin/audit", params={"before": items[0]["at"]}, headers=rules)
    assert before.status_code == 200
    for wrong in ({"before": "x"}, {"limit": 0}, {"before": "9" * 30}):
        assert http.get("/v1/admin/audit", params=wrong, headers=rules).status_code in (200, 422)
