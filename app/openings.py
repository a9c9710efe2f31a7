"""Which index is being opened right now, written down for whoever starts after a crash.

A file that a kernel reads out of bounds ends the process without a word. So a marker stands in the
index's folder while one of its snapshots is opened and warmed, locked by the process that does so:
one that nobody holds was left by a process that died of it, or just then of something else. Such a
snapshot is tried in a process of its own before it is opened here.
"""

import fcntl
import logging
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from filelock import FileLock

from app.file_locks import is_held

log = logging.getLogger("vitrina.openings")
_MARKER: Final = ".opening-"
_TRIAL_S: Final = 600.0
TRIAL: Final = ("-m", "app.warming", "--index")


@contextmanager
def opening(index: Path, snapshot: str) -> Iterator[None]:
    """Held while a snapshot is opened and warmed. Does nothing where nothing can be written."""
    marker = index / f"{_MARKER}{snapshot}.{secrets.token_hex(6)}"
    try:
        handle = os.open(marker, os.O_CREAT | os.O_WRONLY, 0o644)
    except OSError:
        yield
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        with suppress(OSError):
            marker.unlink(missing_ok=True)
        os.close(handle)


def killed_openers(index: Path, snapshot: str) -> list[Path]:
    """Markers of openings that ended with their process."""
    return [path for path in index.glob(f"{_MARKER}{snapshot}.*") if not _is_held(path)]


def _is_held(marker: Path) -> bool:
    try:
        return is_held(marker)
    except OSError:
        return True  # finished just now


def try_apart(index: Path, snapshot: str) -> str | None:
    """Open and warm what CURRENT names in a process of its own; why it cannot be, or None.

    If it can, the markers of those that died are taken away. Workers try one after the other.
    """
    with FileLock(index / ".trial.lock"):
        return _tried(index, snapshot) if killed_openers(index, snapshot) else None


def _tried(index: Path, snapshot: str) -> str | None:
    left = killed_openers(index, snapshot)
    command = [sys.executable, *TRIAL, str(index)]
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            command, check=False, capture_output=True, text=True, timeout=_TRIAL_S
        )
    except subprocess.TimeoutExpired:
        return f"opening it takes more than {_TRIAL_S:.0f} s"
    if done.returncode == 0:
        for marker in left:
            marker.unlink(missing_ok=True)
        return None
    if done.returncode < 0:
        name = signal.Signals(-done.returncode).name
        return (
            f"opening snapshot {snapshot} ends the process that does it ({name}), so it is not "
            "opened. See `vitrina snapshots verify`; roll back or build again."
        )
    return (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
