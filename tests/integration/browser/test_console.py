"""The console at `/console`, as merchandisers and operators use it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe import assert_no_violations
from http_service import serving
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
    assert not refused


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


def test_judging_by_keys(
    console: Page, http: httpx.Client, demo_data: Path, tmp_path: Path
) -> None:
    console.locator("#views a", has_text="Judging").click()
    console.locator("#judge").fill("Ada")
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


def test_the_key_is_asked_for_and_stays_in_the_tab(browser: Browser, demo_data: Path) -> None:
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


def test_axe_finds_nothing_on_a_phone(browser: Browser, http: httpx.Client, packages: None) -> None:
    for scheme in ("light", "dark"):
        context = browser.new_context(
            locale="en-US", color_scheme=scheme, reduced_motion="reduce",
            viewport={"width": 360, "height": 800},
        )  # fmt: skip
        page = context.new_page()
        for address in ("?view=preview&q=lamp&b.off=diversity", "?view=judging&q=lamp"):
            page.goto(f"{http.base_url}/console{address}")
            page.wait_for_load_state("networkidle")
            assert_no_violations(page)
            assert page.evaluate("document.documentElement.scrollWidth") == 360
        context.close()
