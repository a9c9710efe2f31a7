"""The query surfaces over HTTP, on the demo shop with its events and on a shop without a log."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from answer_shapes import SEARCH_ANSWER
from catalogs import NOW, build_index
from http_service import serving, wait_until
from query_shop import PERSONAL, PRODUCTS

from app.api.schemas import ItemsAnswer, SuggestAnswer
from app.version import code_version
from indexing.build import BuildOptions, build
from indexing.demo.events import _PERSONAL as DEMO_PERSONAL
from indexing.demo.shop import DemoShop
from indexing.progress import Silent

SURFACES = ("suggest", "hint", "discover", "refine", "related", "after_click")


@pytest.fixture(scope="module")
def shop(demo_shop: DemoShop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Indexes `main` (demo shop with events) and `bare` (a dozen products, no log)."""
    folder: Path = tmp_path_factory.mktemp("queries") / "var"
    options = BuildOptions(
        [demo_shop.products], folder / "main", code_version(), queries=demo_shop.events
    )
    build(options, NOW, Silent())
    build_index(folder / "bare", PRODUCTS)
    with serving(folder) as client:
        yield client


def items(shop: httpx.Client, path: str, **parameters: Any) -> list[dict[str, Any]]:
    answer = shop.get(f"/v1/{path}", params=parameters)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    if path == "suggest":
        SuggestAnswer.model_validate(answer.json(), strict=True)
    else:
        ItemsAnswer.model_validate(answer.json(), strict=True)
    return found


def test_each_surface_answers_on_the_demo_shop(shop: httpx.Client, demo_shop: DemoShop) -> None:
    hot = [item for item in items(shop, "discover", limit=9) if item["section"] == "hot"]
    assert [item["rank"] for item in hot] == list(range(1, len(hot) + 1))
    risen = {item["text"] for item in hot if item.get("tag")}
    assert len(risen & set(demo_shop.rising)) >= 2
    asked = hot[0]["text"]
    assert asked not in [item["text"] for item in items(shop, "hint", recent_queries=asked)]
    found = shop.get("/v1/search", params={"q": asked, "page_size": 1}).json()["hits"][0]["id"]
    after = items(shop, "after-click", q=asked, product_id=found)
    assert after
    assert asked not in [item["text"] for item in after]
    assert items(shop, "refine", q="shoes")
    assert items(shop, "suggest", q="s")[0]["source"] == "query_log"


def test_each_surface_answers_without_a_log(shop: httpx.Client) -> None:
    bare = {"index": "bare"}
    assert items(shop, "hint", **bare)
    assert items(shop, "discover", recent_queries="lamp", recent_products="red", **bare)
    assert items(shop, "refine", q="lamp", **bare)
    assert items(shop, "after-click", q="lamp", product_id="red", **bare)
    assert items(shop, "suggest", q="la", **bare)[0]["source"] in ("category", "phrase")


def test_all_surfaces_in_one_call_say_what_each_says(shop: httpx.Client) -> None:
    asked = {"q": "shoes", "product_id": "P00000001", "limit": 3, "recent_queries": "earbuds"}
    answer = shop.get("/v1/queries", params={"surface": ",".join(SURFACES), **asked})
    assert answer.status_code == 200, answer.text
    together = answer.json()
    assert set(together) == set(SURFACES)
    assert together["hint"]["items"] == items(shop, "hint", limit=3, recent_queries="earbuds")
    single = items(shop, "after-click", q="shoes", product_id="P00000001", limit=3)
    assert together["after_click"]["items"] == single
    assert together["refine"]["items"] == items(shop, "refine", q="shoes", limit=3)
    assert len(together["related"]["items"]) <= 3
    typed = items(shop, "suggest", q="shoes", limit=3, recent_queries="earbuds")
    assert together["suggest"]["items"] == typed


def test_refinements_and_related_are_in_the_answer_only_when_asked(shop: httpx.Client) -> None:
    plain = shop.get("/v1/search", params={"q": "shoes"}).json()
    assert not {"refinements", "related"} & set(plain)
    answer = shop.get("/v1/search", params={"q": "shoes", "with": "related,refinements"})
    SEARCH_ANSWER.validate_python(answer.json(), strict=True)
    assert answer.json()["hits"] == plain["hits"]
    assert {"refinements", "related"} <= {stage["name"] for stage in answer.json()["stages"]}
    posted = shop.post("/v1/search", json={"query": "shoes", "with": ["related"]}).json()
    assert posted["related"] == answer.json()["related"]
    assert "refinements" not in posted


def test_a_chip_leads_to_as_many_products_as_it_says(shop: httpx.Client) -> None:
    chips = [item for item in items(shop, "refine", q="shoes") if item["kind"] == "filter"]
    assert chips
    for chip in chips:
        found = shop.get("/v1/search", params={"q": "shoes", "filter": chip["filter"]}).json()
        assert found["total"] == chip["count"]
        told = items(shop, "refine", q="shoes", filter=chip["filter"])
        assert told[0]["selected"] is True
        assert told[0]["filter"] == chip["filter"]


