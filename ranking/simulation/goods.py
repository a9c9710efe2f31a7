"""The products of a demo shop as arrays, and how well each answers each intent."""

import gzip
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from indexing.arrays import Float32Array, Float64Array, Int64Array, UInt8Array
from indexing.demo.grades import Intent, grade

_ASKED = ("brand", "category", "attributes", "identifiers", "price")
"""Fields that relevance is read from."""


@dataclass(frozen=True, slots=True)
class Goods:
    """n products in the shop's order.

    ids: of the products. groups, brands, leaves: int64[n], numbers in order of appearance.
    prices: float64[n]. lines: what grades are read from; their price is that of the file.
    """

    ids: tuple[str, ...]
    groups: Int64Array
    brands: Int64Array
    leaves: Int64Array
    prices: Float64Array
    lines: tuple[Mapping[str, Any], ...]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def price_places(self) -> Float32Array:
        """float32[n]: the share of its category's products that cost less, 0 to 1."""
        order = np.lexsort((self.prices, self.leaves))
        leaves = self.leaves[order]
        begins = np.searchsorted(leaves, leaves, "left")
        sizes = np.searchsorted(leaves, leaves, "right") - begins
        places = np.empty(len(self), dtype=np.float32)
        places[order] = (np.arange(len(self)) - begins + 0.5) / sizes
        return places

    def priced(self, products: Int64Array, prices: Float64Array) -> "Goods":
        """With other prices of some."""
        changed = self.prices.copy()
        changed[products] = prices
        return replace(self, prices=changed)


def read_goods(path: Path) -> Goods:
    """Of a products.jsonl.gz of `vitrina demo-data`. About 2 kB a product."""
    with gzip.open(path, "rb") as file:
        return goods_of(orjson.loads(line) for line in file)


def goods_of(products: Iterable[Mapping[str, Any]]) -> Goods:
    """products: lines of a demo shop, parsed; those of a group one after the other."""
    ids: list[str] = []
    lines: list[Mapping[str, Any]] = []
    numbers: tuple[dict[Any, int], ...] = ({}, {}, {})
    columns: tuple[list[int], ...] = ([], [], [])
    for product in products:
        ids.append(product["id"])
        lines.append({name: product[name] for name in _ASKED})
        names = (
            product.get("group_id", product["id"]),
            product["brand"],
            tuple(product["category"]),
        )
        for known, column, name in zip(numbers, columns, names, strict=True):
            column.append(known.setdefault(name, len(known)))
    groups, brands, leaves = (np.array(column, dtype=np.int64) for column in columns)
    prices = np.array([line["price"] for line in lines], dtype=np.float64)
    return Goods(tuple(ids), groups, brands, leaves, prices, tuple(lines))


@dataclass(frozen=True, slots=True)
class Grades:
    """Products of intents with a grade above 0, by intent, then by product.

    begins: int64[intents + 1]. products: int64[pairs], places in Goods. grades: uint8[pairs].
    """

    begins: Int64Array
    products: Int64Array
    grades: UInt8Array

    @property
    def intents(self) -> Int64Array:
        """int64[pairs]: the intent of each pair."""
        return np.repeat(np.arange(len(self.begins) - 1), np.diff(self.begins))


def grades_of(intents: Sequence[Intent], goods: Goods) -> Grades:
    """Reads about as many products an intent as its category or brand has."""
    prices = goods.prices.tolist()
    wheres = _Shelves(goods)
    products: list[int] = []
    grades: list[int] = []
    begins = [0]
    for intent in intents:
        for product in wheres.candidates(intent):
            found = grade(intent, {**goods.lines[product], "price": prices[product]})
            if found:
                products.append(product)
                grades.append(found)
        begins.append(len(products))
    return Grades(
        np.array(begins, dtype=np.int64),
        np.array(products, dtype=np.int64),
        np.array(grades, dtype=np.uint8),
    )


class _Shelves:
    """Where products with any grade can be."""

    def __init__(self, goods: Goods) -> None:
        self._all = range(len(goods))
        self._within: dict[tuple[str, ...], list[int]] = defaultdict(list)
        self._brands: dict[str, list[int]] = defaultdict(list)
        self._named: dict[str, list[int]] = defaultdict(list)
        for product, line in enumerate(goods.lines):
            path = tuple(line["category"])
            for depth in range(1, len(path) + 1):
                self._within[path[:depth]].append(product)
            self._brands[line["brand"]].append(product)
            for identifier in dict.fromkeys(line["identifiers"]):
                self._named[identifier].append(product)

    def candidates(self, intent: Intent) -> Iterable[int]:
        """Ascending."""
        if intent.identifier is not None:
            return self._named.get(intent.identifier, ())
        if intent.category is not None:
            return self._within.get(intent.category, ())
        if intent.brand is not None and not intent.attributes and intent.price is None:
            return self._brands.get(intent.brand, ())
        return self._all
