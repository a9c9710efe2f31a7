"""What searches log over HTTP."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from http_service import serving, wait_until

from app.state.archive import read
from app.state.rows import IMPRESSION_COLUMNS
from ranking.features.features import NAMES, definition_hash


@pytest.fixture(scope="module")
def shop(
    demo_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[httpx.Client, Path]]:
    state = tmp_path_factory.mktemp("state")
    with serving(demo_data, state_dir=state, features_logged=1.0, cache_ttl_s=60) as client:
        yield client, state


def search(http: httpx.Client, **asked: Any) -> dict[str, Any]:
    answer = http.get("/v1/search", params=asked)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def impression(state: Path, query_id: str) -> dict[str, Any]:
    found: list[Any] = []

    def swept() -> bool:
        found[:] = read(state, "SELECT * FROM impressions WHERE query_id = ?", (query_id,))
        return bool(found)

    wait_until(swept)
    (row,) = found
    return dict(zip(IMPRESSION_COLUMNS, row[1:], strict=True))


def test_what_was_shown_to_whom(shop: tuple[httpx.Client, Path]) -> None:
    http, state = shop
    answer = search(http, q="  red   shoes ", user_id="u", session_id="s", region="north",
                    filter="price:..90", page=2, page_size=5)  # fmt: skip
    row = impression(state, answer["query_id"])
    assert (row["shop"], row["query"], row["region"]) == ("main", "red shoes", "north")
    assert json.loads(row["products"]) == [hit["id"] for hit in answer["hits"]]
    assert (row["page"], row["page_size"], row["total"]) == (2, 5, answer["total"])
    assert (row["generation"], row["model"], row["policy"]) == (
        answer["generation"]["id"], answer["generation"]["model"], "default",
    )  # fmt: skip
    assert (row["filtered"], row["sorted"], row["cached"], row["bot"]) == (1, 0, 0, 0)
    assert "red" in json.loads(row["understood"])["terms"]
    assert len(row["user_key"]) == len(row["session_key"]) == 32
    assert row["user_key"] not in {row["session_key"], "u"}


def test_the_feature_rows_are_those_that_were_used(shop: tuple[httpx.Client, Path]) -> None:
    http, state = shop
    answer = search(http, q="blue dress", explain=True, page_size=7)
    told = json.loads(impression(state, answer["query_id"])["features"])
    assert (told["of"], told["definitions"]) == (answer["query_id"], definition_hash())
    assert len(told["rows"]) == 7
    for hit, row in zip(answer["hits"], told["rows"], strict=True):
        shown = hit["explanation"]["features"]
        assert [None if value is None else round(value, 5) for value in row] == [
            shown[name] for name in NAMES
        ]


def test_answers_from_the_cache_log_their_own(shop: tuple[httpx.Client, Path]) -> None:
    http, state = shop
    first = search(http, q="wireless mouse", session_id="a")
    second = search(http, q="wireless mouse", session_id="b")
    assert first["query_id"] != second["query_id"]
    rows = [impression(state, each["query_id"]) for each in (first, second)]
    assert [row["cached"] for row in rows] == [0, 1]
    assert rows[0]["products"] == rows[1]["products"]
    assert rows[0]["session_key"] != rows[1]["session_key"]
    assert json.loads(rows[1]["features"]) == {"of": first["query_id"]}


def test_without_consent_and_beside_searches_nothing_is_logged(
    shop: tuple[httpx.Client, Path],
) -> None:
    http, state = shop
    for path in (
        "/v1/search?q=secret+lamp&analytics=off",
        "/v1/facets/brand?query=secret+lamp",
        "/v1/suggest?q=secret+lamp&session_id=s&user_id=u&region=r&analytics=off",
        "/v1/refine?q=secret+lamp",
        "/v1/queries?surface=refine,related&q=secret+lamp",
    ):
        assert http.get(path).status_code == 200, path
    assert http.post("/v1/search", json={"query": "secret lamp", "analytics": False}).is_success
    impression(state, search(http, q="after it")["query_id"])
    assert read(state, "SELECT query FROM impressions WHERE query LIKE 'secret%'") == []


def test_no_impression_names_a_search_that_was_not_logged(
    shop: tuple[httpx.Client, Path],
) -> None:
    http, state = shop
    search(http, q="oak shelf", analytics="off")
    row = impression(state, search(http, q="oak shelf")["query_id"])
    assert (row["cached"], row["features"]) == (1, None)


def test_the_shops_server_tells_when_a_search_happened(shop: tuple[httpx.Client, Path]) -> None:
    http, state = shop
    at = int(time.time()) - 30 * 86_400
    told = datetime.fromtimestamp(at, UTC).isoformat()
    answer = http.get("/v1/search?q=lamp", headers={"X-Happened-At": told}).json()
    assert impression(state, answer["query_id"])["happened_at"] == at
    for wrong, what in (("yesterday", "is no time"), ("2019-01-01", "is over 400 days ago"),
                        ("4102444800", "is over a day in the future")):  # fmt: skip
        refused = http.get("/v1/search?q=lamp", headers={"X-Happened-At": wrong})
        assert refused.status_code == 422
        assert what in refused.json()["detail"]
        assert refused.json()["detail"].startswith("X-Happened-At: ")
    passed_on = {"X-Happened-At": told, "X-Forwarded-For": "192.0.2.1"}
    assert http.get("/v1/search?q=lamp", headers=passed_on).status_code == 403


def test_personal_queries_are_not_written_down(shop: tuple[httpx.Client, Path]) -> None:
    http, state = shop
    row = impression(state, search(http, q="mail ada@example.com")["query_id"])
    assert (row["query"], row["understood"]) == ("(personal)", None)


def test_nothing_found_and_crawlers_are_logged_as_such(shop: tuple[httpx.Client, Path]) -> None:
    http, state = shop
    row = impression(state, search(http, q="lamp", filter="price:..0")["query_id"])
    assert (row["total"], row["products"]) == (0, "[]")
    answer = http.get("/v1/search?q=lamp", headers={"User-Agent": "AhrefsBot/7.0"}).json()
    assert impression(state, answer["query_id"])["bot"] == 1


def test_a_last_breath_of_impressions_is_not_lost(demo_data: Path, tmp_path: Path) -> None:
    with serving(demo_data, state_dir=tmp_path, warm=False) as http:
        ids = {search(http, q="lamp", page=page)["query_id"] for page in range(1, 6)}
    assert {each for (each,) in read(tmp_path, "SELECT query_id FROM impressions")} == ids
