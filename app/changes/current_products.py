"""The catalogue as it is now: what a snapshot holds, with the log's changes over it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from app.changes.change_log import Change, ChangeLog
from app.changes.folded import folded_in, kept_in
from indexing.catalogue.product import Product, ProductError
from indexing.catalogue.product_line import patched, product_of
from indexing.live.grouping import ROW
from indexing.snapshot import Snapshot
from indexing.vectors.encoder import GivenEncoder

_AT_ONCE: Final = 5_000
Untold = Callable[[str, str], None]
"""Told of a patch that makes no product any more: id, and why. It is left out."""


@dataclass(slots=True)
class _State:
    """What the log says of one product. put: its line; deleted: neither it nor the snapshot's
    counts. patches: over that.
    """

    put: bytes | None = None
    deleted: bool = False
    patches: list[bytes] = field(default_factory=list)

    def add(self, change: Change) -> None:
        if change.op == "patch":
            self.patches.append(change.body or b"")
            return
        self.patches.clear()
        self.put, self.deleted = change.body, change.op == "delete"


class CurrentProducts:
    """Memory: the bodies of the changes that count, so up to the log's size.

    kept: products that came over the API, and that no catalogue gave. Complete when all products
    have been given out.
    """

    def __init__(self, snapshot: Snapshot, log: ChangeLog, index: str, up_to: int, told: Untold):
        self._snapshot = snapshot
        self._currency = snapshot.config.currency
        self._told = told
        self._states: dict[str, _State] = {}
        self._born: dict[str, None] = {}
        self._made = dict.fromkeys(kept_in(snapshot.manifest))
        self.kept: list[str] = []
        for change in _changes(
            log, index, folded_in(snapshot.manifest, log.identity(index)), up_to
        ):
            self._add(change)

    def _add(self, change: Change) -> None:
        name = change.product_id
        state = self._states.setdefault(name, _State())
        built = self._snapshot.documents.find(name) is not None
        there = not state.deleted and (state.put is not None or built)
        state.add(change)
        if change.op == "delete":
            self._born.pop(name, None)
        elif change.op == "put":
            if not there:
                self._born[name] = None
            if not built:
                self._made[name] = None

    def all(self) -> Iterator[Product]:
        """The snapshot's in the order of their rows, then new ones in the order in which they
        came: as the living index has them. One that was deleted and put again is a new one.
        """
        documents, keys = self._snapshot.documents, self._snapshot.columns.keys
        for doc in np.argsort(keys & np.uint64(ROW), kind="stable").tolist():
            product_id = documents.id_at(doc)
            if product_id not in self._born:
                yield from self._now(product_id, doc)
        for product_id in self._born:
            yield from self._now(product_id, documents.find(product_id))

    def missing(self, has: Callable[[str], bool]) -> Iterator[Product]:
        """Those that were made over the API, and that a catalogue does not have."""
        for product_id in self._made:
            if not has(product_id):
                yield from self._now(product_id, self._snapshot.documents.find(product_id))

    def _now(self, product_id: str, doc: int | None) -> Iterable[Product]:
        state = self._states.get(product_id)
        if state is not None and state.deleted:
            return ()
        if state is not None and state.put is not None:
            product = product_of(state.put, self._currency)
        elif doc is not None:
            product = self._built(doc)
        else:
            return ()  # only patches, of what the snapshot no longer holds
        for patch in state.patches if state is not None else ():
            try:
                product = patched(product, patch, self._currency)
            except ProductError as error:
                self._told(product_id, str(error))
        if product_id in self._made:
            self.kept.append(product_id)
        return (product,)

    def _built(self, doc: int) -> Product:
        """With the vector that it was given, as precise as it is stored."""
        snapshot = self._snapshot
        product = product_of(snapshot.documents.json_at(doc), self._currency)
        if not isinstance(snapshot.encoder, GivenEncoder):
            return product
        vector = snapshot.vectors.vectors(np.array([doc], dtype=np.uint32))[0]
        if not vector.any():
            return product
        return product.model_copy(update={"vector": tuple(vector.tolist())})


def _changes(log: ChangeLog, index: str, after: int, up_to: int) -> Iterator[Change]:
    while changes := log.read(index, after, _AT_ONCE):
        for change in changes:
            if change.seq > up_to:
                return
            yield change
        after = changes[-1].seq
