import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.filters.filters import And, AnyOf, Exists, Filter, Not, Range
from ranking.filters.url_syntax import parse_filters
from ranking.filters.url_text import filter_text

_VALUE = st.text(
    st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=12
).map(str.strip).filter(bool)  # fmt: skip


@pytest.mark.parametrize(
    ("clause", "text"),
    [
        (AnyOf("brand", ("Acme", "a|b:c")), "brand:Acme|a\\|b\\:c"),
        (AnyOf("brand", ("*",)), "brand:\\*"),
        (AnyOf("size", ("1..5",)), "size:1\\.\\.5"),
        (AnyOf("category", ("Home > Lamps",)), "category:Home > Lamps"),
        (Range("price", 10.0, None), "price:10.."),
        (Range("price", None, 0.5), "price:..0.5"),
        (Exists("rating"), "rating:*"),
        (Not(AnyOf("brand", ("Acme",))), "-brand:Acme"),
    ],
)
def test_written_as_a_url_says_it(clause: Filter, text: str) -> None:
    assert filter_text(clause) == text
    assert parse_filters([text]) == (clause,)


def test_nested_clauses_have_no_such_form() -> None:
    assert filter_text(And((Exists("a"), Exists("b")))) is None
    assert filter_text(Not(Not(Exists("a")))) is None


@given(st.lists(_VALUE, min_size=1, max_size=3))
def test_any_value_comes_back(values: list[str]) -> None:
    clause = AnyOf("brand", tuple(values))
    assert parse_filters([str(filter_text(clause))]) == (clause,)
