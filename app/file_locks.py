"""Locks of open files: the kernel lets go of them with the process, however it ends."""

import fcntl
import os
from pathlib import Path


def hold(path: Path, mode: int = 0o644) -> int | None:
    """A descriptor that holds the lock of this file until it is closed; None if another does.

    mode: of the file, if it has to be made. A child that inherits the descriptor holds it, too.
    """
    handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, mode)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        if isinstance(error, BlockingIOError):
            return None
        raise
    return handle


def is_held(path: Path) -> bool:
    """Whether any process holds the lock of this file. Raises OSError if it cannot be opened."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
