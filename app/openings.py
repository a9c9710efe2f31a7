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
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from app.file_locks import is_held

log = logging.getLogger("vitrina.openings")
_MARKER: Final = ".opening-"
_TRIAL_S: Final = 600.0
_LOOKED_EVERY_S: Final = 0.1
_ENDING: Final = "this process ends before the trial did"
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


def try_apart(index: Path, snapshot: str, ending: threading.Event) -> str | None:
    """Open and warm what CURRENT names in a process of its own; why it cannot be, or None.

    If it can, the markers of those that died are taken away. Workers try one after the other.
    ending: set when this process is to end; whatever runs or is waited for is given up then.
    """
    lock = FileLock(index / ".trial.lock")
    while not ending.is_set():
        with suppress(Timeout), lock.acquire(timeout=_LOOKED_EVERY_S):
            left = killed_openers(index, snapshot)
            return _tried(index, snapshot, left, ending) if left else None
    return _ENDING


def _tried(index: Path, snapshot: str, left: list[Path], ending: threading.Event) -> str | None:
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
        trial = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, *TRIAL, str(index)], stdout=subprocess.DEVNULL, stderr=said
        )
        try:
            code = _end_of(trial, ending)
        finally:
            trial.kill()
            trial.wait()
        said.seek(0)
        lines = said.read().strip().splitlines()
    if code is None:
        return _ENDING if ending.is_set() else f"opening it takes more than {_TRIAL_S:.0f} s"
    if code == 0:
        for marker in left:
            marker.unlink(missing_ok=True)
        return None
    if code < 0:
        return (
            f"opening snapshot {snapshot} ends the process that does it "
            f"({signal.Signals(-code).name}), so it is not opened. See `vitrina snapshots verify`; "
            "roll back or build again."
        )
    return (lines or [f"exit code {code}"])[-1]


def _end_of(trial: subprocess.Popen[bytes], ending: threading.Event) -> int | None:
    """Its exit code; None where it takes too long, or nobody waits for it any more."""
    last = time.monotonic() + _TRIAL_S
    while time.monotonic() < last and not ending.is_set():
        with suppress(subprocess.TimeoutExpired):
            return trial.wait(_LOOKED_EVERY_S)
    return None
