"""Analytics, export and deletion over HTTP."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest
from catalogs import build_index
from http_service import serving

from app.events.analytics import TABLES

SHOP = [
    {"id": str(number), "title": f"{colour} lamp", "price": 10 + number}
    for number, colour in enumerate(["Red", "Blue", "Green", "=Grey"])
]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[httpx.Client]:
    build_index(tmp_path / "var" / "main", SHOP)
    build_index(tmp_path / "var" / "other", SHOP)
    with serving(tmp_path / "var", warm=False) as client:
        yield client


def analytics(http: httpx.Client, **asked: Any) -> dict[str, Any]:
    answer = http.get("/v1/admin/analytics", params=asked)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def search(http: httpx.Client, **asked: Any) -> dict[str, Any]:
    body: dict[str, Any] = http.get("/v1/search", params=asked).json()
    return body


def send(http: httpx.Client, *events: dict[str, Any], **headers: str) -> None:
    answer = http.post("/v1/events", json={"events": list(events)}, headers=headers)
    assert answer.json()["accepted"] == len(events), answer.text


def test_an_empty_archive_adds_up_to_nothing(shop: httpx.Client) -> None:
    told = analytics(shop)
    assert (told["searches"], told["events"], told["ctr"], told["complete"]) == (0, {}, None, True)
    assert told["top_queries"] == told["by_position"] == []


def test_what_is_counted(shop: httpx.Client) -> None:
    first = search(shop, q="lamp", session_id="s1", user_id="u1")
    second = search(shop, q="Lamp", session_id="s2")
    search(shop, q="lamp", session_id="s3")
    search(shop, q="spaceship", relax="off", session_id="s3")
    search(shop, q="re", session_id="s4")
    search(shop, q="red lamp", session_id="s4")
    search(shop, q="lamp", index="other")
    shop.get("/v1/search?q=lamp", headers={"User-Agent": "Googlebot"})
    one, two = first["hits"][0]["id"], first["hits"][1]["id"]
    send(
        shop,
        {"type": "click", "product_id": one, "query_id": first["query_id"], "session_id": "s1"},
        {"type": "click", "product_id": two, "query_id": second["query_id"], "session_id": "s2"},
        {"type": "click", "product_id": "nowhere", "query_id": second["query_id"]},
        {"type": "add_to_cart", "product_id": one, "session_id": "s1"},
        {"type": "purchase", "product_id": one, "session_id": "s1", "value": 30.5},
        {"type": "purchase", "product_id": two, "value": 8},
        {"type": "return", "product_id": one, "session_id": "s1", "value": 0.5},
        {"type": "click", "product_id": one, "index": "other"},
    )
    told = analytics(shop)
    assert (told["searches"], told["not_final"], told["zero_results"]) == (6, 1, 1)
    assert told["events"] == {"add_to_cart": 1, "click": 3, "purchase": 2, "return": 1}
    assert told["bots"] == {"searches": 1, "events": {}}
    assert told["sessions"] == 4
    assert told["users"] == 1
    assert (told["ctr"], told["add_to_cart_rate"], told["conversion_rate"]) == (0.4, 0.2, 0.2)
    assert told["revenue"] == {"bought": 38.5, "returned": 0.5, "from_searches": 30.0}
    assert told["latency_ms"]["answers"] == 7 + 0
    assert told["latency_ms"]["p50"] > 0
    lamp = next(row for row in told["top_queries"] if row["query"] == "lamp")
    assert lamp == {
        "query": "lamp", "searches": 3, "ctr": 0.6667, "add_to_cart_rate": 0.3333,
        "conversion_rate": 0.3333, "revenue": 30.0,
    }  # fmt: skip
    assert told["zero_result_queries"] == [{"query": "spaceship", "searches": 1}]
    assert told["by_position"][0] == {
        "position": 1, "shown": 4, "clicks": 1, "ctr": 0.25, "add_to_cart": 1, "purchases": 1,
    }  # fmt: skip
    assert [row["clicks"] for row in told["by_position"]][:2] == [1, 1]
    assert told["by_model"][0]["searches"] == 5
    assert sum(row["answers"] for row in told["by_latency"]) == 7
    assert told["by_variant"] == []
    assert [row["mark"] for row in told["by_mark"]] == ["ranked"]
    assert (told["by_mark"][0]["clicks"], told["by_mark"][0]["purchases"]) == (2, 1)
    assert told["by_mark"][0]["shown"] == sum(row["shown"] for row in told["by_position"])
    lexical = next(row for row in told["by_channel"] if row["channel"] == "lexical")
    assert 0 < lexical["shown"] <= sum(row["shown"] for row in told["by_position"])
    assert (lexical["clicks"], lexical["purchases"]) == (2, 1)
    assert lexical["shown_by_it_alone"] <= lexical["shown"]
    assert analytics(shop, index="other")["events"] == {"click": 1}


def test_windows_and_tables(shop: httpx.Client) -> None:
    for query in ("lamp", "red lamp", "=cmd()", "lamp"):
        search(shop, q=query)
    assert analytics(shop, **{"from": "2020-01-01", "to": "2021-01-01"})["searches"] == 0
    assert analytics(shop, **{"from": "2020-01-01"})["searches"] == 4
    assert len(analytics(shop, limit=1)["top_queries"]) == 1
    answer = shop.get("/v1/admin/analytics?format=csv")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert rows[0]["query"] == "lamp"
    assert rows[0]["searches"] == "2"
    assert "'=cmd()" in {row["query"] for row in rows}, "no formula of a spreadsheet"
    told = analytics(shop)
    for table in TABLES:
        assert shop.get(f"/v1/admin/analytics?format=csv&table={table}").is_success, table
        answer = shop.get(f"/v1/admin/analytics?format=parquet&table={table}")
        assert pq.read_table(io.BytesIO(answer.content)).to_pylist() == told[table], table


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ({"from": "yesterday"}, "from"),
        ({"to": "nan"}, "to"),
        ({"from": "2026-01-02", "to": "2026-01-01"}, "from"),
        ({"table": "secrets"}, "table"),
        ({"limit": "0"}, "limit"),
        ({"format": "xml"}, "format"),
        ({"since": "2026"}, "since"),
    ],
)
def test_what_cannot_be_asked(shop: httpx.Client, asked: dict[str, str], where: str) -> None:
    answer = shop.get("/v1/admin/analytics", params=asked)
    assert answer.status_code == 422
    assert where in answer.json()["errors"][0]["where"]


def test_one_person_is_given_out_and_deleted(shop: httpx.Client) -> None:
    search(shop, q="lamp", session_id="s1", user_id="Ada/1")
    search(shop, q="red lamp", session_id="s1")
    search(shop, q="blue lamp", session_id="s2", user_id="Bob")
    send(shop, {"type": "click", "product_id": "0", "session_id": "s1"},
         {"type": "click", "product_id": "1", "user_id": "Ada/1"},
         {"type": "click", "product_id": "2", "user_id": "Bob"})  # fmt: skip
    told = shop.get("/v1/users/Ada%2F1").json()
    assert {each["query"] for each in told["searches"]} == {"lamp", "red lamp"}
    assert {each["product"] for each in told["events"]} == {"0", "1"}
    assert shop.delete("/v1/users/Ada%2F1").json() == {
        "user_id": "Ada/1", "deleted": 4, "sessions": 1,
    }  # fmt: skip
    assert shop.get("/v1/users/Ada%2F1").json()["events"] == []
    after = analytics(shop)
    assert (after["searches"], after["events"]) == (1, {"click": 1})
    assert len(shop.get("/v1/users/Bob").json()["searches"]) == 1
    assert shop.delete("/v1/users/nobody").json()["deleted"] == 0


def test_only_admins_see_people(tmp_path: Path) -> None:
    build_index(tmp_path / "var" / "main", SHOP)
    with serving(tmp_path / "var", warm=False, admin_key="a key for the tests") as http:
        for method, path in (
            ("GET", "/v1/admin/analytics"), ("GET", "/v1/users/u"), ("DELETE", "/v1/users/u"),
        ):  # fmt: skip
            assert http.request(method, path).status_code == 403, path
            key = {"X-Admin-Key": "a key for the tests"}
            assert http.request(method, path, headers=key).status_code == 200, path
