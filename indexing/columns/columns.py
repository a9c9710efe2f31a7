"""All columns of a snapshot."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexing.arrays import (
    Float32Array,
    Float64Array,
    UInt16Array,
    UInt32Array,
    UInt64Array,
    load_array,
)
from indexing.catalogue.attributes import PREFIX
from indexing.columns.groups import Groups
from indexing.columns.keyword import KeywordColumn, KeywordTable
from indexing.columns.numeric import NumericColumn, load_numeric

CORE_NUMBERS = (
    "price",
    "list_price",
    "rating",
    "rating_count",
    "stock",
    "popularity",
    "created_at",
)
"""Number fields that every index has, even if no product fills them. Dates are epoch seconds."""


KEYS = "keys.npy"
MOST_BITS = 64
"""Number attributes that have a bit."""


@dataclass(frozen=True, slots=True)
class Columns:
    """numbers, keywords: by field name, core fields first. `brand` and `category` always exist.

    keys: uint64[n], ascending: the order of products that are equal otherwise, the same in
    whichever segment they stand (`row_order.order_keys`).
    completeness: float32[n], share of the core fields that the product fills.
    number_counts: number attributes' fields, with how many products have each; the most first,
    equal ones by name.
    number_bits: uint64[n], bit i clear where the product lacks the i-th of these for sure: set
    where it has it, and everywhere of those that most have (dense ones).
    attribute_names: text attributes' fields, sorted; all are in one table.
    attribute_of: uint16[v], for each ordinal of that table the place of its field among them.
    """

    doc_count: int
    numbers: dict[str, NumericColumn]
    keywords: dict[str, KeywordColumn]
    groups: Groups
    keys: UInt64Array
    completeness: Float32Array
    attribute_names: tuple[str, ...]
    attribute_of: UInt16Array
    number_counts: dict[str, int]
    number_bits: UInt64Array

    @classmethod
    def load(cls, folder: Path) -> "Columns":
        numbers, keywords = load_numeric(folder), _load_keywords(folder)
        texts = tuple(name for name in keywords if name.startswith(PREFIX))
        held = [(-len(numbers[name].values), name) for name in numbers if name.startswith(PREFIX)]
        counts = {name: -count for count, name in sorted(held)}
        completeness = load_array(folder / "completeness.npy")
        return cls(
            len(completeness),
            numbers,
            keywords,
            Groups.load(folder),
            _load_keys(folder, len(completeness)),
            completeness,
            texts,
            load_array(folder / "attributes.fields.npy"),
            counts,
            bits_of([numbers[name] for name in counts], len(completeness)),
        )

    def numeric(self, name: str) -> NumericColumn | None:
        return self.numbers.get(name)

    def keyword(self, name: str) -> KeywordColumn | None:
        return self.keywords.get(name)

    def dense(self, name: str) -> Float64Array:
        """float64[n] of a number field that must exist, NaN where missing."""
        return self.numbers[name].all()

    def held_at_most(self, docs: UInt32Array) -> dict[str, int]:
        """How many of so many documents may have each of the 64 commonest number attributes.

        Quick, so that a column is read only where enough of them may.
        """
        octets = self.number_bits[docs].astype("<u8", copy=False).view(np.uint8)
        bits = np.unpackbits(octets.reshape(-1, MOST_BITS // 8), axis=1, bitorder="little")
        held = bits.sum(axis=0, dtype=np.uint16 if len(docs) < 1 << 16 else np.int64)
        return dict(zip(self.number_counts, held.tolist(), strict=False))

    @property
    def group_of(self) -> UInt32Array:
        return self.groups.group_of

    @property
    def group_sizes(self) -> UInt32Array:
        return self.groups.sizes

    def fields(self) -> dict[str, str]:
        """Every field by name: `number`, `date`, `keyword` or `category`."""
        kinds = {name: "date" if name == "created_at" else "number" for name in self.numbers}
        kinds.update((name, column.kind) for name, column in self.keywords.items())
        return kinds


def bits_of(numbers: Sequence[NumericColumn], doc_count: int) -> UInt64Array:
    """See `Columns.number_bits`; of the first 64. O(n + what the sparse ones hold)."""
    everywhere = sum(1 << place for place, each in enumerate(numbers[:MOST_BITS]) if each.dense)
    bits = np.full(doc_count, everywhere, dtype=np.uint64)
    for place, column in enumerate(numbers[:MOST_BITS]):
        bits[column.docs] |= np.uint64(1 << place)  # a dense one has none here
    return bits


def _load_keys(folder: Path, doc_count: int) -> UInt64Array:
    """Older snapshots have none: their documents stand in the order of their rows."""
    path = folder / KEYS
    return load_array(path) if path.is_file() else np.arange(doc_count, dtype=np.uint64)


def _load_keywords(folder: Path) -> dict[str, KeywordColumn]:
    flat = np.zeros(0, dtype=np.int32)
    brands = KeywordTable.load(folder, "brand")
    paths = KeywordTable.load(folder, "category")
    parents = load_array(folder / "category.parents.npy")
    shared = KeywordTable.load(folder, "attributes")
    found = {
        "brand": KeywordColumn("brand", "keyword", brands, 0, len(brands), flat),
        "category": KeywordColumn("category", "category", paths, 0, len(paths), parents),
    }
    for name, first, last in json.loads((folder / "attributes.json").read_text("utf-8")):
        field = PREFIX + name
        found[field] = KeywordColumn(field, "keyword", shared, first, last, flat)
    return found
