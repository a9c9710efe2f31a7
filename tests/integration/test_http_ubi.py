"""User Behavior Insights over HTTP."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from catalogs import build_index
from http_service import serving

SHOP = [{"id": str(n), "title": f"lamp {n}", "price": 10 + n} for n in range(4)]
CLICK: dict[str, Any] = {
    "application": "shop", "action_name": "click", "client_id": "c-1", "session_id": "s-1",
    "timestamp": "2026-11-26T12:00:00.000Z", "message_type": "INFO", "message": "clicked",
    "event_attributes": {
        "object": {"object_id": "2", "object_id_field": "id", "name": "lamp 2"},
        "position": {"ordinal": 3},
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    data: Path = tmp_path_factory.mktemp("ubi") / "var"
    build_index(data / "main", SHOP)
    with serving(data, warm=False) as client:
        yield client


def post(http: httpx.Client, kind: str, body: Any) -> dict[str, Any]:
    answer = http.post(f"/v1/ubi/{kind}", json=body)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_queries_and_events_add_up(shop: httpx.Client) -> None:
    query = {"query_id": "ubi-q", "user_query": "desk lamp", "client_id": "c-1",
             "object_id_field": "id", "query_response_object_ids": ["1", "2", 3]}  # fmt: skip
    assert post(shop, "queries", query) == {"accepted": 1, "duplicates": 0, "rejected": []}
    click = CLICK | {"query_id": "ubi-q"}
    assert post(shop, "events", {"events": [click, click]})["duplicates"] == 1
    assert post(shop, "events", [click])["accepted"] == 0
    bought = click | {"action_name": "purchase", "event_attributes": {"value": 12.5}}
    assert post(shop, "events", bought | {"object_id": "2"})["accepted"] == 1
    told = shop.get("/v1/admin/analytics").json()
    assert (told["searches"], told["events"]) == (1, {"click": 1, "purchase": 1})
    assert (told["ctr"], told["conversion_rate"]) == (1.0, 1.0)
    assert told["by_position"][1] == {
        "position": 2, "shown": 1, "clicks": 1, "ctr": 1.0, "add_to_cart": 0, "purchases": 1,
    }  # fmt: skip
    assert told["revenue"]["from_searches"] == 12.5


@pytest.mark.parametrize(
    ("lacks", "where"),
    [
        ({"action_name": None}, "action_name"),
        ({"action_name": "hover"}, "action_name"),
        ({"event_attributes": None}, "product_id"),
        ({"event_attributes": {"object": "2"}}, "product_id"),
        ({"object_id": "2", "event_attributes": {"position": {"ordinal": -1}}}, "position"),
        ({"timestamp": "noon"}, "time"),
        ({"client_id": {"a": 1}}, "user_id"),
    ],
)  # fmt: skip
def test_events_with_missing_or_wrong_keys(
    shop: httpx.Client, lacks: dict[str, Any], where: str
) -> None:
    answer = post(shop, "events", [CLICK | lacks, CLICK | {"client_id": str(lacks)}])
    assert answer["accepted"] == 1
    assert [each["at"] for each in answer["rejected"]] == [0]
    assert where in answer["rejected"][0]["problem"]


def test_queries_with_missing_or_wrong_keys(shop: httpx.Client) -> None:
    whole = {"query_id": "w", "user_query": "lamp"}
    answer = post(shop, "queries", [
        whole, "text", {"query_id": "x"}, {"user_query": "lamp"}, whole | {"query_id": ""},
        whole | {"query_response_object_ids": "1,2"}, whole | {"query_id": "x" * 201},
    ])  # fmt: skip
    assert answer["accepted"] == 1
    assert [each["at"] for each in answer["rejected"]] == [1, 2, 3, 4, 5, 6]


def test_bodies_that_are_none(shop: httpx.Client) -> None:
    for body in (b"", b"{", b'"x"x', b"[" + b"{}," * 1_000 + b"{}]"):
        assert shop.post("/v1/ubi/events", content=body).status_code == 422, body[:10]
        assert shop.post("/v1/ubi/queries", content=body).status_code == 422, body[:10]


def test_only_the_shop_itself_may_say_what_was_shown(tmp_path: Path) -> None:
    build_index(tmp_path / "var" / "main", SHOP)
    with serving(tmp_path / "var", warm=False, admin_key="a key for the tests") as http:
        query = {"query_id": "ubi-q", "user_query": "desk lamp"}
        assert http.post("/v1/ubi/queries", json=query).status_code == 403
        assert http.post("/v1/ubi/events", json=CLICK).status_code == 200
