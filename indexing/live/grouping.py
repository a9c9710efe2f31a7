"""Which products move together: a group stands in one segment, or it would be counted twice."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import orjson

from indexing.arrays import UInt64Array
from indexing.catalogue.product import Product
from indexing.catalogue.product_line import product_of
from indexing.live.view import View
from indexing.snapshot import Snapshot
from indexing.vectors.encoder import GivenEncoder

ROW = (1 << 32) - 1
"""Of a key, the bits that are the product's own."""
_GROUP = re.compile(rb'"group_id":"((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True, slots=True)
class Placed:
    """A product and the row at which it first appeared, which it keeps."""

    product: Product
    row: int


class GroupIndex:
    """Group id → where its products stand. Made of a segment when a group is first asked for, or
    ahead: seconds at a million products.
    """

    def __init__(self) -> None:
        self._known: dict[int, dict[bytes, int]] = {}

    def know(self, number: int, segment: Snapshot) -> None:
        if number not in self._known:
            self._known[number] = _groups(segment)

    def find(self, group_id: str, view: View) -> tuple[int, int] | None:
        """(place of the segment, a document of the group that is there)."""
        written = _written(group_id)
        for place, (number, segment) in enumerate(zip(view.numbers, view.segments, strict=True)):
            self.know(number, segment)
            doc = self._known[number].get(written)
            if doc is not None and _group_at(segment, doc) != group_id:
                self._known[number] = _groups_read(segment)
                doc = self._known[number].get(written)
            if doc is not None:
                there = segment.there(members(segment, doc))
                if len(there):
                    return place, int(there[0])
        return None

    def keep(self, numbers: Iterable[int]) -> None:
        kept = set(numbers)
        self._known = {number: each for number, each in self._known.items() if number in kept}


def members(segment: Snapshot, doc: int) -> "np.ndarray[tuple[int], np.dtype[np.uint32]]":
    """All documents of the group of one, those that are gone too."""
    group_of = segment.columns.group_of
    first = int(np.searchsorted(group_of, group_of[doc]))
    return np.arange(
        first, first + int(segment.columns.group_sizes[group_of[doc]]), dtype=np.uint32
    )


def placed_at(segment: Snapshot, doc: int) -> Placed:
    """A product as it is now, its vector too where those come with the catalogue."""
    product = product_of(segment.json_at(doc), segment.config.currency)
    if isinstance(segment.encoder, GivenEncoder):
        vector = segment.vectors.vectors(np.array([doc], dtype=np.uint32))[0]
        if vector.any():
            product = product.model_copy(update={"vector": tuple(vector.tolist())})
    return Placed(product, int(segment.columns.keys[doc]) & ROW)


def in_order(products: Iterable[Placed]) -> tuple[list[Product], UInt64Array]:
    """Products by key, and the keys (`row_order.order_keys`): a group is where its first is."""
    made = list(products)
    first: dict[str, int] = {}
    for each in made:
        group = _group(each.product)
        first[group] = min(first.get(group, each.row), each.row)
    keyed = sorted(
        ((first[_group(each.product)] << 32 | each.row, each.product) for each in made),
        key=lambda pair: pair[0],
    )
    return [product for _, product in keyed], np.array([key for key, _ in keyed], dtype=np.uint64)


def _group(product: Product) -> str:
    return f"i{product.id}" if product.group_id is None else f"g{product.group_id}"


def _groups(segment: Snapshot) -> dict[bytes, int]:
    """As written in JSON → a document of each; an attribute of that name is taken for it too."""
    table = segment.documents.products
    names, places = [], []
    for match in _GROUP.finditer(table.blob.data):
        names.append(match[1])
        places.append(match.start())
    docs = np.searchsorted(table.offsets, np.array(places, dtype=np.uint64), side="right") - 1
    found: dict[bytes, int] = {}
    for name, doc in zip(names, docs.tolist(), strict=True):
        found.setdefault(name, doc)
    return found


def _groups_read(segment: Snapshot) -> dict[bytes, int]:
    """The same, of nothing else: each line that may have one is read."""
    found: dict[bytes, int] = {}
    for doc in range(segment.doc_count):
        group = _group_at(segment, doc)
        if group is not None:
            found.setdefault(_written(group), doc)
    return found


def _written(group_id: str) -> bytes:
    return orjson.dumps(group_id)[1:-1]


def _group_at(segment: Snapshot, doc: int) -> str | None:
    line = segment.documents.json_at(doc)
    group: str | None = orjson.loads(line).get("group_id") if b'"group_id":' in line else None
    return group
