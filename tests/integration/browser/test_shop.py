"""The shop at `/`: keyboard, addresses, phones, both languages, and what axe-core finds."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe import assert_no_violations
from http_service import wait_until
from playwright.sync_api import Browser, Page, Request, Route, expect

from app.state.archive import read

MOST_BYTES = 150_000
"""Of a page with its first results, without images."""


@pytest.fixture
def shop(page: Page, http: httpx.Client) -> Iterator[Page]:
    """At the shop's address; whatever its content policy refuses fails the test."""
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if said.type == "error" else None)
    page.goto(f"{http.base_url}/")
    expect(page.locator("#hits li").first).to_be_visible()
    yield page
    assert not refused


def search(page: Page, text: str) -> None:
    page.locator("#box").fill(text)
    page.keyboard.press("Enter")
    expect(page.locator("#heading")).to_contain_text(text)
    expect(page.locator("#told")).not_to_contain_text("…")


def total(page: Page) -> int:
    return int(re.sub(r"\D", "", page.locator("#told span").first.inner_text().partition(" ")[0]))


def test_the_address_holds_filters_and_back_works(shop: Page) -> None:
    search(shop, "lamp")
    everything = total(shop)
    brand = shop.locator("fieldset", has_text="Brand").locator("label").first
    count = int(brand.locator("small").inner_text())
    brand.locator("input").check()
    expect(shop.locator("#told span").first).to_contain_text(str(count))
    chip = shop.locator("#understood .chip.on")
    expect(chip).to_have_count(1)
    assert "filter=brand" in shop.url
    shop.reload()
    expect(chip).to_have_count(1)
    expect(shop.locator("fieldset", has_text="Brand").locator("input:checked")).to_have_count(1)
    shop.go_back()
    expect(chip).to_have_count(0)
    assert total(shop) == everything
    shop.go_forward()
    expect(chip).to_have_count(1)
    chip.click()
    expect(chip).to_have_count(0)
    assert "filter" not in shop.url


def test_orders_tree_stars_and_slider(shop: Page) -> None:
    search(shop, "shirt")
    shop.locator("#sort").select_option("price:asc")
    expect(shop).to_have_url(re.compile("sort=price"))
    expect(shop.locator("#told")).not_to_contain_text("…")
    shown = [
        float(re.sub(r"[^\d.]", "", text))
        for text in shop.locator("#hits .price b").all_inner_texts()
    ]
    assert shown == sorted(shown)
    low = shop.locator("#price-low")
    low.focus()
    for _ in range(20):
        shop.keyboard.press("ArrowRight")
    expect(shop).to_have_url(re.compile("filter=price"))
    expect(shop.locator("#understood .chip.on")).to_contain_text("Price ≥ $")
    shop.locator("#rating-3").click()
    expect(shop).to_have_url(re.compile("rating%3A3"))
    shop.locator(".tree button").first.click()
    expect(shop.locator(".tree .depth2").first).to_be_visible()
    shop.locator("#clear").click()
    expect(shop).not_to_have_url(re.compile("filter"))


def test_suggestions_are_a_combobox(shop: Page) -> None:
    box = shop.locator("#box")
    box.press_sequentially("lam")
    options = shop.locator("#suggestions [role=option]")
    expect(options.first).to_contain_text("lamp")
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(shop.locator("#suggestions [role=group]")).to_have_count(3)
    shop.keyboard.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", "option-0")
    expect(options.first).to_have_attribute("aria-selected", "true")
    shop.keyboard.press("Escape")
    expect(shop.locator("#suggestions")).to_be_hidden()
    shop.keyboard.press("ArrowDown")
    expect(options.first).to_be_visible()
    shop.keyboard.press("ArrowDown")
    text = options.first.inner_text()
    shop.keyboard.press("Enter")
    expect(shop.locator("#heading")).to_contain_text(text)
    expect(shop.locator("#suggestions")).to_be_hidden()


