"""Which products move together: a group stands in one segment, or it would be counted twice."""

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

_ROW = (1 << 32) - 1


@dataclass(frozen=True, slots=True)
class Placed:
    """A product and the row at which it first appeared, which it keeps."""

    product: Product
    row: int


class GroupIndex:
    """Group id → where its products stand. Made of a segment when a group is first asked for."""

    def __init__(self) -> None:
        self._known: dict[int, dict[str, int]] = {}

    def find(self, group_id: str, view: View) -> tuple[int, int] | None:
        """(place of the segment, a document of the group that is there)."""
        for place, (number, segment) in enumerate(zip(view.numbers, view.segments, strict=True)):
            if number not in self._known:
                self._known[number] = _groups(segment)
            doc = self._known[number].get(group_id)
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
    return Placed(product, int(segment.columns.keys[doc]) & _ROW)


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


def _groups(segment: Snapshot) -> dict[str, int]:
    found: dict[str, int] = {}
    for doc in range(segment.doc_count):
        line = segment.documents.json_at(doc)
        if b'"group_id":' in line:
            group = orjson.loads(line).get("group_id")
            if group is not None:
                found.setdefault(group, doc)
    return found
