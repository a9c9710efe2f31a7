"""Requests as Algolia's clients write them."""

from typing import Any

import httpx
import orjson

TEXT_PLAIN = {"Content-Type": "text/plain", "Origin": "https://shop.example"}
AGENT = "?x-algolia-api-key=public&x-algolia-application-id=V&x-algolia-agent=test"


def several(http: httpx.Client, *requests: dict[str, Any], **headers: str) -> list[dict[str, Any]]:
    body = orjson.dumps({"requests": list(requests), "strategy": "none"})
    answer = http.post(f"/1/indexes/*/queries{AGENT}", content=body, headers=TEXT_PLAIN | headers)
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


def one(http: httpx.Client, query: str = "", **asked: Any) -> dict[str, Any]:
    (result,) = several(http, {"indexName": "main", "query": query, **asked})
    return result
