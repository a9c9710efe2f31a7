"""PUSH: searched, not bought, cheaper or there again, for who agreed, and not too often."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from catalogs import build_index
from http_service import serving, wait_until
from typer.testing import CliRunner

from app.cli import app

URL = "/v1/admin/push-queries"
SHOP = [
    {"id": "red", "title": "Red lamp", "price": 20, "stock": 4, "group_id": "lamp"},
    {"id": "blue", "title": "Blue lamp", "price": 20, "stock": 4, "group_id": "lamp"},
    {"id": "desk", "title": "Oak desk", "price": 100, "stock": 0},
    {"id": "chair", "title": "Oak chair", "price": 50, "stock": 3},
]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[httpx.Client]:
    build_index(tmp_path / "var" / "main", SHOP)
    with serving(tmp_path / "var", warm=False, live=True) as client:
        yield client


def look(http: httpx.Client, user: str, text: str, click: str | None = None, **more: Any) -> None:
    found = http.get("/v1/search", params={"q": text, "user_id": user, "session_id": user, **more})
    if click is not None:
        event = {"type": "click", "product_id": click, "query_id": found.json()["query_id"],
                 "user_id": user, "session_id": user}  # fmt: skip
        assert http.post("/v1/events", json=event).json()["accepted"] == 1


def change(http: httpx.Client, product: str, **fields: Any) -> None:
    answer = http.patch(f"/v1/products/{product}", json=fields)
    assert answer.status_code == 200, answer.text

    def shown() -> bool:
        return bool(fields.items() <= http.get(f"/v1/products/{product}").json().items())

    wait_until(shown, 60)


def pushed(http: httpx.Client, *users: str, **more: Any) -> dict[str, list[tuple[str, str, str]]]:
    listed = [{"user_id": user, "consent": True} for user in users]
    answer = http.post(URL, json={"users": listed, **more})
    assert answer.status_code == 200, answer.text
    return {
        item["user_id"]: [(q["query"], q["product_id"], q["reason"]) for q in item["queries"]]
        for item in answer.json()["items"]
    }


def test_what_is_pushed_and_what_is_not(shop: httpx.Client, tmp_path: Path) -> None:
    look(shop, "ann", "red lamp", "red")
    look(shop, "bob", "oak desk")  # not clicked, and shown first
    look(shop, "cem", "red lamp", "red")
    look(shop, "dan", "red lamp", "red", analytics="off")
    look(shop, "eve", "red lamp", "red")
    bought = {"type": "purchase", "product_id": "blue", "user_id": "cem", "session_id": "cem"}
    assert shop.post("/v1/events", json=bought).json()["accepted"] == 1
    everybody = ("ann", "bob", "cem", "dan", "nobody")
    assert pushed(shop, *everybody) == {}  # nothing has changed
    change(shop, "red", price=19.5)
    assert pushed(shop, *everybody) == {}  # too little
    change(shop, "red", price=15)
    change(shop, "desk", stock=2)
    expected = {
        "ann": [("red lamp", "red", "cheaper")],
        "bob": [("oak desk", "desk", "back_in_stock")],
    }
    assert pushed(shop, *everybody, dry_run=True) == expected
    refused = shop.post(URL, json={"users": [{"user_id": "ann", "consent": False}]}).json()
    assert refused == {"items": [], "without_consent": 1, "capped": 0}
    assert pushed(shop, *everybody) == expected
    assert pushed(shop, *everybody) == {}  # a week has not passed
    assert pushed(shop, *everybody, every_days=0) == {}  # nor the month of one product
    again = shop.post(URL, json={"users": [{"user_id": "ann", "consent": True}]}).json()
    assert again["capped"] == 1
    look(shop, "fay", "red lamp", "red")  # knows the price of today
    assert pushed(shop, "fay") == {}
    shop.put("/v1/admin/blocklist", json={"text": "red lamp\n"})
    wait_until(lambda: not pushed(shop, "eve", dry_run=True))
    deleted = shop.delete("/v1/users/ann").json()["deleted"]
    assert deleted >= 2
    assert pushed(shop, "ann", every_days=0, repeat_days=0) == {}
    users = tmp_path / "users.jsonl"
    users.write_text('{"user_id": "bob", "consent": true}\n\n{"user_id": "x"}\n', encoding="utf-8")
    given = ["push-queries", str(users), "--url", str(shop.base_url), "--every-days", "0"]
    told = CliRunner().invoke(app, [*given, "--dry-run"])
    assert told.exit_code == 0, told.output


@pytest.mark.parametrize(
    "body",
    [
        {}, {"users": "ann"}, {"users": ["ann"]}, {"users": [{"user_id": "ann"}]},
        {"users": [{"user_id": "", "consent": True}]}, {"users": [], "limit": 0},
        {"users": [{"user_id": "u", "consent": True}] * 1_001}, {"users": [], "days": -1},
        {"users": [], "least_drop": 2}, {"users": [{"user_id": 1, "consent": True}]},
    ],
)  # fmt: skip
def test_what_cannot_be_asked(http: httpx.Client, body: Any) -> None:
    assert http.post(URL, json=body).status_code == 422


def test_a_wrong_line_of_users_is_named(tmp_path: Path) -> None:
    users = tmp_path / "users.jsonl"
    users.write_text(json.dumps({"user": "ann"}), encoding="utf-8")
    told = CliRunner().invoke(app, ["push-queries", str(users)])
    assert told.exit_code == 1 and "line 1" in str(told.exception)
