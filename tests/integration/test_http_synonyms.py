"""Synonyms at run time: over HTTP on every worker, and on the command line."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from catalogs import build_index
from http_service import served_by_command, serving, wait_until
from query_shop import PRODUCTS
from typer.testing import CliRunner, Result

from app.cli import app

URL = "/v1/admin/synonyms"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("synonyms") / "var"
    build_index(folder / "main", PRODUCTS)
    return folder


@pytest.fixture(scope="module")
def shop(data: Path) -> Iterator[httpx.Client]:
    with serving(data) as client:
        yield client


def expansions(shop: httpx.Client, text: str, **parameters: Any) -> list[dict[str, Any]]:
    answer = shop.get("/v1/search", params={"q": text, **parameters})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["query"]["expansions"]
    return found


def test_a_rule_comes_into_force_and_goes(shop: httpx.Client) -> None:
    assert shop.put(URL, json={"text": ""}).status_code == 200
    assert expansions(shop, "torch") == []
    added = shop.post(URL, json={"text": "torch => lamp\nen: armchair, chair"})
    assert added.json()["added"] == ["torch => lamp", "en: armchair, chair"]
    wait_until(lambda: expansions(shop, "torch") == [{"said": "torch", "also": "lamp"}])
    assert expansions(shop, "torch", synonyms="off") == []
    found = shop.get("/v1/search", params={"q": "torch"}).json()
    assert {hit["id"] for hit in found["hits"]} >= {"red", "blue", "floor", "garden", "path"}
    assert shop.post(URL, json={"text": "Torch=>lamp"}).json()["added"] == []

    told = shop.get(URL).json()
    assert told["text"] == "torch => lamp\nen: armchair, chair\n"
    assert [(each["rule"], each["both_ways"]) for each in told["synonyms"]] == [
        ("torch => lamp", False), ("en: armchair, chair", True),
    ]  # fmt: skip
    assert (told["problems"], told["idle"]) == ([], [])

    gone = shop.delete(URL, params={"rule": "torch => lamp"})
    assert gone.json()["removed"] == ["torch => lamp"]
    wait_until(lambda: expansions(shop, "torch") == [])
    again = shop.delete(URL, params={"rule": "torch => lamp"})
    assert again.status_code == 404
    assert "there is no synonym rule" in again.json()["detail"]


def test_rules_that_find_nothing_here_are_told(shop: httpx.Client) -> None:
    shop.put(URL, json={"text": "torch, flashlight\n"})
    wait_until(lambda: shop.get(URL).json()["idle"] == [1])


@pytest.mark.parametrize(
    ("method", "body", "told"),
    [
        ("PUT", {"text": "lamp =>"}, "line 1: the right side is empty"),
        ("PUT", {"text": "a, b\nc"}, "line 2: says nothing"),
        ("POST", {"text": ""}, "has no rule"),
        ("POST", {"text": "# only a comment"}, "has no rule"),
        ("POST", {"txt": "a, b"}, "txt"),
        ("POST", {}, "text"),
    ],
)
def test_what_is_wrong_changes_nothing(
    shop: httpx.Client, method: str, body: dict[str, Any], told: str
) -> None:
    before = shop.get(URL).json()
    answer = shop.request(method, URL, json=body)
    assert answer.status_code == 422
    assert told in answer.text
    assert shop.get(URL).json() == before


def test_ten_thousand_rules_come_into_force(shop: httpx.Client) -> None:
    text = "".join(f"w{n}, lamp\n" for n in range(10_000))
    assert shop.put(URL, json={"text": text}).json()["count"] == 10_000
    wait_until(lambda: bool(expansions(shop, "w9999")))  # 2 s are promised of an idle machine
    assert shop.put(URL, json={"text": ""}).status_code == 200


def test_every_worker_follows_the_command_line(data: Path) -> None:
    with served_by_command(data, "--workers", "2") as (url, _):
        assert command("add", "settee => chair", data=data).output == "added 1\n"
        changed = time.monotonic()
        with httpx.Client(base_url=url, timeout=30) as client:
            seen = 0
            while seen < 20:  # connections go to either worker
                with httpx.Client(base_url=url, timeout=30) as other:
                    seen = seen + 1 if expansions(other, "settee") else 0
                assert time.monotonic() < changed + 30
            assert client.get(URL).json()["text"] == "settee => chair\n"


def command(*arguments: str, data: Path) -> Result:
    return CliRunner().invoke(app, ["synonyms", *arguments, "--data", str(data)])


def test_the_command_line(data: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules.txt"
    rules.write_text("torch, lamp  # both\n手机 => 移动电话\n", encoding="utf-8")
    command("remove", "settee => chair", data=data)
    assert command("add", "--file", str(rules), data=data).output == "added 2\n"
    assert command("list", data=data).output == "torch, lamp\n手机 => 移动电话\n"
    gone = command("remove", "torch, lamp", "never, there", data=data)
    assert gone.exit_code == 1
    assert "removed 1" in gone.output
    assert command("list", data=data).output == "手机 => 移动电话\n"
    wrong = command("add", "lamp =>", data=data)
    assert wrong.exit_code == 2
    assert "Nothing was changed" in wrong.output
    assert command("add", data=data).exit_code == 2


def test_mining_puts_nothing_in_force(data: Path, tmp_path: Path) -> None:
    before = command("list", data=data).output
    out = tmp_path / "candidates.txt"
    assert command("mine", "--out", str(out), data=data).exit_code == 0
    assert out.is_file()
    assert command("list", data=data).output == before
