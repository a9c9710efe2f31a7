"""What is asked → what is in the change log, and what is told of each."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from app.changes.asked import Asked
from app.changes.change_log import Accepted, ChangeLog, NewChange, Outcome, Stale
from app.changes.folded import folded_in
from app.errors import Fault
from app.telemetry import CHANGES
from indexing.catalogue.item_reading import ItemOptions, ItemReader, Read
from indexing.catalogue.product import ProductError
from indexing.catalogue.product_line import line_of
from indexing.vectors.encoder import GivenEncoder
from ranking.generation import Generation

Status = Literal["accepted", "rejected", "stale", "unknown"]
_READERS_KEPT: Final = 64
_READER_S: Final = 60.0
"""A reader knows the time, for sales that have begun or ended."""
_REMEDIES: Final = {
    "price": "Send an amount such as 79.99, with currency beside it if it is another.",
    "list_price": "Send an amount such as 99.99.",
    "stock": "Send the number of pieces.",
    "created_at": "Send a date as 2024-05-31 or 2024-05-31T12:00:00Z.",
    "id": "Send an id of up to 256 characters.",
    "group_id": "Put the whole product.",
    "attributes": "Send an object of names and values.",
}
_REMEDY: Final = "Correct it, or leave it out."


@dataclass(frozen=True, slots=True)
class ItemOutcome:
    """product_id: None where none can be told. fault: why it was not taken; warning: what was
    left out of what was.
    """

    product_id: str | None
    status: Status
    fault: Fault | None = None
    warning: Fault | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """items: in the order of asking; an item with variants has one for each. seq: of the last
    change that was taken; of the whole log where none was.
    """

    items: tuple[ItemOutcome, ...]
    seq: int


@dataclass(frozen=True, slots=True)
class _Kept:
    reader: ItemReader
    until: float


class Intake:
    """Threads may share it."""

    def __init__(self, log: ChangeLog, clock: Callable[[], float] = time.time) -> None:
        self._log = log
        self._clock = clock
        self._readers: dict[str, _Kept] = {}
        self._making = threading.Lock()

    def take(self, generation: Generation, asked: Sequence[Asked]) -> Taken:
        """Good ones are durable once it returns. Raises ChangeLogError: then none was taken."""
        reader = self._reader(generation)
        puts = [each for each in asked if each.op == "put" and each.fields is not None]
        products = iter(reader.products([each.fields or {} for each in puts]))
        items: list[ItemOutcome | None] = []
        changes: list[NewChange] = []
        places: list[int] = []
        for each in asked:
            read = next(products) if each.op == "put" and each.fields is not None else None
            for made in _changes(each, read, reader):
                if isinstance(made, NewChange):
                    places.append(len(items))
                    changes.append(made)
                    items.append(None)
                else:
                    items.append(made)
        outcomes = self._append(generation, changes)
        for place, change, outcome in zip(places, changes, outcomes, strict=True):
            items[place] = _told(change, outcome, generation)
        done = tuple(item for item in items if item is not None)
        for status, count in Counter(item.status for item in done).items():
            CHANGES.labels(generation.index, status).inc(count)
        taken = [outcome.seq for outcome in outcomes if isinstance(outcome, Accepted)]
        return Taken(done, taken[-1] if taken else self._log.last(generation.index))

    def _append(self, generation: Generation, changes: Sequence[NewChange]) -> list[Outcome]:
        if not changes:
            return []
        documents, index = generation.snapshot.documents, generation.index

        def exists(ids: Sequence[str]) -> list[bool]:
            return [documents.find(each) is not None for each in ids]

        folded = folded_in(generation.snapshot.manifest, self._log.identity(index))
        return self._log.append(index, changes, exists, folded)

    def _reader(self, generation: Generation) -> ItemReader:
        now, key = self._clock(), f"{generation.index}/{generation.snapshot.id}"
        kept = self._readers.get(key)
        if kept is not None and now < kept.until:
            return kept.reader
        encoder = generation.snapshot.encoder
        dimension = encoder.dimension if isinstance(encoder, GivenEncoder) else None
        options = ItemOptions(datetime.fromtimestamp(now, UTC), dimension)
        made = ItemReader(generation.snapshot.config, options)
        with self._making:
            if len(self._readers) >= _READERS_KEPT:
                self._readers.clear()
            self._readers[key] = _Kept(made, now + _READER_S)
        return made


def _changes(
    asked: Asked, read: Sequence[Read] | None, reader: ItemReader
) -> list[NewChange | ItemOutcome]:
    if asked.fault is not None:
        return [ItemOutcome(asked.product_id, "rejected", asked.fault)]
    if read is not None:
        given = _label((asked.fields or {}).get("id"))
        return [
            ItemOutcome(given, "rejected", _fault(made))
            if isinstance(made, ProductError)
            else NewChange(made.id, "put", line_of(made), asked.version)
            for made in read
        ]
    product_id = asked.product_id or ""
    if asked.op == "delete":
        return [NewChange(product_id, "delete", None, asked.version)]
    try:
        body = reader.patch(asked.fields or {})
    except ProductError as error:
        return [ItemOutcome(product_id, "rejected", _fault(error))]
    return [NewChange(product_id, "patch", body, asked.version)]


def _told(change: NewChange, outcome: Outcome, generation: Generation) -> ItemOutcome:
    if isinstance(outcome, Accepted):
        return ItemOutcome(change.product_id, "accepted", None, _warning(change, generation))
    if isinstance(outcome, Stale):
        fault = Fault(
            "version",
            f"{change.version} is older than {outcome.held}, which was taken before",
            "Nothing is to be done if this was a retry, or came late; else send a higher one.",
        )
        return ItemOutcome(change.product_id, "stale", fault)
    what = f"{change.product_id[:100]!r} is no product of this index"
    remedy = "Send it whole with PUT /v1/products." if change.op == "patch" else "It may be gone."
    fault = Fault("id", what, remedy)
    return ItemOutcome(change.product_id, "unknown", fault)


def _warning(change: NewChange, generation: Generation) -> Fault | None:
    body = change.body or b""
    if change.op != "put" or b'"price_original":' not in body or b'"price":' in body:
        return None
    currency = generation.snapshot.config.currency
    return Fault(
        "price",
        f"has a currency that this index, in {currency}, has no rate for; it is shown, and in no "
        "filter, facet or order",
        "Add the rate to [rates] of index.toml and build, or send it in the index's currency.",
    )


def _fault(error: ProductError) -> Fault:
    where = error.field or "product"
    return Fault(where, error.reason, _REMEDIES.get(where, _REMEDY))


def _label(value: object) -> str | None:
    return None if value is None or isinstance(value, dict | list) else str(value).strip()[:256]
