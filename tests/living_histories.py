"""Random histories of a tiny catalogue, and the same catalogue made at once.

What a catalogue is after its changes is kept twice: in a plain dictionary (`Catalogue`), of which a
whole is made, and by the code that serves (`Living`), in random batches with merges, restarts and
shorter journals at random moments between them.
"""

import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from living_shop import drawn_patch, drawn_product

from app.changes.change_log import Accepted, NewChange, Op, Outcome, Stale, Unknown
from indexing.catalogue.product import Product, ProductError
from indexing.catalogue.product_line import line_of, patched, product_of
from indexing.columns.columns import CORE_NUMBERS
from indexing.live.batch import LiveChange
from indexing.live.frozen_priors import FrozenPriors
from indexing.live.grouping import Placed, in_order, placed_at
from indexing.live.joined import alone, join
from indexing.live.merging import Merge
from indexing.live.segment import Segment, build_segment
from indexing.live.value_space import sealed
from indexing.live.view import ViewKeeper
from indexing.live.writer import LiveWriter
from indexing.snapshot import Snapshot
from ranking.generation import Generation

MOST = 30
"""Products of a catalogue."""


@dataclass(slots=True)
class Catalogue:
    """held: products by id; rows: where each first appeared, which decides between equals.
    versions: the highest of each product. asked: all that was sent, and whether it is taken.
    """

    currency: str | None
    draw: random.Random
    held: dict[str, Product] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    next_row: int = 0
    versions: dict[str, int] = field(default_factory=dict)
    asked: list[tuple[NewChange, type[Outcome]]] = field(default_factory=list)
    seq: int = 0

    @classmethod
    def of(cls, base: Snapshot, draw: random.Random) -> "Catalogue":
        made = cls(base.config.currency, draw)
        for doc in range(base.doc_count):
            placed = placed_at(base, doc)
            made.held[placed.product.id] = placed.product
            made.rows[placed.product.id] = placed.row
        made.next_row = max(made.rows.values(), default=-1) + 1
        return made

    def put(self, product: Product) -> list[LiveChange]:
        name, body = product.id, line_of(product)
        changes = self._taken(name, "put", body)
        if changes:
            if name not in self.held:
                self.rows[name] = self.next_row
                self.next_row += 1
            self.held[name] = product_of(body, self.currency)
        return changes

    def delete(self, name: str) -> list[LiveChange]:
        changes = self._taken(name, "delete", None)
        if changes:
            self.held.pop(name, None)
            self.rows.pop(name, None)
        return changes

    def patch(self, name: str, fields: dict[str, Any]) -> list[LiveChange]:
        body = orjson.dumps(fields)
        changes = self._taken(name, "patch", body)
        if changes and name in self.held:
            with suppress(ProductError):  # passed over by the writer too
                self.held[name] = patched(self.held[name], body, self.currency)
        return changes

    def _taken(self, name: str, op: Op, body: bytes | None) -> list[LiveChange]:
        """The change, if it is not one that the log refuses."""
        version, draw = None, self.draw.random()
        if draw < 0.15:
            version = len(self.asked) if draw < 0.1 else self.draw.randrange(len(self.asked) + 1)
        held, told = self.versions.get(name), Accepted
        if version is not None and held is not None and version < held:
            told = Stale
        elif op != "put" and name not in self.held:
            told = Unknown
        elif version is not None:
            self.versions[name] = version
        self.asked.append((NewChange(name, op, body, version), told))
        if told is Stale:
            return []
        self.seq += told is Accepted
        return [LiveChange(self.seq, name, op, body)]

    def in_order(self) -> list[str]:
        return sorted(self.held, key=self.rows.__getitem__)

    def placed(self) -> tuple[list[Product], "np.ndarray"]:
        return in_order(Placed(self.held[name], self.rows[name]) for name in self.held)


def drawn_step(catalogue: Catalogue, draw: random.Random, *, vectors: bool) -> list[LiveChange]:
    """One or a few changes that belong together; none if they are refused."""
    held, kind = catalogue.held, draw.random()
    name = draw.choice(sorted(held) or ["p0"])
    another = f"p{draw.randrange(2 * MOST)}"
    fresh = Product.model_validate(drawn_product(draw, another, vectors=vectors))
    known = held.get(name)
    if known is None:
        return catalogue.put(fresh)
    if kind < 0.5:
        return catalogue.patch(name, drawn_patch(draw, known))
    if kind < 0.54:  # to nothing and back
        price = {"price_max": None, "price_original": None}
        back = price | {"price": draw.choice((known.price, 9.99)), "stock": draw.choice((0, 5))}
        first = catalogue.patch(name, price | {"price": None, "stock": None})
        return first + catalogue.patch(name, back)
    if kind < 0.58:  # the leader of a group is sold out, or is not any more
        leaders = [each for each in sorted(held) if held[each].group_id == known.group_id]
        return catalogue.patch(leaders[0], {"stock": draw.choice((0, 3))})
    if kind < 0.7 and len(held) > 2:
        return catalogue.delete(name)
    if kind < 0.75:  # gone and there again
        again = draw.choice((known, known.model_copy(update={"title": "mug quokka"})))
        return catalogue.delete(name) + catalogue.put(again)
    if kind < 0.8:
        return catalogue.put(known)
    if kind < 0.86:  # to another group, or out of one
        other = held[draw.choice(sorted(held))]
        return catalogue.put(known.model_copy(update={"group_id": other.group_id}))
    if kind < 0.9:  # unlike before in everything
        return catalogue.put(fresh.model_copy(update={"id": name}))
    if kind < 0.92:
        return catalogue.delete("nobody") + catalogue.patch("nobody", {"price": 3.0})
    if kind < 0.95 and len(held) < MOST:  # a twin in all but its name
        return catalogue.put(known.model_copy(update={"id": another}))
    return catalogue.put(fresh if len(held) < MOST else known)


