"""Files mapped into memory without a descriptor each."""

import ctypes
import mmap
import os
import weakref
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt


def map_file(descriptor: int, size: int) -> npt.NDArray[np.uint8]:
    """The file's first bytes, shared and read-only; size > 0. The descriptor may be closed at
    once. The map lasts as long as the array and its views.

    Python's own `mmap` keeps a copy of the descriptor (before 3.13). An index is over a hundred
    maps and the usual limit is 1,024 descriptors: eleven indexes were too many.
    """
    address = _libc().mmap(None, size, mmap.PROT_READ, mmap.MAP_SHARED, descriptor, 0)
    if address == _FAILED:
        number = ctypes.get_errno()
        raise OSError(number, f"a file cannot be mapped: {os.strerror(number)}")
    return np.asarray(_Mapped(address, size))


class _Mapped:
    """Memory as NumPy asks for it; given back when the last array over it is gone."""

    def __init__(self, address: int, size: int) -> None:
        self.__array_interface__ = {
            "version": 3, "shape": (size,), "typestr": "|u1", "data": (address, True),
        }  # fmt: skip
        weakref.finalize(self, _libc().munmap, address, size).atexit = False


_FAILED = ctypes.c_void_p(-1).value


@cache
def _libc() -> Any:
    """The C library that this process has loaded already."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = (
        ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long,
    )  # fmt: skip
    libc.munmap.restype = ctypes.c_int
    libc.munmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t)
    return libc
