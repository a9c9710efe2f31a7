"""Values as shops write them, by what they mean."""

import pytest

from indexing.catalogue.values.html_text import text_of_html
from indexing.catalogue.values.money import Money, money_in
from indexing.catalogue.values.ratings import popularity_of, rating_count_of, rating_of
from indexing.catalogue.values.stock_words import pieces_in


@pytest.mark.parametrize(
    ("text", "decimal", "money"),
    [
        ("$24.99 - $39.99", None, Money(24.99, "$", 39.99)),
        ("75–120 EUR", None, Money(75.0, "EUR", 120.0)),
        ("ab 19,90 €", None, Money(19.9, "EUR")),
        ("kr 1.249,-", None, Money(1249.0, None)),
        ("CHF 1'249.–", None, Money(1249.0, "CHF")),
        ("€ 1.249", ",", Money(1249.0, "EUR")),
        ("€ 1.249", None, Money(1.249, "EUR")),
        ("59元", None, Money(59.0, "CNY")),
        ("Rs.899", None, Money(899.0, "INR")),
        ("Rs.1,05,000/-", None, Money(105000.0, "INR")),
        ("¥1,980（税込）", None, Money(1980.0, None)),
        ("Preis: 12,50 €", None, Money(12.5, "EUR")),
        ("18,000원", None, Money(18000.0, "KRW")),
        ("$.99", None, Money(0.99, "$")),
        ("", None, None),
    ],
)
def test_money(text: str, decimal: str | None, money: Money | None) -> None:
    assert money_in(text, decimal) == money


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("10+", 10), ("> 20", 20), ("5 Stück", 5), ("In stock (5)", 5), ("Only 3 left", 3),
        ("Nicht vorrätig", 0), ("Rupture de stock", 0), ("预售", 1), ("-3", -3),
        ("품절", 0), ("в наличии", 1),
        ("Disponible sous 3 jours", 1), ("https://schema.org/BackOrder", 1),
    ],
)  # fmt: skip
def test_pieces(text: str, pieces: int) -> None:
    assert pieces_in(text) == pieces


def test_ratings() -> None:
    assert [rating_of(text) for text in ("4.5/5", "4,5 von 5", "8/10", "4,1")] == [4.5, 4.5, 4, 4.1]
    counts = [rating_count_of(text) for text in ("1,204", "1.204", "(12)", "12 Bewertungen")]
    assert counts == [1204, 1204, 12, 12]
    rounded = [rating_count_of(text) for text in ("300+", "2.3万+", "1.2k", "1,200+")]
    assert rounded == [300, 23_000, 1_200, 1_200]
    assert popularity_of("月销 1.5万") == 15_000


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("<p>a &amp; b</p><ul><li>c</li></ul>", "a & b\nc"),
        ("<style>x{}</style><script>y()</script>z", "z"),
        ("Cable <2 m & more", "Cable <2 m & more"),
        ("&lt;b&gt;bold&lt;/b&gt;", "bold"),
        ("a<b>b</b>c", "abc"),
        ("<div>" * 5_000 + "deep", "deep"),
    ],
)
def test_html(given: str, text: str) -> None:
    assert text_of_html(given) == text
