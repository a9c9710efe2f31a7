import numpy as np
import pytest
from columns_of import columns_of, product

from indexing.columns import Columns
from ranking.filters.filters import AnyOf, FilterError, Range, evaluate, evaluate_all, full_mask
from ranking.filters.url_syntax import parse_filters

PRODUCTS = [
    product(0, brand="Acme", category=("Home", "Pots"), price=5.0, attributes={"size": "M"}),
    product(1, brand="ACME", category=("Home",), price=19.99, attributes={"size": ("L", "M")}),
    product(2, brand="Zeta", category=("Garden", "Tools"), attributes={"watts": 40.0}),
    product(3, price=20.0, attributes={"watts": 60.5, "size": "16"}),
]


@pytest.fixture(scope="module")
def columns(tmp_path_factory: pytest.TempPathFactory) -> Columns:
    return columns_of(tmp_path_factory.mktemp("columns"), PRODUCTS)


@pytest.mark.parametrize(
    ("text", "passing"),
    [
        ("brand:Acme", [0]),
        ("brand:acme", [0, 1]),
        ("brand:acme|zeta", [0, 1, 2]),
        ("-brand:acme", [2, 3]),
        ("brand:Nobody", []),
        ("-brand:Nobody", [0, 1, 2, 3]),
        ("brand:*", [0, 1, 2]),
        ("-brand:*", [3]),
        ("category:Home", [0, 1]),
        ("category:Home > Pots", [0]),
        ("category:tools", [2]),
        ("price:5..19.99", [0, 1]),
        ("price:5..<19.99", [0]),
        ("price:..19.99", [0, 1]),
        ("price:19.99", [1]),
        ("price:19.99|20", [1, 3]),
        ("-price:..19.99", [2, 3]),
        ("price:*", [0, 1, 3]),
        ("stock:*", []),
        ("stock:1..", []),
        ("attributes.size:M", [0, 1]),
        ("attributes.size:*", [0, 1, 3]),
        ("attributes.size:16", [3]),
        ("attributes.watts:50..", [3]),
        ("attributes.watts:40", [2]),
    ],
)
def test_one_clause(columns: Columns, text: str, passing: list[int]) -> None:
    (clause,) = parse_filters([text])
    assert np.flatnonzero(full_mask([clause], columns)).tolist() == passing
    some = np.array([3, 1], dtype=np.uint32)
    assert evaluate(clause, columns, some).tolist() == [3 in passing, 1 in passing]


def test_numbers_look_for_whole_texts(columns: Columns) -> None:
    assert full_mask([AnyOf("attributes.size", (16.0,))], columns).tolist() == [0, 0, 0, 1]


def test_all_filters_must_hold_and_none_is_no_filter(columns: Columns) -> None:
    both = parse_filters(["brand:acme", "price:..10"])
    assert full_mask(both, columns).tolist() == [True, False, False, False]
    assert full_mask([], columns).all()


def test_an_unknown_field_names_the_nearest(columns: Columns) -> None:
    with pytest.raises(FilterError) as caught:
        evaluate(AnyOf("siez", ("M",)), columns, np.empty(0, dtype=np.uint32))
    assert caught.value.problem == "there is no field 'siez' here"
    assert caught.value.remedy.startswith("The 11 that exist, nearest first: attributes.size, ")


def test_wrong_types_are_refused_even_where_nothing_matches(columns: Columns) -> None:
    none = np.empty(0, dtype=np.uint32)
    with pytest.raises(FilterError, match="brand holds text, and a range needs numbers"):
        evaluate_all([Range("brand", 1, 2)], columns, none)
    with pytest.raises(FilterError, match="price holds numbers, and 'cheap' is not one"):
        evaluate_all([AnyOf("price", ("cheap",))], columns, none)
