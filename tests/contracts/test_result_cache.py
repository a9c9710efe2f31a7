"""What every ResultCache keeps to, on the real thing: no cache, memory, a running Redis."""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable

import pytest
from redis import Redis
from redis_server import RedisServer

from app.cache.redis_cache import KEY_PREFIX, RedisCache
from app.cache.result_cache import MemoryCache, NoCache, ResultCache, make_cache

Scenario = Callable[[ResultCache], Awaitable[None]]
MakeCache = Callable[[], ResultCache]
# Generous here, so that a busy machine does not fail a suite about meaning; the bound on time
# has its own tests in tests/integration/test_cache_without_redis.py.
PATIENT_S = 5.0


@pytest.fixture(params=["none", "memory", "redis"])
def new_cache(request: pytest.FixtureRequest) -> MakeCache:
    if request.param == "none":
        return NoCache
    if request.param == "memory":
        return lambda: MemoryCache(100_000, time.monotonic)
    url = request.getfixturevalue("redis_server").url
    return lambda: RedisCache(url, clock=time.monotonic, timeout_s=PATIENT_S)


def run(new_cache: MakeCache, scenario: Scenario) -> None:
    async def session() -> None:
        cache = new_cache()
        try:
            await scenario(cache)
        finally:
            await cache.close()

    asyncio.run(session())


def unique() -> bytes:
    return uuid.uuid4().bytes


def test_unknown_key_misses(new_cache: MakeCache) -> None:
    async def scenario(cache: ResultCache) -> None:
        assert await cache.get(unique()) is None
        assert (cache.stats.hits, cache.stats.misses) == (0, 1)

    run(new_cache, scenario)


@pytest.mark.parametrize("body", [b'{"hits":[]}', b"", bytes(range(256)), b"x" * 50_000])
def test_returns_the_same_bytes_or_nothing(new_cache: MakeCache, body: bytes) -> None:
    async def scenario(cache: ResultCache) -> None:
        key = unique()
        await cache.put(key, body, 60)
        found = await cache.get(key)
        if isinstance(cache, NoCache):
            assert found is None
        else:
            assert found == body
            assert type(found) is bytes
            assert cache.stats.hits == 1

    run(new_cache, scenario)


def test_the_last_put_wins(new_cache: MakeCache) -> None:
    async def scenario(cache: ResultCache) -> None:
        key = unique()
        await cache.put(key, b"old", 60)
        await cache.put(key, b"new", 60)
        assert await cache.get(key) in {b"new", None}
        assert isinstance(cache, NoCache) or await cache.get(key) == b"new"

    run(new_cache, scenario)


def test_keys_do_not_mix(new_cache: MakeCache) -> None:
    async def scenario(cache: ResultCache) -> None:
        base = unique()
        keys = [base + suffix for suffix in (b"", b"\x00", b"\r\n", b" ", b"a", b"A")]
        for position, key in enumerate(keys):
            await cache.put(key, b"%d" % position, 60)
        found = [await cache.get(key) for key in keys]
        expected = [b"%d" % position for position in range(len(keys))]
        assert found == ([None] * len(keys) if isinstance(cache, NoCache) else expected)

    run(new_cache, scenario)


@pytest.mark.parametrize("ttl_s", [0, -1])
def test_no_lifetime_no_entry(new_cache: MakeCache, ttl_s: int) -> None:
    async def scenario(cache: ResultCache) -> None:
        key = unique()
        await cache.put(key, b"gone", ttl_s)
        assert await cache.get(key) is None
        assert cache.stats.errors == 0

    run(new_cache, scenario)


def test_entries_die_of_age(new_cache: MakeCache) -> None:
    async def scenario(cache: ResultCache) -> None:
        key = unique()
        await cache.put(key, b"brief", 1)
        await asyncio.sleep(1.2)
        assert await cache.get(key) is None

    run(new_cache, scenario)


def test_many_at_once(new_cache: MakeCache) -> None:
    async def scenario(cache: ResultCache) -> None:
        keys = [unique() for _ in range(200)]
        await asyncio.gather(*(cache.put(key, key, 60) for key in keys))
        found = await asyncio.gather(*(cache.get(key) for key in keys))
        assert found == ([None] * 200 if isinstance(cache, NoCache) else keys)
        assert cache.stats.hits + cache.stats.misses == 200
        assert cache.stats.errors == 0
        assert not cache.stats.circuit_open

    run(new_cache, scenario)


def test_closed_twice_and_used_after(new_cache: MakeCache) -> None:
    async def scenario(cache: ResultCache) -> None:
        key = unique()
        await cache.put(key, b"body", 60)
        await cache.close()
        await cache.close()
        await cache.put(key, b"body", 60)
        assert await cache.get(key) is None

    run(new_cache, scenario)


@pytest.mark.parametrize(
    "damage",
    [
        lambda entry: entry[:-1],
        lambda entry: entry[: len(entry) // 2],
        lambda entry: entry + b"x",
        lambda entry: entry[:-1] + b"!",
        lambda entry: entry.replace(b"hits", b"bits"),
        lambda _: b"",
        lambda _: b'{"hits":[]}',
        lambda _: bytes(range(256)),
    ],
    ids=["cut", "half", "longer", "changed", "inside", "empty", "json", "bytes"],
)
def test_foreign_bytes_are_a_miss(
    redis_server: RedisServer, damage: Callable[[bytes], bytes]
) -> None:
    async def scenario() -> None:
        cache = RedisCache(redis_server.url, clock=time.monotonic, timeout_s=PATIENT_S)
        key, other = unique(), unique()
        body = b'{"hits":[1,2,3]}'
        await cache.put(key, body, 60)
        with Redis.from_url(redis_server.url) as direct:
            entry = direct.get(KEY_PREFIX + key)
            direct.set(KEY_PREFIX + key, damage(entry))
            direct.set(KEY_PREFIX + other, entry)
            assert await cache.get(key) is None
            assert await cache.get(other) is None, "an entry of another key"
            assert (cache.stats.hits, cache.stats.misses, cache.stats.errors) == (0, 2, 2)
            await cache.put(key, body, 60)
            assert await cache.get(key) == body, "the next answer takes its place"
        await cache.close()

    asyncio.run(scenario())


def test_keys_of_another_type_are_a_miss_and_no_reason_to_give_redis_up(
    redis_server: RedisServer,
) -> None:
    async def scenario() -> None:
        cache = RedisCache(redis_server.url, clock=time.monotonic, timeout_s=PATIENT_S)
        keys = [unique() for _ in range(20)]
        with Redis.from_url(redis_server.url) as direct:
            for key in keys:
                direct.lpush(KEY_PREFIX + key, b"of somebody else")
        for key in keys:
            assert await cache.get(key) is None
        assert not cache.stats.circuit_open
        await cache.put(keys[0], b"body", 60)
        assert await cache.get(keys[0]) == b"body"
        await cache.close()

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("redis_url", "memory_bytes", "backend"),
    [
        (None, 0, "none"),
        ("", 0, "none"),
        (None, 1, "memory"),
        ("redis://127.0.0.1:1/0", 0, "redis"),
        ("redis://127.0.0.1:1/0", 1_000, "redis"),
    ],
)
def test_make_cache_chooses(redis_url: str | None, memory_bytes: int, backend: str) -> None:
    cache = make_cache(redis_url=redis_url, memory_bytes=memory_bytes, clock=time.monotonic)
    assert cache.stats.backend == backend


def test_make_cache_refuses_what_is_no_url() -> None:
    with pytest.raises(ValueError, match="redis://"):
        make_cache(redis_url="localhost:6379", memory_bytes=0, clock=time.monotonic)
