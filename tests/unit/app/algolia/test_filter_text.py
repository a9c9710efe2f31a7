"""`filters` of Algolia, read by hand."""

import pytest

from app.api.algolia.clauses import NOTHING, facet_filters, numeric_filters
from app.api.algolia.filter_text import parse_filter_text
from app.errors import InvalidRequestError
from ranking.filters.filters import And, AnyOf, Filter, FilterError, Not, Or, Range
from ranking.filters.url_syntax import FilterBudget, FilterLimits


def budget(**limits: int) -> FilterBudget:
    return FilterBudget(FilterLimits(**limits))


def parsed(text: str) -> Filter | None:
    return parse_filter_text(text, budget())


def any_of(field: str, *values: str) -> AnyOf:
    return AnyOf(field, values)


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("", None),
        ("  ", None),
        ("brand:Acme", any_of("brand", "Acme")),
        ("brand : 'A B'", any_of("brand", "A B")),
        ('"screen size":"15\\""', any_of("screen size", '15"')),
        ("brand:Acme OR brand:Zeta", any_of("brand", "Acme", "Zeta")),
        ("a:1 AND b:2 OR c:3", Or((And((any_of("a", "1"), any_of("b", "2"))), any_of("c", "3")))),
        ("a:1 AND (b:2 OR c:3)", And((any_of("a", "1"), Or((any_of("b", "2"), any_of("c", "3")))))),
        ("NOT a:1", Not(any_of("a", "1"))),
        ("NOT (a:1 OR b:2)", Not(Or((any_of("a", "1"), any_of("b", "2"))))),
        ("price:10 TO 20", Range("price", 10.0, 20.0)),
        ("price:20 TO 10", NOTHING),
        ("price >= 10", Range("price", 10.0, None)),
        ("price<=1e2", Range("price", None, 100.0)),
        ("price=5", Range("price", 5.0, 5.0)),
        ("price!=5", Not(Range("price", 5.0, 5.0))),
        ("price = -5.5", Range("price", -5.5, -5.5)),
        ("published", any_of("_tags", "published")),
        ("brand:Apple<score=3>", any_of("brand", "Apple")),
        ("'OR':'AND'", any_of("OR", "AND")),
        ("type:手机 AND 颜色:红", And((any_of("type", "手机"), any_of("颜色", "红")))),
        ("categories.lvl0:A\\ B", any_of("categories.lvl0", "A B")),
    ],
)
def test_what_is_said(text: str, made: Filter | None) -> None:
    assert parsed(text) == made


def test_more_than_and_less_than_leave_the_number_out() -> None:
    above = parsed("price > 10")
    assert isinstance(above, Range)
    assert above.lo is not None
    assert 10 < above.lo < 10.001
    below = parsed("price < 10")
    assert isinstance(below, Range)
    assert below.hi is not None
    assert 9.999 < below.hi < 10


@pytest.mark.parametrize(
    "text",
    ["brand:", ":x", "(a:1", "a:1)", "a:1 b:2", "AND", "a:1 AND", "OR a:1", "NOT", "price > x",
     "price >", "price:1 TO", "price:a TO b", "'open", "a::b", "()", "a:1 and b:2", "<score=1>",
     "price > 1e999", "a!b"],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequestError):
        parsed(text)


def test_bounds() -> None:
    with pytest.raises(InvalidRequestError, match="nested"):
        parse_filter_text("(" * 500 + "a:1" + ")" * 500, budget(depth=8))
    with pytest.raises(InvalidRequestError, match="nested"):
        parse_filter_text("NOT " * 500 + "a:1", budget(depth=8))
    with pytest.raises(FilterError, match="clauses"):
        parse_filter_text(" AND ".join(f"a:{n}" for n in range(9)), budget(clauses=8))


@pytest.mark.parametrize(
    ("raw", "made"),
    [
        (["brand:A", ["size:M", "size:L"]], (any_of("brand", "A"), any_of("size", "M", "L"))),
        (
            [["brand:A", "size:M"], "brand:-B"],
            (Or((any_of("brand", "A"), any_of("size", "M"))), Not(any_of("brand", "B"))),
        ),
        ("brand:A", (any_of("brand", "A"),)),
        ('[["brand:A"]]', (any_of("brand", "A"),)),
        (["change:\\-5"], (any_of("change", "-5"),)),
        (["time:12:30"], (any_of("time", "12:30"),)),
        (["-brand:A"], (Not(any_of("brand", "A")),)),
        ([[]], ()),
        ([], ()),
    ],
)
def test_facet_filters(raw: object, made: tuple[Filter, ...]) -> None:
    assert facet_filters("facetFilters", raw, budget()) == made


@pytest.mark.parametrize(
    "raw",
    [5, {"a": 1}, [5], [["a:b", None]], [[["a:b"]]], ["nocolon"], ["a:"], "[broken", [":b"]],
)
def test_facet_filters_of_another_shape(raw: object) -> None:
    with pytest.raises(InvalidRequestError):
        facet_filters("facetFilters", raw, budget())


def test_numeric_filters() -> None:
    found = numeric_filters("n", ["price>=60", "price <= 120", ["a=1", "b:1 TO 2"]], budget())
    assert found == (
        Range("price", 60.0, None),
        Range("price", None, 120.0),
        Or((Range("a", 1.0, 1.0), Range("b", 1.0, 2.0))),
    )
    assert numeric_filters("n", ["price:9 TO 1"], budget()) == (NOTHING,)
    for raw in (["price"], ["price>"], [">5"], ["price=>5"], ["price>=abc"], [None], 7):
        with pytest.raises(InvalidRequestError):
            numeric_filters("n", raw, budget())
