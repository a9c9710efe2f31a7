"""The write side of `/v1/products` over HTTP, and what is in the log afterwards."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from catalogs import build_index
from http_service import serving

from app.changes.change_log import Change
from app.changes.sqlite_change_log import SqliteChangeLog

SHOP = [
    {"id": "1", "title": "Red lamp", "brand": "Lumo", "price": 10, "currency": "EUR"},
    {"id": "2", "title": "Blue lamp", "brand": "Lumo", "price": 20, "currency": "EUR"},
    {"id": "a/b c", "title": "Desk", "price": 30, "currency": "EUR"},
]
KEY = "a key of sixteen characters or more"


@dataclass(frozen=True, slots=True)
class Shop:
    http: httpx.Client
    data: Path

    def log(self) -> list[Change]:
        log = SqliteChangeLog(self.data, 1 << 30, "os", lambda: 0)
        try:
            return log.read("main", 0, 100_000)
        finally:
            log.close()

    def put(self, *products: dict[str, Any]) -> dict[str, Any]:
        answer = self.http.put("/v1/products", json={"products": products})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("changes") / "var"
    build_index(folder / "main", SHOP)
    return folder


@pytest.fixture
def shop(built: Path) -> Iterator[Shop]:
    """With an empty log."""
    for left in (built / "main").glob("changes.db*"):
        left.unlink()
    with serving(built, max_body_bytes=262_144, warm=False) as http:
        yield Shop(http, built)


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert found["status"] == status
    return found


def statuses(answer: dict[str, Any]) -> list[tuple[str | None, str]]:
    return [(item["id"], item["status"]) for item in answer["items"]]


def test_put_patch_delete(shop: Shop) -> None:
    answer = shop.put({"id": "9", "title": "New lamp", "price": "9,99 €", "category": "A > B"})
    assert statuses(answer) == [("9", "accepted")]
    patched = shop.http.patch("/v1/products/9", json={"price": 79.99, "stock": 3})
    assert patched.status_code == 200
    assert patched.json() == {"id": "9", "seq": patched.json()["seq"], "visible_within_ms": 1000}
    deleted = shop.http.delete("/v1/products/9")
    assert deleted.status_code == 200
    assert set(deleted.json()) == {"id", "seq"}
    assert answer["seq"] < patched.json()["seq"] < deleted.json()["seq"]
    put, patch, delete = shop.log()
    assert (put.op, put.product_id, put.body) == (
        "put", "9",
        b'{"id":"9","title":"New lamp","category":["A","B"],"price":9.99,"currency":"EUR"}',
    )  # fmt: skip
    assert orjson.loads(patch.body or b"") == {
        "price": 79.99, "stock": 3, "price_max": None, "price_original": None,
    }  # fmt: skip
    assert (delete.op, delete.body) == ("delete", None)


def test_the_good_ones_are_taken_and_the_bad_ones_named(shop: Shop) -> None:
    answer = shop.put(
        {"id": "5", "title": "Good"},
        {"id": "6", "title": "Bad", "price": "cheap"},
        {"title": "Without id"},
        {"id": "7"},
        {"id": "8", "title": "x" * 10_001},
        {"id": "10", "name": "Alias", "colour": "red"},
        {"id": "x" * 300, "title": "Long id"},
    )
    assert [item["status"] for item in answer["items"]] == [
        "accepted", "rejected", "rejected", "rejected", "rejected", "accepted", "rejected",
    ]  # fmt: skip
    bad = answer["items"][1]
    assert bad["id"] == "6"
    assert bad["errors"] == [
        {
            "where": "price",
            "what": "must be a number",
            "remedy": "Send an amount such as 79.99, with currency beside it if it is another.",
        }
    ]
    assert bad["problem"].startswith("price: must be a number. Send an amount")
    assert answer["items"][2]["id"] is None
    assert [each.product_id for each in shop.log()] == ["5", "10"]


def test_duplicates_in_one_batch_are_taken_in_order(shop: Shop) -> None:
    answer = shop.put({"id": "5", "title": "First"}, {"id": "5", "title": "Second"})
    assert statuses(answer) == [("5", "accepted"), ("5", "accepted")]
    assert [orjson.loads(each.body or b"")["title"] for each in shop.log()] == ["First", "Second"]
    assert answer["seq"] == shop.log()[-1].seq


def test_json_lines(shop: Shop) -> None:
    lines = b'{"id":"5","title":"Five"}\n\n{"id":"6","title":NaN}\n{"id":"7","title":"Seven"}\n[1]'
    answer = shop.http.put(
        "/v1/products", content=lines, headers={"Content-Type": "application/x-ndjson"}
    ).json()
    assert statuses(answer) == [
        ("5", "accepted"), (None, "rejected"), ("7", "accepted"), (None, "rejected"),
    ]  # fmt: skip
    assert answer["items"][1]["errors"][0]["where"] == "line 3"


def test_variants_within_an_item(shop: Shop) -> None:
    variants = [{"id": "s", "price": 1, "size": "S"}, {"id": "m", "price": 2, "size": "M"}]
    answer = shop.put({"id": "shirt", "title": "Shirt", "variants": variants})
    assert statuses(answer) == [("s", "accepted"), ("m", "accepted")]


def test_a_batch_of_all_kinds(shop: Shop) -> None:
    changes = [
        {"op": "put", "product": {"id": "5", "title": "Five"}},
        {"op": "patch", "id": "5", "patch": {"price": 3}},
        {"op": "delete", "id": "5"},
        {"op": "patch", "id": "5", "patch": {"price": 4}},
        {"op": "patch", "id": "1", "patch": {"price": "x"}},
        {"op": "delete", "id": "1", "version": 3},
        {"op": "put", "product": {"id": "1", "title": "Again", "version": 2}},
        {"op": "move", "id": "1"},
        {"op": "delete", "id": 1},
        {"op": "delete", "id": "2", "product": {}},
        {"op": "patch", "id": "2"},
        "nothing",
    ]
    answer = shop.http.post("/v1/products/batch", json={"changes": changes})
    assert answer.status_code == 200
    told = [item["status"] for item in answer.json()["items"]]
    assert told == ["accepted"] * 3 + ["rejected"] * 2 + ["accepted", "stale"] + ["rejected"] * 5
    assert [(each.op, each.product_id) for each in shop.log()] == [
        ("put", "5"), ("patch", "5"), ("delete", "5"), ("delete", "1"),
    ]  # fmt: skip
    lines = b"\n".join(orjson.dumps(each) for each in changes[:3])
    again = shop.http.post(
        "/v1/products/batch", content=lines, headers={"Content-Type": "application/jsonl"}
    )
    assert [item["status"] for item in again.json()["items"]] == ["accepted"] * 3


def test_products_that_there_are_not(shop: Shop) -> None:
    http = shop.http
    assert problem(http.patch("/v1/products/nope", json={"price": 1}), 404)["errors"]
    assert problem(http.delete("/v1/products/nope"), 404)["errors"]
    assert problem(http.delete("/v1/products/%00%F0%9F"), 404)
    assert problem(http.patch(f"/v1/products/{'x' * 3000}", json={"price": 1}), 404)
    assert http.patch("/v1/products/a%2Fb%20c", json={"price": 1}).json()["id"] == "a/b c"
    assert http.delete("/v1/products/1").status_code == 200
    assert problem(http.delete("/v1/products/1"), 404)
    assert problem(http.patch("/v1/products/1", json={"price": 1}), 404)
    assert http.patch("/v1/products/2?index=other", json={"price": 1}).status_code == 404
    assert http.put("/v1/products?index=No", json={"products": []}).status_code == 422


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ('{"price": "cheap"}', "price"),
        ('{"price": true}', "price"),
        ('{"price": -1}', "price"),
        ('{"price": "NaN"}', "price"),
        ('{"price": NaN}', "body"),
        ('{"price": "10 GBP"}', "price"),
        ('{"currency": "GBP"}', "currency"),
        ('{"stock": "many"}', "stock"),
        ('{"stock": [1, 2]}', "stock"),
        ('{"id": "2"}', "id"),
        ('{"group_id": "g"}', "group_id"),
        ('{"title": null}', "title"),
        ('{"created_at": "yesterday"}', "created_at"),
        ('{"vector": [0.1]}', "vector"),
        ('{"version": -1, "price": 1}', "version"),
        ('{"version": "2.0", "price": 1}', "version"),
        ('{"version": true, "price": 1}', "version"),
        ('{"version": 5}', "product"),
        ("{}", "product"),
        ("[]", "body"),
        ("", "body"),
        ('{"title": "\\ud800"}', "body"),
        ("{" * 100_000, "body"),
    ],
)
def test_patches_that_are_refused(shop: Shop, body: str, where: str) -> None:
    found = problem(shop.http.patch("/v1/products/1", content=body), 422)
    assert found["errors"][0]["where"] == where
    assert found["errors"][0]["remedy"]
    assert shop.log() == []


def test_versions(shop: Shop) -> None:
    http = shop.http
    assert http.patch("/v1/products/1", json={"price": 1, "version": 5}).status_code == 200
    assert http.patch("/v1/products/1?version=6", json={"price": 2}).status_code == 200
    found = problem(http.patch("/v1/products/1", json={"price": 3, "version": 5}), 409)
    assert found["type"] == "urn:vitrina:problem:stale-version"
    assert "6" in found["detail"]
    assert problem(http.delete("/v1/products/1?version=5"), 409)
    answer = shop.put({"id": "1", "title": "x", "version": 5}, {"id": "1", "title": "y"})
    assert statuses(answer) == [("1", "stale"), ("1", "accepted")]
    assert http.delete("/v1/products/1?version=2026-11-26T10:00:00Z").status_code == 200
    answer = shop.put(
        {"id": "1", "title": "x", "version": "2026-11-26T09:59:59Z"},
        {"id": "1", "title": "x", "version": "2026-11-26T10:00:00.5Z"},
    )
    assert statuses(answer) == [("1", "stale"), ("1", "accepted")]
    assert all(b"version" not in (each.body or b"") for each in shop.log())
    kept = shop.put({"id": "3", "title": "Software", "attributes": {"version": "2.0"}})
    assert statuses(kept) == [("3", "accepted")]
    assert b'"attributes":{"version":"2.0"}' in (shop.log()[-1].body or b"")


def test_a_currency_without_a_rate_is_told(shop: Shop) -> None:
    answer = shop.put({"id": "5", "title": "Import", "price": 3, "currency": "GBP"})
    assert answer["items"][0]["status"] == "accepted"
    assert "no rate" in answer["items"][0]["warning"]
    found = problem(shop.http.patch("/v1/products/5", json={"price": "4 GBP"}), 422)
    assert "no rate" in found["detail"]


@pytest.mark.parametrize(
    "body",
    ["", "[]", "{}", '{"products": {}}', '{"products": [], "more": 1}', '{"products": [NaN]}', "x"],
)
def test_bodies_that_are_no_batch(shop: Shop, body: str) -> None:
    assert problem(shop.http.put("/v1/products", content=body), 422)["errors"]


def test_bounds(shop: Shop) -> None:
    many = [{"id": str(n), "title": "x"} for n in range(1_001)]
    found = problem(shop.http.put("/v1/products", json={"products": many}), 422)
    assert "1,000" in found["detail"]
    assert len(shop.put(*many[:1_000])["items"]) == 1_000
    large = {"id": "1", "title": "x", "description": "y" * 300_000}
    assert problem(shop.http.put("/v1/products", json={"products": [large]}), 413)
    assert problem(shop.http.patch("/v1/products/1", json={"description": "y" * 300_000}), 413)
    assert shop.put()["items"] == []
    found = problem(shop.http.patch("/v1/products/1?wait=visible", json={"price": 1}), 422)
    assert found["errors"][0]["where"] == "wait"
    assert shop.http.patch("/v1/products/1?nope=1", json={"price": 1}).status_code == 422


def test_who_may_write(built: Path) -> None:
    with serving(built, admin_key=KEY, warm=False) as http:
        for method, path in (
            ("PUT", ""), ("POST", "/batch"), ("PATCH", "/1"), ("DELETE", "/1"),
        ):  # fmt: skip
            answer = http.request(method, f"/v1/products{path}", content=b"not even JSON")
            assert problem(answer, 403)
        headers = {"Authorization": f"Bearer {KEY}"}
        answer = http.patch("/v1/products/1", json={"price": 1}, headers=headers)
        assert answer.status_code == 200
        assert http.get("/v1/products/1").status_code == 200, "reading stays open"


def test_a_log_that_cannot_be_kept_is_503(shop: Shop) -> None:
    lock = shop.data / "main" / ".changes.lock"
    shop.put({"id": "5", "title": "Five"})
    lock.unlink()
    lock.mkdir()
    answer = shop.http.patch("/v1/products/5", json={"price": 1})
    found = problem(answer, 503)
    assert found["type"] == "urn:vitrina:problem:changes-not-kept"
    assert int(answer.headers["Retry-After"]) > 0
    assert shop.http.get("/v1/search?q=lamp").status_code == 200
    lock.rmdir()
    assert shop.http.patch("/v1/products/5", json={"price": 1}).status_code == 200
    assert len(shop.log()) == 2


def test_a_damaged_log_is_503_until_it_is_moved_away(shop: Shop) -> None:
    database = shop.data / "main" / "changes.db"
    database.write_bytes(b"no database at all" * 100)
    found = problem(shop.http.patch("/v1/products/1", json={"price": 1}), 503)
    assert "changes.db" in found["detail"]
    database.unlink()
    assert shop.http.patch("/v1/products/1", json={"price": 1}).status_code == 200


def test_a_full_log_asks_for_a_build(built: Path) -> None:
    for left in (built / "main").glob("changes.db*"):
        left.unlink()
    with serving(built, change_log_max_bytes=1 << 20, warm=False) as http:
        body = {"products": [{"id": "5", "title": "x", "description": "word " * 30_000}]}
        answers = [http.put("/v1/products", json=body) for _ in range(8)]
        assert [each.status_code for each in answers] == [200] * 6 + [503] * 2
        assert "A build is due" in problem(answers[-1], 503)["detail"]
        assert answers[-1].headers["Retry-After"] == "60"


def test_what_comes_while_a_worker_is_killed_is_whole(shop: Shop) -> None:
    """A crash leaves the write-ahead log; a cut last record of it is no change."""
    for number in range(5):
        shop.put({"id": str(number), "title": f"T{number}"})
    folder = shop.data / "main"
    copy = shop.data / "copy"
    copy.mkdir(exist_ok=True)
    for name in ("changes.db", "changes.db-wal"):
        (copy / name).write_bytes((folder / name).read_bytes())
    wal = copy / "changes.db-wal"
    wal.write_bytes(wal.read_bytes()[:-100])
    log = SqliteChangeLog(shop.data, 1 << 30, "os", lambda: 0)
    try:
        left = log.read("copy", 0, 10)
        assert [each.product_id for each in left] == ["0", "1", "2", "3"]
        assert log.last("copy") == left[-1].seq
    finally:
        log.close()
        for path in copy.iterdir():
            path.unlink()
        copy.rmdir()


def test_the_document_tells_of_it(shop: Shop) -> None:
    paths = json.loads(shop.http.get("/openapi.json").content)["paths"]
    assert set(paths["/v1/products"]) == {"put"}
    assert {"get", "patch", "delete"} <= set(paths["/v1/products/{product_id}"])
