"""CSV and its like as records."""

import csv
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import chain
from typing import Any

from indexing.catalogue.formats.byte_streams import MAX_LINE
from indexing.catalogue.formats.dialects import Dialect
from indexing.catalogue.product import RejectedLine
from indexing.catalogue.records import TOO_LONG, Record


def csv_records(
    told: str, blocks: Iterable[bytes], dialect: Dialect
) -> Iterator[Record | RejectedLine]:
    """Rows under the header; quoted cells may hold line breaks. blocks: UTF-8, whole lines.

    Unnamed columns and empty rows are passed over. A row with more filled cells than the header
    has, or fewer than half as many, is rejected: a separator or a quote is astray, and no cell can
    be trusted. Of a row over several lines whose quotes are not as they should be, the first line
    is rejected and the others are read again: a stray quote loses one product only.
    """
    if csv.field_size_limit() < MAX_LINE:
        csv.field_size_limit(MAX_LINE)  # the csv module keeps its limit for the whole process
    names, options = dialect.columns, dialect.options()
    width, unnamed = len(names), "" in names
    feed = _Feed(blocks, dialect.skipped)
    lines = iter(feed)
    rows = csv.reader(lines, **options)
    next(rows, None)  # the header
    base = 0  # lines that earlier readers have used up
    while True:
        feed.done = start = base + rows.line_num
        line = start + 1 + feed.shift
        fault: csv.Error | None = None
        row: list[str] = []
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            fault = error
        if fault is not None or base + rows.line_num > start + 1:
            taken = feed.taken(base + rows.line_num)
            fault = fault or _astray(taken, options)
            if fault is not None:
                text = taken[0].encode("utf-8", "replace") if taken else b""
                yield RejectedLine.of(told, line, None, f"is not valid CSV: {fault}", text)
                rows, base = csv.reader(chain(taken[1:], lines), **options), start + 1
                continue
        if len(row) != width or feed.long:
            if not any(map(str.strip, row)):
                continue
            reason = _fitted(row, width)
            if reason is not None:
                text = dialect.separator.join(row).encode("utf-8", "replace")
                yield RejectedLine.of(told, line, None, reason, text)
                continue
        elif not any(map(str.strip, row)):
            continue
        fields = dict(zip(names, row, strict=True))
        if unnamed:
            del fields[""]
        yield Record(line, fields)


class _Feed:
    """The lines of a table from the header on; those since `done` can be had again.

    done: lines that are used up. shift: how many lines of the file are not among those given:
    those before the header, and blank ones, of which a whole block becomes one.
    long: whether a line may be too long.
    """

    def __init__(self, blocks: Iterable[bytes], skipped: int) -> None:
        self._blocks = blocks
        self._kept: deque[tuple[int, list[str]]] = deque()
        self._given = 0
        self.done = 0
        self.shift = skipped
        self.long = False

    def __iter__(self) -> Iterator[str]:
        skipped = self.shift
        for block in self._blocks:
            if block.isspace() and not skipped:
                self.shift += block.count(b"\n") - 1
                lines = ["\n"]
            else:
                self.long = self.long or len(block) > MAX_LINE
                lines = list(StringIO(block.decode("utf-8", "replace"), newline="\n"))
                skipped, lines = max(0, skipped - len(lines)), lines[skipped:]
            while self._kept and self._kept[0][0] + len(self._kept[0][1]) <= self.done:
                self._kept.popleft()
            self._kept.append((self._given, lines))
            self._given += len(lines)
            yield from lines

    def taken(self, end: int) -> list[str]:
        """The lines from `done` to `end`."""
        made: list[str] = []
        for first, lines in self._kept:
            made += lines[max(0, self.done - first) : max(0, end - first)]
        return made


def _astray(taken: Sequence[str], options: dict[str, Any]) -> csv.Error | None:
    """What is wrong with the quotes of a row over several lines; one line is read leniently."""
    try:
        list(csv.reader(taken, **options, strict=True))
    except csv.Error as error:
        return error
    return None


def _fitted(row: list[str], width: int) -> str | None:
    """Make the row as wide as the header, or tell why that cannot be."""
    if sum(map(len, row)) >= MAX_LINE:
        return TOO_LONG
    cells = len(row)
    if any(row[width:]) or 2 * cells <= width:
        return f"has {cells} cells where the header has {width}"
    del row[width:]
    row += [""] * (width - cells)
    return None
