"""What people looked at lately: one mapped file of this machine, which all its workers see at once.

Nobody waits for it, neither to write nor to read. Workers write without a lock: of two that note
something of one person in the same microsecond one may be lost. An entry that was cut short is
told by its checksum, and counts as none.
"""

import mmap
import os
import struct
import zlib
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Final

import numpy as np

from app.state.rows import EVENT_COLUMNS, Row
from indexing.arrays import UInt64Array
from indexing.catalogue.row_order import hash_of_id
from ranking.behaviour.profile import NOTHING_RECENT, Recent

SLOTS: Final = 32
"""Products of one person; the oldest leaves."""
WAYS: Final = 4
KEPT_DAYS: Final = 90
_DAY_S: Final = 86_400
_LAST: Final = (1 << 32) - 1
_HEAD: Final = struct.Struct("<12sIII")
"""Key, checksum of what follows it, time of the last wish to be forgotten, products."""
_SLOT: Final = np.dtype([("product", "<u8"), ("at", "<u4"), ("worth", "u1")])
_ENTRY: Final = _HEAD.size + SLOTS * _SLOT.itemsize
_KEY: Final = 12
_SUMMED: Final = 16
"""Where what the checksum is of begins."""
_WORTHS: Final = {"view": 1, "click": 1, "add_to_cart": 2, "purchase": 4}
_UNDOING: Final = frozenset({"dismiss", "return", "cancel"})
_COLUMNS: Final = tuple(
    list(EVENT_COLUMNS).index(name)
    for name in ("happened_at", "type", "product", "user_key", "session_key", "trusted", "bot")
)
Seen = tuple[int, int, int]
"""Hash of a product, second at which it was seen, worth; 0 takes it away."""


