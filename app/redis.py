"""Every client of Redis is made here; the library is slow to import, so this module is, too."""

from typing import Final

import redis
from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoPermissionError, NoScriptError, RedisError, ResponseError
from redis.retry import Retry as SyncRetry

__all__ = [
    "BACKEND_ERRORS", "NoPermissionError", "NoScriptError", "PubSub", "Redis", "ResponseError",
    "SyncRedis", "check_url", "client", "ping", "sync_client",
]  # fmt: skip
SyncRedis = redis.Redis

# What a client of a dead, slow, full or foreign server can run into. ValueError: something that
# is not Redis answered with what cannot be parsed. TimeoutError is asyncio's and the socket's.
BACKEND_ERRORS: Final = (RedisError, OSError, TimeoutError, EOFError, ValueError)


def client(
    url: str, max_connections: int | None = None, connect_timeout_s: float | None = None
) -> Redis:
    """Connects on first use, and closes its connections with `aclose`.

    No retries, and no time limit of an operation: both are the caller's, who knows what waits.
    Raises ValueError or TypeError for a URL that cannot be understood.
    """
    pool = ConnectionPool.from_url(
        url,
        max_connections=max_connections,
        socket_timeout=None,
        socket_connect_timeout=connect_timeout_s,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
    )
    return Redis.from_pool(pool)


def sync_client(url: str, timeout_s: float, max_connections: int = 32) -> "redis.Redis":
    """For threads; no retries, because a command that was sent may have been done.

    timeout_s: of connecting, of one answer, and of waiting for a free connection.
    """
    pool = redis.BlockingConnectionPool.from_url(
        url,
        max_connections=max_connections,
        timeout=timeout_s,
        socket_timeout=timeout_s,
        socket_connect_timeout=timeout_s,
        retry=SyncRetry(NoBackoff(), 0),
        protocol=2,
    )
    return redis.Redis.from_pool(pool)


def check_url(url: str) -> None:
    """Options that the client does not know would fail at every request. Connects to nothing.

    Raises ValueError or TypeError.
    """
    client(url).connection_pool.make_connection()  # type: ignore[no-untyped-call]


def ping(url: str, within_s: float) -> None:
    """Raises RedisError or OSError when it does not answer."""
    with redis.Redis.from_url(
        url, socket_timeout=within_s, socket_connect_timeout=within_s
    ) as sync_client:
        sync_client.ping()