class Living:
    """A living index in a folder, to which changes come in batches of any size."""

    def __init__(self, generation: Generation, folder: Path, draw: random.Random) -> None:
        self._generation, self._folder, self._draw = generation, folder, draw
        self._base = generation.snapshot
        self._writer = LiveWriter(self._base, folder, "log", 0)
        self._merging: tuple[Merge, Segment | None] | None = None
        self.told = ""
        """What was done, which tells two histories of the same changes apart."""

    def put_again(self, catalogue: Catalogue) -> None:
        """Some products as they are: they stand elsewhere from the beginning."""
        names = self._draw.sample(
            catalogue.in_order(), self._draw.randrange(len(catalogue.held) + 1)
        )
        lines = [(name, line_of(catalogue.held[name])) for name in names]
        self.told = f"{' '.join(names)}:"
        self.take([LiveChange(0, name, "put", line) for name, line in lines])

    def take(self, changes: Sequence[LiveChange]) -> None:
        left, draw = list(changes), self._draw
        while left:
            count = draw.choice((1, 2, len(left)))
            self._writer.apply(left[:count])
            self.told += f"{len(left[:count])},"
            del left[:count]
            self._between()

    def _between(self) -> None:
        draw, writer = self._draw, self._writer
        kind = draw.random()
        if self._merging is not None:
            if kind < 0.5:
                writer.merged(*self._merging)
                self._merging = None
                self.told += ">"
        elif kind < 0.4:
            merge = writer.merge_due(spare=draw.random() < 0.5)
            if merge is not None:
                self._merging = merge, merge.build(writer.folder_of(merge), self._base)
                self.told += "<"
        elif kind < 0.5 and writer.shorten_journal(most=draw.choice((0, 8))):
            self.told += "j"
        if draw.random() < 0.04:  # killed, and begun again
            self._merging = None
            self.told += "k"
            self._writer = LiveWriter(self._base, self._folder, "log", 0)

    def generation(self) -> Generation:
        return shown(self._generation, self._writer.view.segments)

    def followed(self) -> Generation:
        """As a worker that begins now sees it."""
        return shown(self._generation, ViewKeeper(self._base, self._folder).refresh().segments)


def shown(generation: Generation, segments: Sequence[Snapshot]) -> Generation:
    return replace(generation, snapshot=segments[0], parts=tuple(segments))


def whole(generation: Generation, catalogue: Catalogue, folder: Path) -> Generation:
    """The catalogue in one segment that is made at once; of the snapshot only its tables count."""
    base = generation.snapshot
    products, keys = catalogue.placed()
    made = join(
        base, FrozenPriors.of(base.columns), [build_segment(folder, products, keys, base)],
        alone(base),
    )  # fmt: skip
    gone = sealed(np.ones(base.doc_count, dtype=np.bool_))
    snapshot = replace(made.snapshot, index=replace(made.snapshot.index, gone=gone))
    return shown(generation, (snapshot, *made.segments))


def facts_of(generation: Generation) -> list[tuple[Any, ...]]:
    """All that is known of each product, in the order of the keys."""
    found = []
    for segment in generation.segments:
        columns = segment.columns
        docs = segment.all_there()
        numbers = [columns.numbers[name].at(docs) for name in CORE_NUMBERS]
        for place, doc in enumerate(docs.tolist()):
            texts = [
                tuple(column.values[ordinal] for ordinal in column.ordinals_of(doc).tolist())
                for name, column in columns.keywords.items()
            ]
            found.append((
                int(columns.keys[doc]),
                segment.json_at(doc),
                [str(column[place]) for column in numbers],
                columns.completeness[doc].tobytes(),
                segment.priors[doc].tobytes(),
                segment.liked[doc].tobytes(),
                int(columns.group_sizes[columns.group_of[doc]]),
                int(segment.types.type_of[doc]),
                int(segment.types.sureness[doc]),
                segment.types.title_roles[doc].tobytes(),
                int(segment.categories.class_of[doc]),
                texts,
            ))  # fmt: skip
    return sorted(found, key=lambda facts: facts[0])
