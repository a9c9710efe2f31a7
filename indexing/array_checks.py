"""Do arrays of offsets and ids stay inside what they point into? Kernels do not ask."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from indexing.errors import CorruptSnapshotError

Array = npt.NDArray[Any]
_CHUNK: Final = 1 << 20
"""Elements looked at in one go, so that nothing large is made beside them."""


def check_offsets(where: str, offsets: Array, count: int | None, total: int) -> None:
    """From 0 to the total, never falling; one more than what they divide."""
    if count is not None:
        check_length(where, offsets, count + 1)
    fits = offsets.ndim == 1 and len(offsets) and offsets[0] == 0 and offsets[-1] == total
    if not fits or not bool((offsets[:-1] <= offsets[1:]).all()):
        raise unfit(where, "has offsets out of order")


def check_ids(where: str, ids: Array, below: int, mask: int | None = None) -> None:
    """Whole numbers under the bound; of signed ones -1 says that there is none."""
    if ids.dtype.kind not in "ui" or ids.ndim != 1:
        raise unfit(where, f"is not a list of ids but {ids.dtype}, shape {ids.shape}")
    for start in range(0, len(ids), _CHUNK):
        part = ids[start : start + _CHUNK]
        if mask is not None:
            part = part & np.asarray(mask, dtype=part.dtype)
        if int(part.max()) >= below or (part.dtype.kind == "i" and int(part.min()) < -1):
            raise unfit(where, f"points outside of {below:,}")


def check_length(where: str, array: Array, length: int) -> None:
    if not array.ndim or len(array) != length:
        raise unfit(where, f"has the shape {array.shape}, and {length:,} are needed")


def unfit(where: str, what: str) -> CorruptSnapshotError:
    return CorruptSnapshotError(
        f"{where} {what}: the snapshot is damaged. Roll back with `vitrina snapshots rollback`, or "
        "build again."
    )
