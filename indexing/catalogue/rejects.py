"""rejects.jsonl: the lines of a catalogue that are no products, and how many may be."""

from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import orjson

from indexing.catalogue.product import RejectedLine
from indexing.errors import CatalogError

MAX_REJECTS_WRITTEN = 100_000
_REASONS_TOLD = 3
_REASONS_COUNTED = 1_000


class RejectsFile:
    """rejects.jsonl: {"source", "line", "field", "reason", "text"} a line.

    Written from the first rejected line on; a file of an earlier build is taken away at once.
    The first MAX_REJECTS_WRITTEN are written, all are counted.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._reasons: Counter[str] = Counter()
        self._file: IO[bytes] | None = None
        path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def add(self, line: RejectedLine) -> None:
        self.count += 1
        reason = line.reason if line.field is None else f"{line.field}: {line.reason}"
        if reason in self._reasons or len(self._reasons) < _REASONS_COUNTED:
            self._reasons[reason] += 1
        if self.count > MAX_REJECTS_WRITTEN:
            return
        if self._file is None:
            self._file = self.path.open("wb")
        self._file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))

    def check_ratio(self, max_ratio: float, accepted: int) -> None:
        """Raise CatalogError if nothing was accepted, or too large a share was rejected."""
        total = accepted + self.count
        if total == 0:
            raise CatalogError("the catalogue is empty: its files hold not one line.")
        if accepted and self.count <= max_ratio * total:
            return
        common = "; ".join(
            f"{reason} ({times:,})" for reason, times in self._reasons.most_common(_REASONS_TOLD)
        )
        if self._file is not None:
            self._file.flush()
        raise CatalogError(
            f"{self.count:,} of {total:,} lines were rejected ({self.count / total:.1%}, "
            f"allowed are {max_ratio:.1%}); nothing is published. Most often: {common}. "
            f"All are in {self.path}. Repair them, map field names with --map, or allow more "
            "with --max-reject-ratio."
        )