def test_no_late_suggestions_over_results(shop: Page) -> None:
    late: list[Route] = []
    shop.route("**/v1/suggest**", lambda route: late.append(route))  # noqa: PLW0108
    shop.locator("#box").press_sequentially("lamp")
    shop.keyboard.press("Enter")
    expect(shop.locator("#heading")).to_contain_text("lamp")
    for route in late:
        route.continue_()
    shop.wait_for_timeout(300)
    expect(shop.locator("#suggestions")).to_be_hidden()


def test_no_late_results_over_newer_ones(shop: Page) -> None:
    late: list[Route] = []
    shop.route("**/v1/search?*q=chair*", lambda route: late.append(route))  # noqa: PLW0108
    shop.locator("#box").fill("chair")
    shop.keyboard.press("Enter")
    search(shop, "lamp")
    first = shop.locator("#hits h2").first.inner_text()
    for route in late:
        route.continue_()
    shop.wait_for_timeout(300)
    assert shop.locator("#hits h2").first.inner_text() == first


def test_what_was_understood_can_be_taken_away(shop: Page) -> None:
    search(shop, "shirt under $60")
    few = total(shop)
    chip = shop.locator(".chip.understood")
    expect(chip).to_contain_text("under $60")
    chip.click()
    expect(shop.locator("#box")).to_have_value("shirt")
    expect(chip).to_have_count(0)
    assert total(shop) > few
    search(shop, "dreses")
    expect(shop.locator("#understood")).to_contain_text("Showing results for")
    shop.locator("#understood button", has_text="instead").click()
    expect(shop).to_have_url(re.compile("exact=1"))
    expect(shop.locator("#understood")).not_to_contain_text("Showing results for")


def test_nothing_found_is_said_with_ways_on(shop: Page, http: httpx.Client) -> None:
    shop.goto(f"{http.base_url}/?q=lamp&filter=brand%3ANobody&filter=price%3A..20")
    expect(shop.locator("#nothing .big")).to_contain_text("Nothing found for “lamp”")
    expect(shop.locator("#nothing .ways li")).to_have_count(3)
    expect(shop.locator("#nothing .shelf li").first).to_be_visible()  # without the filters
    expect(shop.locator("#nothing .chip").first).to_be_visible()  # popular searches
    expect(shop.locator("#hits li")).to_have_count(0)
    shop.locator("#nothing .ways button", has_text="Nobody").click()
    expect(shop).not_to_have_url(re.compile("Nobody"))


def test_nothing_stays_of_the_page_before(shop: Page) -> None:
    more = shop.locator("#more")
    expect(more).to_be_visible()
    search(shop, "QX-0000-ZZ-9999")
    expect(shop.locator("#nothing .big")).to_be_visible()
    expect(more).to_be_hidden()
    shop.go_back()
    expect(more).to_be_visible()
    late: list[Route] = []
    shop.route("**/v1/search?*page=2*", lambda route: late.append(route))  # noqa: PLW0108
    more.click()
    shop.locator("#hits li a").first.click()
    expect(shop.locator("#product h1")).to_be_visible()
    for route in late:
        route.continue_()
    shop.wait_for_timeout(300)
    assert late
    assert "product=" in shop.url


def test_a_product_its_variants_and_what_was_seen(shop: Page, http: httpx.Client) -> None:
    many = next(
        hit
        for hit in http.get("/v1/search", params={"q": "shirt", "page_size": 50}).json()["hits"]
        if hit["variants"] > 2
    )
    shop.goto(f"{http.base_url}/?q=shirt&product={many['id']}")
    expect(shop.locator("#product h1")).to_have_text(many["product"]["title"])
    expect(shop.locator(".variants a[aria-current]")).to_have_count(1)
    others = shop.locator(".variants a:not([aria-current])")
    assert others.count() >= 2
    expect(shop.locator("#product .shelf li").first).to_be_visible()
    others.first.click()
    expect(shop.locator("#product h1")).to_be_visible()
    shop.locator(".back").click()
    expect(shop.locator("#heading")).to_contain_text("shirt")
    shop.goto(f"{http.base_url}/")
    expect(shop.locator("#recent li").first).to_be_visible()


