"""Limits said in words, as filters of the whole search."""

import time
from typing import Any

import orjson
import pytest

from ranking.filters.filters import AnyOf, Range
from ranking.generation import Generation
from ranking.query.quantity_phrases import find_quantities, limit_words
from ranking.query.understand import understand
from ranking.query.words import QueryWords
from ranking.search.request import SearchRequest
from ranking.search.result import SearchResult
from ranking.search.root import search


def run(shop: Generation, text: str, **request: Any) -> SearchResult:
    asked = SearchRequest(text=text, budget_ms=60_000, page_size=100, **request)
    return search(asked, shop, time.perf_counter)


def told(result: SearchResult) -> list[tuple[str, str, bool]]:
    return [(f["text"], f["field"], f["applied"]) for f in result.query["filters"]]


def products(result: SearchResult) -> list[dict[str, Any]]:
    return [orjson.loads(hit.product) for hit in result.hits]


def test_a_price_filters_and_is_told_and_can_be_removed(shop: Generation) -> None:
    found = run(shop, "lamp under $20")  # lamps cost 10 to 24: eleven up to 20
    assert told(found) == [("under $20", "price", True)]
    assert found.query["filters"][0]["range"] == {"gte": None, "lte": 20.0}
    assert {product["price"] for product in products(found)} == {10.0 + n for n in range(11)}
    removed = run(shop, "lamp under $20", implied=False)
    assert told(removed) == [("under $20", "price", False)]
    assert removed.query["filters"][0]["why_not"] == "switched off: implied=off"
    assert removed.total > found.total
    assert run(shop, "lamp under $20", entities=False).query["filters"] == []


def test_a_price_of_the_request_comes_first(shop: Generation) -> None:
    found = run(shop, "lamp under $20", filters=(Range("price", 10.0, 11.0),))
    assert found.query["filters"][0]["why_not"] == "the request filters by price itself"
    assert found.total == 2


def test_a_price_that_would_leave_too_little_only_raises(shop: Generation) -> None:
    found = run(shop, "sofa under $305")  # six of them
    assert told(found) == [("under $305", "price", False)]
    assert "too few of the products have such a price" in found.query["filters"][0]["why_not"]
    assert found.total >= 15


def test_all_limits_together_leave_enough(shop: Generation) -> None:
    both = run(shop, "sofa at least 190 cm under $310")
    applied = {field for _, field, done in told(both) if done}
    assert len(told(both)) == 2
    assert len(applied) == 1  # each alone leaves ten or more, both together fewer
    assert both.total >= 10


@pytest.mark.parametrize("text", ["under $20", "cheap"])
def test_only_a_price_browses_all_at_that_price(shop: Generation, text: str) -> None:
    found = run(shop, text, facets=("price",))
    limits = [each["price"] for each in products(found)]
    if told(found):
        assert max(limits) <= 20.0
        everything = run(shop, "", filters=(Range("price", None, 20.0),))
        assert found.total == everything.total
    else:
        assert found.total == run(shop, "").total


def test_what_words_imply_is_no_chip_of_the_shopper(shop: Generation) -> None:
    found = run(shop, "lamp under $20", extras=("refinements",))
    assert told(found) == [("under $20", "price", True)]
    assert found.refinements is not None
    assert not any(chip.facts()["selected"] for chip in found.refinements)
    own = run(shop, "lamp", extras=("refinements",), filters=(Range("price", None, 20.0),))
    assert own.refinements is not None
    assert [chip.facts()["filter"] for chip in own.refinements if chip.facts()["selected"]]


def test_a_quantity_is_a_range_of_the_category_attribute(shop: Generation) -> None:
    found = run(shop, "sofa at least 190 cm")  # widths are 150 to 290: eleven from 190
    assert told(found) == [("at least 190 cm", "attributes.width_cm", True)]
    assert found.query["terms"] == ["sofa"]
    widths = {product["attributes"]["width_cm"] for product in products(found)}
    assert widths == {190 + 10 * n for n in range(11)}


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("sofa 190 cm or more", (190.0, None)),
        ("sofa under 200 cm", (None, 200.0)),
        ("sofa max 200 centimeters", (None, 200.0)),
        ("sofa 200厘米以下", (None, 200.0)),
        ("sofa up to 200 cm", None),  # may also be how much it holds
        ("sofa at least 190 kg", None),  # no such unit here
        ("at least 190 cm", None),  # of what?
    ],
)
def test_forms(
    shop: Generation, text: str, limits: tuple[float | None, float | None] | None
) -> None:
    query = understand(SearchRequest(text=text), shop.snapshot)
    assert [wish.limits for wish in query.quantities] == ([limits] if limits else [])


def test_limits_say_nothing_about_the_category(shop: Generation) -> None:
    snapshot = shop.snapshot
    words = QueryWords.of("sofa at least 190 cm", snapshot.analyzer, snapshot.index.lexicon)
    assert limit_words(words) == {1, 2, 3, 4}
    nothing = understand(SearchRequest(text="zzz at least 190 cm"), snapshot).prediction
    assert find_quantities(words, snapshot, nothing, frozenset()) == ()


def test_a_size_filters(shop: Generation) -> None:
    found = run(shop, "running shoes size 42")  # eight of fifteen
    assert told(found) == [("42", "attributes.size", False)]
    assert found.query["terms"] == ["run", "shoe", "42"]
    raised = [product["attributes"].get("size") for product in products(found)[:8]]
    assert raised == ["42"] * 8


def test_a_filter_by_the_size_itself_comes_first(shop: Generation) -> None:
    given = (AnyOf("attributes.size", ("43",)),)
    found = run(shop, "running shoes size 42", filters=given)
    assert found.query["filters"][0]["why_not"] == "the request filters by size itself"
    assert found.total == 7


def test_facets_are_chosen_for_the_category_that_is_meant(shop: Generation) -> None:
    names = list(run(shop, "sofa", facets=("auto",)).facets)
    assert "attributes.width_cm" in names
    assert not {"attributes.size", "attributes.power"} & set(names)
    assert next(iter(run(shop, "sofa", facets=("brand", "auto", "price")).facets)) == "brand"