def test_suggestions_with_what_stands_beside(shop: httpx.Client) -> None:
    answer = shop.get(
        "/v1/suggest",
        params={"q": "lam", "index": "bare", "with": "scopes,products,categories"},
    ).json()
    assert {item.get("scope") for item in answer["items"]} >= {None, "Home", "Garden"}
    assert {product["id"] for product in answer["products"]} <= {p["id"] for p in PRODUCTS}
    assert answer["categories"][0]["filter"].startswith("category:")


def test_personal_data_is_never_said(shop: httpx.Client) -> None:
    for text in (*PERSONAL, *DEMO_PERSONAL):
        said = b"".join(
            [
                *(shop.get("/v1/suggest", params={"q": text[:n]}).content for n in (1, 4, 9)),
                shop.get("/v1/hint", params={"recent_queries": text, "limit": 50}).content,
                shop.get("/v1/discover", params={"recent_queries": text, "limit": 50}).content,
                shop.get("/v1/after-click", params={"q": text, "limit": 50}).content,
                orjson.dumps(items(shop, "refine", q=text)),
            ]
        )
        assert text.encode() not in said


@pytest.mark.parametrize(
    ("path", "parameters", "where"),
    [
        ("hint", {"bogus": 1}, "bogus"),
        ("hint", {"limit": 0}, "limit"),
        ("hint", {"recent_queries": "x" * 513}, "recent_queries"),
        ("discover", {"limit": 51}, "limit"),
        ("suggest", {"q": "x" * 513}, "q"),
        ("suggest", {"q": "a", "with": "pictures"}, "with"),
        ("search", {"q": "a", "with": "hints"}, "with"),
        ("refine", {"filter": "nocolon"}, "filter"),
        ("refine", {"filter": "nosuch:1"}, "nosuch"),
        ("queries", {"surface": "push"}, "surface"),
        ("after-click", {"product_id": "x" * 513}, "product_id"),
    ],
)
def test_bad_requests_are_told(
    shop: httpx.Client, path: str, parameters: dict[str, Any], where: str
) -> None:
    answer = shop.get(f"/v1/{path}", params=parameters)
    assert answer.status_code == 422, answer.text
    assert where in answer.json()["errors"][0]["where"] + answer.json()["detail"]


@pytest.mark.parametrize(
    "text", ["", "  ", "x" * 500, "a", "红色 lamp", "e\u0301\u0301", "👟", "' OR 1=1", "\u202e"]
)
def test_any_text_has_an_answer(shop: httpx.Client, text: str) -> None:
    for index in ("main", "bare"):
        said = {"index": index, "limit": 50}
        items(shop, "suggest", q=text, recent_queries=text, **said)
        items(shop, "hint", recent_queries=text, recent_products=text, **said)
        items(shop, "discover", recent_queries=text, recent_products=text, **said)
        items(shop, "refine", q=text, **said)
        items(shop, "after-click", q=text, product_id=text, **said)


def test_a_blocked_word_is_soon_gone_everywhere(shop: httpx.Client) -> None:
    index = {"index": "bare"}
    assert any("lamp" in item["text"].lower() for item in items(shop, "hint", limit=50, **index))
    answer = shop.put("/v1/admin/blocklist", params=index, json={"text": "# no\nlamp\nlamps\n"})
    assert answer.status_code == 200, answer.text
    wait_until(
        lambda: not any("lamp" in i["text"].lower() for i in items(shop, "suggest", q="l", **index))
    )
    for path in ("hint", "discover", "after-click"):
        assert not any("lamp" in i["text"].lower() for i in items(shop, path, limit=50, **index))
    assert shop.get("/v1/admin/blocklist", params=index).json()["text"].startswith("# no")
    shop.put("/v1/admin/blocklist", params=index, json={"text": ""})
    wait_until(lambda: bool(items(shop, "suggest", q="lam", **index)))


def test_scheduled_hints_over_http(shop: httpx.Client) -> None:
    index = {"index": "bare"}
    text = "oak desk\t2020-01-01\nred desk lamp\t2020-01-01\t2020-02-01\nunobtainium\n"
    assert shop.put("/v1/admin/hints", params=index, json={"text": text}).status_code == 200
    wait_until(lambda: items(shop, "hint", **index)[0]["source"] == "scheduled")
    shown = items(shop, "hint", **index)
    assert [item["text"] for item in shown if item["source"] == "scheduled"] == ["oak desk"]
    [problem] = shop.get("/v1/admin/hints", params=index).json()["problems"]
    assert "unobtainium" in problem
    wrong = shop.put("/v1/admin/hints", params=index, json={"text": "lamp\tsoon\n"})
    assert wrong.status_code == 422
    assert "line 1" in wrong.json()["detail"]
    assert items(shop, "hint", **index)[0]["text"] == "oak desk"
    missing = shop.put("/v1/admin/hints", params={"index": "nosuch"}, json={"text": ""})
    assert missing.status_code == 404
