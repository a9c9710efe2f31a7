from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from indexing.catalogue.field_values import (
    FieldValueError,
    category_of,
    currency_in,
    identifiers_of,
    label_of,
    number_of,
    parse_number,
    prose_of,
    vector_of,
)
from indexing.catalogue.values.dates import instant_of
from indexing.catalogue.values.stock_words import pieces_in


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12.5", 12.5),
        (" 12 ", 12.0),
        ("1,299.00", 1299.0),
        ("1.299,00 €", 1299.0),
        ("$12.50", 12.5),
        ("US$ 12.50", 12.5),
        ("12,50 EUR", 12.5),
        ("1,299", 1299.0),
        ("0,299", 0.299),
        ("1,29", 1.29),
        ("1.299", 1.299),
        ("1.299.000", 1299000.0),
        ("1,29,900", 129900.0),
        ("1 299,00", 1299.0),
        ("1\u202f299,00\u00a0€", 1299.0),
        ("1'299.50", 1299.5),
        ("CHF 5.-", 5.0),
        ("5,- €", 5.0),
        ("$5 USD", 5.0),
        ("Rs. 5", 5.0),
        (".99", 0.99),
        ("1e3", 1000.0),
        ("", None),
        ("  ", None),
    ],
)
def test_numbers_as_people_write_them(text: str, number: float | None) -> None:
    assert parse_number(text) == number


@pytest.mark.parametrize(
    "text", ["cheap", "10.00 - 20.00", "from 5 to 6", "1.2.3,4,5", "12 per dozen", "1_000", "€"]
)
def test_what_is_no_single_number(text: str) -> None:
    with pytest.raises(FieldValueError):
        parse_number(text)


def test_numbers_of_other_types() -> None:
    assert number_of(Decimal("1.5")) == 1.5
    assert number_of(3) == 3.0
    with pytest.raises(FieldValueError, match="negative"):
        number_of("-3")


@pytest.mark.parametrize(
    ("text", "code"),
    [("5 EUR", "EUR"), ("€5", "EUR"), ("£5", "GBP"), ("5 zł", "PLN"), ("¥5", None), ("5", None)],
)
def test_currencies(text: str, code: str | None) -> None:
    assert currency_in(text) == code


@pytest.mark.parametrize(
    ("given", "pieces"),
    [(3, 3), (3.7, 3), ("12", 12), (True, 1), (-2, -2), ("in stock", 1), ("out_of_stock", 0),
     ("https://schema.org/InStock", 1), ("", None)],
)  # fmt: skip
def test_stock(given: object, pieces: int | None) -> None:
    assert pieces_in(given) == pieces


@pytest.mark.parametrize(
    "given",
    [
        "2024-05-31T12:00:00Z",
        "2024-05-31T14:00:00+02:00",
        "2024-05-31 12:00:00",
        1717156800,
        1717156800000,
        "1717156800",
        "1717156800000",
        datetime(2024, 5, 31, 12),
    ],
)
def test_instants_are_utc(given: object) -> None:
    made = instant_of(given)
    assert made == datetime(2024, 5, 31, 12, tzinfo=UTC)
    assert made is not None
    assert made.tzinfo is UTC


def test_dates_begin_at_midnight() -> None:
    midnight = datetime(2024, 5, 31, tzinfo=UTC)
    assert instant_of("2024-05-31") == midnight
    assert instant_of(date(2024, 5, 31)) == midnight


def test_instants_beyond_the_calendar() -> None:
    with pytest.raises(FieldValueError, match="calendar"):
        instant_of("0001-01-01T00:00:00+05:00")


def test_categories() -> None:
    assert category_of("A > B > C") == ("A", "B", "C")
    assert category_of(["A", " B ", ""]) == ("A", "B")
    assert category_of(["A > B"]) == ("A", "B")
    assert category_of("Food/Drink>Tea") == ("Food/Drink>Tea",)
    assert category_of(" > ") is None
    assert len(category_of(["tag"] * 16) or ()) == 16
    with pytest.raises(FieldValueError, match="more than 16 levels"):
        category_of(["tag"] * 17)
    with pytest.raises(FieldValueError):
        category_of([["A"]])


def test_identifiers() -> None:
    assert identifiers_of("A1|B2; C3") == ("A1", "B2", "C3")
    assert identifiers_of(["A1", 42, "A1", None, "B|C"]) == ("A1", "42", "B", "C")
    assert identifiers_of(4006381333931) == ("4006381333931",)
    assert identifiers_of([]) is None


def test_text() -> None:
    assert label_of("a\tb\r\nc") == "a b c"
    assert label_of(b"caf\xc3\xa9") == "café"
    assert prose_of(" one\r\ntwo\x07 ") == "one\ntwo"
    assert prose_of(["one", "", "two"]) == "one\ntwo"
    with pytest.raises(FieldValueError, match="UTF-8"):
        label_of(b"\xff")


def test_vectors() -> None:
    assert vector_of("[1, 2.5]") == (1, 2.5)
    assert vector_of("1 2.5") == (1.0, 2.5)
    assert vector_of([]) is None
