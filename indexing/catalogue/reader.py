"""Rows of a catalogue's sources → products and rejected lines, in constant memory."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson

from indexing.catalogue.formats.byte_streams import ByteCount
from indexing.catalogue.formats.tabular import typed
from indexing.catalogue.mapping import FieldMapping
from indexing.catalogue.product import Product, ProductError, RejectedLine, parse_product
from indexing.catalogue.records import Record
from indexing.catalogue.sources import Source, find_sources


class CatalogReader:
    """An iterable over all sources; how far it is can be asked at any time.

    Lines come file by file in order of name. What a file held before it broke has been given
    out when CatalogError is raised, so the caller must publish nothing then.
    """

    def __init__(
        self, paths: Sequence[Path], mapping: FieldMapping, currency: str | None = None
    ) -> None:
        """currency: the index's own, see `parse_product`. Raises CatalogError.

        passed_over: files in folders that are no catalogue, and why; worth telling.
        """
        self.mapping = mapping
        self.currency = currency
        self.sources, self.passed_over = find_sources(paths, self._are_products)
        self.bytes_total = sum(source.bytes_on_disk for source in self.sources)
        self._count = ByteCount()

    @property
    def bytes_read(self) -> int:
        """Bytes on disk, so compressed ones where files are compressed; at most bytes_total."""
        return self._count.read

    def __iter__(self) -> Iterator[Product | RejectedLine]:
        self._count.read = 0
        for source in self.sources:
            yield from self._products(source)

    def _are_products(self, rows: Sequence[dict[str, Any]]) -> bool:
        """Whether one of a source's first rows has an id."""
        trial = FieldMapping(self.mapping.explicit)  # does not count as use
        return any("id" in trial.apply(row) for row in rows)

    def _products(self, source: Source) -> Iterator[Product | RejectedLine]:
        told, apply = source.format.source, self.mapping.apply
        untyped = source.format.text_only
        for record in source.rows(self._count):
            if isinstance(record, RejectedLine):
                yield record
                continue
            fields = apply(record.fields)
            if untyped:
                fields = typed(fields)
            try:
                product = parse_product(fields, self.currency)
            except ProductError as error:
                yield _rejected(told, record, error)
            else:
                yield product


def read_catalog(
    paths: Sequence[Path], mapping: FieldMapping | None = None
) -> Iterator[Product | RejectedLine]:
    """All lines of the files and folders. Raises CatalogError, also half-way."""
    return iter(CatalogReader(paths, mapping or FieldMapping()))


def _rejected(source: str, record: Record, error: ProductError) -> RejectedLine:
    text = record.text
    if text is None:
        text = orjson.dumps(record.fields, default=str, option=orjson.OPT_NON_STR_KEYS)
    return RejectedLine.of(source, record.line, error.field, error.reason, text)
