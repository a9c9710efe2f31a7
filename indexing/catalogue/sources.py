"""Files, folders and archives → sources of rows."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from indexing.catalogue.formats.archives import Content, content_of, members_of
from indexing.catalogue.formats.byte_streams import ByteCount, blocks_of, compression_of
from indexing.catalogue.formats.json_documents import document_records
from indexing.catalogue.formats.json_lines import json_records
from indexing.catalogue.formats.json_wrappings import unwrapped
from indexing.catalogue.formats.parquet import parquet_records
from indexing.catalogue.formats.recognition import (
    FormatOptions,
    Recognised,
    is_archive,
    recognise,
    starts_with,
)
from indexing.catalogue.formats.tabular import csv_records
from indexing.catalogue.formats.text_encoding import utf8_chunks
from indexing.catalogue.formats.workbook import is_workbook, sheet_records, sheets_of
from indexing.catalogue.formats.xml_feed import xml_records
from indexing.catalogue.product import RejectedLine
from indexing.catalogue.records import Record
from indexing.catalogue.source_format import SourceFormat
from indexing.errors import CatalogError

_ROWS_TRIED = 20
_NAMES = (
    ".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".tab", ".txt", ".parquet", ".pq", ".xml", ".rss",
    ".atom", ".xlsx", ".xlsm", ".xls", ".ods", ".zip", ".gz", ".zst", ".zstd",
)  # fmt: skip

AreProducts = Callable[[Sequence[dict[str, Any]]], bool]
"""Whether these are a catalogue's first rows: asked of files that nobody named."""


@dataclass(frozen=True, slots=True)
class Given:
    """A file or folder to read. told: how it is named to people, if not by its path."""

    path: Path
    told: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Rows in one file, in a member of one, or in a sheet of one."""

    content: Content
    recognised: Recognised

    @property
    def format(self) -> SourceFormat:
        return self.recognised.format

    @property
    def path(self) -> Path:
        return self.content.path

    @property
    def bytes_on_disk(self) -> int:
        return self.content.bytes_on_disk

    def rows(self, count: ByteCount) -> Iterator[Record | RejectedLine]:
        """In the file's order; may be asked for again. Raises CatalogError, also half-way."""
        found, told = self.recognised, self.content.told
        if found.format.kind == "parquet":
            return parquet_records(self.content, found.format.compression != "", count)
        if found.format.kind == "workbook":
            return sheet_records(self.content, found, count)
        if found.format.kind == "xml":
            return xml_records(told, lambda: self._text(count), found.path)
        chunks = self._text(count)
        if found.format.kind == "csv":
            return csv_records(told, blocks_of(chunks), found.dialect)
        rows = (
            json_records(told, blocks_of(chunks))
            if found.format.kind == "json lines"
            else document_records(told, chunks, found.path)
        )
        return _unwrapped(rows) if found.wrapped else rows

    def _text(self, count: ByteCount) -> Iterator[bytes]:
        return utf8_chunks(self.content.chunks(count), self.recognised.encoding)


class PassedOver(NamedTuple):
    """A file that is not read, and why: `holds no products`."""

    source: str
    why: str


def find_sources(
    paths: Sequence[Path | Given], are_products: AreProducts, options: FormatOptions | None = None
) -> tuple[tuple[Source, ...], tuple[PassedOver, ...]]:
    """Sources in the files named, and in those within folders named, in order, each once; and
    the files that were passed over.

    A file that is named must be readable. In a folder hidden names (`.`, `_`) are left aside; other
    formats, and files whose rows are no products, such as a query log, are passed over.
    Raises CatalogError.
    """
    search = _Search(are_products, options or FormatOptions())
    for path in paths:
        search.add(path if isinstance(path, Given) else Given(path))
    return tuple(source for found in search.found.values() for source in found), tuple(
        search.passed_over
    )


class _Search:
    """found: sources by the file they are in."""

    def __init__(self, are_products: AreProducts, options: FormatOptions) -> None:
        self._are_products = are_products
        self._options = options
        self.found: dict[Path, tuple[Source, ...]] = {}
        self.passed_over: list[PassedOver] = []

    def add(self, given: Given) -> None:
        path = given.path
        if path.is_dir():
            before = len(self.found)
            self._folder(path)
            if len(self.found) == before:
                raise CatalogError(
                    f"{path}: holds no catalogue file ({', '.join(_NAMES)}) whose rows have an id. "
                    "Map the id's name with --map id=NAME, or name the file itself."
                )
        elif not path.exists():
            raise CatalogError(f"{path}: does not exist.")
        else:
            content = content_of(path, given.told)
            self.found.setdefault(path.resolve(), self._sources(content))

    def _folder(self, folder: Path) -> None:
        for file in sorted(folder.rglob("*")):
            hidden = any(part.startswith((".", "_")) for part in file.relative_to(folder).parts)
            if hidden or not file.is_file() or file.resolve() in self.found:
                continue
            if file.suffix.lower() not in _NAMES:
                self.passed_over.append(PassedOver(str(file), "has no catalogue's name"))
                continue
            sources = self._sources(content_of(file))
            if len(sources) > 1 or self._may_be_products(sources[0]):
                self.found[file.resolve()] = sources
            else:
                self.passed_over.append(PassedOver(str(file), "holds no products"))

    def _sources(self, content: Content) -> tuple[Source, ...]:
        """Of one file: itself, or the members of an archive or sheets of a workbook that fit."""
        start = starts_with(content)
        if not is_archive(start):
            return (Source(content, recognise(content, start, self._options)),)
        if is_workbook(content, start):
            sheets = sheets_of(content, start, self._options)
            sources = [Source(part, found) for part, found in sheets]
        else:
            sources = self._members(content)
        if len(sources) == 1:
            return (sources[0],)
        fitting = [source for source in sources if self._may_be_products(source, empty=False)]
        for source in sources:
            if source not in fitting:
                self.passed_over.append(PassedOver(source.format.source, "holds no products"))
        if not fitting:
            raise CatalogError(
                f"{content.told}: holds no products in any of "
                f"{', '.join(source.format.source for source in sources[:10]) or 'nothing'}. Map "
                "the id's name with --map id=NAME, or unpack it and name the file itself."
            )
        return tuple(fitting)

    def _members(self, archive: Content) -> list[Source]:
        members, locked = members_of(archive)
        sources = []
        for name in locked:
            self.passed_over.append(PassedOver(f"{archive.told}/{name}", "is encrypted"))
        for member in members:
            start = starts_with(member)
            if is_archive(start) or compression_of(start):
                why = "is packed within an archive; unpack that first"
            elif Path(member.member).suffix.lower() not in _NAMES:
                why = "has no catalogue's name"
            else:
                sources.append(Source(member, recognise(member, start, self._options)))
                continue
            self.passed_over.append(PassedOver(member.told, why))
        return sources

    def _may_be_products(self, source: Source, empty: bool = True) -> bool:
        """Also of files that cannot be told yet, damaged or full of bad lines: reading them tells.

        empty: what is said of those without a row.
        """
        try:
            tried = list(islice(source.rows(ByteCount()), _ROWS_TRIED))
        except CatalogError:
            return True
        rows = [record.fields for record in tried if isinstance(record, Record)]
        return self._are_products(rows) if rows else bool(tried) or empty


def _unwrapped(rows: Iterator[Record | RejectedLine]) -> Iterator[Record | RejectedLine]:
    for row in rows:
        if isinstance(row, Record):
            for fields in unwrapped(row.fields):
                yield row if fields is row.fields else Record(row.line, fields)
        else:
            yield row
