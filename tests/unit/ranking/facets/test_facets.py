from pathlib import Path

import numpy as np
import pytest
from columns_of import columns_of, product

from indexing.columns import Columns
from ranking.facets.facets import FacetLimits, count_facets
from ranking.facets.parts import Part
from ranking.filters.filters import Filter, FilterError, Or
from ranking.filters.url_syntax import parse_filters
from ranking.search.result import Facet

PRODUCTS = [
    # one shirt in three variants, then single products
    product(0, group_id="g", brand="Acme", price=10.0, attributes={"colour": "red", "size": "M"}),
    product(1, group_id="g", brand="Acme", price=10.0, attributes={"colour": "red", "size": "L"}),
    product(2, group_id="g", brand="Acme", price=30.0, attributes={"colour": "blue"}),
    product(3, brand="Acme", price=20.0, category=("A", "B"), attributes={"colour": "red"}),
    product(4, brand="Zeta", price=40.0, category=("A", "B"), attributes={"colour": "blue"}),
    product(5, brand="Zeta", price=99.0, category=("A", "C")),
    product(6, brand="Beta", category=("D",)),
]
ALL = np.arange(7, dtype=np.uint32)


@pytest.fixture(scope="module")
def columns(tmp_path_factory: pytest.TempPathFactory) -> Columns:
    return columns_of(tmp_path_factory.mktemp("columns"), PRODUCTS)


def shown(facet: Facet) -> list[tuple]:
    return [(item.value, item.count, item.selected) for item in facet.values]


def facet(columns: Columns, field: str, *filters: str) -> Facet:
    return count_facets([Part(columns, ALL)], parse_filters(filters), [field])[field]


def test_variants_count_once_a_value_and_ties_go_by_value(columns: Columns) -> None:
    assert shown(facet(columns, "brand")) == [
        ("Acme", 2, False),
        ("Zeta", 2, False),
        ("Beta", 1, False),
    ]
    assert shown(facet(columns, "attributes.colour")) == [("blue", 2, False), ("red", 2, False)]


def test_a_facet_ignores_its_own_selection_and_heeds_the_others(columns: Columns) -> None:
    filters = ("brand:Zeta", "attributes.colour:red|blue")
    assert shown(facet(columns, "brand", *filters)) == [("Acme", 2, False), ("Zeta", 1, True)]
    assert shown(facet(columns, "attributes.colour", *filters)) == [
        ("blue", 1, True),
        ("red", 0, True),
    ]
    assert shown(facet(columns, "category", *filters)) == [("A", 1, False), ("A > B", 1, False)]


def test_bins_have_whole_widths_if_the_products_that_are_counted_do(tmp_path: Path) -> None:
    ages = [*(float(i % 5) for i in range(20)), 1.5]
    products = [product(i, attributes={"age": age}) for i, age in enumerate(ages)]
    columns = columns_of(tmp_path, products)

    def edges(docs: np.ndarray) -> list[object]:
        found = count_facets([Part(columns, docs)], (), ["attributes.age"], FacetLimits(bins=9))
        return [value.value for value in found["attributes.age"].values]

    everything = np.arange(21, dtype=np.uint32)
    assert edges(everything) == [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5]
    assert edges(everything[:20]) == [0.0, 1.0, 2.0, 3.0]
    split = [Part(columns, everything[:9]), Part(columns, everything[9:])]
    told = count_facets(split, (), ["attributes.age"], FacetLimits(bins=9))["attributes.age"]
    assert [value.value for value in told.values] == edges(everything)


def test_what_is_excluded_is_not_selected(columns: Columns) -> None:
    assert shown(facet(columns, "brand", "-brand:Beta"))[-1] == ("Beta", 1, False)


def test_a_clause_over_two_fields_is_no_facets_own_selection(columns: Columns) -> None:
    clause = Or(parse_filters(["brand:Beta", "attributes.colour:blue"]))
    clauses: list[Filter] = [clause]
    assert shown(count_facets([Part(columns, ALL)], clauses, ["brand"])["brand"]) == [
        ("Acme", 1, False),
        ("Beta", 1, False),
        ("Zeta", 1, False),
    ]


def test_categories_are_a_tree_siblings_by_count(columns: Columns) -> None:
    assert shown(facet(columns, "category", "category:A > C")) == [
        ("A", 3, False),
        ("A > B", 2, False),
        ("A > C", 1, True),
        ("D", 1, False),
    ]


def test_limits_keep_the_most_frequent_and_what_is_selected(columns: Columns) -> None:
    limits = FacetLimits(values=1)
    clauses = parse_filters(["brand:Beta", "category:A > C"])
    facets = count_facets([Part(columns, ALL)], clauses, ["brand", "category"], limits)
    assert [value for value, _, _ in shown(facets["brand"])] == ["Zeta", "Beta"]
    assert [value for value, _, _ in shown(facets["category"])] == ["D", "A", "A > C"]


def test_numbers_have_bins_least_and_greatest(columns: Columns) -> None:
    price = facet(columns, "price", "price:20..<40")
    assert (price.type, price.min, price.max) == ("number", 10.0, 99.0)
    assert shown(price)[:4] == [
        (10.0, 1, False),
        (20.0, 1, True),
        (30.0, 1, True),
        (40.0, 1, False),
    ]
    assert sum(count for _, count, _ in shown(price)) == 5  # the shirt costs 10 or 30
    assert shown(price)[-1] == (90.0, 1, False)


def test_nothing_to_count(columns: Columns) -> None:
    none = np.empty(0, dtype=np.uint32)
    facets = count_facets(
        [Part(columns, none)], (), ["brand", "price", "category", "stock", "auto"]
    )
    assert all(facet.values == () and facet.min is None for facet in facets.values())


def test_auto_stands_where_it_was_asked_for(columns: Columns) -> None:
    facets = count_facets([Part(columns, ALL)], (), ["price", "auto", "brand"])
    assert list(facets) == ["price", "attributes.colour", "attributes.size", "brand"]
    facets = count_facets([Part(columns, ALL)], (), ["auto", "attributes.colour"])
    assert list(facets) == ["attributes.size", "attributes.colour"]
    assert list(count_facets([Part(columns, ALL)], (), ["auto"], FacetLimits(auto=1))) == [
        "attributes.colour"
    ]


def test_what_cannot_be_counted(columns: Columns) -> None:
    with pytest.raises(FilterError, match=r"no field 'bramd'.*nearest first: brand, "):
        count_facets([Part(columns, ALL)], (), ["bramd"])
    with pytest.raises(FilterError, match="more than 1 facets"):
        count_facets([Part(columns, ALL)], (), ["brand", "price"], FacetLimits(fields=1))


def test_a_category_filter_by_its_last_level_selects_the_path(columns: Columns) -> None:
    assert ("A > C", 1, True) in shown(facet(columns, "category", "category:c"))


def test_dates_are_binned_by_the_calendar(tmp_path: Path) -> None:
    days = ["2023-11-30", "2024-01-01", "2024-03-05", "2024-03-06"]
    products = [product(i, created_at=f"{day}T12:00:00Z") for i, day in enumerate(days)]
    columns = columns_of(tmp_path, products)
    docs = np.arange(4, dtype=np.uint32)
    found = count_facets([Part(columns, docs)], (), ["created_at"])["created_at"]
    starts = [np.datetime64(int(item.value), "s").astype("datetime64[D]") for item in found.values]
    assert [str(day) for day in starts] == [
        "2023-11-01",
        "2023-12-01",
        "2024-01-01",
        "2024-02-01",
        "2024-03-01",
    ]
    assert [item.count for item in found.values] == [1, 0, 1, 0, 2]
