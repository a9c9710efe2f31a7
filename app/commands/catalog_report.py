"""What was understood of a catalogue, as build and `vitrina inspect` print it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from indexing.catalogue.catalog_report import SourceReport


def tell_sources(console: Console, sources: Iterable["SourceReport"]) -> None:
    """A headline, a table of fields and the findings of each source; plain text, a line each."""
    for report in sources:
        _line(console, report.source)
        _line(console, f"{report.headline()} ({report.format})")
        rows = [("field", "from", "filled", "example"), *report.table()]
        widths = [max(len(row[place]) for row in rows) for place in range(3)]
        for row in rows:
            cells = [text.ljust(width) for text, width in zip(row[:3], widths, strict=True)]
            _line(console, f"  {'  '.join(cells)}  {row[3]}".rstrip())
        for line in report.lines():
            _line(console, line)


def tell_lines(console: Console, lines: Iterable[str]) -> None:
    for line in lines:
        _line(console, line)


def _line(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
