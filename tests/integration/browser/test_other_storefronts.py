"""React and Vue InstantSearch, and Autocomplete with query suggestions, as they are installed."""

from collections import Counter

from browser_shop import PRODUCTS
from playwright.sync_api import Page, expect

BRANDS = Counter(product["brand"] for product in PRODUCTS).most_common()


def test_react(page: Page, storefront: str) -> None:
    page.goto(f"{storefront}/pages/react.html")
    expect(page.locator(".ais-Stats")).to_contain_text("120 results")
    expect(page.locator(".ais-InfiniteHits-item")).to_have_count(20)
    page.get_by_role("button", name="Show more results").click()
    expect(page.locator(".ais-InfiniteHits-item")).to_have_count(40)
    page.locator(".ais-RefinementList label", has_text=BRANDS[0][0]).click()
    expect(page.locator(".ais-Stats")).to_contain_text(f"{BRANDS[0][1]} results")
    page.locator(".ais-SearchBox input").fill("blue chair")
    marked = page.locator(".ais-InfiniteHits-item mark").first
    expect(marked).to_have_text("Blue")


def test_vue(page: Page, storefront: str) -> None:
    page.goto(f"{storefront}/pages/vue.html")
    expect(page.locator(".ais-Stats")).to_contain_text("120 results")
    page.locator(".ais-RefinementList label", has_text=BRANDS[1][0]).click()
    expect(page.locator(".ais-Stats")).to_contain_text(f"{BRANDS[1][1]} results")
    page.locator(".ais-SearchBox input").fill("green mug")
    expect(page.locator(".ais-Hits-item mark").first).to_have_text("Green")


def test_autocomplete_with_query_suggestions(page: Page, storefront: str) -> None:
    page.goto(f"{storefront}/pages/autocomplete.html")
    box = page.locator("#box input")
    box.fill("lam")
    found = page.locator("[data-autocomplete-source-id=querySuggestionsPlugin] li")
    expect(found.first).to_contain_text("lamp")
    expect(page.locator(".product")).to_have_count(3)
    expect(found.filter(has_text="in Lamps").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    active = "autocomplete-0-querySuggestionsPlugin-item-0"
    expect(box).to_have_attribute("aria-activedescendant", active)
    page.keyboard.press("Enter")
    expect(box).to_have_value("lamp")
