"""Lines of the change log lose nothing, and patches do what RFC 7396 says."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from indexing.catalogue.documents import shown_json
from indexing.catalogue.index_config import IndexConfig
from indexing.catalogue.item_reading import ItemOptions, ItemReader
from indexing.catalogue.mapping import FieldMapping
from indexing.catalogue.product import Product, ProductError
from indexing.catalogue.product_line import line_of, numbers_in, patched, product_of
from indexing.catalogue.reader import CatalogReader

EXPORTS = Path(__file__).resolve().parents[3] / "exports"
NOW = datetime(2026, 11, 26, tzinfo=UTC)
LAMP = Product(
    id="1",
    title="Lamp",
    category=("Home", "Lamps"),
    categories=(("Home", "Lamps"), ("Gifts",)),
    price=20.0,
    price_max=30.0,
    currency="EUR",
    stock=0,
    created_at=datetime(2024, 5, 31, 12, tzinfo=UTC),
    attributes={"color": "red", "size.w": 3.0, "tags": ("a", "b"), "dim": True, "zero": 0.0},
    extra={"supplier": "x"},
    vector=(1.0, 0.5),
)


@pytest.mark.parametrize("export", sorted(path.name for path in EXPORTS.iterdir()))
def test_every_export_survives(export: str) -> None:
    if export == "expected.json":
        return
    reader = CatalogReader([EXPORTS / export], FieldMapping())
    products = [line for line in reader if isinstance(line, Product)]
    config = IndexConfig(currency=reader.rates.currency)
    items = ItemReader(config, ItemOptions(NOW))
    for product in products:
        line = line_of(product)
        assert product_of(line) == product
        assert product_of(shown_json(product), reader.rates.currency) == product
        assert line_of(product_of(line)) == line
        ((read,),) = items.products([orjson.loads(line)])
        assert read == product, "what was read once is not read differently"


def test_a_line_is_whole() -> None:
    assert product_of(line_of(LAMP)) == LAMP
    assert product_of(shown_json(LAMP)) == LAMP.model_copy(update={"vector": None})


def test_a_foreign_currency_that_is_shown_is_in_no_column_again() -> None:
    original: dict[str, float | str] = {"amount": 9.0, "currency": "GBP"}
    without = Product(id="1", title="x", currency="EUR", price_original=original)
    converted = without.model_copy(update={"price": 10.5})
    for product in (without, converted):
        assert product_of(shown_json(product), "EUR") == product
        assert product_of(line_of(product), "EUR") == product
    untold = without.model_copy(update={"currency": None})  # put with it alone
    assert product_of(line_of(untold), "EUR") == product_of(shown_json(untold), "EUR") == without


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        ({"price": 9.5, "price_max": None}, {"price": 9.5, "price_max": None}),
        ({"stock": None}, {"stock": None}),
        ({"category": ["A"], "categories": None}, {"category": ("A",), "categories": ()}),
        ({"created_at": "2025-01-02T00:00:00Z"}, {"created_at": datetime(2025, 1, 2, tzinfo=UTC)}),
        ({"attributes": None}, {"attributes": {}}),
        ({"extra": {"supplier": None}}, {"extra": {}}),
        ({"attributes": {"color": "blue", "dim": None, "new": ["x", "y"]}},
         {"attributes": {"size.w": 3.0, "tags": ("a", "b"), "zero": 0.0, "color": "blue",
                         "new": ("x", "y")}}),
        ({"attributes": {"size": "large"}},
         {"attributes": {"color": "red", "tags": ("a", "b"), "dim": True, "zero": 0.0,
                         "size": "large"}}),
        ({"attributes": {"size": None}},
         {"attributes": {"color": "red", "tags": ("a", "b"), "dim": True, "zero": 0.0}}),
        ({"attributes": {"color.inside": "white"}},
         {"attributes": {"size.w": 3.0, "tags": ("a", "b"), "dim": True, "zero": 0.0,
                         "color.inside": "white"}}),
        ({"vector": None}, {"vector": None}),
    ],
)  # fmt: skip
def test_patched(patch: dict[str, Any], expected: dict[str, Any]) -> None:
    made = patched(LAMP, orjson.dumps(patch), "EUR")
    assert made == LAMP.model_copy(update=expected)
    assert product_of(line_of(made)) == made
    assert patched(made, orjson.dumps(patch), "EUR") == made, "twice is once"


def test_a_price_brings_the_currency() -> None:
    bare = Product(id="1", title="x")
    assert patched(bare, b'{"price":1.0}', "EUR").currency == "EUR"
    assert patched(bare, b'{"price":1.0}', None).currency is None
    assert patched(bare, b'{"stock":1}', "EUR").currency is None


def test_what_makes_no_product_is_told() -> None:
    with pytest.raises(ProductError, match="price"):
        patched(LAMP, b'{"price":-1.0}', "EUR")
    with pytest.raises(ProductError, match="title"):
        patched(LAMP, b'{"title":"%s"}' % (b"x" * 10_001), "EUR")


@pytest.mark.parametrize(
    ("patch", "numbers"),
    [
        ('{"price":9.5,"price_max":null,"price_original":null,"stock":3}',
         {"price": 9.5, "stock": 3.0}),
        ('{"stock":null,"rating":4.5}', {"stock": None, "rating": 4.5}),
        ('{"created_at":"1970-01-01T00:01:00Z"}', {"created_at": 60.0}),
        ('{"price":9.5,"price_max":12.0}', None),
        ('{"price":9.5,"brand":"x"}', None),
        ('{"attributes":{"weight":3.0}}', None),
        ('{"price":9.5,"price_original":{"amount":9.0,"currency":"GBP"}}', None),
    ],
)  # fmt: skip
def test_numbers_in(patch: str, numbers: dict[str, float | None] | None) -> None:
    line = b'{"id":"1","title":"x","price":1.0,"currency":"EUR"}'
    assert numbers_in(patch.encode(), line, "EUR") == numbers


@pytest.mark.parametrize(
    "line",
    [
        b'{"id":"1","price":1.0,"price_max":2.0,"currency":"EUR"}',
        b'{"id":"1","price":1.0,"currency":"GBP","price_original":{"amount":1.0,"currency":"GBP"}}',
        b'{"id":"1"}',
    ],
)
def test_prices_that_change_more_than_a_number(line: bytes) -> None:
    patch = b'{"price":9.5,"price_max":null,"price_original":null}'
    assert numbers_in(patch, line, "EUR") is None
    assert numbers_in(b'{"stock":1}', line, "EUR") == {"stock": 1.0}
