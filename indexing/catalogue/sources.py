"""Files and folders → sources of rows."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

from indexing.catalogue.byte_streams import COMPRESSED, ByteCount, chunks_of, lines_of
from indexing.catalogue.json_lines import array_records, json_records
from indexing.catalogue.product import RejectedLine
from indexing.catalogue.records import Record
from indexing.catalogue.source_format import Kind, SourceFormat
from indexing.catalogue.tabular import csv_records, parquet_records
from indexing.errors import CatalogError

JSON_LINES = (".jsonl", ".ndjson")
JSON = (".json",)
TABLES = (".csv", ".tsv", ".tab")
PARQUET = (".parquet", ".pq")
FORMATS = (*JSON_LINES, *JSON, *TABLES, *PARQUET)
_ROWS_TRIED = 20

AreProducts = Callable[[Sequence[dict[str, Any]]], bool]
"""Whether these are a catalogue's first rows: asked of files that were found in folders."""


@dataclass(frozen=True, slots=True)
class Source:
    """Rows in one file, or in one member of one. bytes_on_disk: its share of the file's size."""

    path: Path
    format: SourceFormat
    bytes_on_disk: int

    def rows(self, count: ByteCount) -> Iterator[Record | RejectedLine]:
        """In the file's order; may be asked for again. Raises CatalogError, also half-way."""
        return _records(self.path, count)


class PassedOver(NamedTuple):
    """A file within a folder that is not read. why: `holds no products`."""

    source: str
    why: str


def find_sources(
    paths: Sequence[Path], are_products: AreProducts
) -> tuple[tuple[Source, ...], tuple[PassedOver, ...]]:
    """Sources in the files named, and in those within folders named, in order, each once; and
    the files within folders that were passed over although their format is a catalogue's.

    A file that is named must be readable. In a folder, hidden names (`.`, `_`) and other
    formats are left aside, and files whose rows are no products, such as a query log, passed over.
    """
    found: dict[Path, Path] = {}
    passed_over: list[PassedOver] = []
    for path in paths:
        if path.is_dir():
            inside: list[Path] = []
            for file in _candidates(path):
                if _may_be_products(file, are_products):
                    inside.append(file)
                else:
                    passed_over.append(PassedOver(str(file), "holds no products"))
            if not inside:
                raise CatalogError(
                    f"{path}: holds no catalogue file ({_supported()}) whose lines have an id. "
                    "Map the id's name with --map id=NAME, or name the file itself."
                )
        elif not path.exists():
            raise CatalogError(f"{path}: does not exist.")
        elif format_of(path) is None:
            raise CatalogError(
                f"{path}: its name does not tell a catalogue format. Use {_supported()}."
            )
        else:
            inside = [path]
        for file in inside:
            found.setdefault(file.resolve(), file)
    return tuple(map(_source, found.values())), tuple(passed_over)


def format_of(path: Path) -> str | None:
    """The extension that tells the format, without that of the compression."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in COMPRESSED:
        suffixes.pop()
    return suffixes[-1] if suffixes and suffixes[-1] in FORMATS else None


def _source(path: Path) -> Source:
    kind = format_of(path)
    told: Kind = "json lines"
    if kind in PARQUET:
        told = "parquet"
    elif kind in TABLES:
        told = "csv"
    elif kind in JSON:
        told = "json"
    return Source(path, SourceFormat(str(path), told), path.stat().st_size)


def _supported() -> str:
    return f"{', '.join(FORMATS)}, each plain or with {' or '.join(COMPRESSED[:2])}"


def _candidates(folder: Path) -> Iterator[Path]:
    for file in sorted(folder.rglob("*")):
        hidden = any(part.startswith((".", "_")) for part in file.relative_to(folder).parts)
        if not hidden and file.is_file() and format_of(file) is not None:
            yield file


def _may_be_products(file: Path, are_products: AreProducts) -> bool:
    """Also true of files that cannot be told yet: empty, damaged, or full of bad lines. Reading
    them tells.
    """
    try:
        tried = list(islice(_records(file, ByteCount()), _ROWS_TRIED))
    except CatalogError:
        return True
    rows = [record.fields for record in tried if isinstance(record, Record)]
    return not rows or are_products(rows)


def _records(path: Path, count: ByteCount) -> Iterator[Record | RejectedLine]:
    kind, source = format_of(path), str(path)
    if kind in PARQUET:
        return parquet_records(path, source, count)
    chunks = chunks_of(path, count)
    if kind in TABLES:
        return csv_records(path, source, lines_of(path, chunks))
    if kind in JSON:
        first = next(chunks, b"")
        chunks = chain((first,), chunks)
        if first.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"["):
            return array_records(path, source, chunks)
    return json_records(source, lines_of(path, chunks))
