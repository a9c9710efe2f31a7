"""How a table is written: what stands between its cells, how they are quoted, where it begins."""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from math import log2
from typing import Any

SEPARATORS = (",", ";", "\t", "|")
SAMPLE_BYTES = 1 << 16
MAX_COLUMNS = 16_384

_PREAMBLE = 20
_QUOTES = '"'
_ENOUGH = 3
"""Cells that begin with a quote and do not end with one: fewer are slips of the pen."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """separator, quote, escape: of cells; "" for none, and then quotes are plain text.

    spaces: whether they follow separators, quotes behind them. skipped: lines before the header.
    columns: names in order, "" of cells without one.
    """

    separator: str = ","
    quote: str = _QUOTES
    escape: str = ""
    spaces: bool = False
    skipped: int = 0
    columns: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def options(self) -> dict[str, Any]:
        """For csv.reader."""
        return {
            **_options(self.separator, self.quote, self.escape),
            "skipinitialspace": self.spaces,
        }


COMMAS = Dialect()


def _options(separator: str, quote: str, escape: str) -> dict[str, Any]:
    return {
        "delimiter": separator,
        "quotechar": quote or None,
        "quoting": csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
        "escapechar": escape or None,
    }


def sniff(text: str, tabs: bool = False) -> Dialect:
    """Of the beginning of a table, whole lines of it. tabs: its name says that tabs separate.

    The way of reading it is the best in which most rows have as many cells as the header.
    Raises csv.Error where there is no header.
    """
    lines = list(StringIO(text, newline="\n"))
    skipped, told = 0, None
    if lines and lines[0].lower().startswith("sep=") and len(lines[0].strip()) == 5:
        skipped, told = 1, lines[0][4]
    elif lines and lines[0].strip().lower() == "sep=":
        skipped, told = 1, "\t"
    lines = lines[skipped:]
    separators = (told,) if told else ("\t", *SEPARATORS) if tabs else SEPARATORS
    spaces = any(re.search(r'[,;|] +"', line) for line in lines)
    if spaces:
        lines = [re.sub(r'([,;|]) +"', r'\1"', line) for line in lines]
    separator = max(separators, key=lambda each: _fit(lines, each, _QUOTES, "")[1])
    quote, escape = _quoting(lines, separator)
    rows = _rows(lines, separator, quote, escape)
    place, columns, notes = header_of(rows)
    above = sum(1 + "".join(row).count("\n") for row in rows[:place])
    return Dialect(separator, quote, escape, spaces, skipped + above, columns, notes)


def _rows(lines: Sequence[str], separator: str, quote: str, escape: str) -> list[list[str]]:
    return list(csv.reader(lines, **_options(separator, quote, escape)))


def _fit(lines: Sequence[str], separator: str, quote: str, escape: str) -> tuple[float, float]:
    """The share of rows as wide as most are, and that weighed with how wide: 0 of one column."""
    try:
        rows = _rows(lines, separator, quote, escape)
    except csv.Error:
        return 0.0, -1.0
    widths = [len(row) for row in rows if any(row)]
    several = [width for width in widths if width > 1]
    if not several:
        return 1.0, 0.0
    width = Counter(several).most_common(1)[0][0]
    share = several.count(width) / len(widths)
    like_header = (1.0 if several[0] == width else 0.5) * (1.0 if widths[0] > 1 else 0.9)
    return share, share * like_header * log2(width)


def _quoting(lines: Sequence[str], separator: str) -> tuple[str, str]:
    """Quotes as in CSV, unless that reads worse: escaped with a backslash, or plain text."""
    if lines and lines[0].startswith("'") and lines[0].count(f"'{separator}'") > 0:
        return "'", ""
    if not _astray(lines, separator):
        return _QUOTES, ""
    share = _fit(lines, separator, _QUOTES, "")[0]
    if any('\\"' in line for line in lines) and share <= _fit(lines, separator, _QUOTES, "\\")[0]:
        return _QUOTES, "\\"
    return (
        ("", "")
        if share <= _fit(lines, separator, "", "")[0] and _quotes_are_text(lines, separator)
        else (_QUOTES, "")
    )


def _quotes_are_text(lines: Sequence[str], separator: str) -> bool:
    """Whether cells begin with a quote more often than they are wrapped in two."""
    cells = [cell.strip() for row in _rows(lines, separator, "", "") for cell in row]
    begun = [cell for cell in cells if cell.startswith(_QUOTES)]
    wrapped = sum(len(cell) > 1 and cell.endswith(_QUOTES) for cell in begun)
    enough = 1 if separator == "\t" else _ENOUGH
    return len(begun) - wrapped >= enough and 2 * wrapped < len(begun)


def _astray(lines: Sequence[str], separator: str) -> bool:
    """Whether some quotes are not as CSV has them."""
    try:
        for _ in csv.reader(lines, delimiter=separator, strict=True):
            pass
    except csv.Error:
        return True
    return False


def header_of(rows: Sequence[Sequence[str]]) -> tuple[int, tuple[str, ...], tuple[str, ...]]:
    """Which row is the header, the names in it, and notes.

    Above it may stand a title, a date, remarks: rows of a cell or two where the others have more.
    Raises csv.Error.
    """
    widths = Counter(len(row) for row in rows if any(row) and len(row) > 1)
    place = 0
    if widths:
        width = widths.most_common(1)[0][0]
        for at, row in enumerate(rows[:_PREAMBLE]):
            filled = sum(1 for cell in row if cell.strip())
            if filled > 2 or filled > width / 2:
                place = at
                break
    columns, notes = _named(rows[place] if rows else [])
    if place:
        notes = (f"{place} rows before the header were passed over.", *notes)
    return place, columns, notes


def _named(row: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of the columns, each once: later ones of a name are `name.2`, `name.3`; and notes."""
    if len(row) > MAX_COLUMNS:
        raise csv.Error(f"it has {len(row):,} columns, above {MAX_COLUMNS:,}")
    times: Counter[str] = Counter()
    taken = {cell.strip() for cell in row}
    names, notes = [], []
    for cell in row:
        name = cell.strip().strip("\ufeff")
        times[name] += 1
        if name and times[name] > 1:
            again = f"{name}.{times[name]}"
            while again in taken:
                times[name] += 1
                again = f"{name}.{times[name]}"
            notes.append(f"two columns are named {name!r}; the later one is read as {again!r}.")
            name = again
        names.append(name)
    return tuple(names), tuple(notes[:20])
