"""Who changed what and when: lines of JSON in DATA/audit, the newest last, bounded."""

import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import orjson
from filelock import FileLock, Timeout

FOLDER: Final = "audit"
MOST_BYTES: Final = 4 << 20
"""Of one file; then the next begins."""
MOST_FILES: Final = 5
_LONGEST: Final = 2_000
"""Characters of what is told of one change."""
_LOCK_WAIT_S: Final = 1
_MINUTE_S: Final = 60.0
_MOST_MINUTES: Final = 1_000
log = logging.getLogger("vitrina.audit")


class AuditLog:
    """data: folder of all indexes. clock: seconds since the epoch."""

    def __init__(self, data: Path, clock: Callable[[], float]) -> None:
        self._folder = data / FOLDER
        self._clock = clock
        self._minutes: dict[str, float] = {}

    def note(self, who: str, what: str, **facts: Any) -> None:
        """One line, written at once. Never raises: what was changed stays so, and the service's
        log says what could not be written here.
        """
        told = {"at": round(self._clock(), 3), "who": who, "what": what}
        told |= {name: _short(value) for name, value in facts.items() if value}
        try:
            line = orjson.dumps(told) + b"\n"
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(self._file(0), os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
            try:
                os.write(handle, line)
                size = os.fstat(handle).st_size
            finally:
                os.close(handle)
            if size > MOST_BYTES:
                self._roll()
        except (OSError, TypeError, Timeout) as error:
            log.error("not in the audit log: %s %s (%s)", who, what, error)

    def first_this_minute(self, what: str) -> bool:
        """Whether this worker has not been told the same within a minute."""
        now = self._clock()
        if now - self._minutes.get(what, 0.0) < _MINUTE_S:
            return False
        if len(self._minutes) >= _MOST_MINUTES:
            self._minutes.clear()
        self._minutes[what] = now
        return True

    def read(self, limit: int, before: float | None = None) -> list[dict[str, Any]]:
        """The newest first. before: seconds since the epoch; None: now."""
        found: list[dict[str, Any]] = []
        for line in self._lines():
            try:
                told = orjson.loads(line)
            except orjson.JSONDecodeError:
                continue  # cut by a full disk
            if before is None or told["at"] < before:
                found.append(told)
                if len(found) == limit:
                    break
        return found

    def _lines(self) -> Iterator[bytes]:
        """The last first."""
        for number in range(MOST_FILES):
            try:
                raw = self._file(number).read_bytes()
            except FileNotFoundError:
                continue
            yield from reversed(raw.splitlines())

    def _roll(self) -> None:
        with FileLock(self._folder / ".lock", timeout=_LOCK_WAIT_S):
            if self._file(0).stat().st_size <= MOST_BYTES:
                return  # another was faster
            for number in range(MOST_FILES - 2, -1, -1):
                if self._file(number).exists():
                    self._file(number).replace(self._file(number + 1))

    def _file(self, number: int) -> Path:
        return self._folder / ("changes.jsonl" if not number else f"changes.{number}.jsonl")


def _short(value: Any) -> Any:
    return value[:_LONGEST] if isinstance(value, str) else value
