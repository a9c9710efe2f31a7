"""The pictures in docs/images: `make screenshots`. Other tests look at the same pages."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from source_tree import ROOT

FOLDER = ROOT / "docs" / "images"
BROWSER = {"User-Agent": "Mozilla/5.0"}
QUERIES = (
    "shirt",
    "red shirt",
    "chair",
    "lamp",
    "running shoes",
    "cast iron flamingo",
    "headphones",
)


@pytest.fixture
def pictured(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        locale="en-US", reduced_motion="reduce", viewport={"width": 1100, "height": 720}
    )
    yield context.new_page()
    context.close()


def take(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    path = FOLDER / f"{name}.png"
    page.screenshot(path=path)
    assert path.stat().st_size < 200_000


def shop_for_a_week(http: httpx.Client) -> None:
    """Searches of seven days, and clicks on some of them."""
    now = datetime.now(UTC)
    events: list[dict[str, Any]] = []
    for day in range(7):
        for number, query in enumerate(QUERIES):
            for shopper in range(1 + (day * 5 + number * 3) % 7):
                session = f"{day}-{number}-{shopper}"
                at = (now - timedelta(days=day, minutes=number * 10 + shopper)).isoformat()
                asked = {"q": query, "session_id": session}
                answer = http.get(
                    "/v1/search", params=asked, headers=BROWSER | {"X-Happened-At": at}
                ).json()
                if answer["hits"] and shopper % 2 == 0:
                    place = (shopper + number) % min(4, len(answer["hits"]))
                    events.append({
                        "type": "click", "product_id": answer["hits"][place]["id"],
                        "query_id": answer["query_id"], "session_id": session, "time": at,
                    })  # fmt: skip
    assert http.post("/v1/events", json={"events": events}, headers=BROWSER).is_success


def test_console(pictured: Page, http: httpx.Client) -> None:
    shop_for_a_week(http)
    console = f"{http.base_url}/console"
    third = http.get("/v1/search?q=shirt").json()["hits"][2]["id"]
    rule = {
        "name": "Shirts of the week",
        "when": {"query": {"contains": "shirt"}},
        "then": {"pin": [third], "banner": {"text": "Shirt week: 20 % off"}},
    }
    note = {"by": "Ada", "note": "campaign 12"}
    assert http.put("/v1/admin/rules/shirt-week", params=note, json=rule).is_success
    pages = {
        "preview": "view=preview&q=red+shirt&b.off=semantic,rules",
        "judging": "view=judging&q=shirt",
        "queries": "view=report",
        "rules": "view=rules&rule=shirt-week&q=shirt",
        "facts": "view=facts",
    }
    for name, asked in pages.items():
        pictured.goto(f"{console}?{asked}")
        expect(pictured.locator("#view h1")).to_be_visible()
        if name == "preview":
            pictured.evaluate("scrollTo(0, 150)")
        take(pictured, f"console-{name}")
    http.delete("/v1/admin/rules/shirt-week")


def test_shop(browser: Browser, http: httpx.Client) -> None:
    context = browser.new_context(locale="en-US", viewport={"width": 360, "height": 640})
    page = context.new_page()
    page.goto(f"{http.base_url}/?q=red+shirt")
    expect(page.locator("#hits li").first).to_be_visible()
    take(page, "shop-phone")
    context.close()
