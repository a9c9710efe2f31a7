"""What the console asks that no other page does."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from catalogs import build_index
from http_service import serving
from query_shop import PRODUCTS

URL = "/v1/admin/judgments"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("console") / "var"
    build_index(folder / "main", PRODUCTS)
    return folder


@pytest.fixture(scope="module")
def shop(data: Path) -> Iterator[httpx.Client]:
    with serving(data, warm=False) as client:
        yield client


def judged(grade: Any, **other: Any) -> dict[str, Any]:
    return {"query": "torch", "product_id": "red", "judge": "Ada", "grade": grade} | other


def test_indexes(shop: httpx.Client) -> None:
    (told,) = shop.get("/v1/admin/indexes").json()["items"]
    assert (told["name"], told["default"]) == ("main", True)
    assert [each["name"] for each in told["policies"]] == ["default"]


def test_judgments_are_kept_and_taken_back(shop: httpx.Client) -> None:
    assert shop.put(URL, json=judged(3)).json() == {"before": None}
    assert shop.put(URL, json=judged(1, query=" TORCH ")).json() == {"before": 3}
    assert shop.put(URL, json=judged(2, query="lamp")).json() == {"before": None}
    told = shop.get(URL, params={"query": "torch"}).json()
    assert told["count"] == 2
    assert told["queries"] == [{"query": "lamp", "judged": 1}, {"query": "torch", "judged": 1}]
    assert [(each["product_id"], each["grade"]) for each in told["items"]] == [("red", 1)]
    assert shop.put(URL, json=judged(None)).json() == {"before": 1}
    file = shop.get(URL, params={"format": "jsonl"})
    assert "main-judgments.jsonl" in file.headers["Content-Disposition"]
    assert file.text.count("\n") == 1


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        (judged(4), 422, "grade"),
        (judged(-1), 422, "grade"),
        (judged(1.5), 422, "grade"),
        (judged("3"), 422, "grade"),
        (judged(True), 422, "grade"),
        (judged(3, judge=""), 422, "judge"),
        (judged(3, judge="  "), 422, "judge"),
        (judged(3, judge="a\nb"), 422, "judge"),
        (judged(3, judge="a" * 61), 422, "judge"),
        (judged(3, query=" "), 422, "query"),
        (judged(3, query="a" * 600), 422, "query"),
        (judged(3, product_id="nobody"), 404, "nobody"),
        (judged(3, product_id=""), 422, "product_id"),
        (judged(3, other=1), 422, "other"),
        ({"query": "torch"}, 422, "product_id"),
    ],
)
def test_bad_judgments(shop: httpx.Client, body: Any, status: int, word: str) -> None:
    before = shop.get(URL, params={"format": "jsonl"}).text
    answer = shop.put(URL, json=body)
    assert answer.status_code == status, answer.text
    assert word in answer.json()["detail"]
    assert shop.get(URL, params={"format": "jsonl"}).text == before
    assert shop.put(URL, params={"index": "none"}, json=judged(3)).status_code == 404


def test_a_damaged_file_is_told(shop: httpx.Client, data: Path) -> None:
    path = data / "main" / "judgments.jsonl"
    kept = path.read_bytes() if path.exists() else b""
    path.write_text("no judgment\n")
    answer = shop.put(URL, json=judged(3))
    assert answer.status_code == 409
    assert "line 1" in answer.json()["detail"]
    path.write_bytes(kept)
