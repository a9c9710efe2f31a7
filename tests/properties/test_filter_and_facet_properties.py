"""Filters, facets and orders against plain Python over the products themselves."""

import math
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from columns_of import columns_of, group_order, product

from indexing.catalogue.attributes import text_of
from indexing.catalogue.product import Product
from indexing.columns import Columns
from ranking.facets.facets import FacetLimits, count_facets
from ranking.facets.parts import Part
from ranking.filters.filters import And, AnyOf, Exists, Filter, Not, Or, Range, evaluate, fields_of
from ranking.search.request import Sort
from ranking.search.sorting import collapse, count_groups, order_by

EVERYTHING = FacetLimits(values=1_000, nodes=1_000)
FIELDS = ["brand", "category", "attributes.colour", "attributes.size", "attributes.mixed"]
NUMBERS = ["price", "rating", "attributes.watts", "attributes.inches"]

Shop = tuple[list[Product], Columns]


def random_products(rng: np.random.Generator) -> list[Product]:
    def maybe(value: object, share: float = 0.7) -> object:
        return value if rng.random() < share else None

    products = []
    for i in range(int(rng.integers(1, 120))):
        colours = rng.choice(["red", "blue", "green"], int(rng.integers(1, 3)), replace=False)
        attributes = {
            "colour": maybe(tuple(colours.tolist())),
            "size": maybe(["S", "M", "L", "XL"][rng.integers(4)]),
            "watts": maybe(float(rng.integers(5)), 0.5),
            "inches": maybe(float(rng.integers(5, 9)), 0.08),
            "mixed": maybe([3.0, "3", 0.5, True, "wide"][rng.integers(5)]),
        }
        products.append(
            product(
                i,
                brand=maybe(["Acme", "Zeta", "Beta"][rng.integers(3)]),
                category=maybe(tuple("ABC"[rng.integers(3)] for _ in range(rng.integers(1, 4))))
                or (),
                price=maybe(float(rng.integers(1, 40))),
                rating=maybe(round(rng.uniform(0, 5), 1)),
                group_id=maybe(f"g{rng.integers(20)}"),
                attributes={name: value for name, value in attributes.items() if value is not None},
            )
        )
    return [products[row] for row in group_order(products)]


@pytest.fixture(scope="module")
def shops() -> Iterator[list[Shop]]:
    with tempfile.TemporaryDirectory() as folder:
        made = []
        for seed in range(25):
            products = random_products(np.random.default_rng(seed))
            made.append((products, columns_of(Path(folder) / str(seed), products)))
        yield made


def held(item: Product, field: str) -> list:
    """What the product holds in a field: texts, or numbers."""
    if field == "category":
        return [" > ".join(item.category[: i + 1]) for i in range(len(item.category))]
    if not field.startswith("attributes."):
        value = getattr(item, field)
        return [] if value is None else [value]
    value = item.attributes.get(field.removeprefix("attributes."))
    if value is None:
        return []
    if field in NUMBERS:
        return [value]
    return list(value) if isinstance(value, tuple) else [text_of(value)]


def passes(item: Product, clause: Filter) -> bool:
    if isinstance(clause, Not):
        return not passes(item, clause.clause)
    if isinstance(clause, And):
        return all(passes(item, part) for part in clause.clauses)
    if isinstance(clause, Or):
        return any(passes(item, part) for part in clause.clauses)
    values = held(item, clause.field)
    if isinstance(clause, AnyOf):
        return any(value in clause.values for value in values)
    if isinstance(clause, Range):
        lo = -math.inf if clause.lo is None else clause.lo
        hi = math.inf if clause.hi is None else clause.hi
        return any(lo <= value <= hi for value in values)
    return bool(values)


def random_filter(rng: np.random.Generator, products: list[Product], depth: int = 0) -> Filter:
    if depth < 3 and rng.random() < 0.3:
        parts = tuple(random_filter(rng, products, depth + 1) for _ in range(rng.integers(1, 4)))
        return [Not(parts[0]), And(parts), Or(parts)][rng.integers(3)]
    field = str(rng.choice([*FIELDS, *(name for name in NUMBERS if "inches" not in name)]))
    if rng.random() < 0.15:
        return Exists(field)
    some = products[rng.integers(len(products))]
    values = held(some, field) or ["nothing" if field in FIELDS else 1e9]
    if field in FIELDS:
        return AnyOf(field, (values[-1], *(["red", "Acme", "3"] if rng.random() < 0.3 else [])))
    lo = values[0] if rng.random() < 0.8 else None
    hi = values[0] + float(rng.integers(9)) if rng.random() < 0.8 or lo is None else None
    return Range(field, lo, hi) if rng.random() < 0.8 else AnyOf(field, (values[0], 3.0))


def known(columns: Columns, clause: Filter) -> bool:
    return fields_of(clause) <= columns.fields().keys()


def asked(rng: np.random.Generator, shop: Shop) -> tuple[np.ndarray, list[Filter]]:
    """Some of the documents, ascending, and some clauses that must all hold."""
    products, columns = shop
    docs = np.flatnonzero(rng.random(len(products)) < 0.8).astype(np.uint32)
    clauses = [random_filter(rng, products, 1) for _ in range(rng.integers(0, 4))]
    return docs, [clause for clause in clauses if known(columns, clause)]


