"""While building: numbers by row that outgrow memory go to a file."""

from array import array
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

NOT_KEPT = 0xFFFFFFFF
"""In place of a document or an ordinal: this row or value is left out."""

_DTYPES = {"B": np.uint8, "I": np.uint32, "q": np.int64, "d": np.float64}


class SpillingArray:
    """Append to `pending` (the same object for ever), and call `spill` now and then."""

    __slots__ = ("_dtype", "_path", "pending")

    def __init__(self, path: Path, typecode: str) -> None:
        self.pending: array[Any] = array(typecode)
        self._dtype = np.dtype(_DTYPES[typecode])
        self._path = path

    def spill(self) -> None:
        with self._path.open("ab") as file:  # opened anew: a build that stops leaves none open
            self.pending.tofile(file)
        del self.pending[:]

    def close(self) -> npt.NDArray[Any]:
        """All that was appended; mapped, if it outgrew memory."""
        if self._path.exists():
            self.spill()
            if self._path.stat().st_size:
                return np.memmap(self._path, dtype=self._dtype, mode="r+").view(np.ndarray)
        return np.array(self.pending, dtype=self._dtype)
