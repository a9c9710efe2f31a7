"""CSV, TSV and Parquet as records."""

import csv
import re
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from indexing.catalogue.byte_streams import COMPRESSED, MAX_LINE, ByteCount, chunks_of
from indexing.catalogue.product import PRODUCT_FIELDS, RejectedLine
from indexing.catalogue.records import TOO_LONG, Record
from indexing.errors import CatalogError

_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,6})?", re.ASCII)
_TRUTH = {"true": True, "false": False}
_KNOWN = frozenset(PRODUCT_FIELDS)
_SURROGATE = re.compile("[\udc80-\udcff]")
_BATCH_ROWS = 1024


def _header(path: Path, line: bytes) -> tuple[list[str], str]:
    """Column names and separator: tab in TSV, else the most frequent of `,` `;` tab `|`.

    Of columns with one name the later ones get their place as a suffix.
    """
    text = line.decode("utf-8", "replace")
    separator = "\t"
    if not any(suffix in (".tsv", ".tab") for suffix in map(str.lower, path.suffixes)):
        separator = max(",;\t|", key=text.count)
    try:
        row = next(csv.reader([text], delimiter=separator), [])
    except csv.Error as error:
        raise CatalogError(f"{path}: its first line is no header: {error}.") from error
    names: dict[str, int] = {}
    for place, name in enumerate(map(str.strip, row)):
        if name in _KNOWN and name in names:
            raise CatalogError(f"{path}: has two columns named {name!r}. Rename one of them.")
        names[name if name and name not in names else f"{name}.{place}"] = place
    return [name if row[place].strip() else "" for name, place in names.items()], separator


def csv_records(path: Path, source: str, lines: Iterable[bytes]) -> Iterator[Record | RejectedLine]:
    """Rows under the header; quoted cells may hold line breaks. Unnamed columns are passed over.

    A row must have as many cells as the header: otherwise a separator or a quote is astray, and
    no cell can be trusted. Of a row over several lines whose quotes are not as they should be, the
    first line is rejected and the others are read again: a stray quote loses one product only.
    """
    source_lines = iter(lines)
    if csv.field_size_limit() < MAX_LINE:
        csv.field_size_limit(MAX_LINE)  # the csv module keeps its limit for the whole process
    names, separator = _header(path, next(source_lines, b""))
    feed = _Lines(source_lines)
    rows = csv.reader(feed, delimiter=separator)
    while True:
        line = feed.begin()
        row: list[str] = []
        fault = None
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            fault = error
        fault = fault or _astray(feed.taken, separator)
        if fault is not None:
            text = feed.taken[0].encode("utf-8", "surrogateescape") if feed.taken else b""
            yield RejectedLine.of(source, line, None, f"is not valid CSV: {fault}", text)
            feed.put_back()
            rows = csv.reader(feed, delimiter=separator)
            continue
        if not row or (len(row) == 1 and not row[0].strip()):
            continue
        reason = _row_reason(row, len(names))
        if reason is None:
            yield Record(line, {name: cell for name, cell in zip(names, row, strict=True) if name})
        else:
            text = separator.join(row).encode("utf-8", "surrogateescape")
            yield RejectedLine.of(source, line, None, reason, text)


class _Lines:
    """The lines below the header as texts; all but the first of a row can be given again.

    Bytes that are not UTF-8 stay recognisable, so that only their row is rejected.
    """

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self._again: deque[str] = deque()
        self._number = 1
        self.taken: list[str] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if self._again:
            text = self._again.popleft()
        else:
            text = next(self._lines).decode("utf-8", "surrogateescape") + "\n"
        self.taken.append(text)
        self._number += 1
        return text

    def begin(self) -> int:
        """Another row begins; the number of its first line."""
        self.taken.clear()
        return self._number + 1

    def put_back(self) -> None:
        """What was taken for the row, but its first line, comes again."""
        self._again.extendleft(reversed(self.taken[1:]))
        self._number -= len(self.taken[1:])


def _astray(taken: Sequence[str], separator: str) -> csv.Error | None:
    """What is wrong with the quotes of a row over several lines; one line is read leniently."""
    if len(taken) > 1:
        try:
            list(csv.reader(taken, delimiter=separator, strict=True))
        except csv.Error as error:
            return error
    return None


def _row_reason(row: Sequence[str], columns: int) -> str | None:
    text = "".join(row)
    if len(text) >= MAX_LINE:
        return TOO_LONG
    if not text.isascii() and _SURROGATE.search(text):
        return "is not valid UTF-8"
    if len(row) != columns:
        return f"has {len(row)} cells where the header has {columns}"
    return None


def typed(fields: dict[str, Any]) -> dict[str, Any]:
    """Cells of attributes that read as a number or truth value become one; CSV knows only text."""
    return {
        name: cell if name in _KNOWN or type(cell) is not str else _typed(cell)
        for name, cell in fields.items()
        if cell != ""
    }


def _typed(cell: str) -> str | float | bool:
    if _NUMBER.fullmatch(cell):
        return float(cell)
    return _TRUTH.get(cell.lower(), cell)


def parquet_records(path: Path, source: str, count: ByteCount) -> Iterator[Record | RejectedLine]:
    """Rows, read by row groups; a file that is compressed as a whole is unpacked beside them."""
    try:
        with _seekable(path, count) as file:
            opened = pq.ParquetFile(file)
            size = 0 if path.suffix.lower() in COMPRESSED else path.stat().st_size
            before, done, total = count.read, 0, max(1, opened.metadata.num_rows)
            for batch in opened.iter_batches(batch_size=_BATCH_ROWS, use_threads=False):
                yield from _rows(batch, source, done + 1)
                done += batch.num_rows
                count.read = before + size * done // total
    except (pa.ArrowException, OSError) as error:
        told = " ".join(str(error).split()).rstrip(".")
        raise CatalogError(
            f"{path}: cannot be read as Parquet: {told}. Export it again."
        ) from error


@contextmanager
def _seekable(path: Path, count: ByteCount) -> Iterator[IO[bytes]]:
    if path.suffix.lower() not in COMPRESSED:
        with path.open("rb") as file:
            yield file
        return
    with tempfile.TemporaryFile() as unpacked:
        for chunk in chunks_of(path, count):
            unpacked.write(chunk)
        unpacked.seek(0)
        yield unpacked


def _rows(batch: pa.RecordBatch, source: str, first: int) -> Iterator[Record | RejectedLine]:
    try:
        rows: list[dict[str, Any]] = batch.to_pylist()
    except (ValueError, OverflowError) as error:
        if batch.num_rows > 1:
            for place in range(batch.num_rows):
                yield from _rows(batch.slice(place, 1), source, first + place)
        else:
            reason = f"has a value that cannot be read: {error}"
            yield RejectedLine.of(source, first, None, reason, b"")
        return
    for place, row in enumerate(rows):
        yield Record(first + place, row)
