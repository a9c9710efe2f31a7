"""Which client ids were taken lately on this machine: one mapped file, shared by all workers.

It answers "was this one here?" at once; what it has forgotten is still found when events are
swept, whose index is exact for seven days.
"""

import mmap
import os
from pathlib import Path
from typing import Final

BUCKETS: Final = 1 << 18
WAYS: Final = 4
_KEY: Final = 12
_ENTRY: Final = 16
_BUCKET: Final = WAYS * _ENTRY
_BYTES: Final = BUCKETS * _BUCKET
KEPT_S: Final = 7 * 86_400


class RecentIds:
    """At most BUCKETS · WAYS ids, in buckets of which the oldest leaves first.

    An entry is 12 bytes of the key and the second at which it was taken, uint32. Workers write
    without a lock: two that are sent the same id at the same moment may both find it new.
    """

    def __init__(self, path: Path | None) -> None:
        """path: None to remember within this process only."""
        if path is None:
            self._map = mmap.mmap(-1, _BYTES)
            return
        file = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            # Room for all of it now: a mapped page that the disk has no room for kills.
            os.posix_fallocate(file, 0, _BYTES)
            self._map = mmap.mmap(file, _BYTES)
        finally:
            os.close(file)

    def has(self, key: bytes, now: float) -> bool:
        """key: 16 evenly distributed bytes."""
        begin = _begin(key)
        bucket = self._map[begin : begin + _BUCKET]
        place = bucket.find(key[:_KEY])
        while place >= 0 and place % _ENTRY:
            place = bucket.find(key[:_KEY], place + 1)
        if place < 0:
            return False
        return now - int.from_bytes(bucket[place + _KEY : place + _ENTRY], "big") < KEPT_S

    def add(self, key: bytes, now: float) -> None:
        begin = _begin(key)
        bucket = self._map[begin : begin + _BUCKET]
        times = [bucket[end - 4 : end] for end in range(_ENTRY, _BUCKET + 1, _ENTRY)]
        oldest = begin + times.index(min(times)) * _ENTRY
        self._map[oldest : oldest + _ENTRY] = key[:_KEY] + int(now).to_bytes(4, "big")

    def close(self) -> None:
        self._map.close()


def open_recent_ids(folder: Path, boot_id: str) -> RecentIds:
    """Of this machine since it was started; in memory where the disk has no room.

    After a power failure the file may know ids whose events never reached the disk, so that each
    start of the machine begins a new one.
    """
    path = folder / f"recent-{boot_id}.ids"
    for old in folder.glob("recent-*.ids"):
        if old != path:
            old.unlink(missing_ok=True)
    try:
        return RecentIds(path)
    except OSError:
        return RecentIds(None)


def _begin(key: bytes) -> int:
    return int.from_bytes(key[_KEY:], "big") % BUCKETS * _BUCKET
