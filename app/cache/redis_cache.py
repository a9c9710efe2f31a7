"""The result cache shared by all workers and replicas, in Redis."""

import asyncio
from collections.abc import Awaitable, Callable

from app.cache.circuit import Circuit
from app.cache.result_cache import CacheStats
from app.cache.seal import opened, sealed
from app.redis import BACKEND_ERRORS, client

KEY_PREFIX = b"vitrina:answer:"
BUSY_S = 0.01
_WRONG_TYPE = "WRONGTYPE"
"""Redis lives, and somebody else keeps something under our key."""


class RedisCache:
    """Answers in Redis. Never raises, never waits longer than `timeout_s` an operation.

    A request makes one get and one put, so the default keeps what a slow Redis can cost a
    request under 50 ms. After `failures` errors in a row the circuit opens: for `open_s`
    seconds no operation is tried and none costs anything; then one is tried.

    max_connections bounds the sockets of this worker; operations beyond it queue within their
    timeout. Redis itself must be told to forget (`maxmemory-policy allkeys-lru`).
    """

    def __init__(
        self,
        url: str,
        *,
        clock: Callable[[], float],
        timeout_s: float = 0.025,
        failures: int = 5,
        open_s: float = 5.0,
        max_connections: int = 8,
    ) -> None:
        # Our time limit is the only one, and also covers waiting for a connection, connecting and
        # the greeting.
        self._client = client(url, max_connections)
        # First come, first served, which redis-py's own BlockingConnectionPool is not: under load
        # it lets some wait until they are too late.
        self._free_connections = asyncio.Semaphore(max_connections)
        self._timeout_s = timeout_s
        self._clock = clock
        self._circuit = Circuit(failures, open_s, clock)
        self._hits = 0
        self._misses = 0
        self._errors = 0
        self._skipped = 0
        self._closed = False

    @property
    def stats(self) -> CacheStats:
        return CacheStats(
            backend="redis",
            hits=self._hits,
            misses=self._misses,
            errors=self._errors,
            skipped=self._skipped,
            circuit_open=self._circuit.is_open,
        )

    async def get(self, key: bytes) -> bytes | None:
        answer = await self._ask(lambda: self._client.get(KEY_PREFIX + key))
        body = opened(key, answer) if isinstance(answer, bytes) else None
        if body is None:
            self._errors += answer is not None  # somebody else writes under our keys
            self._misses += 1
        else:
            self._hits += 1
        return body

    async def put(self, key: bytes, body: bytes, ttl_s: int) -> None:
        if ttl_s > 0:
            await self._ask(lambda: self._client.set(KEY_PREFIX + key, sealed(key, body), ex=ttl_s))

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        try:
            async with asyncio.timeout(1.0):
                await self._client.aclose()
        except BACKEND_ERRORS:
            self._errors += 1

    async def _ask(self, operation: Callable[[], Awaitable[object]]) -> object:
        """The answer, or None when there is none in time."""
        if self._closed:
            return None
        if not self._circuit.allows():
            self._skipped += 1
            return None
        due = self._clock() + self._timeout_s
        try:
            async with asyncio.timeout(self._timeout_s), self._free_connections:
                answer = await operation()
        except BACKEND_ERRORS as error:
            self._errors += 1
            if str(error).startswith(_WRONG_TYPE):
                self._circuit.succeeded()
            # A timeout that itself comes late says that this process is busy, not that Redis is
            # slow. Under load, of all times, the cache must not be given up for that.
            elif self._clock() - due < BUSY_S:
                self._circuit.failed()
            return None
        self._circuit.succeeded()
        return answer
