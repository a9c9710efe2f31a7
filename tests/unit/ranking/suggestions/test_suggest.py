import time
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from catalogs import build_index, open_index

from indexing.catalogue.index_config import IndexConfig
from ranking.generation import Generation
from ranking.rules.blocklist import Blocklist
from ranking.rules.rules import Rules
from ranking.search.request import SearchRequest
from ranking.search.root import search
from ranking.suggestions.recent import Recent
from ranking.suggestions.suggest import Typed, same_digits, suggest


def texts(found: Typed) -> list[str]:
    return [item.text for item in found.items]


def test_the_log_comes_before_the_catalogue(logged: Generation) -> None:
    found = suggest("o", 9, logged)
    assert texts(found)[:2] == ["oak desk", "office chair"]
    sources = [item.source for item in found.items]
    assert sources == sorted(sources, key=lambda source: source != "query_log")
    assert found.items[0].more == {"matched": "prefix"}
    assert (found.products, found.categories) == ([], [])


def test_a_session_lifts_what_continues_it(logged: Generation) -> None:
    assert texts(suggest("s", 2, logged))[0] == "sunglasses"
    after_lamp = Recent.of(["lamp"], [], logged)
    # 5.3 × (1 + 20 · 6/19) = 38.7: lifted over running shoes (31.4 × 0.1, a later word), not over
    # sunglasses (50.5)
    assert texts(suggest("s", 3, logged, after_lamp)) == [
        "sunglasses",
        "solar lamp",
        "running shoes",
    ]
    assert texts(suggest("o", 2, logged, Recent.of(["office chair"], [], logged)))[0] == "oak desk"


def test_the_first_completion_in_its_categories(logged: Generation) -> None:
    found = suggest("lam", 5, logged, scopes=True).items
    assert [(item.text, item.more.get("scope")) for item in found[:3]] == [
        ("lamp", None),
        ("lamp", "Home"),
        ("lamp", "Garden"),
    ]
    assert found[1].more["filter"] == "category:Home"
    assert len({item.suggestion_id for item in found[:3]}) == 3
    assert len(suggest("lam", 2, logged, scopes=True).items) == 2


def test_products_and_categories_beside(logged: Generation) -> None:
    found = suggest("running", 5, logged, products=2, categories=1)
    assert [orjson.loads(product)["id"] for product in found.products] == ["shoes"]
    [category] = found.categories
    assert (category.text, category.more["path"]) == ("Shoes", "Fashion > Shoes")


def test_blocked_ones_make_room_for_others(logged: Generation) -> None:
    rules = Rules(None, Blocklist.of(["sunglasses", "solar"]))
    before, after = suggest("s", 3, logged), suggest("s", 3, replace(logged, rules=rules))
    assert len(after.items) == len(before.items) == 3
    assert not any("sunglasses" in text.lower() or "solar" in text for text in texts(after))


def test_the_last_word_is_completed_where_nobody_asked_for_the_whole(logged: Generation) -> None:
    [item] = suggest("acme des", 5, logged).items
    assert (item.text, item.source, item.more["matched"]) == ("Acme desk", "composed", "tail")
    assert suggest("ray des", 5, logged).items == []  # no product is both
    assert suggest("anna@acme.com des", 5, logged).items == []
    blocked = replace(logged, rules=Rules(None, Blocklist.of(["acme"])))
    assert suggest("acme des", 5, blocked).items == []
    beside = suggest("acme des", 5, logged, None, scopes=True, products=4, categories=4)
    assert [item.text for item in beside.items] == ["Acme desk"]


def test_blocked_categories_are_not_named(logged: Generation) -> None:
    blocked = replace(logged, rules=Rules(None, Blocklist.of(["garden"])))
    found = suggest("lam", 9, blocked, scopes=True, categories=9)
    assert "Home" in {item.more.get("scope") for item in found.items}
    assert "Garden" not in {item.more.get("scope") for item in found.items}
    assert not any("Garden" in item.more["path"] for item in found.categories)


@pytest.mark.parametrize(
    "prefix",
    ["", "   ", "\u3000", "?!", "x" * 500, "lamp " * 100, "👟", "\u0301", "\ud800", "\x00"],
)
def test_odd_prefixes_find_nothing(logged: Generation, prefix: str) -> None:
    recent = Recent.of(["lamp"], ["red"], logged)
    assert suggest(prefix, 5, logged).items == []
    assert suggest(prefix, 5, logged, recent, True, 3, 3).items == []


@pytest.mark.parametrize(
    ("prefix", "text"),
    [
        ("L", "lamp"),
        ("ＬＡＭ", "lamp"),
        ("la\u0301m", "lamp"),
        ("sun gla", "sunglasses"),
        ("sunglases", "sunglasses"),
        ("苹", "苹果"),
        ("pingguo", "苹果"),
        ("pg", "苹果"),
        ("苹果s", ""),
    ],
)
def test_scripts_accents_and_typos(logged: Generation, prefix: str, text: str) -> None:
    found = texts(suggest(prefix, 5, logged))
    assert (text in found) if text else isinstance(found, list)


def test_both_orders_are_composed_of_what_products_have(logged: Generation) -> None:
    for prefix, text in (("desk ac", "desk Acme"), ("acme de", "Acme desk")):
        found = suggest(prefix, 5, logged, products=2, categories=2)
        assert text in texts(found)
        assert found.products


@pytest.mark.parametrize(
    ("typed", "text", "same"),
    [
        ("tablet 12", "tablet 11 inch", False),
        ("tablet 1", "tablet 11 inch", True),
        ("tablet 1 ", "tablet 11 inch", False),
        ("8 inch tabelt", "8 inch tablet", True),
        ("8 inch tabelt", "11 inch tablet", False),
        ("tabelt", "tablet 8", True),
    ],
)
def test_a_correction_leaves_numbers_alone(typed: str, text: str, same: bool) -> None:
    assert same_digits(typed, text) is same


def test_words_are_shown_as_the_shop_writes_them(tmp_path: Path) -> None:
    titles = ["Runde Gefäße, weiß", "Eckige Gefäße, grün", "Gefäße groß, Blätter von Søren"]
    products = [
        {"id": str(place), "title": title, "brand": "Møbelhus", "color": "grün"}
        for place, title in enumerate(titles)
    ]
    build_index(tmp_path / "main", products, config=IndexConfig(languages=("de",)))
    shop = open_index(tmp_path / "main")
    for typed in ("gefasse", "GEFÄSS", "gefa\u0308ß"):
        assert "gefäße" in map(str.lower, texts(suggest(typed, 5, shop)))
    assert "Gefäße Møbelhus" in texts(suggest("gefässe mo", 5, shop))
    assert "Blätter gefäße" in [
        text.replace("Gefäße", "gefäße") for text in texts(suggest("blatter gefa", 5, shop))
    ]
    corrected = search(SearchRequest("gefäsze"), shop, time.perf_counter).query["corrected"]
    assert corrected is not None and corrected.lower() == "gefäße"
