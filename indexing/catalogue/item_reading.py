"""Items that programs send, one or a batch → products; changes of one → a canonical merge patch.

Values are read by the code that reads catalogues. An item whose names are all Product's own is
taken by itself; others are read together, as rows of a platform's export are, so that aliases,
variants within a product and rows of one group mean the same. Nothing is guessed from a sample.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from indexing.catalogue.catalog_report import SourceReport
from indexing.catalogue.index_config import IndexConfig
from indexing.catalogue.item_patch import FIXED, canonical_patch, extra_of, is_ours, read_ours
from indexing.catalogue.mapping import FieldMapping
from indexing.catalogue.platform import Platform
from indexing.catalogue.product import PRODUCT_FIELDS, Product, ProductError, RejectedLine
from indexing.catalogue.recognition import plain_platform, recognised
from indexing.catalogue.records import Record
from indexing.catalogue.rows.names import name_key
from indexing.catalogue.source_reading import ReadingOptions, SourceReading

Item = Mapping[str, Any]
Read = Product | ProductError

_BESIDE = ("extra", "price_original")  # which no catalogue gives


@dataclass(frozen=True, slots=True)
class ItemOptions:
    """now: what sales' dates are held against. dimension: of vectors that the index was given,
    None if it makes its own.
    """

    now: datetime
    dimension: int | None = None


class ItemReader:
    """For items of one index; kept for a while, as it is costly to make. Threads may share it."""

    def __init__(self, config: IndexConfig, options: ItemOptions) -> None:
        self._mapping = FieldMapping.of(config.aliases)
        given = frozenset(t for t, _ in self._mapping.explicit if t in PRODUCT_FIELDS)
        self._how = ReadingOptions(
            given=given, languages=config.languages, now=options.now, strict=True
        )
        self._rates = config.currency_rates()
        self._dimension = options.dimension
        self._plain = self._reading(plain_platform())
        self._nested = frozenset(map(name_key, plain_platform().variants.nested))

    def products(self, items: Sequence[Item]) -> list[list[Read]]:
        """What each item holds: a product, one a variant, or why it is none."""
        rows = [self._mapping.apply(dict(item)) for item in items]
        made: list[list[Read]] = [[] for _ in rows]
        together: list[int] = []
        for place, row in enumerate(rows):
            if is_ours(row):
                made[place] = [self._alone(row)]
            else:
                together.append(place)
        if together:
            self._read_together(rows, together, made)
        return made

    def patch(self, changes: Item) -> bytes:
        """Canonical. Raises ProductError. Null, and what says nothing, takes a value away."""
        for name, why in FIXED.items():
            if name in changes:
                raise ProductError(name, why)
        for name in changes:
            if name_key(name) in self._nested:
                raise ProductError(name, "cannot be patched: patch each variant by its own id")
        made = canonical_patch(self._mapping.apply(dict(changes)), self._plain)
        vector = made.get("vector")
        if vector is not None and len(vector) != self._dimension:
            raise ProductError("vector", self._length())
        return orjson.dumps(made, option=orjson.OPT_UTC_Z)

    def _alone(self, row: dict[str, Any]) -> Read:
        """Of a line that we wrote, the very product."""
        beside = {name: row.pop(name) for name in _BESIDE if name in row}
        read = self._checked(read_ours(row, self._plain))
        if not beside or isinstance(read, ProductError):
            return read
        try:
            kept = extra_of(beside.get("extra"))
        except ProductError as error:
            return error
        original = beside.get("price_original")
        if read.price_original is not None or not _is_foreign(original, read.currency):
            original = read.price_original
        return read.model_copy(update={"extra": kept, "price_original": original})

    def _read_together(
        self, rows: Sequence[dict[str, Any]], places: Sequence[int], made: list[list[Read]]
    ) -> None:
        records = [Record(place, rows[place]) for place in places]
        reading = self._reading(recognised([record.fields for record in records]))
        if reading.looks_ahead({name for record in records for name in record.fields}):
            for record in records:
                reading.families.look(record.fields)
            reading.families.looked()
        for place, read in reading.products(records):
            made[place].append(self._checked(read))
        for place in places:
            if not made[place]:
                why = reading.rows.unpublished(rows[place]) or "it is a row of another product"
                made[place] = [
                    ProductError(None, f"is not for shoppers ({why}). To take it away, delete it")
                ]

    def _checked(self, made: Product | RejectedLine) -> Read:
        if isinstance(made, RejectedLine):
            return ProductError(made.field, made.reason)
        if made.vector is not None and len(made.vector) != self._dimension:
            return ProductError("vector", self._length())
        return made

    def _length(self) -> str:
        if self._dimension is None:
            return "is not taken here: this index makes its own. Leave it out"
        return f"must have {self._dimension} numbers, as all of this index"

    def _reading(self, platform: Platform) -> SourceReading:
        report = SourceReport("items", "", "")
        return SourceReading([], platform, self._how, self._rates, report, text_only=False)


def _is_foreign(value: object, currency: str | None) -> bool:
    """Whether it is a price_original, as a snapshot shows it; none is in the price's currency."""
    return (
        isinstance(value, dict)
        and value.keys() == {"amount", "currency"}
        and isinstance(value["amount"], float | int)
        and isinstance(value["currency"], str)
        and value["currency"] != currency
    )
