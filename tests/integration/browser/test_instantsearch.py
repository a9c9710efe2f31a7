"""InstantSearch.js as its shops install it, pointed at us: every widget, keyboard, addresses.

What it shows is compared with plain Python over the products.
"""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from browser_shop import PRODUCTS
from http_service import wait_until
from playwright.sync_api import Page, expect

from app.state.archive import read

Product = dict[str, Any]


def those(where: Callable[[Product], bool]) -> list[Product]:
    return [product for product in PRODUCTS if where(product)]


def attribute(name: str) -> Callable[[Product], Any]:
    return lambda product: product["attributes"][name]


def shown(page: Page, box: str) -> dict[str, int]:
    """Label → count of a list to choose from."""
    return {
        item.locator("[class$=label], [class$=labelText]").last.inner_text(): int(
            item.locator("[class$=count]").last.inner_text()
        )
        for item in page.locator(f"{box} li").all()
    }


def expect_total(page: Page, total: int) -> None:
    expect(page.locator("#stats")).to_contain_text(f"{total:,} result")


@pytest.fixture
def opened(page: Page, storefront: str) -> Page:
    page.goto(f"{storefront}/pages/instantsearch.html")
    expect_total(page, len(PRODUCTS))
    return page


def test_hits_highlights_and_snippets(opened: Page) -> None:
    opened.locator("#searchbox input").fill("red lamp")
    first = opened.locator("#hits article").first
    expect(first.locator("mark").first).to_be_visible()
    expect(first.locator("h2")).to_contain_text("<no. ")  # what looks like markup stays text
    expect(first.locator("h2")).to_contain_text("& more")
    marked = {text.lower() for text in first.locator("mark").all_inner_texts()}
    assert marked == {"red", "lamp"}
    assert "…" in first.locator("p").inner_text()


def test_an_or_list_keeps_its_other_values(opened: Page) -> None:
    brands = Counter(product["brand"] for product in PRODUCTS)
    assert shown(opened, "#brand") == dict(brands.most_common(5))
    (one, first), (other, second) = brands.most_common(2)
    opened.locator("#brand label", has_text=one).click()
    expect_total(opened, first)
    assert shown(opened, "#brand") == dict(brands.most_common(5))
    opened.locator("#brand label", has_text=other).click()
    expect_total(opened, first + second)
    expect(opened.locator("#current")).to_contain_text(other)
    opened.locator("#clear button").click()
    expect_total(opened, len(PRODUCTS))


def test_show_more_and_search_in_a_facet(opened: Page) -> None:
    brands = Counter(product["brand"] for product in PRODUCTS)
    opened.locator("#brand button", has_text="Show more").click()
    expect(opened.locator("#brand li")).to_have_count(len(brands))
    opened.locator("#brand input[type=search]").fill("ray")
    expect(opened.locator("#brand li")).to_have_count(1)
    expect(opened.locator("#brand li mark")).to_have_text("Ray")
    opened.locator("#brand label").click()
    expect_total(opened, brands["Rayvix"])


def test_an_and_list_counts_what_both_leave(opened: Page) -> None:
    features = attribute("features")
    opened.locator("#features label", has_text="washable").click()
    washable = those(lambda product: "washable" in features(product))
    expect_total(opened, len(washable))
    assert shown(opened, "#features") == Counter(
        feature for product in washable for feature in features(product)
    )
    opened.locator("#features label", has_text="light").click()
    expect_total(opened, len(those(lambda product: {"washable", "light"} <= {*features(product)})))


def test_the_tree_and_its_breadcrumb(opened: Page) -> None:
    opened.locator("#tree a", has_text="Home").click()
    opened.locator("#tree a", has_text="Living").click()
    living = those(lambda product: product["category"][1] == "Living")
    expect_total(opened, len(living))
    opened.locator("#tree a", has_text="Lamps").click()
    lamps = those(lambda product: product["category"][2] == "Lamps")
    expect_total(opened, len(lamps))
    assert shown(opened, "#tree")["Chairs"] == 30  # the neighbours of the leaf stay
    expect(opened.locator("#breadcrumb")).to_contain_text("Lamps")
    opened.locator("#breadcrumb a", has_text="Living").click()
    expect_total(opened, len(living))


def test_a_menu(opened: Page) -> None:
    assert shown(opened, "#menu") == {"Chairs": 30, "Lamps": 30, "Mugs": 30, "Rugs": 30}
    opened.locator("#menu a", has_text="Mugs").click()
    expect_total(opened, 30)
    assert len(shown(opened, "#menu")) == 4


def test_prices(opened: Page) -> None:
    prices = [product["price"] for product in PRODUCTS]
    low, high = opened.locator("#price input").first, opened.locator("#price input").last
    expect(low).to_have_attribute("placeholder", f"{min(prices):g}")
    expect(high).to_have_attribute("placeholder", f"{max(prices):g}")
    low.fill("60")
    high.fill("120")
    opened.locator("#price button").click()
    expect_total(opened, sum(60 <= price <= 120 for price in prices))
    opened.locator("#clear button").click()
    opened.locator("#numeric label", has_text="up to 50").click()
    expect_total(opened, sum(price <= 50 for price in prices))


def test_a_slider_has_bounds_and_moves_by_keys(opened: Page) -> None:
    weights = [attribute("weight")(product) for product in PRODUCTS]
    handle = opened.locator("#slider [role=slider]").first
    expect(handle).to_have_attribute("aria-valuemin", f"{min(weights):g}")
    expect(handle).to_have_attribute("aria-valuemax", f"{max(weights):g}")
    handle.focus()
    opened.keyboard.press("PageUp")
    expect(opened.locator("#current")).to_contain_text("Weight: ≥ 3")


