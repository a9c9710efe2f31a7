"""What is gone and which numbers changed, record by record, in one file that only grows."""

from dataclasses import dataclass
from errno import EIO
from os import SEEK_END
from pathlib import Path
from typing import Any, Final

import numpy as np

GONE: Final = 255
"""In place of a field: the document is there no more."""

RECORD: Final = np.dtype([("segment", "<u4"), ("doc", "<u4"), ("field", "u1"), ("value", "<f8")])
"""segment: its number, 0 for the snapshot. field: place in CORE_NUMBERS, or GONE."""


def records(rows: "list[tuple[int, int, int, float]]") -> "np.ndarray[tuple[int], np.dtype[Any]]":
    return np.array(rows, dtype=RECORD)


@dataclass(frozen=True, slots=True)
class Journal:
    """A reader sees what the state says was written; what lies behind it is not there yet."""

    path: Path

    def append(self, made: "np.ndarray[tuple[int], np.dtype[Any]]", after: int) -> int:
        """Write behind the first `after` records, and say how many there are then.

        What a writer that died left there is overwritten. Raises OSError where fewer are there.
        """
        with self.path.open("r+b" if after else "w+b") as file:
            if file.seek(0, SEEK_END) < after * RECORD.itemsize:
                raise OSError(EIO, "is cut short", str(self.path))
            file.seek(after * RECORD.itemsize)
            file.truncate()
            file.write(made.tobytes())
        return after + len(made)

    def read(self, first: int, last: int) -> "np.ndarray[tuple[int], np.dtype[Any]]":
        """Records first ≤ r < last; ValueError if they are not there."""
        if last <= first:
            return np.zeros(0, dtype=RECORD)
        with self.path.open("rb") as file:
            file.seek(first * RECORD.itemsize)
            raw = file.read((last - first) * RECORD.itemsize)
        if len(raw) < (last - first) * RECORD.itemsize:
            raise ValueError(f"{self.path} is cut short")
        return np.frombuffer(raw, dtype=RECORD)
