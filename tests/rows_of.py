"""Rows of catalogue sources, for tests of formats."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from indexing.catalogue.formats.byte_streams import ByteCount
from indexing.catalogue.formats.recognition import FormatOptions
from indexing.catalogue.product import RejectedLine
from indexing.catalogue.records import Record
from indexing.catalogue.source_format import SourceFormat
from indexing.catalogue.sources import find_sources

Row = dict[str, Any]


def has_id(rows: Sequence[Row]) -> bool:
    return any("id" in row for row in rows)


def formats_of(path: Path, options: FormatOptions | None = None) -> list[SourceFormat]:
    return [source.format for source in find_sources([path], has_id, options)[0]]


def records_of(path: Path, options: FormatOptions | None = None) -> list[Record | RejectedLine]:
    sources, _ = find_sources([path], has_id, options)
    return [row for source in sources for row in source.rows(ByteCount())]


def rows_of(path: Path, options: FormatOptions | None = None) -> list[Row]:
    """Of the whole file; none may be rejected."""
    made = records_of(path, options)
    assert not [row for row in made if isinstance(row, RejectedLine)]
    return [row.fields for row in made if isinstance(row, Record)]