def total(shop: Shop, docs: np.ndarray, clauses: list[Filter]) -> int:
    """Groups with a product that passes all clauses, by the book."""
    products, columns = shop
    return len(
        {
            int(columns.group_of[doc])
            for doc in docs.tolist()
            if all(passes(products[doc], clause) for clause in clauses)
        }
    )


def test_filters_equal_plain_python(shops: list[Shop]) -> None:
    rng = np.random.default_rng(1)
    for products, columns in shops:
        every = np.arange(len(products), dtype=np.uint32)
        for _ in range(40):
            clause = random_filter(rng, products)
            if known(columns, clause):
                for docs in (every, rng.permutation(every)[:7]):
                    expected = [passes(products[doc], clause) for doc in docs.tolist()]
                    assert evaluate(clause, columns, docs).tolist() == expected, clause


def test_total_with_a_value_is_the_value_s_shown_count(shops: list[Shop]) -> None:
    rng = np.random.default_rng(2)
    for shop in shops:
        fields = [field for field in FIELDS if field in shop[1].fields()]
        for _ in range(10):
            docs, clauses = asked(rng, shop)
            facets = count_facets([Part(shop[1], docs)], clauses, fields, EVERYTHING)
            for field, facet in facets.items():
                others = [clause for clause in clauses if fields_of(clause) != {field}]
                for item in facet.values:
                    with_value = [*others, AnyOf(field, (item.value,))]
                    assert item.count == total(shop, docs, with_value), (field, item)
                shown = {item.value for item in facet.values}
                passing = [d for d in docs.tolist() if all(passes(shop[0][d], c) for c in others)]
                there = {value for doc in passing for value in held(shop[0][doc], field)}
                assert there <= shown
                chosen = {item.value for item in facet.values if item.selected}
                for item in facet.values:
                    above = f"{item.value} > "
                    assert item.count or any(
                        value == item.value or str(value).startswith(above) for value in chosen
                    )


def test_total_with_a_bin_is_the_bin_s_count(shops: list[Shop]) -> None:
    rng = np.random.default_rng(3)
    for shop in shops:
        fields = [field for field in NUMBERS if field in shop[1].fields()]
        for _ in range(10):
            docs, clauses = asked(rng, shop)
            for field, facet in count_facets([Part(shop[1], docs)], clauses, fields).items():
                others = [clause for clause in clauses if fields_of(clause) != {field}]
                edges = [float(item.value) for item in facet.values]
                for item, edge in zip(facet.values, [*edges, math.inf][1:], strict=True):
                    only = Range(field, float(item.value), math.nextafter(edge, -math.inf))
                    assert item.count == total(shop, docs, [*others, only]), (field, item)
                if facet.values:
                    everything = total(shop, docs, [*others, Range(field, facet.min, facet.max)])
                    assert everything == total(shop, docs, [*others, Exists(field)])


def test_a_tree_shows_parents_before_their_children(shops: list[Shop]) -> None:
    rng = np.random.default_rng(4)
    for shop in shops:
        docs, clauses = asked(rng, shop)
        limits = FacetLimits(values=2, nodes=4)
        paths = [
            str(item.value)
            for item in count_facets([Part(shop[1], docs)], clauses, ["category"], limits)[
                "category"
            ].values
        ]
        for i, path in enumerate(paths):
            parent = path.rpartition(" > ")[0]
            assert not parent or parent in paths[:i]


def test_orders_equal_plain_python(shops: list[Shop]) -> None:
    rng = np.random.default_rng(5)
    for shop in shops:
        products, columns = shop
        docs, _ = asked(rng, shop)
        for field in NUMBERS:
            if field not in columns.fields():
                continue
            for descending in (False, True):
                sign = -1 if descending else 1

                keyed = []
                for doc in docs.tolist():
                    value = held(products[doc], field)
                    keyed.append((sign * value[0] if value else math.inf, doc))
                best: dict[int, int] = {}
                for _, doc in sorted(keyed):
                    best.setdefault(int(columns.group_of[doc]), doc)
                expected = list(best.values())
                limit = int(rng.integers(1, 60))
                picked, _ = order_by(columns, docs, Sort(field, descending), limit)
                assert docs[picked.places].tolist() == expected[:limit]


def test_collapse_equals_plain_python(shops: list[Shop]) -> None:
    rng = np.random.default_rng(6)
    for shop in shops:
        columns = shop[1]
        docs, _ = asked(rng, shop)
        scores = rng.integers(0, 4, len(docs)).astype(np.float32)
        picked = collapse(docs, scores, columns.group_of)
        groups = columns.group_of[docs].tolist()
        expected = [
            (
                min((i for i, g in enumerate(groups) if g == group), key=lambda i: (-scores[i], i)),
                groups.count(group),
            )
            for group in sorted(set(groups))
        ]
        assert list(zip(picked.places.tolist(), picked.variants.tolist(), strict=True)) == expected
        assert count_groups(columns.group_of, docs) == len(expected)
