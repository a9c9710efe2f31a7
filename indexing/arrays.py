"""Flat arrays on disk: written once, memory-mapped for ever."""

import math
import os
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from tokenize import TokenError
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from indexing.errors import CorruptSnapshotError
from indexing.file_map import map_file

Int8Array = npt.NDArray[np.int8]
UInt8Array = npt.NDArray[np.uint8]
UInt16Array = npt.NDArray[np.uint16]
UInt32Array = npt.NDArray[np.uint32]
UInt64Array = npt.NDArray[np.uint64]
Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]
Float32Array = npt.NDArray[np.float32]
Float64Array = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


SMALL: Final = 1 << 12
"""Bytes up to which a file is written and read in one piece, and not mapped: a page of memory is as
much, and a segment of one product is fifty such files.
"""


def save_array(path: Path, array: npt.NDArray[Any]) -> None:
    """Write one array as `.npy`, C order; the parent folder must exist."""
    array = np.ascontiguousarray(array)
    begin = _written(array.dtype, array.shape)
    if array.nbytes <= SMALL:
        with open(path, "wb") as file:  # noqa: PTH123 - Path.open takes longer than all the rest
            file.write(begin + array.tobytes())
        return
    with path.open("wb") as file:
        file.write(begin)
        array.tofile(file)


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
    """Map one array, read-only; no file descriptor is kept.

    A plain ndarray over the map, not a memmap: passing a memmap to a kernel costs
    microseconds a call. Small ones are read instead: empty arrays cannot be mapped.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        raise CorruptSnapshotError(
            f"{path} is missing. Roll back with `vitrina snapshots rollback`, or build again."
        ) from None
    try:
        begin = os.read(descriptor, _PIECE)
        (shape, fortran_order, dtype), start = _header(begin)
        count = math.prod(shape)
        is_whole = len(begin) < _PIECE
        size = len(begin) if is_whole else os.fstat(descriptor).st_size
        if dtype.hasobject or size < start + count * dtype.itemsize:
            raise ValueError("it is cut short, or holds objects")
        raw: npt.NDArray[Any] = (
            np.frombuffer(begin, np.uint8) if is_whole else map_file(descriptor, size)
        )
    except (ValueError, EOFError, SyntaxError, TokenError) as error:  # of a header
        raise CorruptSnapshotError(f"{path} is not a readable array: {error}.") from error
    finally:
        os.close(descriptor)
    order: Literal["F", "C"] = "F" if fortran_order else "C"
    return raw[start : start + count * dtype.itemsize].view(dtype).reshape(shape, order=order)


@lru_cache(1024)
def _written(dtype: np.dtype[Any], shape: tuple[int, ...]) -> bytes:
    """What stands before the numbers."""
    if dtype.hasobject:
        raise ValueError("objects are not written")
    begin = BytesIO()
    descr = np.lib.format.dtype_to_descr(dtype)
    np.lib.format.write_array_header_1_0(
        begin, {"descr": descr, "fortran_order": False, "shape": shape}
    )
    return begin.getvalue()


_PREFIX: Final = np.lib.format.magic(1, 0)
_PIECE: Final = SMALL + 128 + 1
"""With what stands before the numbers, and one more to see that nothing follows."""
Header = tuple[tuple[int, ...], bool, np.dtype[Any]]
"""Shape, whether columns come first, and type."""


def _header(begin: bytes) -> tuple[Header, int]:
    """And where the numbers start. Raises ValueError for what is no such file."""
    size = len(_PREFIX) + 2
    if begin.startswith(_PREFIX) and len(begin) >= size:
        start = size + int.from_bytes(begin[len(_PREFIX) : size], "little")
        return _parsed(begin[:start]), start
    file = BytesIO(begin)
    version = np.lib.format.read_magic(file)
    if version != (2, 0):
        raise ValueError(f"version {version} of the format is not known")
    return np.lib.format.read_array_header_2_0(file), file.tell()


@lru_cache(1024)
def _parsed(begin: bytes) -> Header:
    """Of the first version. An index has hundreds of arrays, and Python reads their headers as
    programs: a tenth of a millisecond each.
    """
    return np.lib.format.read_array_header_1_0(BytesIO(begin[len(_PREFIX) :]))
