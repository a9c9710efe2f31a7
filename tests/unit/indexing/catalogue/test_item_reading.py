"""What programs send, and what becomes of it."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from indexing.catalogue.index_config import IndexConfig
from indexing.catalogue.item_reading import ItemOptions, ItemReader
from indexing.catalogue.product import Product, ProductError
from indexing.catalogue.product_line import line_of, product_of

NOW = datetime(2026, 11, 26, tzinfo=UTC)
NAN = float("nan")


def reader(dimension: int | None = None, **config: Any) -> ItemReader:
    config = {"currency": "EUR", "rates": {"USD": 0.9}, **config}
    return ItemReader(IndexConfig(**config), ItemOptions(NOW, dimension))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"price": 79.99, "stock": 3},
         {"price": 79.99, "price_max": None, "price_original": None, "stock": 3}),
        ({"price": "1.299,00 €"}, {"price": 1299.0, "price_max": None, "price_original": None}),
        ({"price": None}, {"price": None, "price_max": None, "price_original": None}),
        ({"price": "10 USD"},
         {"price": 9.0, "price_max": None, "price_original": {"amount": 10.0, "currency": "USD"}}),
        ({"price": 10, "currency": "USD"},
         {"price": 9.0, "price_max": None, "price_original": {"amount": 10.0, "currency": "USD"}}),
        ({"price": 100, "sale_price": 80},
         {"price": 80.0, "list_price": 100.0, "price_max": None, "price_original": None}),
        ({"list_price": 100}, {"list_price": 100.0}),
        ({"list_price": "100 USD"}, {"list_price": 90.0}),
        ({"list_price": 0}, {"list_price": None}),
        ({"availability": "sold out"}, {"stock": 0}),
        ({"stock": 0}, {"stock": 0}),
        ({"rating": "4,5 von 5"}, {"rating": 4.5}),
        ({"created_at": "2024-05-31"}, {"created_at": "2024-05-31T00:00:00Z"}),
        ({"name": "Lamp", "colour": "red"}, {"title": "Lamp", "attributes": {"color": "red"}}),
        ({"brand": None, "description": ""}, {"brand": None, "description": None}),
        ({"category": "A > B"}, {"category": ["A", "B"], "categories": None}),
        ({"categories": [["A", "B"], ["C"]]},
         {"category": ["A", "B"], "categories": [["A", "B"], ["C"]]}),
        ({"attributes": {"color": None, "size": "M", "d": {"w": 3, "h": None}}},
         {"attributes": {"color": None, "d.h": None, "size": "M", "d.w": 3.0}}),
        ({"color": None}, {"attributes": {"color": None}}),
        ({"attributes": None}, {"attributes": None}),
        ({"weight": {"value": 2, "x": None}},
         {"attributes": {"weight.x": None, "weight.value": 2.0}}),
        ({"extra": {"a": None, "b": "c"}}, {"extra": {"a": None, "b": "c"}}),
        ({"images": ["https://a/1.jpg", "https://a/2.jpg"]},
         {"image": "https://a/1.jpg", "images": ["https://a/2.jpg"]}),
        ({"image": None}, {"image": None}),
        ({"image": "https://a/1.jpg", "images": ["https://a/2.jpg"]},
         {"image": "https://a/1.jpg", "images": ["https://a/2.jpg"]}),
        ({"category": ["A", "B"], "categories": [["A", "B"], ["C"]]},
         {"category": ["A", "B"], "categories": [["A", "B"], ["C"]]}),
        ({"price": 5, "price_max": 9}, {"price": 5.0, "price_max": 9.0, "price_original": None}),
        ({"identifiers": None}, {"identifiers": None}),
    ],
)  # fmt: skip
def test_patches(changes: dict[str, Any], expected: dict[str, Any]) -> None:
    assert orjson.loads(reader().patch(changes)) == expected


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": "2"}, "id"),
        ({"group_id": "g"}, "group_id"),
        ({"group_id": None}, "group_id"),
        ({"item_group_id": "g"}, "group_id"),
        ({"title": None}, "title"),
        ({"name": ""}, "name"),
        ({"title": {"en": []}}, "title"),
        ({"price": "abc"}, "price"),
        ({"price": True}, "price"),
        ({"price": -1}, "price"),
        ({"price": NAN}, "price"),
        ({"price": "NaN"}, "price"),
        ({"price": "1e400"}, "price"),
        ({"price": "10 GBP"}, "price"),
        ({"list_price": "10 GBP"}, "price"),
        ({"currency": "USD"}, "currency"),
        ({"currency": None, "price": 1}, "currency"),
        ({"sale_price": None}, "sale_price"),
        ({"stock": "many"}, "stock"),
        ({"stock": {"a": 1}}, "stock"),
        ({"stock": 2**60}, "stock"),
        ({"rating_count": 1.5}, "rating_count"),
        ({"rating": NAN}, "rating"),
        ({"popularity": [1]}, "popularity"),
        ({"created_at": "soon"}, "created_at"),
        ({"created_at": True}, "created_at"),
        ({"vector": [1, 2]}, "vector"),
        ({"variants": [{"id": "1"}]}, "variants"),
        ({"attributes": 3}, "attributes"),
        ({"extra": 3}, "extra"),
        ({"active": "0"}, None),
        ({"price_original": {"amount": 1, "currency": "USD"}}, "price_original"),
        ({}, None),
        ({"attributes": {}}, None),
    ],
)
def test_patches_that_are_refused(changes: dict[str, Any], field: str | None) -> None:
    with pytest.raises(ProductError) as raised:
        reader().patch(changes)
    assert raised.value.field == field, str(raised.value)


def test_products_in_our_names_are_taken_by_themselves() -> None:
    items: list[dict[str, Any]] = [
        {"id": "1", "title": "A", "price": "9,99 €", "group_id": "g", "brand": "X"},
        {"id": "2", "title": "B", "group_id": "g"},
        {"id": "3"},
        {"title": "C"},
        {"id": "4", "title": "D", "price": "cheap"},
        {"id": "5", "title": "E", "price": 3, "currency": "GBP"},
        {"id": "6", "title": "F", "extra": {"a": 1}, "attributes": {"n": {"m": [1, "x"]}}},
        {},
    ]
    made = [each for (each,) in reader().products(items)]
    assert [type(each) for each in made] == [
        Product, Product, ProductError, ProductError, ProductError, Product, Product, ProductError,
    ]  # fmt: skip
    first, second, third, fourth, fifth, sixth, seventh, _ = made
    assert isinstance(first, Product)
    assert (first.price, first.currency) == (9.99, "EUR")
    assert isinstance(second, Product)
    assert second.brand is None, "nothing is taken over from its neighbours"
    told = [each.field for each in (third, fourth, fifth) if isinstance(each, ProductError)]
    assert told == ["title", "id", "price"]
    assert isinstance(sixth, Product)
    assert (sixth.price, sixth.price_original) == (None, {"amount": 3.0, "currency": "GBP"})
    assert isinstance(seventh, Product)
    assert (seventh.extra, seventh.attributes) == ({"a": 1.0}, {"n.m": ("1", "x")})


def test_variants_within_an_item_and_rows_of_platforms() -> None:
    shirt = {
        "id": "3", "title": "Shirt", "handle": "shirt", "body_html": "<p>Soft</p>",
        "options": [{"name": "Size"}],
        "variants": [
            {"id": 31, "price": "10.00", "option1": "S", "sku": "SH-S"},
            {"id": 32, "price": "11.00", "option1": "M", "sku": "SH-M"},
        ],
    }  # fmt: skip
    made = reader().products([{"id": "1", "title": "A"}, shirt, {"id": "7", "name": "Z"}])
    assert [len(each) for each in made] == [1, 2, 1]
    small, medium = made[1]
    assert isinstance(small, Product)
    assert isinstance(medium, Product)
    assert small.group_id == medium.group_id is not None
    assert (small.price, medium.price) == (10.0, 11.0)
    assert small.description == "Soft"
    (last,) = made[2]
    assert isinstance(last, Product)
    assert last.title == "Z"


def test_what_is_not_for_shoppers_is_told() -> None:
    ((made,),) = reader().products([{"id": "4", "title": "T", "published": False}])
    assert isinstance(made, ProductError)
    assert "published is false" in made.reason


def test_aliases_of_the_index() -> None:
    mine = reader(aliases={"title": ("label",), "attributes.shade": ("tone",)})
    ((made,),) = mine.products([{"id": "1", "label": "Lamp", "tone": "warm"}])
    assert isinstance(made, Product)
    assert (made.title, made.attributes) == ("Lamp", {"shade": "warm"})
    assert orjson.loads(mine.patch({"label": "Lantern"})) == {"title": "Lantern"}


def test_vectors_must_fit() -> None:
    mine = reader(dimension=2)
    good, bad = mine.products([
        {"id": "1", "title": "A", "vector": [1, 0]}, {"id": "2", "title": "B", "vector": [1]},
    ])  # fmt: skip
    assert isinstance(good[0], Product)
    assert isinstance(bad[0], ProductError)
    assert bad[0].field == "vector"
    assert orjson.loads(mine.patch({"vector": [0.5, 1]})) == {"vector": [0.5, 1.0]}
    with pytest.raises(ProductError, match="2 numbers"):
        mine.patch({"vector": [1, 2, 3]})


def test_an_original_price_in_the_currency_of_the_index_is_none() -> None:
    """It would be taken for one that has no rate, and the price with it."""
    item = {"id": "1", "title": "x", "price": 5, "price_original": {"amount": 5, "currency": "EUR"}}
    ((read,),) = reader(currency="EUR").products([item])
    assert isinstance(read, Product)
    assert (read.price, read.price_original) == (5.0, None)
    assert product_of(line_of(read), "EUR") == read
