"""Sheets of workbooks (.xlsx, .xls) as records; of formulas the value that was last computed."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any

import python_calamine as calamine

from indexing.catalogue.formats.archives import Content, member_names, members_of
from indexing.catalogue.formats.byte_streams import ByteCount
from indexing.catalogue.formats.dialects import Dialect, header_of
from indexing.catalogue.formats.recognition import OLD_OFFICE, FormatOptions, Recognised
from indexing.catalogue.product import RejectedLine
from indexing.catalogue.records import Record
from indexing.catalogue.source_format import SourceFormat
from indexing.errors import CatalogError

MAX_CELLS = 20_000_000
"""Of a sheet's rectangle: the library keeps all of it in memory, about 24 bytes each."""

MAX_UNPACKED = 1 << 30
_TRIED = 50
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_OVERLAP = 16
_FAULTS = (calamine.CalamineError, OSError, ValueError)
_ERRORS = frozenset(("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"))
Cell = Any


def is_workbook(content: Content, start: bytes) -> bool:
    """Of an archive by its first bytes."""
    return start.startswith(OLD_OFFICE) or "xl/workbook.xml" in member_names(content)


def sheets_of(
    content: Content, start: bytes, options: FormatOptions
) -> list[tuple[Content, Recognised]]:
    """Visible sheets that hold something, in order, or the one that options.records_at names.

    Raises CatalogError, also where a sheet is too large.
    """
    if not start.startswith(OLD_OFFICE):
        _check_size(content)
    try:
        with calamine.CalamineWorkbook.from_path(str(content.path)) as book:
            names = [
                sheet.name
                for sheet in book.sheets_metadata
                if sheet.typ == calamine.SheetTypeEnum.WorkSheet
                and sheet.visible == calamine.SheetVisibleEnum.Visible
                and options.records_at in (None, sheet.name)
            ]
            made = [_recognised(content, book, name, len(names)) for name in names]
    except _FAULTS as error:
        raise _damaged(content, error) from error
    if not names:
        raise CatalogError(f"{content.told}: has no sheet {options.records_at or 'to be seen'!r}.")
    return [found for found in made if found[1].dialect.columns] or made[:1]


def sheet_records(
    content: Content, found: Recognised, count: ByteCount
) -> Iterator[Record | RejectedLine]:
    """Rows under the header; numbers, truth values and dates are such. `line` is Excel's row."""
    names = found.dialect.columns
    try:
        with calamine.CalamineWorkbook.from_path(str(content.path)) as book:
            sheet = book.get_sheet_by_name(found.path[0])
            first = (sheet.start or (0, 0))[0] + 1
            rows = enumerate(sheet.iter_rows(), first)
            for line, row in islice(rows, found.dialect.skipped + 1, None):
                cells = [_value(cell) for cell in row]
                if any(cell != "" for cell in cells):
                    fields = dict(zip(names, cells, strict=False))
                    fields.pop("", None)
                    yield Record(line, fields)
    except _FAULTS as error:
        raise _damaged(content, error) from error
    count.read += content.bytes_on_disk


def _recognised(
    content: Content, book: calamine.CalamineWorkbook, name: str, sheets: int
) -> tuple[Content, Recognised]:
    rows = book.get_sheet_by_name(name).iter_rows()
    tried = [[_label(cell) for cell in row] for row in islice(rows, _TRIED)]
    place, columns, notes = header_of(tried)
    told = content.told if sheets == 1 else f"{content.told}/{name}"
    form = SourceFormat(
        told, "workbook", records_at=name, columns=tuple(filter(None, columns)), notes=notes
    )
    part = Content(content.path, told, content.bytes_on_disk // sheets)
    return part, Recognised(form, dialect=Dialect(skipped=place, columns=columns), path=(name,))


def _check_size(content: Content) -> None:
    """Before the library reads it, which takes as much memory as the farthest cell needs."""
    unpacked = 0
    for member in members_of(content)[0]:
        columns = rows = cells = 0
        is_sheet = member.member.startswith("xl/worksheets/")
        rest = b""
        for chunk in member.chunks(ByteCount()):
            unpacked += len(chunk)
            if unpacked > MAX_UNPACKED:
                raise _too_large(content)
            if not is_sheet:
                continue
            cells += chunk.count(b"<c ") + chunk.count(b"<c>")
            for column, row in set(_REFERENCE.findall(rest + chunk)):
                columns, rows = max(columns, _column(column)), max(rows, int(row))
            rest = chunk[-_OVERLAP:]
        if max(columns * rows, cells) > MAX_CELLS:
            raise _too_large(content)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _value(cell: Cell) -> Cell:
    if type(cell) is float:
        return int(cell) if cell.is_integer() and abs(cell) < 2**53 else cell
    if type(cell) is str:
        return "" if cell in _ERRORS else cell
    return cell if isinstance(cell, bool | int | datetime | date) else str(cell)


def _label(cell: Cell) -> str:
    return str(_value(cell)).strip()


def _too_large(content: Content) -> CatalogError:
    return CatalogError(
        f"{content.told}: is too large for a workbook: above {MAX_CELLS:,} cells, or "
        f"{MAX_UNPACKED >> 30} GiB unpacked. Save the sheet as CSV; if it is small, delete the "
        "empty rows and columns behind its end."
    )


def _damaged(content: Content, error: Exception) -> CatalogError:
    if isinstance(error, calamine.PasswordError):
        return CatalogError(f"{content.told}: has a password. Save it without one.")
    return CatalogError(
        f"{content.told}: cannot be read as a workbook: {str(error).rstrip('.')}. Save it again as "
        ".xlsx, or as CSV."
    )
