"""The console at `/console`, as merchandisers and operators use it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from axe import assert_no_violations
from http_service import serving, wait_until
from playwright.sync_api import Browser, Page, expect
from typer.testing import CliRunner

from app.cli import app as cli

KEY = "a key that nobody guesses"


@pytest.fixture
def console(page: Page, http: httpx.Client) -> Iterator[Page]:
    """At the console; whatever its content policy refuses fails the test."""
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if said.type == "error" else None)
    page.goto(f"{http.base_url}/console")
    expect(page.locator("h1", has_text="Preview")).to_be_visible()
    yield page
    assert not [text for text in refused if "responded with a status of 4" not in text]


def moved_by(http: httpx.Client, switch: str) -> tuple[str, list[Any], int]:
    """A query whose order the switch changes, its hits with it, and how many stand elsewhere."""
    for text in ("shirt", "lamp", "shoes", "chair", "headphones"):
        asked = {"q": text, "explain": "on"}
        hits = http.get("/v1/search", params=asked).json()["hits"]
        without = http.get("/v1/search", params={**asked, switch: "off"}).json()["hits"]
        before = {hit["id"]: place for place, hit in enumerate(hits)}
        moved = sum(before.get(hit["id"], at) != at for at, hit in enumerate(without))
        if moved:
            return text, hits, moved
    raise AssertionError(f"{switch} moves nothing")


def test_two_columns_and_why_each_hit_stands_there(console: Page, http: httpx.Client) -> None:
    query, answer, moved = moved_by(http, "semantic")
    console.locator("#q").fill(query)
    console.keyboard.press("Enter")
    titles = console.locator("section[aria-label=Left] .hit .title")
    expect(titles).to_have_text([hit["product"]["title"] for hit in answer])
    expect(console.locator("#summary")).to_contain_text("the same products in the same order")
    bar = console.locator("section[aria-label=Left] .hit").first.locator(".bars li").first
    largest = answer[0]["explanation"]["contributions"][1]  # after `expected`
    expect(bar).to_contain_text(largest["feature"])
    expect(bar).to_contain_text(f"+{largest['adds']:.3f}")
    console.locator(".choices", has_text="Right").locator("label", has_text="meaning").click()
    expect(console.locator("#summary")).to_contain_text(f"{moved} moved")
    assert "b.off=semantic" in console.url
    console.reload()
    expect(console.locator("#summary")).to_contain_text(f"{moved} moved")
    console.go_back()
    expect(console.locator("#summary")).to_contain_text("the same products")
    console.locator("#b-model").select_option("shipped")  # in force already: nothing moves
    console.wait_for_url("**b.model=shipped**")
    expect(console.locator("section[aria-label=Right] .hit")).to_have_count(len(answer))
    expect(console.locator("#summary")).to_contain_text("the same products in the same order")


def test_judging_by_keys(
    console: Page, http: httpx.Client, demo_data: Path, tmp_path: Path
) -> None:
    console.locator("#views a", has_text="Judging").click()
    console.locator("#name").fill("Ada")
    console.locator("#q").fill("  Shirt ")
    console.keyboard.press("Enter")
    first = console.locator(".judged").first
    expect(first.locator("button").first).to_be_focused()
    for number, key in enumerate("3201", start=1):
        console.keyboard.press(key)
        expect(console.locator("#told")).to_contain_text(f"{number} judgments in all")
    console.keyboard.press("u")
    expect(console.locator("#told")).to_contain_text("3 judgments in all")
    console.keyboard.press("ArrowUp")
    console.keyboard.press("1")  # another opinion in place of the last
    expect(console.locator("#told")).to_contain_text("Graded 1 complement. 3 judgments in all")
    with console.expect_download() as kept:
        console.locator("#download").click()
    assert kept.value.suggested_filename == "main-judgments.jsonl"
    file = tmp_path / kept.value.suggested_filename
    kept.value.save_as(file)
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    ids = [hit["id"] for hit in http.get("/v1/search?q=shirt&diversity=off").json()["hits"]]
    assert [(row["product_id"], row["grade"]) for row in rows] == [
        *zip(ids, (3, 2, 1), strict=False)
    ]
    assert {(row["query"], row["judge"]) for row in rows} == {("shirt", "Ada")}
    console.reload()
    expect(first.locator("button[aria-pressed=true]")).to_have_text("3 exact")
    command = ["evaluate", "--data", str(demo_data), "--judgments", str(file)]
    told = CliRunner().invoke(cli, [*command, "--rankers", "bm25,hand"])
    assert told.exit_code == 0, told.output


def open_view(page: Page, http: httpx.Client, view: str, **other: str) -> None:
    page.goto(f"{http.base_url}/console?{urlencode({'view': view, **other})}")
    expect(page.locator("#view h1")).to_be_visible()


def first_in_shop(http: httpx.Client, query: str) -> str:
    found: str = http.get("/v1/search", params={"q": query}).json()["hits"][0]["id"]
    return found


def test_a_pin_is_seen_in_the_shop_a_moment_later(console: Page, http: httpx.Client) -> None:
    before = http.get("/v1/search", params={"q": "shirt"}).json()["hits"]
    pinned = before[2]
    open_view(console, http, "rules")
    console.locator("button", has_text="New rule").click()
    console.locator("#rule-id").fill("shirt-of-the-week")
    console.locator("#name").fill("Ada")
    console.locator("#q").fill("shirt")
    console.keyboard.press("Enter")
    hit = console.locator(f"[aria-label='With rules'] .hit[data-id='{pinned['id']}']")
    hit.locator("button", has_text="Pin first").click()
    expect(console.locator("[aria-label='With rules'] .hit").first).to_have_attribute(
        "data-id", pinned["id"]
    )
    expect(console.locator("#rule-queries")).to_have_value("shirt")
    assert first_in_shop(http, "shirt") == before[0]["id"]  # it was only looked at
    console.locator("#save").click()
    expect(console.locator("#said")).to_contain_text("In force")
    shop = console.context.new_page()
    wait_until(lambda: first_in_shop(http, "shirt") == pinned["id"])
    shop.goto(f"{http.base_url}/?q=shirt")
    expect(shop.locator("#hits li h2").first).to_have_text(pinned["product"]["title"])
    shop.close()
    open_view(console, http, "preview", q="shirt", **{"b.off": "rules"})
    expect(console.locator("#summary")).to_contain_text("moved")
    open_view(console, http, "rules")
    row = console.locator("#list tr", has_text="shirt-of-the-week")
    row.locator("button", has_text="Switch off").click()
    expect(row).to_contain_text("off")
    wait_until(lambda: first_in_shop(http, "shirt") == before[0]["id"])
    row.locator("button", has_text="Remove").click()
    expect(row).to_have_count(0)
    history = console.locator("#changes tbody tr")
    expect(history).to_have_count(3)
    expect(history.first).to_contain_text("Ada")
    history.first.locator("button").click()
    expect(row).to_have_count(1)
    row.locator("button", has_text="Remove").click()
    expect(row).to_have_count(0)


def test_a_field_leaves_what_it_does_not_say(console: Page, http: httpx.Client) -> None:
    queries = [{"is": "qx-1"}, {"contains": "qx-2"}]
    rules = [
        {"id": "always-on", "then": {"data": {"a": 1}}},
        {"id": "two-kinds", "when": {"query": queries}, "then": {"hide": "nobody"}},
    ]
    http.put("/v1/admin/rules", json={"rules": rules}).raise_for_status()
    open_view(console, http, "rules")
    expect(console.locator("#list tr", has_text="always-on").first).to_contain_text("always")
    console.locator("#list button", has_text="two-kinds").click()
    console.locator("#rule-queries").fill("qx-2\nqx-3\nqx-1")
    console.locator("#rule-name").fill("Two")
    told = json.loads(console.locator("#json").input_value())
    assert told["when"]["query"] == [{"contains": "qx-2"}, {"is": "qx-3"}, {"is": "qx-1"}]
    for rule in rules:
        http.delete(f"/v1/admin/rules/{rule['id']}").raise_for_status()


def test_the_report_and_what_a_query_showed(console: Page, http: httpx.Client) -> None:
    browser = {"User-Agent": "Mozilla/5.0"}
    shown = http.get("/v1/search?q=bottle&session_id=report", headers=browser).json()
    http.get("/v1/search?q=unobtainium-9x9x9&session_id=report2", headers=browser)
    before = (datetime.now(UTC) - timedelta(days=2)).isoformat()
    http.get("/v1/search?q=bowl", headers=browser | {"X-Happened-At": before})
    hit = shown["hits"][1]
    click = {"type": "click", "product_id": hit["id"], "query_id": shown["query_id"]}
    assert http.post("/v1/events", json={"events": [click]}, headers=browser).is_success
    open_view(console, http, "report")
    expect(console.locator("#chart canvas")).to_be_visible()
    empty = console.locator("table", has_text="Nothing found")
    expect(empty).to_contain_text("unobtainium")
    console.locator("table", has_text="Asked most").locator("button", has_text="bottle").click()
    rows = console.locator("table", has_text="What was shown").locator("tbody tr")
    expect(rows).to_have_count(len(shown["hits"]))
    expect(rows.nth(1)).to_contain_text(hit["product"]["title"])
    expect(rows.nth(1).locator("td").nth(2)).to_have_text("1")
    console.locator("button", has_text="Preview").click()
    expect(console.locator("#q")).to_have_value("bottle")


def test_synonyms_are_proposed_and_accepted(console: Page, http: httpx.Client) -> None:
    open_view(console, http, "synonyms")
    console.locator("#mine").click()
    row = console.locator("#proposals tbody tr").first
    rule = row.locator("th").inner_text()
    row.locator("button", has_text="Accept").click()
    expect(console.locator("#inforce")).to_contain_text(rule)
    expect(console.locator("#said")).to_contain_text("In force")
    console.locator("#rule").fill("no rule")
    console.keyboard.press("Enter")
    expect(console.locator("#said.fault")).to_contain_text("did not work")
    console.locator("#inforce tr", has_text=rule).locator("button").click()
    expect(console.locator("#inforce")).not_to_contain_text(rule)
    address = "/v1/admin/synonyms"
    http.post(address, json={"text": "xqzzv, vzzqx"}).raise_for_status()
    wait_until(lambda: http.get(address).json()["idle"])
    open_view(console, http, "synonyms")
    expect(console.locator("#inforce tr", has_text="xqzzv")).to_contain_text("finds nothing here")
    http.delete(address, params={"rule": "xqzzv, vzzqx"}).raise_for_status()


def test_facts_builds_and_experiments(console: Page, http: httpx.Client) -> None:
    facts = http.get("/v1/admin/facts").json()
    open_view(console, http, "facts")
    expect(console.locator(".figures")).to_contain_text(f"{facts['products']:,}")
    row = console.locator("tr", has_text="price").first
    price = next(each for each in facts["fields"] if each["name"] == "price")
    expect(row).to_contain_text(f"{price['filled'] / facts['products']:.1%}")
    expect(console.locator("table", has_text="Held-out")).to_contain_text("model")
    open_view(console, http, "builds")
    expect(console.locator("#kept")).to_contain_text("in force")
    console.locator("#files").fill("products.jsonl")
    console.locator("button", has_text="Build").last.click()
    expect(console.locator("#said.fault")).to_contain_text("VITRINA_CATALOG_DIR")
    same = {
        "id": "a-a", "smallest_effect": 0.1, "horizon": 100,
        "variants": [{"name": "control", "share": 0.5}, {"name": "other", "share": 0.5}],
    }  # fmt: skip
    made = http.post("/v1/admin/experiments", params={"index": "small"}, json=same)
    assert made.is_success, made.text
    open_view(console, http, "experiments", index="small")
    console.locator("button", has_text="a-a").click()
    expect(console.locator(".verdict")).to_contain_text("Not decided yet")
    expect(console.locator("table", has_text="Differences")).to_contain_text("other – control")
    console.on("dialog", lambda dialog: dialog.accept())
    console.locator("button", has_text="Stop").click()
    expect(console.locator("table", has_text="Variants").first).to_contain_text("stopped")


def test_the_key_is_asked_for_and_stays_in_the_tab(
    browser: Browser, demo_data: Path, packages: None
) -> None:
    with serving(demo_data, admin_key=KEY, warm=False) as locked:
        context = browser.new_context(locale="zh-CN")
        page = context.new_page()
        page.goto(f"{locked.base_url}/console")
        expect(page.locator("#signin")).to_be_visible()
        expect(page.locator("html")).to_have_attribute("lang", "zh")
        page.locator("#language").select_option("en")
        page.locator("#key").fill("another key altogether")
        page.keyboard.press("Enter")
        expect(page.locator("#refusal")).to_contain_text("key is missing or wrong")
        assert_no_violations(page)
        page.locator("#key").fill(KEY)
        page.keyboard.press("Enter")
        expect(page.locator("h1", has_text="Preview")).to_be_visible()
        page.reload()
        expect(page.locator("h1", has_text="Preview")).to_be_visible()
        another = context.new_page()
        another.goto(f"{locked.base_url}/console")
        expect(another.locator("#signin")).to_be_visible()
        page.locator("#out").click()
        expect(page.locator("#signin")).to_be_visible()
        context.close()


VIEWS = (
    {"view": "preview", "q": "lamp", "b.off": "diversity"}, {"view": "judging", "q": "lamp"},
    {"view": "report"}, {"view": "rules"}, {"view": "rules", "rule": "new", "q": "lamp"},
    {"view": "synonyms"}, {"view": "experiments", "index": "small", "experiment": "a-a"},
    {"view": "facts"}, {"view": "builds"},
)  # fmt: skip


def test_axe_finds_nothing_on_a_phone(browser: Browser, http: httpx.Client, packages: None) -> None:
    context = browser.new_context(
        locale="en-US", reduced_motion="reduce", viewport={"width": 360, "height": 800}
    )
    page = context.new_page()
    for asked in VIEWS:
        open_view(page, http, **asked)
        if "q" in asked:  # hits come last; without any, the heading does
            expect(page.locator(".hit").first).to_be_visible()
        page.emulate_media(color_scheme="light")
        assert_no_violations(page)
        page.emulate_media(color_scheme="dark")
        assert_no_violations(page, ["color-contrast"])
        assert page.evaluate("document.documentElement.scrollWidth") == 360, asked
    context.close()