class Profiles:
    """At most `people` of them, in buckets of four of which the longest away leaves first."""

    def __init__(self, path: Path, people: int) -> None:
        """Raises OSError where the disk has no room."""
        self._buckets = max(people // WAYS, 1)
        size = self._buckets * WAYS * _ENTRY
        file = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            # Room for all of it now: a mapped page that the disk has no room for kills.
            os.posix_fallocate(file, 0, size)
            self._map = mmap.mmap(file, size)
        finally:
            os.close(file)

    def recent(self, keys: Sequence[str], now: float) -> Recent:
        """Of the session and the user together. keys: keyed hashes. Some 5 µs each."""
        found = [each for key in keys if len(each := self._read(_hashed(key))[1])]
        if not found:
            return NOTHING_RECENT
        slots = np.concatenate(found)
        slots = slots[slots["at"] > max(now - KEPT_DAYS * _DAY_S, 0)]
        slots = slots[np.argsort(-slots["at"].astype(np.int64), kind="stable")]
        _, first = np.unique(slots["product"], return_index=True)
        slots = slots[np.sort(first)][:SLOTS]
        days = np.maximum(int(now) - slots["at"].astype(np.int64), 0) // _DAY_S
        products: UInt64Array = slots["product"].astype(np.uint64)
        return Recent(products, days, slots["worth"].astype(np.uint8))

    def note(self, rows: Sequence[Row]) -> None:
        """What shoppers did, as rows of events; bots', and purchases that nobody vouches for,
        change nothing.
        """
        people: dict[str, dict[int, Seen]] = {}
        for row in rows:
            at, kind, product, user, session, trusted, bot = (row[place] for place in _COLUMNS)
            undone = kind in _UNDOING
            if bot or product is None or not (undone or kind in _WORTHS):
                continue
            if kind in ("purchase", "return", "cancel") and not trusted:
                continue
            name = _name(product)
            seen = (name, min(max(int(at), 0), _LAST), 0 if undone else _WORTHS[kind])
            for key in (user, session):
                if key is not None:
                    known = people.setdefault(key, {})
                    known[name] = _newer(known.get(name), seen)
        for key, known in people.items():
            self._add(_hashed(key), known)

    def forget(self, keys: Sequence[str], now: float) -> None:
        """Nothing of before now is known of them any more, even if it is told again."""
        for key in keys:
            self._write(_hashed(key), int(now), np.empty(0, dtype=_SLOT))

    def expire(self, now: float) -> int:
        """Empty the entries of whom nothing was seen for KEPT_DAYS; how many."""
        oldest, gone = now - KEPT_DAYS * _DAY_S, 0
        for begin in range(0, len(self._map), _ENTRY):
            raw = self._map[begin : begin + _HEAD.size + _SLOT.itemsize]
            if raw[:_KEY] != bytes(_KEY) and _latest(raw) < oldest:
                self._map[begin : begin + _ENTRY] = bytes(_ENTRY)
                gone += 1
        return gone

    def close(self) -> None:
        self._map.close()

    def _add(self, key: bytes, fresh: dict[int, Seen]) -> None:
        not_before, slots = self._read(key)
        merged = {name: (name, at, worth) for name, at, worth in slots.tolist()}
        for name, seen in fresh.items():
            if seen[1] >= not_before:
                merged[name] = _newer(merged.get(name), seen)
        latest = sorted((each for each in merged.values() if each[2]), key=lambda each: -each[1])
        self._write(key, not_before, np.array(latest[:SLOTS], dtype=_SLOT))

    def _read(self, key: bytes) -> tuple[int, "np.ndarray[tuple[int], np.dtype[np.void]]"]:
        """Since when it may be known, and the slots, newest first."""
        begin = self._find(key)
        if begin is not None:
            raw = self._map[begin : begin + _ENTRY]
            _, told, not_before, count = _HEAD.unpack_from(raw)
            if zlib.crc32(raw[_SUMMED:]) == told and count <= SLOTS:
                return not_before, np.frombuffer(raw, _SLOT, count, _HEAD.size)
        return 0, np.empty(0, dtype=_SLOT)

    def _write(
        self, key: bytes, not_before: int, slots: "np.ndarray[tuple[int], np.dtype[np.void]]"
    ) -> None:
        begin = self._find(key)
        if begin is None:
            begin = min(self._ways(key), key=lambda at: _latest(self._map[at : at + _ENTRY]))
        body = not_before.to_bytes(4, "little") + len(slots).to_bytes(4, "little")
        body = (body + slots.tobytes()).ljust(_ENTRY - _SUMMED, b"\0")
        told = zlib.crc32(body).to_bytes(4, "little")
        self._map[begin : begin + _ENTRY] = key[:_KEY] + told + body

    def _find(self, key: bytes) -> int | None:
        return next((at for at in self._ways(key) if self._map[at : at + _KEY] == key[:_KEY]), None)

    def _ways(self, key: bytes) -> range:
        bucket = int.from_bytes(key[_KEY:], "big") % self._buckets
        return range(bucket * WAYS * _ENTRY, (bucket + 1) * WAYS * _ENTRY, _ENTRY)


def open_profiles(folder: Path, people: int) -> Profiles | None:
    """Those of this machine; None for none, or where the disk has no room for them."""
    path = folder / f"profiles-{people}.map"
    for old in folder.glob("profiles-*.map"):
        if old != path:
            old.unlink(missing_ok=True)
    try:
        return Profiles(path, people) if people else None
    except OSError:
        path.unlink(missing_ok=True)
        return None


def forget_profiles(folder: Path, keys: Sequence[str], now: float) -> None:
    """In whichever process a person is deleted."""
    for path in folder.glob("profiles-*.map"):
        profiles = Profiles(path, int(path.stem.removeprefix("profiles-")))
        try:
            profiles.forget(keys, now)
        finally:
            profiles.close()


def expire_profiles(folder: Path, now: float) -> None:
    for path in folder.glob("profiles-*.map"):
        profiles = Profiles(path, int(path.stem.removeprefix("profiles-")))
        try:
            profiles.expire(now)
        finally:
            profiles.close()


def _hashed(key: str) -> bytes:
    """16 evenly distributed bytes."""
    return blake2b(key.encode("utf-8", "replace"), digest_size=16).digest()


def _name(product: str) -> int:
    return int.from_bytes(hash_of_id(product.encode("utf-8", "replace").decode()), "little")


def _newer(known: Seen | None, seen: Seen) -> Seen:
    """The later of the two; what was bought stays so when it is looked at again."""
    if known is None:
        return seen
    later, before = (seen, known) if seen[1] >= known[1] else (known, seen)
    return (later[0], later[1], later[2] and max(later[2], before[2]))


def _latest(entry: bytes) -> int:
    """When anything was last seen or wished of it; 0 for an empty one."""
    _, _, not_before, count = _HEAD.unpack_from(entry)
    if not count:
        return int(not_before)
    return int.from_bytes(entry[_HEAD.size + 8 : _HEAD.size + 12], "little")
