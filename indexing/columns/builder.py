"""While building: products in, columns out. Memory grows with the distinct values only."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

import numpy as np

from indexing.arrays import Float64Array, UInt32Array, UInt64Array, save_array
from indexing.catalogue.attributes import PREFIX
from indexing.catalogue.product import Product
from indexing.columns.attributes import AttributeCollector
from indexing.columns.columns import CORE_NUMBERS, KEYS, Columns
from indexing.columns.groups import Groups
from indexing.columns.keyword import (
    SEPARATOR,
    KeywordTable,
    by_document,
    folded_path,
    folded_value,
    hash_of,
    leaf_hash,
)
from indexing.columns.numeric import save_numeric
from indexing.columns.spill import NOT_KEPT, SpillingArray

_SPILL_EVERY = 1 << 16
_CORE_FIELDS = 10
"""Fields that count for completeness: the truth values summed in `ColumnsBuilder.add`."""


class ColumnsBuilder:
    """`add` every row in reading order, then `finish` once."""

    def __init__(self, scratch: Path, kinds: Mapping[str, bool] | None = None) -> None:
        """kinds: see AttributeCollector."""
        scratch = scratch / "columns"
        scratch.mkdir()
        self._rows = 0
        self._numbers = [SpillingArray(scratch / name, "d") for name in CORE_NUMBERS]
        self._brand_of = SpillingArray(scratch / "brand", "I")
        self._category_of = SpillingArray(scratch / "category", "I")
        self._group_of = SpillingArray(scratch / "group", "q")
        self._filled = SpillingArray(scratch / "filled", "B")
        self._brands: dict[str, int] = {}
        self._paths: dict[tuple[tuple[str, ...], ...], int] = {}
        self._attributes = AttributeCollector(scratch, kinds)
        self._appends = [part.pending.append for part in self._numbers]

    def add(self, product: Product) -> None:
        created = product.created_at
        numbers = (
            product.price,
            product.list_price,
            product.rating,
            product.rating_count,
            product.stock,
            product.popularity,
            None if created is None else created.timestamp(),
        )
        for append, number in zip(self._appends, numbers, strict=True):
            append(math.nan if number is None else number)
        brand, category, group = product.brand, product.paths(), product.group_id
        self._brand_of.pending.append(
            self._brands.setdefault(brand, len(self._brands) + 1) if brand else 0
        )
        self._category_of.pending.append(
            self._paths.setdefault(category, len(self._paths) + 1) if category else 0
        )
        # Only neighbours are compared, and only in this process: its own hash will do.
        self._group_of.pending.append((hash(group) or 1) if group else 0)
        self._filled.pending.append(
            bool(product.description)
            + bool(brand)
            + bool(category)
            + bool(product.image)
            + bool(product.identifiers)
            + bool(product.attributes)
            + (product.price is not None)
            + (product.rating is not None)
            + (product.stock is not None)
            + (created is not None)
        )
        if product.attributes:
            self._attributes.add(self._rows, product.attributes)
        self._rows += 1
        if not self._rows % _SPILL_EVERY:
            self._spill()

    def finish(self, folder: Path, order: UInt32Array, keys: UInt64Array) -> Columns:
        """Write the columns of the documents into the folder.

        order: uint32[n], the row of each document; variants of a group are neighbours. keys:
        uint64[n], ascending, see `Columns`. Raises BuildError if they are not.
        """
        save_array(folder / KEYS, keys)
        doc_of_row = np.full(self._rows, NOT_KEPT, dtype=np.uint32)
        doc_of_row[order] = np.arange(len(order), dtype=np.uint32)
        attributes = self._attributes.finish(doc_of_row, len(order))
        attributes.table.save(folder, "attributes")
        sizes = [last - first for _, first, last in attributes.text]
        fields = np.repeat(np.arange(len(sizes), dtype=np.uint16), sizes)
        save_array(folder / "attributes.fields.npy", fields)
        (folder / "attributes.json").write_text(json.dumps(attributes.text))
        free = ((PREFIX + name, docs, values) for name, docs, values in attributes.numbers)
        save_numeric(folder, len(order), chain(self._core(order), free))
        self._save_brands(folder, order)
        self._save_categories(folder, order)
        Groups.of(self._group_of.close()[order]).save(folder)
        filled = self._filled.close()[order].astype(np.float32)
        save_array(folder / "completeness.npy", filled / np.float32(_CORE_FIELDS))
        return Columns.load(folder)

    def _spill(self) -> None:
        for part in (
            *self._numbers,
            self._brand_of,
            self._category_of,
            self._group_of,
            self._filled,
        ):
            part.spill()
        self._attributes.spill()

    def _core(self, order: UInt32Array) -> Iterator[tuple[str, UInt32Array, Float64Array]]:
        for name, part in zip(CORE_NUMBERS, self._numbers, strict=True):
            values = part.close()[order]
            docs = np.flatnonzero(np.isfinite(values)).astype(np.uint32)
            yield name, docs, values[docs]

    def _save_brands(self, folder: Path, order: UInt32Array) -> None:
        numbers = self._brand_of.close()[order]
        names = ["", *self._brands]
        used = [number for number in np.unique(numbers).tolist() if number]
        used.sort(key=names.__getitem__)
        values = [names[number] for number in used]
        final = np.full(len(names), NOT_KEPT, dtype=np.uint32)
        final[np.array(used, dtype=np.int64)] = np.arange(len(used), dtype=np.uint32)
        keys = [(hash_of("brand", folded_value(value)), i) for i, value in enumerate(values)]
        _table(values, final, [numbers], keys).save(folder, "brand")

    def _save_categories(self, folder: Path, order: UInt32Array) -> None:
        """Every level of a path becomes a value; values are in tree order, parents first."""
        numbers = self._category_of.close()[order]
        held = [list(dict.fromkeys(_levels(paths))) for paths in ((), *self._paths)]
        used = np.unique(numbers).tolist()
        nodes = sorted({node for number in used for node in held[number]})
        place = {path: i for i, path in enumerate(nodes)}
        levels = []
        for depth in range(max([1, *(len(held[number]) for number in used)])):
            level = np.full(len(held), len(nodes), dtype=np.uint32)
            for number in used:
                if len(held[number]) > depth:
                    level[number] = place[held[number][depth]]
            levels.append(level[numbers])
        final = np.arange(len(nodes) + 1, dtype=np.uint32)
        final[-1] = NOT_KEPT
        values = [SEPARATOR.join(path) for path in nodes]
        keys = [(hash_of("category", folded_path(value)), i) for i, value in enumerate(values)]
        keys += [(leaf_hash("category", folded_value(path[-1])), i) for i, path in enumerate(nodes)]
        _table(values, final, levels, keys).save(folder, "category")
        parents = [place.get(path[:-1], -1) for path in nodes]
        save_array(folder / "category.parents.npy", np.array(parents, dtype=np.int32))


def _levels(paths: Sequence[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Each path with all that it lies in, from the root."""
    for path in paths:
        for depth in range(1, len(path) + 1):
            yield path[:depth]


def _table(
    values: list[str],
    final: UInt32Array,
    numbers: Sequence[UInt32Array],
    keys: Sequence[tuple[int, int]],
) -> KeywordTable:
    """numbers: one or more arrays uint32[n], each a provisional value of every document."""
    doc_count = len(numbers[0])
    docs = np.arange(doc_count, dtype=np.uint32)
    offsets, ordinals = by_document(doc_count, docs, final, [(docs, part) for part in numbers])
    return KeywordTable.of(values, offsets, ordinals, keys)
