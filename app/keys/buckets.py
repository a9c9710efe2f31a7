"""Token buckets in one mapped file: what a key may ask of all workers of this machine together."""

import fcntl
import mmap
import os
import struct
from pathlib import Path
from typing import Final

SETS: Final = 4_096
WAYS: Final = 4
_SLOT: Final = struct.Struct("<8sdd")
_SET: Final = WAYS * _SLOT.size
_BYTES: Final = SETS * _SET
_AHEAD_S: Final = 60.0
"""A time further ahead than this was written by a clock that has been set back since."""


class Buckets:
    """At most SETS · WAYS buckets; where there is no room the one that was longest unused leaves,
    and begins full when it comes back.

    A slot is 8 bytes of the id, the tokens left, and when that was, seconds since the epoch.
    """

    def __init__(self, path: Path | None) -> None:
        """path: None to count within this process only. Raises OSError."""
        self._file = -1
        if path is None:
            self._map = mmap.mmap(-1, _BYTES)
            return
        self._file = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(self._file, 0, _BYTES)
            self._map = mmap.mmap(self._file, _BYTES)
        except OSError:
            os.close(self._file)
            raise

    def take(self, bucket_id: bytes, per_minute: int, now: float) -> float:
        """0 if a token was there, which is then gone; else the seconds until one is.

        bucket_id: 16 evenly distributed bytes. A bucket holds a minute's tokens.
        """
        begin = int.from_bytes(bucket_id[8:], "big") % SETS * _SET
        if self._file >= 0:
            fcntl.lockf(self._file, fcntl.LOCK_EX, _SET, begin)
        try:
            place, tokens, at = self._find(begin, bucket_id[:8], float(per_minute), now)
            since = now - at
            if not since >= -_AHEAD_S:
                since = 0.0
            tokens = min(float(per_minute), tokens + max(since, 0.0) * per_minute / 60)
            taken = tokens >= 1
            left = tokens - 1 if taken else tokens
            _SLOT.pack_into(self._map, place, bucket_id[:8], left, now)
        finally:
            if self._file >= 0:
                fcntl.lockf(self._file, fcntl.LOCK_UN, _SET, begin)
        return 0.0 if taken else (1 - tokens) * 60 / per_minute

    def close(self) -> None:
        self._map.close()
        if self._file >= 0:
            os.close(self._file)

    def _find(self, begin: int, name: bytes, full: float, now: float) -> tuple[int, float, float]:
        """Place, tokens and time of the bucket; of a new one in the place of the oldest."""
        slots = []
        for place in range(begin, begin + _SET, _SLOT.size):
            known, tokens, at = _SLOT.unpack_from(self._map, place)
            if known == name and at > 0:
                return place, tokens, at
            slots.append((at, place))
        return min(slots)[1], full, now


def open_buckets(folder: Path) -> Buckets:
    """Of all workers; of this one alone where the folder cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return Buckets(folder / "rates")
    except OSError:
        return Buckets(None)