def test_clicks_and_views_arrive(shop: Page, demo_data: Path) -> None:
    search(shop, "chair")
    second = shop.locator("#hits li a").nth(1)
    product = second.get_attribute("href") or ""
    second.click()
    expect(shop.locator("#product h1")).to_be_visible()
    shop.locator("#buy").click()
    expect(shop.locator("#cart")).to_have_text("Cart (1)")
    product = product.partition("product=")[2].partition("&")[0]
    found: list[tuple[Any, ...]] = []

    def arrived() -> bool:
        query = "SELECT type, position, query_id FROM events WHERE product = ? ORDER BY type"
        found[:] = read(demo_data / "state", query, (product,))
        return len(found) >= 3

    wait_until(arrived)
    assert [event[:2] for event in found] == [("add_to_cart", 2), ("click", 2), ("view", 2)]
    assert found[0][2] == found[1][2] == found[2][2] is not None


def test_a_view_tells_only_the_search_that_led_to_it(shop: Page) -> None:
    views: list[dict[str, Any]] = []

    def note(request: Request) -> None:
        if request.url.endswith("/v1/events"):
            events = (request.post_data_json or {})["events"]
            views.extend(event for event in events if event["type"] == "view")

    shop.on("request", note)
    search(shop, "chair")
    shop.locator("#hits li a").first.click()
    expect(shop.locator("#product h1")).to_be_visible()
    shop.locator("#box").fill("lam")
    shop.locator("#suggestions [aria-labelledby=group-products] [role=option]").first.click()
    expect(shop.locator("#product h1")).to_contain_text("Lamp")
    shop.wait_for_load_state("networkidle")
    first, second = views
    assert "query_id" in first
    assert not {"query_id", "position"} & set(second)


def test_what_rules_say_to_the_page(shop: Page, http: httpx.Client) -> None:
    address = "/v1/admin/rules"
    paid = http.get("/v1/search?q=lamp").json()["hits"][-1]["id"]
    banner = {"text": "Lamps: 5 < 9", "url": "/?q=chair"}
    lamps = {"banner": banner, "sponsored": {"products": [paid], "label": "Paid place"}}
    rules = [
        {"id": "lamps", "when": {"query": {"is": "lamp"}}, "then": lamps},
        {"id": "away", "when": {"query": {"is": "returns"}}, "then": {"redirect": "/?q=chair"}},
        {"id": "circle", "when": {"query": {"is": "chair"}}, "then": {"redirect": "/?q=chair"}},
    ]
    http.put(address, json={"rules": rules}).raise_for_status()
    try:
        wait_until(lambda: "rules" in http.get("/v1/search?q=lamp").json())
        search(shop, "lamp")
        expect(shop.locator("#banners a")).to_have_text("Lamps: 5 < 9")
        expect(shop.locator("#hits li").first.locator(".tag")).to_have_text("Paid place")
        shop.locator("#box").fill("returns")
        shop.keyboard.press("Enter")
        expect(shop.locator("#heading")).to_contain_text("chair")
        expect(shop.locator("#hits li").first).to_be_visible()
        expect(shop.locator("#banners a")).to_have_count(0)
    finally:
        for rule in rules:
            http.delete(f"{address}/{rule['id']}").raise_for_status()


@pytest.fixture
def phone(browser: Browser, http: httpx.Client) -> Iterator[Page]:
    context = browser.new_context(
        locale="en-US", viewport={"width": 360, "height": 640}, has_touch=True
    )
    page = context.new_page()
    page.goto(f"{http.base_url}/?q=lamp")
    expect(page.locator("#hits li").first).to_be_visible()
    yield page
    context.close()


