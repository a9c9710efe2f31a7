"""How often a key may ask from one address: in Redis, if there is one, else on this machine."""

import asyncio
import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.cache.circuit import Circuit
from app.keys.buckets import Buckets, open_buckets

if TYPE_CHECKING:
    from app.redis import Redis

_TIMEOUT_S: Final = 0.025
_FAILURES: Final = 5
_OPEN_S: Final = 5.0
_PREFIX: Final = b"vitrina:rate:"
_TAKE: Final = """
local most = tonumber(ARGV[1])
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens, at = tonumber(kept[1]) or most, tonumber(kept[2]) or now
tokens = math.min(most, tokens + math.max(0, now - at) * most / 60)
local wait = 0
if tokens >= 1 then tokens = tokens - 1 else wait = (1 - tokens) * 60 / most end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', tostring(now))
redis.call('EXPIRE', KEYS[1], 61)
return tostring(wait)
"""


class KeyRates:
    """folder: of this machine, for the buckets. redis_url: shared by several machines; when it does
    not answer within 25 ms this machine counts alone. clock: seconds since the epoch.
    """

    def __init__(self, folder: Path, redis_url: str | None, clock: Callable[[], float]) -> None:
        self._folder = folder
        self._redis_url = redis_url
        self._clock = clock
        self._buckets: Buckets | None = None
        self._redis: Redis | None = None
        self._circuit = Circuit(_FAILURES, _OPEN_S, time.monotonic)

    async def take(self, key_id: str, address: str, salt: str, per_minute: int) -> float:
        """0 if the request may come in, else the seconds until one may.

        salt: a secret of the key, so that nobody can find the address that a bucket is of.
        """
        told = f"{key_id}|{address}".encode()
        bucket_id = hashlib.blake2b(told, key=salt.encode()[:64], digest_size=16).digest()
        if self._redis_url is not None and self._circuit.allows():
            waiting = await self._of_redis(bucket_id, per_minute)
            if waiting is not None:
                return waiting
        if self._buckets is None:
            self._buckets = open_buckets(self._folder)
        return self._buckets.take(bucket_id, per_minute, self._clock())

    async def close(self) -> None:
        if self._buckets is not None:
            self._buckets.close()
        if self._redis is not None:
            from app.redis import BACKEND_ERRORS

            try:
                async with asyncio.timeout(1.0):
                    await self._redis.aclose()
            except BACKEND_ERRORS:
                return

    async def _of_redis(self, bucket_id: bytes, per_minute: int) -> float | None:
        """None where it did not answer in time."""
        from app.redis import BACKEND_ERRORS, client  # slow to import

        if self._redis is None:
            self._redis = client(str(self._redis_url), 8)
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                told = await self._redis.eval(_TAKE, 1, _PREFIX + bucket_id, str(per_minute))
            waiting = float(told)
        except (*BACKEND_ERRORS, TypeError):
            self._circuit.failed()
            return None
        self._circuit.succeeded()
        return waiting
