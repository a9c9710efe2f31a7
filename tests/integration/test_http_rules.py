"""Merchandising rules over HTTP: in force at once, listed, previewed, taken back."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from algolia_client import several
from catalogs import build_index
from http_service import serving, wait_until
from query_shop import PRODUCTS

URL = "/v1/admin/rules"
Body = dict[str, Any]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder: Path = tmp_path_factory.mktemp("merchandising") / "var"
    build_index(folder / "main", PRODUCTS)
    with serving(folder, redirect_hosts=("help.example.com",)) as client:
        yield client


@pytest.fixture(autouse=True)
def none_in_force(shop: httpx.Client) -> None:
    put_many(shop, [])


def put_many(shop: httpx.Client, rules: list[Body], **given: Any) -> Body:
    before, served = in_force(shop), generation(shop)
    answer = shop.put(URL, params=given, json={"rules": rules, "whole": True})
    assert answer.status_code == 200, answer.text
    told: Body = answer.json()
    if told["rules"] != before and "index" not in given:
        wait_until(lambda: generation(shop) != served)
    wait_until(lambda: in_force(shop) == told["rules"])
    return told


def generation(shop: httpx.Client) -> str:
    served: str = search(shop, "lamp")["generation"]["id"]
    return served


def in_force(shop: httpx.Client) -> str | None:
    """Id of the rules in force, which this worker has taken up by then."""
    told = shop.get(URL, params={"limit": 1}).json()["rules"]
    time.sleep(0.1)  # two looks of the poller
    return str(told) if told else None


def search(shop: httpx.Client, text: str, **given: Any) -> Body:
    answer = shop.get("/v1/search", params={"q": text, **given})
    assert answer.status_code == 200, answer.text
    found: Body = answer.json()
    return found


def ids(answer: Body) -> list[str]:
    return [hit["id"] for hit in answer["hits"]]


def rule(name: str, when: Body, **then: Any) -> Body:
    return {"id": name, "when": when, "then": then}


def test_a_pin_is_in_the_shop_within_two_seconds_and_gone_after_undo(shop: httpx.Client) -> None:
    before = ids(search(shop, "lamp"))
    last = before[-1]
    body = {"when": {"query": {"is": "Lamps"}}, "then": {"pin": [last]}}
    told = shop.put(f"{URL}/first", params={"by": "ann", "note": "sale"}, json=body)
    assert told.status_code == 200, told.text
    assert told.json()["changed"] == ["first"]
    assert told.json()["problems"] == []
    wait_until(lambda: ids(search(shop, "lamp"))[0] == last)
    answer = search(shop, "lamp", explain="on")
    assert answer["hits"][0]["placed"] == {"kind": "pinned", "rule": "first"}
    assert answer["hits"][0]["explanation"]["rules"]["organic_position"] == len(before)
    assert answer["hits"][1]["explanation"]["rules"]["organic_position"] == 1
    assert answer["rules"] == {"fired": ["first"]}
    assert ids(search(shop, "lamp", rules="off")) == before
    assert "rules" not in search(shop, "desk")

    item = shop.get(f"{URL}/first").json()
    assert (item["version"], item["by"], item["note"], item["state"]) == (
        1, "ann", "sale", "active",
    )  # fmt: skip
    newest = shop.get(f"{URL}/history").json()["items"][0]
    assert newest["action"] == "put"
    assert newest["rules"] == [{"id": "first", "before": None, "after": item["rule"]}]
    key = shop.post("/v1/admin/keys", json={"name": "campaigns", "scopes": ["rules"]}).json()["key"]
    undone = shop.post(
        f"{URL}/undo", params={"change": newest["id"], "by": "bob"}, headers={"X-API-Key": key}
    )
    assert undone.json()["changed"] == ["first"]
    told = [(each["by"], each["key"]) for each in shop.get(f"{URL}/history").json()["items"]]
    assert told[:2] == [("bob", "campaigns"), ("ann", "")], (
        "the key that was shown, not only a name"
    )
    wait_until(lambda: ids(search(shop, "lamp")) == before)
    assert shop.get(f"{URL}/first").status_code == 404


def test_cached_answers_follow_who_asks_and_when(shop: httpx.Client) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=3)
    put_many(shop, [
        rule("vip", {"query": {"is": "lamp"}, "segment": ["vip"]}, hide=["red"]),
        rule("late", {"query": {"is": "lamp"}, "from": soon.isoformat()}, hide=["blue"]),
    ])  # fmt: skip
    assert {"red", "blue"} <= set(ids(search(shop, "lamp")))
    assert "red" not in ids(search(shop, "lamp", segment="VIP"))
    assert "red" in ids(search(shop, "lamp"))
    wait_until(lambda: "blue" not in ids(search(shop, "lamp")))
    assert datetime.now(UTC) >= soon


def test_versions_guard_against_overwriting(shop: httpx.Client) -> None:
    body = {"when": {"query": {"is": "lamp"}}, "then": {"hide": ["red"]}}
    assert shop.put(f"{URL}/a", params={"version": 0}, json=body).status_code == 200
    body["then"] = {"hide": ["blue"]}
    again = shop.put(f"{URL}/a", params={"version": 0}, json=body)
    assert again.status_code == 409
    assert "somebody changed it" in again.json()["detail"]
    assert shop.put(f"{URL}/a", params={"version": 1}, json=body).json()["changed"] == ["a"]
    same = shop.put(f"{URL}/a", json=body).json()
    assert (same["change"], same["changed"]) == (None, [])
    first = shop.get(f"{URL}/history", params={"rule": "a"}).json()["items"][-1]
    conflict = shop.post(f"{URL}/undo", params={"change": first["id"]})
    assert conflict.status_code == 409
    assert "changed again since" in conflict.json()["detail"]
    assert shop.delete(f"{URL}/a").json()["changed"] == ["a"]
    assert shop.delete(f"{URL}/a").status_code == 404


def test_a_preview_of_tomorrow_without_a_rule_and_with_a_draft(shop: httpx.Client) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    put_many(shop, [
        rule("x", {"query": {"is": "lamp"}}, pin=["path"]),
        rule("y", {"query": {"contains": "lamp"}, "from": tomorrow.isoformat()}, hide=["red"]),
    ])  # fmt: skip
    draft = rule("z", {"query": {"is": "lamp"}}, pin=[{"product": "garden", "position": 2}])
    asked = {
        "query": "lamp", "at": (tomorrow + timedelta(hours=1)).isoformat(), "without": ["x"],
        "draft": [draft],
    }  # fmt: skip
    told = shop.post(f"{URL}/preview", json=asked)
    assert told.status_code == 200, told.text
    shown = told.json()
    assert shown["with_rules"]["rules"]["fired"] == ["y", "z"]
    assert ids(shown["with_rules"])[1] == "garden"
    assert "red" not in ids(shown["with_rules"])
    assert "red" in ids(shown["without_rules"])
    assert [(each["id"], each["fired"]) for each in shown["rules"]] == [
        ("x", False), ("y", True), ("z", True),
    ]  # fmt: skip
    assert "left out" in shown["rules"][0]["why_not"]
    now = shop.post(f"{URL}/preview", json={"query": "lamp"}).json()
    assert now["with_rules"]["rules"]["fired"] == ["x"]
    assert "begins" in now["rules"][1]["why_not"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"when": {}, "then": {"pin": [f"p{n}" for n in range(1_000)]}}, "at most 100"),
        ({"when": {}, "then": {"pin": ["red"], "hide": ["red"]}}, "pins and hides 'red'"),
        ({"then": {"pin": ["red", {"product": "blue", "position": 1}]}}, "one position"),
        ({"when": {}, "then": {}}, "does nothing"),
        ({"when": {"query": {"matches": "(a+)+$ {brand"}}, "then": {"hide": ["a"]}}, "brace"),
        ({"when": {"query": {"matches": "{colours} lamp"}}, "then": {"query": "{brand}"}}, "brand"),
        ({"when": {}, "then": {"banner": {"text": "<script>alert(1)</script>"}}}, "markup"),
        ({"when": {}, "then": {"banner": {"text": "x", "url": "javascript:alert(1)"}}}, "http"),
        ({"when": {}, "then": {"redirect": "https://evil.example/"}}, "evil.example"),
        ({"when": {}, "then": {"redirect": "//evil.example/"}}, "no host|may be http"),
        ({"when": {}, "then": {"redirect": "https://help.example.com@evil.example/"}}, "user"),
        ({"when": {"from": "2026-12-02", "to": "2026-12-01"}, "then": {"hide": ["a"]}}, "never"),
        ({"when": {"query": {"is": "a"}}, "then": {"filter": ["brand"]}}, "no ':'"),
        ({"when": {"query": {"is": "a", "contains": "b"}}, "then": {"hide": ["a"]}}, "one of"),
        ({"when": {"share": 2}, "then": {"hide": ["a"]}}, "less than or equal to 1"),
        ({"when": {}, "then": {"data": {"x": "y" * 10_001}}}, "bytes"),
        ({"when": {}, "then": {"pins": ["a"]}}, "pins"),
        ({"id": "other", "when": {}, "then": {"hide": ["a"]}}, "address says"),
    ],
)  # fmt: skip
def test_what_is_wrong_changes_nothing(shop: httpx.Client, body: Body, told: str) -> None:
    answer = shop.put(f"{URL}/wrong", json=body)
    assert answer.status_code == 422, answer.text
    assert any(part in answer.text for part in told.split("|")), answer.text
    assert shop.get(URL).json()["total"] == 0


def test_rules_that_replace_queries_in_a_loop_are_refused(shop: httpx.Client) -> None:
    there = rule("there", {"query": {"is": "couch"}}, query="sofa")
    back = rule("back", {"query": {"contains": "sofa"}}, query="couch")
    answer = shop.put(URL, json={"rules": [there, back]})
    assert answer.status_code == 422
    assert "loop" in answer.json()["detail"]
    longer = rule("longer", {"query": {"matches": "{any} lamp"}}, query="{any} big lamp")
    assert "loop" in shop.put(URL, json={"rules": [longer]}).json()["detail"]
    fine = rule("fine", {"query": {"contains": "lamp"}}, query="desk lamp")
    assert shop.put(URL, json={"rules": [there, fine]}).status_code == 200


def test_what_may_be_a_mistake_is_told(shop: httpx.Client) -> None:
    told = put_many(shop, [
        rule("later", {"query": {"is": "lamp"}}, pin=["not-here-yet", "red"]),
        rule("other", {"query": {"is": "lamp"}}, hide=["red"]),
        rule("over", {"to": "2020-01-01"}, hide=["red"]),
        rule("field", {}, filter=["size:XL"]),
        rule("named", {"query": {"matches": "{nothing} lamp"}}, hide=["red"]),
    ])  # fmt: skip
    problems = {each["rule"]: each["problem"] for each in told["problems"]}
    assert "not-here-yet" in problems["later"]
    assert "never opens" in problems["over"]
    assert "no field" in problems["field"]
    assert "names no text field" in problems["named"]
    assert "which has the same conditions" in problems["other"]
    listed = {each["rule"]["id"]: each for each in shop.get(URL).json()["items"]}
    assert listed["over"]["state"] == "ended"
    assert listed["later"]["problems"] == [problems["later"]]
    assert ids(search(shop, "lamp"))  # and shoppers are served


def test_an_algolia_storefront_obeys_rules(shop: httpx.Client) -> None:
    put_many(shop, [
        rule("ctx", {"query": {"is": "lamp"}, "context": ["ais-sale"]}, pin=["path"], hide=["red"],
             data={"title": "Sale"}, facets={"order": ["colour"], "values": {"brand": ["Lumo"]}},
             banner={"text": "20 % off", "image": "https://img.example/x.png", "url": "/sale"}),
        rule("away", {"query": {"is": "returns"}}, redirect="https://help.example.com/returns"),
    ])  # fmt: skip
    plain, sale, off, away = several(
        shop,
        {"indexName": "main", "query": "lamp", "facets": ["*"]},
        {"indexName": "main", "query": "lamp", "facets": ["*"], "ruleContexts": ["ais-sale"]},
        {"indexName": "main", "query": "lamp", "ruleContexts": ["ais-sale"], "enableRules": False},
        {"indexName": "main", "query": "returns"},
    )
    assert "userData" not in plain
    assert "appliedRules" not in plain
    assert sale["hits"][0]["objectID"] == "path"
    assert "red" not in {hit["objectID"] for hit in sale["hits"]}
    assert sale["nbHits"] == plain["nbHits"] - 1
    assert off["hits"] == plain["hits"]
    assert sale["appliedRules"] == [{"objectID": "ctx"}]
    assert sale["userData"][0] == {"title": "Sale"}
    assert sale["userData"][1]["banner"]["text"] == "20 % off"
    content = sale["renderingContent"]
    assert content["widgets"]["banners"][0]["image"]["urls"][0]["url"].endswith("x.png")
    assert content["facetOrdering"]["values"]["brand"]["order"] == ["Lumo"]
    assert away["renderingContent"]["redirect"] == {"url": "https://help.example.com/returns"}


def test_sponsored_places_have_a_label_and_a_filter_takes_pins_out(shop: httpx.Client) -> None:
    put_many(shop, [
        rule("paid", {"query": {"contains": "lamp"}}, pin=["floor"],
             sponsored={"products": ["desk", "path", "garden"], "label": "Ad", "every": 3}),
    ])  # fmt: skip
    hits = search(shop, "lamp")["hits"]
    assert [hit.get("placed", {}).get("kind") for hit in hits] == [
        "pinned", "sponsored", None, None, "sponsored",
    ]  # fmt: skip
    assert [hits[1]["id"], hits[4]["id"]] == ["path", "garden"]  # a desk is not found by "lamp"
    assert hits[1]["placed"]["label"] == "Ad"
    lumo = search(shop, "lamp", filter="brand:Lumo")
    assert set(ids(lumo)) == {"red", "blue"}
    assert lumo["total"] == 2


def test_placeholders_and_a_query_that_is_replaced(shop: httpx.Client) -> None:
    put_many(shop, [
        rule("of", {"query": {"matches": "{brand} {any} please"}},
             filter=["brand:{brand}"], query="{any}"),
    ])  # fmt: skip
    told = search(shop, "Acme desk lamps, please!", facets="brand")
    assert told["rules"] == {"fired": ["of"], "query": "desk lamps", "replaced_by": "of"}
    assert told["query"]["original"] == "Acme desk lamps, please!"
    assert {hit["product"]["brand"] for hit in told["hits"]} == {"Acme"}
    assert [value["value"] for value in told["facets"]["brand"]["values"]] == ["Acme"]
    assert told["total"] == told["facets"]["brand"]["values"][0]["count"]


def test_a_file_goes_out_and_comes_back(shop: httpx.Client) -> None:
    put_many(shop, [rule("a", {"query": {"is": "lamp"}}, pin=["red"], hide=["blue"])])
    table = shop.get(f"{URL}/export", params={"format": "csv"}).json()
    assert table["text"].splitlines()[1].startswith("a,")
    same = shop.post(f"{URL}/import", json={"format": "csv", "text": table["text"], "whole": True})
    assert same.json()["change"] is None
    wrong = shop.post(f"{URL}/import", json={"format": "csv", "text": "id,hide\na b,x\n"})
    assert wrong.status_code == 422
    assert "rule 1 (a b): id" in wrong.json()["detail"]
