"""Lines of query logs: counts a query, one query a line, or timestamped events."""

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from indexing.catalogue.formats.archives import content_of
from indexing.catalogue.formats.byte_streams import ByteCount, lines_of
from indexing.catalogue.formats.text_encoding import survey, utf8_chunks

MAX_QUERY: Final = 1_000  # characters; longer ones are rejected
_MAX_COUNT: Final = 1e12
_MILLISECONDS: Final = 1e11  # a greater time is in milliseconds

# Names of columns in a header line; the first of each row is the one used in messages.
_COLUMNS: Final = {
    "query": ("query", "q", "text", "search", "keyword", "search_term"),
    "count": ("count", "frequency", "searches", "n", "popularity"),
    "time": ("time", "timestamp", "date", "ts", "datetime"),
    "user": ("user", "user_id", "session", "session_id", "visitor"),
    "product": ("product", "product_id", "clicked", "clicked_product", "click", "item"),
}
_WITHOUT_HEADER: Final = {
    1: ("query",),
    2: ("query", "count"),
    3: ("time", "user", "query"),
    4: ("time", "user", "query", "product"),
}
FORMS: Final = (
    "query; query TAB count; time TAB user TAB query [TAB clicked product]; "
    "or a header line that names such columns"
)


class LogLine(NamedTuple):
    """One line. times: 1.0 for events and bare queries. time: epoch seconds, NaN when the line
    has none; such lines are counts, the others events. user, product: "" when unknown.
    """

    query: str
    times: float
    time: float
    user: str
    product: str


class RejectedQuery(NamedTuple):
    """A line that is no log line. It keeps no text: what is wrong may be personal."""

    source: str
    line: int
    field: str
    reason: str


def read_lines(path: Path) -> Iterator[LogLine | RejectedQuery]:
    """The lines of one file, plain, .gz or .zst, in an encoding that it tells itself.

    Empty lines are skipped.
    The columns are those of the header, if the first line is one, else they follow from the
    number of columns in the first line. Raises CatalogError for a file that cannot be read.
    """
    columns: tuple[str, ...] = ()
    content = content_of(path)
    encoding = survey(content.chunks(ByteCount()))
    text = utf8_chunks(content.chunks(ByteCount()), encoding)
    for number, raw in enumerate(lines_of(text), 1):
        line = raw.decode("utf-8", "replace").rstrip("\r")
        if not line.strip():
            continue
        cells = line.split("\t")
        if not columns:
            columns = _header(cells)
            if columns:
                continue
            columns = _WITHOUT_HEADER.get(len(cells), ("query",))
        try:
            yield _parse(cells, columns)
        except _BadCellError as error:
            yield RejectedQuery(path.name, number, error.field, error.reason)


class _BadCellError(Exception):
    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        self.reason = reason


def _header(cells: list[str]) -> tuple[str, ...]:
    """Column names, "" for those not needed; nothing when the line is no header."""
    known = {alias: name for name, aliases in _COLUMNS.items() for alias in aliases}
    names = tuple(known.get(cell.strip().lower(), "") for cell in cells)
    alone = len(cells) == 1 and cells[0].strip().lower() not in ("query", "search_term")
    return () if alone or names.count("query") != 1 or len(set(cells)) < len(cells) else names


def _parse(cells: list[str], columns: tuple[str, ...]) -> LogLine:
    if len(cells) != len(columns):
        if columns[-1] != "product" or len(cells) != len(columns) - 1:
            raise _BadCellError("", f"{len(cells)} columns, not {len(columns)}; known: {FORMS}")
        cells = [*cells, ""]  # an empty last column was trimmed
    named = dict(zip(columns, cells, strict=True))
    query = named["query"].strip()
    if not query:
        raise _BadCellError("query", "empty")
    if len(query) > MAX_QUERY:
        raise _BadCellError("query", f"longer than {MAX_QUERY} characters")
    return LogLine(
        query,
        _count(named["count"]) if "count" in named else 1.0,
        _time(named["time"]) if "time" in named else math.nan,
        named.get("user", "").strip(),
        named.get("product", "").strip(),
    )


def _count(cell: str) -> float:
    try:
        count = float(cell)
    except ValueError:
        raise _BadCellError("count", "not a number") from None
    if not 0 <= count <= _MAX_COUNT:  # also NaN
        raise _BadCellError("count", "negative or not finite")
    return count


def _time(cell: str) -> float:
    """Epoch seconds of ISO 8601 (UTC when it names no zone) or of epoch (milli)seconds."""
    text = cell.strip()
    try:
        seconds = float(text)
    except ValueError:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise _BadCellError("time", "neither ISO 8601 nor epoch seconds") from None
        zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        seconds = zoned.timestamp()
        if seconds < 0:
            raise _BadCellError("time", "before 1970") from None
        return seconds
    if not 0 <= seconds < _MILLISECONDS * 1e3:
        raise _BadCellError("time", "out of range")
    return seconds / 1e3 if seconds >= _MILLISECONDS else seconds
