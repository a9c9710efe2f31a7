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


def test_facts_and_proposals(shop: httpx.Client) -> None:
    told = shop.get("/v1/admin/facts").json()
    assert told["products"] == len(PRODUCTS) == told["segments"][0]["products"]
    assert told["changes"] == {"last": 0, "behind": 0, "kept": 0, "bytes": 0, "problem": None}
    fields = {each["name"]: each["filled"] for each in told["fields"]}
    assert fields["price"] == sum("price" in product for product in PRODUCTS)
    assert told["models"][0]["policy"] == "default"
    assert isinstance(shop.get("/v1/admin/synonyms/mined").json()["items"], list)


def test_what_a_query_showed(shop: httpx.Client) -> None:
    browser = {"User-Agent": "Mozilla/5.0"}
    first = shop.get("/v1/search?q=lamp&session_id=a", headers=browser).json()
    again = shop.get("/v1/search?q=LAMP&session_id=b", headers=browser).json()
    shop.get("/v1/search?q=lamp&session_id=c", headers={"User-Agent": "a crawler"})
    clicked = first["hits"][1]["id"]
    click = {"type": "click", "product_id": clicked, "query_id": again["query_id"]}
    assert shop.post("/v1/events", json={"events": [click]}, headers=browser).is_success
    told = shop.get("/v1/admin/analytics/query", params={"query": "Lamp"}).json()
    assert (told["query"], told["searches"], told["zero_results"]) == ("lamp", 2, 0)
    assert told["ctr"] == 0.5
    product = next(each for each in told["products"] if each["product_id"] == clicked)
    title = next(each["title"] for each in PRODUCTS if each["id"] == clicked)
    assert product == {
        "product_id": clicked, "title": title, "shown": 2, "position": 2.0, "clicks": 1,
        "ctr": 0.5, "add_to_cart": 0, "purchases": 0,
    }  # fmt: skip
    assert [each["clicked"] for each in told["latest"]] == [True, False]
    nobody = shop.get("/v1/admin/analytics/query", params={"query": "nobody asked"}).json()
    assert (nobody["searches"], nobody["ctr"], nobody["products"]) == (0, None, [])


@pytest.mark.parametrize(
    ("address", "status", "word"),
    [
        ("/v1/admin/analytics/query", 422, "query"),
        ("/v1/admin/analytics/query?query=%20", 422, "query"),
        ("/v1/admin/analytics/query?query=lamp&limit=0", 422, "limit"),
        ("/v1/admin/analytics/query?query=lamp&from=never", 422, "from"),
        ("/v1/admin/analytics/query?query=lamp&index=none", 404, "none"),
        ("/v1/admin/facts?index=none", 404, "none"),
        ("/v1/admin/facts?index=../x", 422, "index"),
        ("/v1/admin/synonyms/mined?limit=0", 422, "limit"),
        ("/v1/admin/synonyms/mined?index=none", 404, "none"),
        ("/v1/admin/judgments?format=xml", 422, "format"),
    ],
)
def test_what_cannot_be_asked(shop: httpx.Client, address: str, status: int, word: str) -> None:
    answer = shop.get(address)
    assert answer.status_code == status, answer.text
    assert word in answer.json()["detail"]
