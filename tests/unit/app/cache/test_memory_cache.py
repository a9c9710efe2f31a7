import asyncio

import pytest

from app.cache.result_cache import ENTRY_OVERHEAD_BYTES, MemoryCache


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_age_by_the_clock() -> None:
    async def scenario() -> None:
        clock = Clock()
        cache = MemoryCache(10_000, clock)
        await cache.put(b"k", b"v", 10)
        clock.now += 9.9
        assert await cache.get(b"k") == b"v"
        clock.now += 0.1
        assert await cache.get(b"k") is None
        assert cache.used_bytes == 0

    asyncio.run(scenario())


def test_the_least_recently_used_leaves_first() -> None:
    async def scenario() -> None:
        room_for_three = 3 * (1 + 10 + ENTRY_OVERHEAD_BYTES)
        cache = MemoryCache(room_for_three, Clock())
        for key in (b"a", b"b", b"c"):
            await cache.put(key, b"x" * 10, 60)
        assert cache.used_bytes == room_for_three
        await cache.get(b"a")
        await cache.put(b"d", b"x" * 10, 60)
        found = [await cache.get(key) for key in (b"a", b"b", b"c", b"d")]
        assert [body is not None for body in found] == [True, False, True, True]
        assert cache.used_bytes == room_for_three

    asyncio.run(scenario())


def test_what_cannot_fit_pushes_nothing_out() -> None:
    async def scenario() -> None:
        cache = MemoryCache(1_000, Clock())
        await cache.put(b"a", b"small", 60)
        await cache.put(b"b", b"x" * 1_000, 60)
        assert await cache.get(b"a") == b"small"
        assert await cache.get(b"b") is None
        await cache.put(b"a", b"x" * 1_000, 60)  # replaced by something too large: gone, not old
        assert await cache.get(b"a") is None
        assert cache.used_bytes == 0

    asyncio.run(scenario())


def test_needs_room() -> None:
    with pytest.raises(ValueError, match="NoCache"):
        MemoryCache(0, Clock())
