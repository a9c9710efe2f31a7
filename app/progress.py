"""Progress of long jobs: a bar in a terminal, lines in a log, a file for the admin API."""

import time
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from app.jobs.progress_file import ProgressFile

_LINE_EVERY_S = 10.0


class ConsoleProgress:
    """A bar where there is a terminal, else a line every few seconds; and the file, if asked."""

    def __init__(self, console: Console, file: Path | None = None) -> None:
        self._console = console
        self._file = ProgressFile(file, time.monotonic) if file else None
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description:<14}"),
            BarColumn(),
            TextColumn("{task.fields[counted]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._task: TaskID | None = None
        self._stage = self._unit = ""
        self._total: int | None = None
        self._begun = self._told = time.monotonic()
        self._done = 0

    def __enter__(self) -> "ConsoleProgress":
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._finish()
        self._bars.stop()

    def begin(self, stage: str, total: int | None, unit: str) -> None:
        self._finish()
        self._stage, self._total, self._unit = stage, total, unit
        self._begun = self._told = time.monotonic()
        self._done = 0
        self._task = self._bars.add_task(stage, total=total, counted="")
        if self._file is not None:
            self._file.begin(stage, total, unit)

    def advance(self, done: int) -> None:
        self._done = done
        now = time.monotonic()
        counted = counted_so_far(done, self._total, self._unit, now - self._begun)
        if self._task is not None:
            self._bars.update(self._task, completed=done, counted=counted)
        if not self._console.is_terminal and now - self._told >= _LINE_EVERY_S:
            self._told = now
            self._console.print(f"{self._stage}: {counted}")
        if self._file is not None:
            self._file.advance(done)

    def note(self, text: str) -> None:
        self._console.print(text, highlight=False, soft_wrap=True)

    def _finish(self) -> None:
        if self._task is None:
            return
        spent = time.monotonic() - self._begun
        if self._total is None:
            self._bars.update(self._task, total=max(self._done, 1), completed=max(self._done, 1))
        if not self._console.is_terminal:
            self._console.print(f"{self._stage}: {spent:.1f} s")
        self._task = None


def counted_so_far(done: int, total: int | None, unit: str, seconds: float) -> str:
    """`1,200 of 20,000 products, 400/s`; bytes in megabytes."""
    rate = done / max(seconds, 1e-9)
    if unit == "bytes":
        of = f" of {total / 1e6:,.1f}" if total else ""
        return f"{done / 1e6:,.1f}{of} MB, {rate / 1e6:,.1f} MB/s"
    of = f" of {total:,}" if total else ""
    return f"{done:,}{of} {unit}, {rate:,.0f}/s"
