"""Rows of a catalogue's sources → products and rejected lines, in constant memory."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import Any

from indexing.catalogue.catalog_report import SourceReport
from indexing.catalogue.formats.byte_streams import ByteCount
from indexing.catalogue.formats.recognition import FormatOptions
from indexing.catalogue.map_file import laid_over
from indexing.catalogue.mapping import FieldMapping
from indexing.catalogue.platform import Platform
from indexing.catalogue.product import PRODUCT_FIELDS, Product, RejectedLine
from indexing.catalogue.recognition import plain_platform, recognised
from indexing.catalogue.records import Record
from indexing.catalogue.rows.layout import layout_of
from indexing.catalogue.rows.named_columns import Wishes
from indexing.catalogue.source_reading import SAMPLE_ROWS, ReadingOptions, SourceReading
from indexing.catalogue.sources import Given, Source, find_sources
from indexing.catalogue.values.currency import CurrencyRates
from indexing.errors import CatalogError


class CatalogReader:
    """An iterable over all sources; how far it is can be asked at any time.

    Lines come file by file in order of name. What a file held before it broke has been given
    out when CatalogError is raised, so the caller must publish nothing then.
    """

    def __init__(
        self,
        paths: Sequence[Path | Given],
        mapping: FieldMapping,
        rates: CurrencyRates | None = None,
        options: ReadingOptions | None = None,
        formats: FormatOptions | None = None,
    ) -> None:
        """rates: the index's own currency, settled by the first source if it has none.

        passed_over: files in folders that are no catalogue, and why; reports: one a source, as
        it is read. Raises CatalogError.
        """
        self.mapping = mapping
        self.rates = rates or CurrencyRates()
        given = frozenset(target for target, _ in mapping.explicit if target in PRODUCT_FIELDS)
        self._options = replace(options or ReadingOptions(), given=given)
        self.reports: list[SourceReport] = []
        self.sources, self.passed_over = find_sources(paths, self._are_products, formats)
        self.bytes_total = sum(source.bytes_on_disk for source in self.sources)
        self._count = ByteCount()

    @property
    def bytes_read(self) -> int:
        """Bytes on disk, so compressed ones where files are compressed; at most bytes_total."""
        return min(self._count.read, self.bytes_total)

    def __iter__(self) -> Iterator[Product | RejectedLine]:
        self._count.read = 0
        self.reports.clear()
        for source in self.sources:
            yield from self._products(source)

    def _are_products(self, rows: Sequence[dict[str, Any]]) -> bool:
        """Whether a source's first rows have an id, and something to be found by."""
        trial = FieldMapping(self.mapping.explicit)  # does not count as use
        mapped = [trial.apply(row) for row in rows]
        names = tuple(dict.fromkeys(name for row in mapped for name in row))
        platform = self._platform([Record(1, row) for row in rows])
        wishes = Wishes(self._options.given)
        rules = platform.fields if platform.recognise else {}
        layout = layout_of(names, platform, plain_platform(), wishes, rules)
        told = ("title", "description", "identifiers")
        return layout.source_of("id") is not None and any(map(layout.source_of, told))

    def _products(self, source: Source) -> Iterator[Product | RejectedLine]:
        rejected: list[RejectedLine] = []
        records = self._mapped(source.rows(self._count), rejected)
        sample, broken = _first(records)
        platform = self._platform(sample)
        report = SourceReport(source.format.source, source.format.told(), platform.title)
        report.decisions.extend(source.format.notes)
        self.reports.append(report)
        reading = SourceReading(
            sample, platform, self._options, self.rates, report, source.format.text_only
        )
        self.rates = reading.rates
        names = dict.fromkeys(name for record in sample for name in record.fields)
        if reading.looks_ahead(names):
            for record in self._mapped(source.rows(ByteCount()), []):
                reading.families.look(record.fields)
            reading.families.looked()
        rest = _raising(broken) if broken is not None else records
        for line, made in reading.products(chain(sample, rest)):
            while rejected and rejected[0].line < line:
                yield rejected.pop(0)
            yield made
        yield from rejected

    def _mapped(
        self, rows: Iterator[Record | RejectedLine], rejected: list[RejectedLine]
    ) -> Iterator[Record]:
        """Records under the mapping's names; lines that are none go to the list."""
        mapping = self.mapping
        for record in rows:
            if isinstance(record, Record):
                if mapping.explicit:
                    yield record._replace(fields=mapping.apply(record.fields))
                else:
                    yield record
            else:
                rejected.append(record)

    def _platform(self, sample: Sequence[Record]) -> Platform:
        platform = recognised([record.fields for record in sample])
        mine = self._options.mine
        return platform if mine is None else laid_over(platform, mine)


def _first(records: Iterator[Record]) -> tuple[list[Record], CatalogError | None]:
    """The sample, and why there is no more: what a file held before it broke is still told."""
    sample: list[Record] = []
    try:
        for record in islice(records, SAMPLE_ROWS):
            sample.append(record)
    except CatalogError as error:
        return sample, error
    return sample, None


def _raising(error: CatalogError) -> Iterator[Record]:
    """No rows: the error, where they would come."""
    yield from _raised(error)


def _raised(error: CatalogError) -> tuple[Record, ...]:
    raise error
