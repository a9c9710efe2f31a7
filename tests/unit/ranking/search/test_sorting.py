import math
from itertools import pairwise

import numpy as np
import pytest
from columns_of import columns_of, product
from hypothesis import given
from hypothesis import strategies as st

from indexing.columns import Columns
from ranking.filters.filters import FilterError
from ranking.search.request import Sort
from ranking.search.sorting import (
    collapse,
    count_groups,
    order_by,
    order_numbers,
    parse_sort,
    smallest,
)

PRODUCTS = [
    product(0, group_id="g", price=30.0, created_at="2024-01-03T00:00:00Z"),
    product(1, group_id="g", price=10.0, brand="Acme"),
    product(2, group_id="g"),
    product(3, price=20.0, created_at="2024-01-01T00:00:00Z", attributes={"watts": 5.0}),
    product(4),
    product(5, price=10.0, created_at="2024-01-02T00:00:00Z", attributes={"watts": 9.0}),
]
ALL = np.arange(6, dtype=np.uint32)


@pytest.fixture(scope="module")
def columns(tmp_path_factory: pytest.TempPathFactory) -> Columns:
    return columns_of(tmp_path_factory.mktemp("columns"), PRODUCTS)


def ordered(columns: Columns, sort: Sort, docs: np.ndarray = ALL, limit: int = 10) -> list:
    picked, _ = order_by(columns, docs, sort, limit)
    return list(zip(docs[picked.places].tolist(), picked.variants.tolist(), strict=True))


def test_a_group_shows_its_first_in_the_order_and_missing_comes_last(columns: Columns) -> None:
    assert ordered(columns, Sort("price")) == [(1, 3), (5, 1), (3, 1), (4, 1)]
    assert ordered(columns, Sort("price", descending=True)) == [(0, 3), (3, 1), (5, 1), (4, 1)]
    assert ordered(columns, Sort("newest")) == [(0, 3), (5, 1), (3, 1), (4, 1)]
    assert ordered(columns, Sort("attributes.watts", True)) == [(5, 1), (3, 1), (0, 3), (4, 1)]


def test_what_is_sold_out_comes_last_and_stands_for_no_group_that_has_others(
    columns: Columns,
) -> None:
    gone = np.array([False, True, False, True, False, False])  # 1 of group g, and 3
    picked, keys = order_by(columns, ALL, Sort("price"), 10, last=gone)
    assert ALL[picked.places].tolist() == [5, 0, 4, 3]
    assert picked.variants.tolist() == [1, 3, 1, 1]
    assert (np.diff(keys.astype(np.float64)) > 0).all()
    picked, _ = order_by(columns, ALL, Sort("price", descending=True), 2, last=gone)
    assert ALL[picked.places].tolist() == [0, 5]


@given(st.lists(st.floats(allow_nan=False), min_size=1))
def test_numbers_are_ordered_as_they_are(values: list[float]) -> None:
    keys = np.array(values)
    ordered = order_numbers(keys)
    by_number = keys[np.argsort(ordered, kind="stable")].tolist()
    for one, other in pairwise(by_number):
        assert one <= other or math.isclose(one, other, rel_tol=1e-15, abs_tol=1e-300)
    assert (ordered < 1 << 63).all()
    assert len(set(ordered[keys == 0.0].tolist())) <= 1  # -0.0 is 0.0
    behind = order_numbers(keys, np.ones(len(keys), dtype=np.bool_))
    assert behind.min() > ordered.max()


def test_only_the_given_documents_count(columns: Columns) -> None:
    some = np.array([0, 2, 5], dtype=np.uint32)
    assert ordered(columns, Sort("price"), some) == [(5, 1), (0, 2)]
    assert ordered(columns, Sort("price"), ALL[:0]) == []


@pytest.mark.parametrize("limit", range(5))
def test_a_limit_is_a_beginning(columns: Columns, limit: int) -> None:
    assert ordered(columns, Sort("price"), limit=limit) == ordered(columns, Sort("price"))[:limit]


def test_smallest_keeps_the_order_of_equals_at_the_bound() -> None:
    keys = np.array([2.0, 1.0, 2.0, np.inf, 2.0, 0.0])
    assert smallest(keys, 4).tolist() == [5, 1, 0, 2]
    assert smallest(keys, 9).tolist() == [5, 1, 0, 2, 4, 3]


def test_what_cannot_be_sorted_by(columns: Columns) -> None:
    with pytest.raises(FilterError, match="sort: brand holds text"):
        order_by(columns, ALL, Sort("brand"), 10)
    with pytest.raises(FilterError, match=r"no field 'prize'.*nearest first: price, "):
        order_by(columns, ALL, Sort("prize"), 10)


@pytest.mark.parametrize(
    ("text", "sort"),
    [
        (None, None),
        ("", None),
        ("relevance", None),
        ("price", Sort("price")),
        ("price:desc", Sort("price", descending=True)),
        ("rating", Sort("rating", descending=True)),
        ("rating:asc", Sort("rating")),
        ("popularity", Sort("popularity", descending=True)),
        ("newest", Sort("newest", descending=True)),
        ("attributes.ratio:w:asc", Sort("attributes.ratio:w")),
    ],
)
def test_written_orders(text: str | None, sort: Sort | None) -> None:
    assert parse_sort(text) == sort


@pytest.mark.parametrize("text", [":asc", "price:", "newest:desc", "relevance:asc"])
def test_written_orders_that_are_none(text: str) -> None:
    with pytest.raises(FilterError, match="is not an order"):
        parse_sort(text)


def test_collapse_keeps_the_best_and_the_first_of_equals(columns: Columns) -> None:
    docs = np.array([0, 1, 2, 4, 5], dtype=np.uint32)
    scores = np.array([1, 3, 3, -1, 0], dtype=np.float32)
    picked = collapse(docs, scores, columns.group_of)
    assert docs[picked.places].tolist() == [1, 4, 5]
    assert picked.variants.tolist() == [3, 1, 1]
    assert count_groups(columns.group_of, docs) == 3
    assert count_groups(columns.group_of, docs[:0]) == 0