def test_stars(opened: Page) -> None:
    stars = [attribute("stars")(product) for product in PRODUCTS]
    four = opened.locator("#rating a", has_text=str(sum(each >= 4 for each in stars))).first
    four.click()
    expect_total(opened, sum(each >= 4 for each in stars))


def test_a_toggle(opened: Page) -> None:
    opened.locator("#toggle label").click()
    expect_total(opened, len(those(attribute("free_shipping"))))


def test_orders_pages_and_sizes(opened: Page) -> None:
    opened.locator("#sort select").select_option("instant_search_price_asc")
    prices = sorted(product["price"] for product in PRODUCTS)
    expect(opened.locator("#hits b").first).to_have_text(f"{prices[0]:g}")
    assert [float(text) for text in opened.locator("#hits b").all_inner_texts()] == prices[:8]
    opened.locator("#pages a", has_text="2").first.click()
    expect(opened.locator("#hits b").first).to_have_text(f"{prices[8]:g}")
    expect(opened.locator("#pages a", has_text="15")).to_have_count(0)  # a window of pages
    opened.locator("#size select").select_option("16")
    expect(opened.locator("#hits article")).to_have_count(16)


def test_dynamic_widgets_draw_what_suits(opened: Page) -> None:
    panels = opened.locator("#dynamic .ais-Panel-header:visible")
    expect(panels.first).to_be_visible()
    names = set(panels.all_inner_texts())
    assert {"brand", "type", "features", "free_shipping"} <= names
    assert not {"price", "weight"} & names  # many numbers make no list


def test_recommendations(opened: Page) -> None:
    expect(opened.locator("#alike i")).to_have_count(3)
    expect(opened.locator("#related i")).to_have_count(3)


def test_a_word_that_is_still_typed(opened: Page) -> None:
    opened.locator("#searchbox input").fill("gree ru")
    expect(opened.locator("#hits h2").first).to_contain_text("Green rug")
    expect(opened.locator("#hits mark").first).to_be_visible()


def test_keyboard_alone(opened: Page) -> None:
    opened.locator("#searchbox input").focus()
    opened.keyboard.type("mug")
    expect(opened.locator("#hits mark").first).to_have_text("mug", ignore_case=True)
    opened.locator("#brand input[type=checkbox]").first.focus()
    opened.keyboard.press("Space")
    expect(opened.locator("#current li")).to_have_count(1)


def test_the_address_holds_the_state_and_back_works(opened: Page, storefront: str) -> None:
    opened.locator("#searchbox input").fill("lamp")
    expect(opened.locator("#hits mark").first).to_be_visible()
    brand, count = next(iter(shown(opened, "#brand").items()))
    opened.locator("#brand label", has_text=brand).click()
    expect_total(opened, count)  # the list of filters is drawn before the answer is there
    opened.wait_for_url("**refinementList**")
    address = opened.url
    asked = parse_qs(urlsplit(address).query)
    assert asked["instant_search[query]"] == ["lamp"]
    assert "instant_search[refinementList][brand][0]" in asked
    opened.goto(address)  # as a link that was sent
    expect(opened.locator("#current li")).to_have_count(1)
    expect_total(opened, count)
    expect(opened.locator("#searchbox input")).to_have_value("lamp")
    opened.locator("#clear button").click()
    expect(opened.locator("#current li")).to_have_count(0)
    opened.wait_for_function("!location.search.includes('refinementList')")
    opened.go_back()
    expect(opened.locator("#current li")).to_have_count(1)


def test_clicks_and_carts_arrive(opened: Page, shop: Path) -> None:
    expect(opened.locator("#hits article")).to_have_count(8)
    opened.locator("#hits .look").nth(2).click()
    opened.locator("#hits .cart").nth(1).click()
    found: list[tuple[Any, ...]] = []

    def arrived() -> bool:
        columns = "type, product, position, value, quantity, query_id, session_key"
        found[:] = read(shop / "state", f"SELECT {columns} FROM events ORDER BY seq")  # noqa: S608
        return len(found) >= 2

    wait_until(arrived)
    click, cart = found[:2]
    assert (click[0], click[2]) == ("click", 3)
    price = next(product["price"] for product in PRODUCTS if product["id"] == cart[1])
    assert (cart[0], cart[3], cart[4]) == ("add_to_cart", 2 * price, 2)
    shown = list(
        read(shop / "state", "SELECT products FROM impressions WHERE query_id = ?", (click[5],))
    )
    assert click[1] in shown[0][0]
    assert click[6] == cart[6] is not None


def test_the_page_tells_what_is_wrong(page: Page, storefront: str) -> None:
    page.goto(f"{storefront}/pages/instantsearch.html?instant_search%5Bquery%5D={'x' * 600}")
    page.wait_for_function("document.title.startsWith('error')")
    assert "has 600 characters" in page.title()


def test_the_client_before_this_one(page: Page, storefront: str) -> None:
    """algoliasearch 4 sends `params` as text of a form."""
    page.goto(f"{storefront}/version4/instantsearch.html")
    expect_total(page, len(PRODUCTS))
    brands = Counter(product["brand"] for product in PRODUCTS)
    (brand, count) = brands.most_common(1)[0]
    page.locator("#brand label", has_text=brand).click()
    expect_total(page, count)
    page.locator("#brand input[type=search]").fill("kor")
    expect(page.locator("#brand li")).to_have_count(1)
    page.locator("#tree a", has_text="Home").click()
    expect_total(page, count)
