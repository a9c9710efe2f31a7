"""Which process of a machine writes the living index of a data folder."""

import fcntl
import os
from pathlib import Path
from typing import Final

_LOCK: Final = ".live-writer.lock"


def holds_lock(data: Path) -> int | None:
    """A handle that holds the machine's lock for this data folder; None if another process does."""
    handle = os.open(data / _LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle
