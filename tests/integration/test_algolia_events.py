"""`/1/events`, and the impressions that they refer to."""

from pathlib import Path
from typing import Any

import httpx
import orjson
from algolia_client import AGENT, one, several
from http_service import wait_until

from app.state.archive import read


def rows(data: Path, table: str, columns: str, where: str) -> list[tuple[Any, ...]]:
    """Waits until something is swept."""
    found: list[tuple[Any, ...]] = []

    def swept() -> bool:
        found[:] = read(data / "state", f"SELECT {columns} FROM {table} WHERE {where}")  # noqa: S608
        return bool(found)

    wait_until(swept)
    return found


def test_events_of_the_widgets(http: httpx.Client, demo_data: Path) -> None:
    """A search, its click and its purchase meet under one query id; what is no event is dropped."""
    shopper = "anonymous-events"
    found = one(http, "events lamp", clickAnalytics=True, userToken=shopper)
    first, second = (hit["objectID"] for hit in found["hits"][:2])
    common = {"index": "main_price_asc", "userToken": shopper, "queryID": found["queryID"]}
    events = [
        {"eventType": "view", "eventName": "Hits Viewed", "objectIDs": [first, second], **common},
        {"eventType": "view", "eventName": "Product Viewed", "objectIDs": [second], **common},
        {"eventType": "click", "eventName": "Product Clicked", "objectIDs": [first, second],
         "positions": [1, 2], **common},
        {"eventType": "conversion", "eventName": "Added", "eventSubtype": "addToCart",
         "objectIDs": [second], "objectData": [{"price": "12.5", "quantity": 2}],
         "currency": "USD", **common},
        {"eventType": "click", "eventName": "Filter Applied", "filters": ["brand%3AA"], **common},
        {"eventType": "click", "eventName": "Suggested", "objectIDs": ["lamp"], "positions": [1],
         "index": "main_query_suggestions", "userToken": shopper},
        {"eventType": "instantsearch", "eventName": "__start__", "widgets": []},
    ]  # fmt: skip
    headers = {"Content-Type": "text/plain;charset=UTF-8"}
    answer = http.post(
        f"/1/events{AGENT}", content=orjson.dumps({"events": events}), headers=headers
    )
    assert (answer.status_code, answer.json()) == (200, {"status": 200, "message": "OK"})
    columns = "type, product, position, value, quantity"
    kept = rows(demo_data, "events", columns, f"query_id = '{found['queryID']}' ORDER BY seq")
    assert kept == [
        ("view", second, None, None, None),
        ("click", first, 1, None, None),
        ("click", second, 2, None, None),
        ("add_to_cart", second, None, 25.0, 2),
    ]
    assert rows(demo_data, "events", "query", "query = 'lamp'") == [("lamp",)]
    (seen,) = rows(demo_data, "impressions", "total", f"query_id = '{found['queryID']}'")
    assert seen == (found["nbHits"],)


def test_counts_and_what_is_not_to_be_analysed_are_no_impressions(
    http: httpx.Client, demo_data: Path
) -> None:
    several(
        http,
        {"indexName": "main", "query": "silent lamp", "hitsPerPage": 0, "facets": "brand"},
        {"indexName": "main", "query": "silent lamp", "analytics": False},
    )
    one(http, "loud lamp")
    assert rows(demo_data, "impressions", "query", "query LIKE '% lamp'")
    assert ("loud lamp",) in rows(demo_data, "impressions", "query", "query = 'loud lamp'")
    silent = "SELECT 1 FROM impressions WHERE query = 'silent lamp'"
    assert not list(read(demo_data / "state", silent))
