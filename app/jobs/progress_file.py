"""The progress of a job as a file that others read: `vitrina build --progress-file FILE`."""

from collections.abc import Callable
from pathlib import Path

from app.jobs.files import JobProgress, write_record

EVERY_S = 0.5  # more often than anyone looks, too rare to cost the build anything


class ProgressFile:
    """Keeps progress.json up to date; see JobProgress for its fields.

    A `Progress` of indexing/progress.py. rate and eta_s are of the running stage, from its
    beginning on. A disk that takes no more is no reason to stop a build: then it is not written.
    clock: seconds, never going back.
    """

    def __init__(self, path: Path, clock: Callable[[], float]) -> None:
        self._path = path
        self._clock = clock
        self._stage = ""
        self._total: int | None = None
        self._began = self._written = clock()

    def begin(self, stage: str, total: int | None, unit: str) -> None:
        self._stage = stage
        self._total = total
        self._began = self._clock()
        self._write(0)

    def advance(self, done: int) -> None:
        finished = self._total is not None and done >= self._total
        if finished or self._clock() - self._written >= EVERY_S:
            self._write(done)

    def note(self, text: str) -> None:
        return None  # for the log, which has its own file

    def _write(self, done: int) -> None:
        self._written = self._clock()
        elapsed_s = self._written - self._began
        rate = done / elapsed_s if elapsed_s > 0 and done > 0 else None
        eta_s = None
        if rate is not None and self._total is not None:
            eta_s = max(0, self._total - done) / rate
        progress = JobProgress(
            stage=self._stage, done=done, total=self._total, rate=rate, eta_s=eta_s
        )
        try:
            write_record(self._path, progress)
        except OSError:
            return
