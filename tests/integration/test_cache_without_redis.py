"""A dead, slow, lying or returning Redis costs hit rate and nothing else."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis_server import RedisServer, free_port, require_redis_server

from app.cache.redis_cache import RedisCache

# Of a machine that other tests keep busy: a thousand waits of 25 ms would take 25 s.
SLACK_S = 5.0


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def tcp_server(answer: bytes | None, delay_s: float = 0.0) -> AsyncIterator[str]:
    """Accepts everything; answers every read with `answer`, or never."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.read(4096):
                if answer is not None:
                    await asyncio.sleep(delay_s)
                    writer.write(answer)
                    await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0"
    finally:
        server.close()


async def fails_five_times_then_rests(cache: RedisCache, clock: Clock) -> None:
    started = time.perf_counter()
    for _ in range(5):
        assert await cache.get(b"k") is None
    assert time.perf_counter() - started < 5 * 0.025 + SLACK_S
    assert cache.stats.errors == 5
    assert cache.stats.circuit_open

    started = time.perf_counter()
    for _ in range(1_000):
        assert await cache.get(b"k") is None
        await cache.put(b"k", b"v", 60)
    assert time.perf_counter() - started < SLACK_S
    assert cache.stats.errors == 5
    assert cache.stats.skipped == 2_000
    assert cache.stats.misses == 1_005

    clock.now += 5.0
    await asyncio.gather(*(cache.get(b"k") for _ in range(50)))
    assert cache.stats.errors == 6  # one was sent to look, the others did not wait for it
    assert cache.stats.circuit_open


def test_refused_connections() -> None:
    async def scenario() -> None:
        clock = Clock()
        cache = RedisCache(f"redis://127.0.0.1:{free_port()}/0", clock=clock)
        await fails_five_times_then_rests(cache, clock)
        await cache.close()

    asyncio.run(scenario())


def test_a_server_that_never_answers() -> None:
    async def scenario() -> None:
        async with tcp_server(None) as url:
            clock = Clock()
            cache = RedisCache(url, clock=clock)
            await fails_five_times_then_rests(cache, clock)
            await cache.close()

    asyncio.run(scenario())


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"$zz\r\n", b"\x00\xff"])
def test_a_server_that_is_not_redis(answer: bytes) -> None:
    async def scenario() -> None:
        async with tcp_server(answer) as url:
            cache = RedisCache(url, clock=Clock())
            for _ in range(5):
                assert await cache.get(b"k") is None
                await cache.put(b"k", b"v", 60)
            assert cache.stats.errors == 5
            assert cache.stats.circuit_open
            await cache.close()

    asyncio.run(scenario())


def test_a_burst_on_a_server_that_never_answers_is_bounded() -> None:
    async def scenario() -> None:
        async with tcp_server(None) as url:
            cache = RedisCache(url, clock=Clock(), max_connections=4)
            started = time.perf_counter()
            found = await asyncio.gather(*(cache.get(b"%d" % n) for n in range(100)))
            assert time.perf_counter() - started < 0.025 + SLACK_S
            assert found == [None] * 100
            assert cache.stats.circuit_open
            await cache.close()

    asyncio.run(scenario())


def test_a_late_answer_never_reaches_another_request() -> None:
    async def scenario() -> None:
        async with tcp_server(b"$5\r\nfirst\r\n", delay_s=0.06) as url:
            cache = RedisCache(url, clock=Clock(), failures=100)
            for n in range(4):
                assert await cache.get(b"%d" % n) is None
                await asyncio.sleep(0.08)  # time for the late answer to arrive somewhere
            assert cache.stats.hits == 0
            assert cache.stats.errors == 4
            await cache.close()

    asyncio.run(scenario())


def test_goes_on_when_redis_dies_and_comes_back(tmp_path: Path) -> None:
    require_redis_server()
    server = RedisServer(tmp_path)

    async def scenario() -> None:
        clock = Clock()
        cache = RedisCache(server.url, clock=clock, timeout_s=1.0)
        await cache.put(b"k", b"v", 60)
        assert await cache.get(b"k") == b"v"

        server.stop()
        for _ in range(10):
            assert await cache.get(b"k") is None
        assert cache.stats.circuit_open
        assert cache.stats.errors == 5

        server.start()
        assert await cache.get(b"k") is None  # still resting
        clock.now += 5.0
        await cache.put(b"k", b"again", 60)
        assert not cache.stats.circuit_open
        assert await cache.get(b"k") == b"again"
        await cache.close()

    try:
        server.start()
        asyncio.run(scenario())
    finally:
        server.stop()


def test_a_full_redis_still_answers_gets(tmp_path: Path) -> None:
    require_redis_server()
    server = RedisServer(tmp_path)

    async def scenario() -> None:
        cache = RedisCache(server.url, clock=Clock(), timeout_s=1.0)
        await cache.put(b"k", b"v", 60)
        await cache._client.config_set("maxmemory", "1")
        await cache._client.config_set("maxmemory-policy", "noeviction")
        await cache.put(b"other", b"v", 60)
        assert cache.stats.errors == 1
        assert await cache.get(b"k") == b"v"
        await cache.close()

    try:
        server.start()
        asyncio.run(scenario())
    finally:
        server.stop()


def test_a_busy_process_does_not_blame_redis(tmp_path: Path) -> None:
    require_redis_server()
    server = RedisServer(tmp_path)

    async def hold_up_the_loop() -> None:
        await asyncio.sleep(0)
        time.sleep(0.1)

    async def scenario() -> None:
        cache = RedisCache(server.url, clock=time.monotonic, failures=1)
        await asyncio.gather(cache.get(b"k"), hold_up_the_loop())
        assert cache.stats.errors == 1
        assert not cache.stats.circuit_open
        await cache.close()

    try:
        server.start()
        asyncio.run(scenario())
    finally:
        server.stop()


def test_more_requests_than_connections_take_turns(tmp_path: Path) -> None:
    require_redis_server()
    server = RedisServer(tmp_path)

    async def scenario() -> None:
        cache = RedisCache(server.url, clock=time.monotonic, timeout_s=2.0, max_connections=2)
        await cache.put(b"k", b"v", 60)

        async def ask_often() -> None:
            for _ in range(20):
                assert await cache.get(b"k") == b"v"

        await asyncio.gather(*(ask_often() for _ in range(32)))
        assert cache.stats.errors == 0
        assert int((await cache._client.info("clients"))["connected_clients"]) <= 2
        await cache.close()

    try:
        server.start()
        asyncio.run(scenario())
    finally:
        server.stop()
