"""Append files: one a worker and kind, so that no writer waits for another.

A line is one batch: the CRC-32 of what follows as eight hex digits, a space, JSON without line
breaks. Whoever was answered has a whole line; a line that was cut by a killed process fails its
checksum and was never acknowledged.
"""

import errno
import fcntl
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex
from typing import Final

from indexing.current import sync_folder

ROLL_BYTES: Final = 16 << 20
"""A new file from this size on, so that what was swept can be removed."""
SUFFIX: Final = ".log"
FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_HEAD: Final = 9
_READ_BYTES: Final = 4 << 20


class StateError(Exception):
    """The state could not be kept. The message says what, where, and what to do now."""


class FullError(StateError):
    """No room: on the disk, or in what may wait to be swept."""


class Journal:
    """The append file of one worker; made at the first line, held by a lock while it is open.

    kind: begins the file's name. sync: on the disk before `append` returns, which outlives a power
    failure too. Not for threads.
    """

    def __init__(self, folder: Path, kind: str, *, sync: bool, roll_bytes: int = ROLL_BYTES):
        self._folder = folder
        self._kind = kind
        self._sync = sync
        self._roll_bytes = roll_bytes
        self._file: int | None = None
        self._size = 0

    def append(self, payload: bytes) -> None:
        """One line, whole or not at all. Raises FullError, StateError.

        payload: JSON without line breaks.
        """
        line = b"%08x %s\n" % (zlib.crc32(payload), payload)
        try:
            file = self._opened()
            _write_all(file, line)
            if self._sync:
                os.fdatasync(file)
        except OSError as error:
            self._take_back()
            if error.errno in FULL:
                raise FullError(f"no room in {self._folder}: {error.strerror}") from error
            raise StateError(
                f"cannot write in {self._folder}: {error.strerror}. Check that the service may "
                "write there."
            ) from error
        self._size += len(line)
        if self._size >= self._roll_bytes:
            self.close()

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _opened(self) -> int:
        if self._file is not None:
            return self._file
        name = f"{self._kind}-{os.getpid()}-{token_hex(6)}{SUFFIX}"
        hidden = self._folder / f".{name}"
        file = os.open(hidden, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o600)
        try:
            # Locked before it can be seen: whoever sweeps removes what nobody holds.
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            hidden.rename(self._folder / name)
            if self._sync:
                sync_folder(self._folder)
        except OSError:
            os.close(file)
            hidden.unlink(missing_ok=True)
            raise
        self._file, self._size = file, 0
        return file

    def _take_back(self) -> None:
        """Cut off what was written of a line; if that fails, its checksum tells."""
        if self._file is None:
            return
        try:
            os.ftruncate(self._file, self._size)
        except OSError:
            self.close()  # nothing may follow half a line


def read_lines(path: Path, offset: int, *, final: bool) -> Iterator[tuple[bytes | None, int]]:
    """Whole lines' payloads from this offset on, and the offset behind each.

    final: nobody writes there any more, so a line that is not whole will never be: None in its
    place. Else it ends before such a line, which may be whole a moment later.
    """
    with path.open("rb") as file:
        file.seek(offset)
        left = b""
        while part := file.read(_READ_BYTES):
            *lines, left = (left + part).split(b"\n")
            for line in lines:
                payload = line[_HEAD:]
                whole = _is_whole(line, payload)
                if not whole and not final:
                    return
                offset += len(line) + 1
                yield (payload if whole else None), offset


def journals(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"[!.]*{SUFFIX}"))


def _is_whole(line: bytes, payload: bytes) -> bool:
    try:
        return len(line) > _HEAD and int(line[: _HEAD - 1], 16) == zlib.crc32(payload)
    except ValueError:
        return False


def _write_all(file: int, line: bytes) -> None:
    written = os.write(file, line)
    while written < len(line):  # a signal, or the last free block
        line = line[written:]
        written = os.write(file, line)
