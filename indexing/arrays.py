"""Flat arrays on disk: written once, memory-mapped for ever."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from indexing.errors import CorruptSnapshotError

UInt8Array = npt.NDArray[np.uint8]
UInt16Array = npt.NDArray[np.uint16]
UInt32Array = npt.NDArray[np.uint32]
UInt64Array = npt.NDArray[np.uint64]
Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]
Float32Array = npt.NDArray[np.float32]
Float64Array = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


def save_array(path: Path, array: npt.NDArray[Any]) -> None:
    """Write one array as `.npy`, C order; the parent folder must exist."""
    np.save(path, np.ascontiguousarray(array), allow_pickle=False)


def new_mapped(path: Path, dtype: npt.DTypeLike, shape: tuple[int, ...]) -> np.memmap[Any, Any]:
    """A new `.npy` to be written through a map. Its blocks are taken at once: on a full disk that
    is an error, where writing to a map without blocks would kill the process.
    """
    made = np.lib.format.open_memmap(path, mode="w+", dtype=dtype, shape=shape)
    if hasattr(os, "posix_fallocate"):
        with path.open("r+b") as file:
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
    return made


def load_array(path: Path) -> npt.NDArray[Any]:
    """Map one array, read-only.

    A plain ndarray over the map, not a memmap: passing a memmap to a kernel costs
    microseconds a call. Empty arrays cannot be mapped and are read.
    """
    try:
        mapped = np.load(path, mmap_mode="r", allow_pickle=False)
    except FileNotFoundError:
        raise CorruptSnapshotError(
            f"{path} is missing. Roll back with `vitrina snapshots rollback`, or build again."
        ) from None
    except ValueError as error:
        if "mmap" not in str(error):
            raise CorruptSnapshotError(f"{path} is not a readable array: {error}.") from error
        mapped = np.load(path, allow_pickle=False)
        mapped.setflags(write=False)
    array: npt.NDArray[Any] = mapped.view(np.ndarray)
    return array
