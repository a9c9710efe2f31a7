"""`POST /v1/events` over HTTP."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from catalogs import build_index
from http_service import serving, wait_until

from app.state.archive import read
from indexing.catalogue.index_config import IndexConfig

SHOP = [{"id": "1", "title": "Red lamp", "price": 10}, {"id": "2", "title": "Blue", "price": 20}]
KEY = "a key for the tests"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("events") / "var"
    build_index(folder / "main", SHOP, config=IndexConfig(currency="EUR", rates={"USD": 0.5}))
    return folder


@pytest.fixture(scope="module")
def shop(data: Path) -> Iterator[httpx.Client]:
    with serving(data, warm=False, admin_key=KEY) as client:
        yield client


def click(event_id: str, **told: Any) -> dict[str, Any]:
    return {"type": "click", "event_id": event_id, "product_id": "1", "session_id": "s"} | told


def post(http: httpx.Client, body: Any, **headers: str) -> dict[str, Any]:
    answer = http.post("/v1/events", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def kept(data: Path, column: str, product: str) -> list[Any]:
    query = f"SELECT {column} FROM events WHERE product = ? ORDER BY seq"  # noqa: S608 - of tests
    found: list[Any] = []

    def swept() -> bool:
        found[:] = [value for (value,) in read(data / "state", query, (product,))]
        return bool(found)

    wait_until(swept)
    return found


def test_a_batch_and_a_bare_event(shop: httpx.Client) -> None:
    answer = post(shop, {"events": [click("b-1"), click("b-2"), click("b-1")]})
    assert answer == {"accepted": 2, "duplicates": 1, "rejected": []}
    assert post(shop, click("b-3")) == {"accepted": 1, "duplicates": 0, "rejected": []}
    assert post(shop, click("b-3")) == {"accepted": 0, "duplicates": 1, "rejected": []}
    assert post(shop, {"events": []}) == {"accepted": 0, "duplicates": 0, "rejected": []}


BAD: list[tuple[Any, str, str]] = [
    ("text", "event", "is no object"),
    (None, "event", "is no object"),
    ({}, "type", "is missing"),
    ({"type": "look", "product_id": "1"}, "type", "Known are: view, click"),
    ({"type": "click"}, "product_id", "is missing"),
    ({"type": "suggestion_click"}, "query or suggestion_id", "is missing"),
    ({"type": "click", "product_id": ""}, "product_id", "match pattern"),
    ({"type": "click", "product_id": "x" * 201}, "product_id", "at most 200"),
    ({"type": "click", "product_id": "a\nb"}, "product_id", "match pattern"),
    ({"type": "click", "product_id": ["1"]}, "product_id", "valid string"),
    ({"type": "click", "product_id": "1", "position": 0}, "position", "greater than"),
    ({"type": "click", "product_id": "1", "position": "second"}, "position", "integer"),
    ({"type": "click", "product_id": "1", "time": "yesterday"}, "time", "is no time"),
    ({"type": "click", "product_id": "1", "time": 1e300}, "time", "is no time"),
    ({"type": "click", "product_id": "1", "time": "2020-01-01"}, "time", "400 days ago"),
    ({"type": "click", "product_id": "1", "time": "2222-01-01"}, "time", "in the future"),
    ({"type": "purchase", "product_id": "1", "value": -1}, "value", "greater than"),
    ({"type": "purchase", "product_id": "1", "currency": "Euro"}, "currency", "pattern"),
    ({"type": "click", "product_id": "1", "index": "../x"}, "index", "pattern"),
]


def test_malformed_items_inside_a_good_batch(shop: httpx.Client) -> None:
    batch = [click("good-1"), *(raw for raw, _, _ in BAD), click("good-2")]
    answer = post(shop, {"events": batch})
    assert (answer["accepted"], answer["duplicates"]) == (2, 0)
    assert [each["at"] for each in answer["rejected"]] == list(range(1, len(BAD) + 1))
    for told, (raw, where, what) in zip(answer["rejected"], BAD, strict=True):
        assert where in told["problem"], (raw, told)
        assert what in told["problem"], (raw, told)
        assert told["errors"][0]["where"].startswith(where.split(" ")[0])
        assert told["errors"][0]["remedy"]


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b"", "body"),
        (b"{", "body"),
        (b"[]", "body"),
        (b'"x"', "body"),
        (b'{"events": {}}', "events"),
        (b'{"events": [], "evnts": []}', "evnts"),
        (b'{"events": [' + b",".join([b"1"] * 1_001) + b"]}", "events"),
        (b'{"type": "click", "product_id": NaN}', "body"),
        (b'{"type": "click", "product_id": "\\ud800"}', "body"),
        (b"\xff\xfe", "body"),
    ],
)
def test_bodies_that_are_no_batch(shop: httpx.Client, body: bytes, where: str) -> None:
    answer = shop.post("/v1/events", content=body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["where"] == where


def test_a_thousand_events_fit_with_all_their_fields(shop: httpx.Client) -> None:
    full = {
        "query_id": "q" * 60, "user_id": "u" * 100, "region": "r" * 30, "value": 12.5,
        "currency": "EUR", "quantity": 2, "position": 3, "time": "2026-11-26T12:00:00.123456Z",
        "suggestion_id": "s" * 60, "index": "main", "query": "q" * 100,
    }  # fmt: skip
    batch = [click(f"thousand-{number}" + "i" * 80, **full) for number in range(1_000)]
    assert post(shop, {"events": batch})["accepted"] == 1_000


def test_ids_may_be_numbers(shop: httpx.Client, data: Path) -> None:
    answer = post(shop, {"type": "click", "product_id": 4711, "session_id": 5, "event_id": 12345})
    assert answer["accepted"] == 1
    assert kept(data, "product", "4711") == ["4711"]


def test_fields_that_no_event_has_are_told(shop: httpx.Client) -> None:
    answer = post(shop, {"events": [click("typo-1", postion=3), click("typo-2", postion=4)]})
    assert answer["accepted"] == 2
    assert answer["warnings"] == ["postion: no event has this field; it was ignored 2 times."]


def test_without_consent_nothing_is_kept(shop: httpx.Client, data: Path) -> None:
    answer = post(shop, {"events": [click("no", product_id="c-1", analytics=False),
                                    click("yes", product_id="c-2")]})  # fmt: skip
    assert answer["accepted"] == 2
    assert "not kept" in answer["warnings"][0]
    assert kept(data, "product", "c-2") == ["c-2"]
    assert read(data / "state", "SELECT * FROM events WHERE product = 'c-1'") == []


def test_people_are_keyed_hashes_and_nothing_else_is_kept_of_them(
    shop: httpx.Client, data: Path
) -> None:
    post(shop, click("p-1", product_id="p", user_id="Ada", session_id="Ada"))
    post(shop, click("p-2", product_id="p", user_id="Ada", session_id="Bob"))
    users, sessions = kept(data, "user_key", "p"), kept(data, "session_key", "p")
    wait_until(lambda: len(kept(data, "user_key", "p")) == 2)
    users, sessions = kept(data, "user_key", "p"), kept(data, "session_key", "p")
    assert users[0] == users[1] != sessions[0] != sessions[1]
    assert all(len(each) == 32 for each in (*users, *sessions))
    for path in filter(Path.is_file, (data / "state").rglob("*")):
        raw = path.read_bytes()
        assert b"Ada" not in raw, path.name
        assert b"127.0.0.1" not in raw, path.name
        assert b"python-httpx" not in raw, path.name


def test_purchases_count_with_the_key_only(shop: httpx.Client, data: Path) -> None:
    bought = {"type": "purchase", "product_id": "m", "value": 10, "currency": "usd"}
    answer = post(shop, bought)
    assert answer["accepted"] == 1
    assert "X-Admin-Key" in answer["warnings"][0]
    assert "warnings" not in post(shop, bought, **{"X-Admin-Key": KEY})
    wait_until(lambda: len(kept(data, "trusted", "m")) == 2)
    assert kept(data, "trusted", "m") == [0, 1]
    assert kept(data, "value", "m") == [5.0, 5.0], "in the index's currency"


def test_money_without_a_rate_is_no_money(shop: httpx.Client, data: Path) -> None:
    post(shop, click("yen", product_id="y", value=100, currency="JPY"))
    assert kept(data, "value", "y") == [None]


def test_clocks(shop: httpx.Client, data: Path) -> None:
    now = time.time()
    told = {"now": None, "near": now - 60, "ahead": now + 3_000, "behind": now - 3_000,
            "iso": "2026-01-01T00:00:00Z", "ms": int((now - 60) * 1_000)}  # fmt: skip
    for name, at in told.items():
        event = click(f"t-{name}", product_id=f"t-{name}", time=at)
        post(shop, {"events": [event]})
        event |= {"event_id": f"k-{name}", "product_id": f"k-{name}"}
        post(shop, {"events": [event]}, **{"X-Admin-Key": KEY})
    ages = {name: now - kept(data, "happened_at", f"t-{name}")[0] for name in told}
    trusted = {name: now - kept(data, "happened_at", f"k-{name}")[0] for name in told}
    for name in ("now", "ahead", "behind", "iso"):
        assert abs(ages[name]) < 20, name
    assert ages["near"] == pytest.approx(60, abs=0.01) == ages["ms"]
    assert trusted["behind"] == pytest.approx(3_000, abs=0.01)
    assert trusted["iso"] > 86_400, "the shop's own server may tell of what was"
    assert abs(trusted["ahead"]) < 20, "but not of what will be"


def test_bots_are_kept_apart(shop: httpx.Client, data: Path) -> None:
    post(shop, click("g", product_id="bot"), **{"User-Agent": "Mozilla/5.0 (Googlebot/2.1)"})
    post(
        shop,
        {"events": [click(f"r{n}", product_id="rate", session_id="fast") for n in range(1000)]},
    )
    post(
        shop, {"events": [click(f"s{n}", product_id="rate", session_id="fast") for n in range(500)]}
    )
    post(shop, click("p", product_id="rate", session_id="slow"))
    assert kept(data, "bot", "bot") == [1]
    wait_until(lambda: len(kept(data, "bot", "rate")) == 1_501)
    bots = kept(data, "bot", "rate")
    assert bots[:1_200] == [0] * 1_200
    assert bots[1_200:-1] == [2] * 300
    assert bots[-1] == 0


def test_the_same_ids_sent_by_many_at_once_are_there_once(shop: httpx.Client, data: Path) -> None:
    batch = {"events": [click(f"many-{number}", product_id="many") for number in range(100)]}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: post(shop, batch), range(16)))
    assert sum(each["accepted"] for each in answers) == 100
    assert sum(each["duplicates"] for each in answers) == 1_500
    wait_until(lambda: len(kept(data, "key", "many")) == 100)


def test_a_restart_forgets_nothing(tmp_path: Path) -> None:
    build_index(tmp_path / "var" / "main", SHOP)
    with serving(tmp_path / "var", warm=False) as http:
        assert post(http, click("before"))["accepted"] == 1
    with serving(tmp_path / "var", warm=False) as http:
        assert post(http, {"events": [click("before"), click("after")]}) == {
            "accepted": 1, "duplicates": 1, "rejected": [],
        }  # fmt: skip
    assert len(read(tmp_path / "var" / "state", "SELECT * FROM events")) == 2
    assert sorted(path.suffix for path in (tmp_path / "var" / "state").glob("events*")) == []


def test_a_folder_that_cannot_be_used_is_told_and_searches_go_on(tmp_path: Path) -> None:
    build_index(tmp_path / "var" / "main", SHOP)
    (tmp_path / "var" / "state").write_text("a file in its place")
    with serving(tmp_path / "var", warm=False) as http:
        answer = http.post("/v1/events", json=click("x"))
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "5"
        assert "events are not kept" in answer.json()["detail"]
        assert http.get("/v1/search", params={"q": "lamp"}).json()["total"] == 1
