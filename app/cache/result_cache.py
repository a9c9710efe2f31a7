"""Finished answers, kept for requests that come again.

The key holds the generation and the whole normalised request, so no entry is ever wrong and
nothing needs invalidating: entries of an old generation are simply not asked for again and
leave by age. A cache that fails costs hit rate and nothing else.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

ENTRY_OVERHEAD_BYTES = 250  # what Python adds to key and body; measured: 251


@dataclass(frozen=True, slots=True)
class CacheStats:
    """Counts since the cache was made. hits + misses = number of calls of `get`.

    errors: failed or late operations of the backend, gets and puts together.
    skipped: operations not even tried because the circuit was open.
    circuit_open: the backend is being left alone after repeated errors.
    """

    backend: str
    hits: int = 0
    misses: int = 0
    errors: int = 0
    skipped: int = 0
    circuit_open: bool = False


class ResultCache(Protocol):
    """Bytes by key, for a while. No operation raises because of the backend.

    put with ttl_s <= 0 stores nothing. put of a known key replaces body and lifetime.
    close may be called twice; after it every get misses and every put is dropped.
    """

    @property
    def stats(self) -> CacheStats: ...

    async def get(self, key: bytes) -> bytes | None: ...

    async def put(self, key: bytes, body: bytes, ttl_s: int) -> None: ...

    async def close(self) -> None: ...


class NoCache:
    """Remembers nothing."""

    def __init__(self) -> None:
        self._misses = 0

    @property
    def stats(self) -> CacheStats:
        return CacheStats(backend="none", misses=self._misses)

    async def get(self, key: bytes) -> bytes | None:
        self._misses += 1
        return None

    async def put(self, key: bytes, body: bytes, ttl_s: int) -> None:
        return None

    async def close(self) -> None:
        return None


class MemoryCache:
    """Least recently used entries of this worker process, bounded by bytes and by age.

    Each worker has its own: with N workers the memory is N times `max_bytes`, and a request
    is answered from the cache only by a worker that has seen it.
    clock: seconds, never going back (`time.monotonic`).
    """

    def __init__(self, max_bytes: int, clock: Callable[[], float]) -> None:
        if max_bytes <= 0:
            raise ValueError(f"max_bytes must be above 0, not {max_bytes}; use NoCache for none")
        self._max_bytes = max_bytes
        self._clock = clock
        self._entries: OrderedDict[bytes, tuple[float, bytes]] = OrderedDict()
        self._used_bytes = 0
        self._hits = 0
        self._misses = 0
        self._closed = False

    @property
    def stats(self) -> CacheStats:
        return CacheStats(backend="memory", hits=self._hits, misses=self._misses)

    @property
    def used_bytes(self) -> int:
        """Keys, bodies and an estimate of what Python adds; never above max_bytes."""
        return self._used_bytes

    async def get(self, key: bytes) -> bytes | None:
        entry = self._entries.get(key)
        if entry is not None and entry[0] <= self._clock():
            self._drop(key)
            entry = None
        if entry is None:
            self._misses += 1
            return None
        self._entries.move_to_end(key)
        self._hits += 1
        return entry[1]

    async def put(self, key: bytes, body: bytes, ttl_s: int) -> None:
        if self._closed or ttl_s <= 0:
            return
        if key in self._entries:
            self._drop(key)
        size = _entry_bytes(key, body)
        if size > self._max_bytes:
            return  # would push out everything else and still not fit
        while self._used_bytes + size > self._max_bytes:
            self._drop(next(iter(self._entries)))
        self._entries[key] = (self._clock() + ttl_s, body)
        self._used_bytes += size

    async def close(self) -> None:
        self._closed = True
        self._entries.clear()
        self._used_bytes = 0

    def _drop(self, key: bytes) -> None:
        self._used_bytes -= _entry_bytes(key, self._entries.pop(key)[1])


def _entry_bytes(key: bytes, body: bytes) -> int:
    return len(key) + len(body) + ENTRY_OVERHEAD_BYTES


def make_cache(
    *, redis_url: str | None, memory_bytes: int, clock: Callable[[], float]
) -> ResultCache:
    """Redis when there is a URL, else memory when it may use any, else none.

    Connects on first use, so a Redis that is down does not keep the service from starting.
    Raises ValueError when the URL itself cannot be understood.
    """
    if redis_url:
        from app.cache.redis_cache import RedisCache

        return RedisCache(redis_url, clock=clock)
    if memory_bytes > 0:
        return MemoryCache(memory_bytes, clock)
    return NoCache()
