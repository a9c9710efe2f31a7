from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from indexing.catalogue.product import Product, ProductError, RejectedLine
from indexing.catalogue.product_parsing import parse_product
from indexing.catalogue.values.currency import CurrencyRates


def parse(**fields: object) -> Product:
    return parse_product({"id": "1", "title": "Mug", **fields})


def refusal(**fields: object) -> ProductError:
    with pytest.raises(ProductError) as caught:
        parse(**fields)
    return caught.value


def test_a_full_line() -> None:
    product = parse_product(
        {
            "id": " SKU-1 ",
            "title": "Blue\u00a0  Mug\n",
            "description": "Holds tea.\nAnd coffee.",
            "brand": "Acme",
            "category": "Home > Kitchen > Mugs",
            "price": 12.5,
            "list_price": 15,
            "currency": "EUR",
            "rating": 4.5,
            "rating_count": 12,
            "stock": 3,
            "image": "https://shop.example/1.jpg",
            "url": "https://shop.example/1",
            "created_at": "2024-05-31T12:00:00+02:00",
            "group_id": "g1",
            "popularity": 7,
            "identifiers": ["A1", "A2", "A1"],
            "attributes": {"color": "blue"},
            "vector": [0.5, -1],
            "capacity_ml": 300,
        }
    )
    assert product == Product(
        id="SKU-1",
        title="Blue Mug",
        description="Holds tea.\nAnd coffee.",
        brand="Acme",
        category=("Home", "Kitchen", "Mugs"),
        price=12.5,
        list_price=15.0,
        currency="EUR",
        rating=4.5,
        rating_count=12,
        stock=3,
        image="https://shop.example/1.jpg",
        url="https://shop.example/1",
        created_at=datetime(2024, 5, 31, 10, tzinfo=UTC),
        group_id="g1",
        popularity=7.0,
        identifiers=("A1", "A2"),
        attributes={"color": "blue", "capacity_ml": 300.0},
        vector=(0.5, -1.0),
    )


def test_values_that_say_nothing_are_absent() -> None:
    product = parse(brand="", description="  ", category=[], price=None, identifiers=[""], size=" ")
    assert product == Product(id="1", title="Mug")


def test_products_do_not_change() -> None:
    with pytest.raises(ValidationError):
        parse().title = "Cup"


@pytest.mark.parametrize(("given", "kept"), [(17, "17"), (17.0, "17"), ("017", "017")])
def test_numbers_become_ids(given: object, kept: str) -> None:
    assert parse(id=given).id == kept


@pytest.mark.parametrize("given", [None, "", "  ", float("nan")])
def test_an_id_is_required(given: object) -> None:
    error = refusal(id=given)
    assert error.field == "id"
    assert "missing" in error.reason


def test_long_ids_and_titles_are_refused() -> None:
    assert parse(id="x" * 256).id == "x" * 256
    assert refusal(id="x" * 1000).field == "id"
    assert "256" in refusal(id="x" * 1000).reason
    assert refusal(title="x" * 1_000_000).field == "title"
    assert "10000" in refusal(title="x" * 1_000_000).reason


def test_ids_too_large_to_be_exact_are_refused() -> None:
    assert "quotes" in refusal(id=1e22).reason


def test_something_must_be_searchable() -> None:
    assert refusal(title="").field == "title"
    assert parse(title="", identifiers="A1").title == ""
    assert parse(title=None, description="A mug").description == "A mug"


@pytest.mark.parametrize("price", [float("nan"), float("inf"), "NaN", "-inf", 10**400])
def test_prices_are_finite(price: object) -> None:
    error = refusal(price=price)
    assert error.field == "price"
    assert "finite" in error.reason


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("price", -1, "negative"),
        ("price", "cheap", "must be a number"),
        ("price", True, "not a truth value"),
        ("price", {"amount": 1}, "not an object"),
        ("title", ["a"], "not a list"),
        ("rating_count", 1.5, "whole number"),
        ("rating_count", 10**30, "9007199254740992"),
        ("stock", "soon", "number of pieces"),
        ("created_at", "31.05.", "2024-05-31"),
        ("created_at", 1e300, "epoch"),
        ("vector", "red", "numbers"),
        ("vector", [1, None], "number"),
        ("vector", [float("nan")], "finite"),
        ("vector", [1e39], "less than or equal"),
        ("created_at", "²²²²²²²²²²", "cannot be read"),
        ("stock", "9" * 310 + " pcs", "9007199254740992"),
        ("attributes", "color", "object"),
    ],
)
def test_refusals_name_field_and_reason(field: str, value: object, reason: str) -> None:
    error = refusal(**{field: value})
    assert error.field == field
    assert reason in error.reason


def test_control_characters_go() -> None:
    assert parse(title="A\x00B\x1b[31m C\ufeff").title == "AB[31m C"


def test_lone_surrogates_are_refused() -> None:
    assert refusal(title="bad \ud800").field == "title"


def test_currency_beside_the_price() -> None:
    assert parse(price="12,50 €").currency == "EUR"
    assert parse(list_price="GBP 3").currency == "GBP"
    assert parse(price="$12.50").currency is None
    assert parse(price="$12.50", currency="CAD").currency == "CAD"


def test_one_currency_an_index() -> None:
    line = {"id": "1", "title": "Mug", "price": 3}
    euros = CurrencyRates("EUR", {"USD": 0.9})
    assert parse_product(line, euros).currency == "EUR"
    assert parse_product({"id": "1", "title": "Mug"}, euros).currency is None
    dollars = parse_product({**line, "list_price": 5, "currency": "USD"}, euros)
    assert (dollars.price, dollars.list_price, dollars.currency) == (2.7, 4.5, "EUR")
    assert dollars.price_original == {"amount": 3.0, "currency": "USD"}
    pounds = parse_product({**line, "currency": "GBP"}, euros)
    assert (pounds.price, pounds.currency) == (None, "EUR")
    assert pounds.price_original == {"amount": 3.0, "currency": "GBP"}


def test_rejected_lines_keep_the_beginning() -> None:
    line = RejectedLine.of("a.jsonl", 3, None, "bad \ud800", b"\xff" + b"x" * 9000)
    assert len(line.text) == 2000
    assert line.text.startswith("\ufffdx")
    assert line.reason == "bad ?"
