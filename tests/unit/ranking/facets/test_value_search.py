import numpy as np
import pytest
from columns_of import columns_of, product

from indexing.columns import Columns
from ranking.facets.facets import FacetLimits, count_facets
from ranking.facets.parts import Part
from ranking.facets.value_search import matching_values
from ranking.filters.filters import FilterError
from ranking.filters.url_syntax import parse_filters
from ranking.search.result import Facet

BRANDS = ["Korres", "Décor Köln", "Akorn", "Zeta", "KORG", "KORG", "Beta Kor"]
PRODUCTS = [
    product(n, brand=brand, price=float(n), category=("Kor", "Deep" if n % 2 else "Korn"))
    for n, brand in enumerate(BRANDS)
]
ALL = np.arange(len(PRODUCTS), dtype=np.uint32)


@pytest.fixture(scope="module")
def columns(tmp_path_factory: pytest.TempPathFactory) -> Columns:
    return columns_of(tmp_path_factory.mktemp("columns"), PRODUCTS)


def asked(columns: Columns, field: str, text: str, *filters: str, limit: int = 20) -> Facet:
    return matching_values([Part(columns, ALL)], parse_filters(filters), field, text, limit)


def values(facet: Facet) -> list[tuple[str | float, int]]:
    return [(each.value, each.count) for each in facet.values]


def test_beginnings_come_first_then_words_then_the_rest(columns: Columns) -> None:
    found = asked(columns, "brand", "kor")
    assert values(found) == [("KORG", 2), ("Korres", 1), ("Beta Kor", 1), ("Akorn", 1)]
    assert (found.distinct, found.other) == (4, 0)


def test_accents_and_case_make_no_difference(columns: Columns) -> None:
    assert values(asked(columns, "brand", "KÖLN")) == [("Décor Köln", 1)]
    assert values(asked(columns, "brand", "decor")) == [("Décor Köln", 1)]


def test_what_is_cut_off_is_told(columns: Columns) -> None:
    found = asked(columns, "brand", "kor", limit=1)
    assert values(found) == [("KORG", 2)]
    assert (found.distinct, found.other) == (4, 3)


def test_a_category_is_judged_by_its_own_name(columns: Columns) -> None:
    assert values(asked(columns, "category", "kor")) == [("Kor", 7), ("Kor > Korn", 4)]


def test_other_filters_hold_and_the_own_ones_only_flag(columns: Columns) -> None:
    found = asked(columns, "brand", "kor", "price:4..", "brand:KORG")
    assert [(each.value, each.count, each.selected) for each in found.values] == [
        ("KORG", 2, True),
        ("Beta Kor", 1, False),
    ]


def test_no_text_is_every_value(columns: Columns) -> None:
    assert asked(columns, "brand", "").distinct == 6


@pytest.mark.parametrize("field", ["price", "brands"])
def test_a_number_or_an_unknown_field_is_refused(columns: Columns, field: str) -> None:
    with pytest.raises(FilterError):
        asked(columns, field, "1")


def test_a_facet_says_how_many_values_it_does_not_show(columns: Columns) -> None:
    limits = FacetLimits(values=20, field_values=(("brand", 2),))
    facets = count_facets([Part(columns, ALL)], [], ["brand", "category"], limits)
    assert [each.value for each in facets["brand"].values] == ["KORG", "Akorn"]
    assert (facets["brand"].distinct, facets["brand"].other) == (6, 4)
    assert (facets["category"].distinct, facets["category"].other) == (3, 0)


def test_a_tree_counts_the_nearest_hidden_paths_only(columns: Columns) -> None:
    facet = count_facets([Part(columns, ALL)], [], ["category"], FacetLimits(values=1))["category"]
    assert [each.value for each in facet.values] == ["Kor", "Kor > Korn"]
    assert (facet.distinct, facet.other) == (3, 3)
