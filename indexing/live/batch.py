"""Changes, in their order → what becomes of each product: a new one, other numbers, or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np

from indexing.catalogue.product import Product, ProductError
from indexing.catalogue.product_line import line_of, numbers_in, patched, product_of
from indexing.columns.columns import CORE_NUMBERS
from indexing.live.grouping import placed_at
from indexing.live.shown_numbers import with_numbers
from indexing.live.view import View
from indexing.snapshot import Snapshot

PLACE_OF: Final = {name: place for place, name in enumerate(CORE_NUMBERS)}


class LiveChange(NamedTuple):
    """op: `put` (body: the product's line), `patch` (body: a canonical merge patch), `delete`."""

    seq: int
    product_id: str
    op: str
    body: bytes | None
    at_ms: int = 0


@dataclass(slots=True)
class Batch:
    """products: by id, None for one that goes. seen: where each of them stood, (place of segment,
    document), None for a new one. numbers: of the others, by where they stand and field.

    born: those that were put when they were not there: how many were before them. One that was
    deleted is a new one after, in one batch as in two. births: how often that was.
    """

    products: dict[str, Product | None] = field(default_factory=dict)
    seen: dict[str, tuple[int, int] | None] = field(default_factory=dict)
    numbers: dict[tuple[int, int], dict[str, float]] = field(default_factory=dict)
    born: dict[str, int] = field(default_factory=dict)
    births: int = 0


def sorted_out(changes: Sequence[LiveChange], view: View) -> Batch:
    """A change that cannot be applied any more, or be read, is passed over: the others go on."""
    batch = Batch()
    for change in changes:
        try:
            _take(change, batch, view)
        except (ProductError, ValueError):
            continue
    return batch


def with_noted(product: Product, noted: Mapping[str, float], segment: Snapshot) -> Product:
    """A product with numbers that are noted for it and stand in no column yet."""
    if not noted:
        return product
    return product_of(with_numbers(line_of(product), noted.items()), segment.config.currency)


def _take(change: LiveChange, batch: Batch, view: View) -> None:
    name, body, currency = change.product_id, change.body or b"", view.snapshot.config.currency
    if change.op == "patch":
        if name not in batch.products:
            _take_patch(change, batch, view)
            return
        held = batch.products[name]
        if held is not None:
            batch.products[name] = patched(held, body, currency)
        return
    product = None if change.op == "delete" else product_of(body, currency)
    if name not in batch.products:
        batch.seen[name] = view.find(name)
        there = batch.seen[name] is not None
    else:
        there = batch.products[name] is not None
    if product is None:
        batch.born.pop(name, None)
    elif not there:
        batch.born[name] = batch.births
        batch.births += 1
    batch.products[name] = product


def _take_patch(change: LiveChange, batch: Batch, view: View) -> None:
    """Numbers are noted; anything else makes the product anew."""
    found = view.find(change.product_id)
    if found is None:
        return  # deleted, or of a snapshot that did not have it: see rollback
    segment, body = view.segments[found[0]], change.body or b""
    noted = batch.numbers.get(found, {})
    line = segment.documents.json_at(found[1])  # as written: newer numbers decide nothing here
    numbers = numbers_in(body, line, segment.config.currency)
    if numbers is not None:
        made = {name: np.nan if value is None else value for name, value in numbers.items()}
        batch.numbers[found] = noted | made
        return
    product = with_noted(placed_at(segment, found[1]).product, noted, segment)
    made_anew = patched(product, body, segment.config.currency)
    batch.seen[change.product_id] = found
    batch.products[change.product_id] = made_anew