def test_a_phone_shows_results_first_and_filters_in_a_sheet(phone: Page) -> None:
    assert phone.evaluate("document.documentElement.scrollWidth") == 360
    box, hit = phone.locator("#box").bounding_box(), phone.locator("#hits li").first.bounding_box()
    assert box is not None
    assert hit is not None
    assert box["width"] > 200
    assert hit["y"] < 640
    expect(phone.locator("#filters")).to_be_hidden()
    phone.locator("#open").tap()
    expect(phone.locator("#filters")).to_be_visible()
    phone.locator("#filters fieldset", has_text="Brand").locator("label").first.tap()
    expect(phone.locator("#close")).to_contain_text("Show")
    phone.locator("#close").tap()
    expect(phone.locator("#filters")).to_be_hidden()
    expect(phone.locator("#open")).to_have_text("Filters (1)")
    phone.locator("#open").tap()
    phone.keyboard.press("Escape")
    expect(phone.locator("#filters")).to_be_hidden()
    expect(phone.locator("#open")).to_be_focused()


def test_the_page_is_light_and_fast(browser: Browser, http: httpx.Client) -> None:
    """Bytes as they travel: scripts, styles, the first results."""
    context = browser.new_context(viewport={"width": 360, "height": 640})
    page = context.new_page()
    sizes: list[int] = []

    def count(request: Any) -> None:
        if request.resource_type != "image":
            told = request.sizes()
            sizes.append(told["responseBodySize"] + told["responseHeadersSize"])

    page.on("requestfinished", count)
    page.goto(f"{http.base_url}/?q=lamp")
    expect(page.locator("#hits li").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    late_ms = page.evaluate("""() => {
      const asked = performance.getEntriesByType("resource");
      const answer = asked.find((each) => each.name.includes("v1/search"));
      const shown = performance.getEntriesByName("results")[0];
      return shown.startTime - answer.responseEnd;
    }""")
    context.close()
    assert 5_000 < sum(sizes) < MOST_BYTES
    assert late_ms < 3_000


def test_chinese(browser: Browser, http: httpx.Client) -> None:
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    page.goto(f"{http.base_url}/?q=lamp")
    expect(page.locator("#told")).to_contain_text("件商品")
    expect(page.locator("html")).to_have_attribute("lang", "zh")
    page.locator("#language").select_option("en")
    expect(page.locator("#told")).to_contain_text("products for")
    page.reload()
    expect(page.locator("#told")).to_contain_text("products for")  # the choice is kept
    context.close()


def test_closing_the_sheet_interrupts_nobody_who_types(phone: Page) -> None:
    """The browser tells that it is closed a moment later, when the box may have the focus."""
    phone.locator("#open").tap()
    focused = phone.evaluate("""() => new Promise((told) => {
        const sheet = document.getElementById("sheet");
        sheet.addEventListener("close", () => told(document.activeElement.id));
        sheet.close();
        document.getElementById("box").focus();
    })""")
    assert focused == "box"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(
    browser: Browser, http: httpx.Client, scheme: Any, packages: None
) -> None:
    context = browser.new_context(
        locale="en-US", color_scheme=scheme, reduced_motion="reduce",
        viewport={"width": 360, "height": 800},
    )  # fmt: skip
    page = context.new_page()
    product = http.get("/v1/search?q=shirt").json()["hits"][0]["id"]
    for address in ("?", "?q=red+lamp+under+%2490&filter=rating%3A3..&why=1", f"?product={product}",
                    "?q=lamp&filter=brand%3ANobody"):  # fmt: skip
        page.set_viewport_size({"width": 1200 if "product" in address else 360, "height": 800})
        page.goto(f"{http.base_url}/{address}")
        page.wait_for_load_state("networkidle")
        assert_no_violations(page)
    page.goto(f"{http.base_url}/?q=lamp")
    expect(page.locator("#hits li").first).to_be_visible()
    page.locator("#open").click()
    assert_no_violations(page)
    page.locator("#close").click()
    page.locator("#box").fill("sho")
    expect(page.locator("#suggestions [role=option]").first).to_be_visible()
    assert_no_violations(page)
    context.close()
