"""What is an identifier by its label or its shape, and where its product stands."""

from pathlib import Path

import pytest
from catalogs import build_index, open_index

from ranking.generation import Generation
from ranking.query.analyse import unlabelled
from ranking.search.request import SearchRequest
from ranking.search.root import search

PRODUCTS = [
    {"id": "A-20", "title": "Mixer"},
    {"id": "b", "title": "Screwdriver T20"},
    {"id": "c", "title": "Novel", "identifiers": ["9780141036137"]},
    {"id": "d", "title": "C# in practice"},
    {"id": "e", "title": "Tuner C natural"},
    {"id": "f", "title": "Dizney+ gift card"},
    {"id": "g", "title": "Canal Plus decoder"},
    {"id": "20", "title": "Lamp"},
    {"id": "h", "title": "Shoe size 9"},
    {"id": "i", "title": "Shoe size 9.5"},
]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    folder = Path(tmp_path_factory.mktemp("identifiers")) / "index"
    build_index(folder, PRODUCTS)
    return open_index(folder)


@pytest.mark.parametrize(
    ("text", "identifier"),
    [
        ("EAN: 4006381333931", "4006381333931"),
        ("isbn 978-0-14-103613-7", "9780141036137"),
        ("Art.-Nr. 1234567", "1234567"),
        ("part no BX-7-200", "bx7200"),
        ("item no: 44556", "44556"),
        ("型番 AB1234", "ab1234"),
        ("model 3 car", None),
        ("reference book 2020", None),
        ("no 12345678", None),
        ("upc 12", None),
        ("ean", None),
        ("", None),
    ],
)
def test_an_identifier_behind_its_label(text: str, identifier: str | None) -> None:
    rest, found = unlabelled(text)
    assert found == identifier
    assert (rest == text) is (identifier is None)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("a-20", "A-20"),
        ("A20", "A-20"),
        ("isbn 9780141036137", "c"),
        ("c sharp", "d"),
        ("dizney plus", "f"),
        ("canal+", "g"),
        ("shoe size 9 1/2", "i"),
        ("shoe 9½", "i"),
    ],
)
def test_what_is_named_is_first(shop: Generation, text: str, first: str) -> None:
    hits = search(SearchRequest(text=text), shop, lambda: 0.0).hits
    assert (hits[0].id, hits[0].level) == (first, 0)


def test_a_labelled_identifier_finds_nothing_else(shop: Generation) -> None:
    assert search(SearchRequest(text="isbn 9780141036137"), shop, lambda: 0.0).total == 1
    assert search(SearchRequest(text="isbn 9780141036100"), shop, lambda: 0.0).total == 0
