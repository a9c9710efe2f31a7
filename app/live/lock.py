"""Which process of a machine writes the living index of a data folder."""

from pathlib import Path
from typing import Final

from app.file_locks import hold

_LOCK: Final = ".live-writer.lock"


def holds_lock(data: Path) -> int | None:
    """A handle that holds the machine's lock for this data folder; None if another process does."""
    return hold(data / _LOCK)
