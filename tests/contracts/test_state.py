"""What a State keeps to, in files alone and with a real Redis that two machines share."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from redis import Redis
from redis_server import RedisServer

from app.events.pseudonyms import event_key
from app.state import exchange
from app.state.archive import read
from app.state.embedded import EmbeddedState
from app.state.exchange import STREAM
from app.state.journal import StateError
from app.state.people import forget
from app.state.rows import EVENT_COLUMNS, Row
from app.state.upkeep import Kept

Scenario = Callable[[EmbeddedState], Awaitable[None]]
NOW = time.time()


def row(event_id: str, user: str | None = None) -> Row:
    known = {"key": event_key(event_id).hex(), "happened_at": NOW, "arrived": NOW, "type": "click"}
    given = known | {"shop": "main", "product": event_id, "trusted": 0, "bot": 0, "user_key": user}
    return [given.get(name) for name in EVENT_COLUMNS]


def state_in(folder: Path, redis_url: str | None = None) -> EmbeddedState:
    return EmbeddedState(
        folder, Kept(365, 1 << 40), sync=False, most_waiting_bytes=1 << 30, redis_url=redis_url,
        profiles=64,
    )  # fmt: skip


def seen(state: EmbeddedState, user: str) -> int:
    """How many products are known of a user at once."""
    return len(state.recent([user], NOW + 2))


async def add(state: EmbeddedState, *ids: str) -> None:
    await state.add([row(each) for each in ids], [event_key(each) for each in ids], NOW)


def there(state: EmbeddedState) -> list[str]:
    """Empty before the first sweep."""
    try:
        return sorted(each for (each,) in read(state.folder, "SELECT product FROM events"))
    except StateError:
        return []


async def until(true: Callable[[], bool], within_s: float = 60.0) -> None:
    async with asyncio.timeout(within_s):
        while not true():
            await asyncio.sleep(0.02)


@pytest.fixture(params=["files", "redis"])
def url(request: pytest.FixtureRequest) -> str | None:
    if request.param == "files":
        return None
    address: str = request.getfixturevalue("redis_server").url
    with Redis.from_url(address) as direct:
        direct.delete(STREAM)
    return address


def test_what_was_added_is_there_once_and_known(tmp_path: Path, url: str | None) -> None:
    async def scenario() -> None:
        state = state_in(tmp_path, url)
        state.start()
        await add(state, "a", "b")
        await add(state, "b", "c")
        assert state.were_here([event_key("a"), event_key("d")], NOW) == [True, False]
        assert await state.catch_up(60)
        assert there(state) == ["a", "b", "c"]
        await state.close()
        again = state_in(tmp_path, url)
        assert again.were_here([event_key("a")], NOW) == [True]
        again.start()
        await add(again, "a", "d")
        assert await again.catch_up(60)
        assert there(again) == ["a", "b", "c", "d"]
        await again.close()

    asyncio.run(scenario())


def test_two_workers_of_a_machine_and_only_one_sweeps(tmp_path: Path, url: str | None) -> None:
    async def scenario() -> None:
        one, other = state_in(tmp_path, url), state_in(tmp_path, url)
        one.start()
        other.start()
        await add(one, "a")
        assert other.were_here([event_key("a")], NOW) == [True]
        await add(other, "b", "a")
        await one.add([row("theirs", "me")], [event_key("theirs")], NOW)
        assert seen(one, "me") == seen(other, "me") == 1
        assert await one.catch_up(60)
        assert await other.catch_up(60)
        assert there(one) == ["a", "b", "theirs"]
        await one.close()
        await add(other, "c")
        assert await other.catch_up(60)
        assert there(other) == ["a", "b", "c", "theirs"]
        await other.close()
        again = state_in(tmp_path, url)
        assert seen(again, "me") == 1
        await again.close()

    asyncio.run(scenario())


def test_machines_share_what_they_were_told_and_forget_together(
    tmp_path: Path, redis_server: RedisServer
) -> None:
    async def scenario() -> None:
        north = state_in(tmp_path / "north", redis_server.url)
        south = state_in(tmp_path / "south", redis_server.url)
        north.start()
        south.start()
        await add(north, "n", "both")
        await add(south, "s", "both")
        for each in (north, south):
            await until(lambda each=each: len(there(each)) >= 3)
            assert there(each) == ["both", "n", "s"]
        await north.add([row("mine", "me")], [event_key("mine")], NOW)
        await until(lambda: "mine" in there(south))
        await until(lambda: seen(south, "me") == 1)
        forget(north.folder, "me", NOW + 1)
        await until(lambda: bool(read(south.folder, "SELECT 1 FROM hidden WHERE key = 'me'")))
        assert seen(north, "me") == 0
        await until(lambda: seen(south, "me") == 0)
        with Redis.from_url(redis_server.url) as direct:  # what nobody of us wrote
            direct.xadd(STREAM, {"machine": "x", "rows": b"{"})
            direct.xadd(STREAM, {"machine": "x", "rows": b'{"events": [[1]]}'})
            direct.xadd(STREAM, {"other": "x"})
        await add(north, "after")
        await until(lambda: "after" in there(south))
        await north.close()
        await south.close()

    with Redis.from_url(redis_server.url) as direct:
        direct.delete(STREAM)
    asyncio.run(scenario())


def test_nobody_waits_for_a_redis_that_is_gone_and_it_is_told_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "AGAIN_S", 0.2)
    server = RedisServer(tmp_path)

    async def scenario() -> None:
        north = state_in(tmp_path / "north", server.url)
        south = state_in(tmp_path / "south", server.url)
        north.start()
        south.start()
        begun = time.perf_counter()
        await add(north, "while it was away")
        assert time.perf_counter() - begun < 1
        assert await north.catch_up(60)
        server.start()
        await until(lambda: there(south) == ["while it was away"])
        server.stop()
        await add(south, "gone again")
        assert await south.catch_up(60)
        await south.add([row("mine", "me")], [event_key("mine")], NOW)
        server.start()  # empty
        await until(lambda: len(there(north)) == 3)
        await until(lambda: seen(north, "me") == seen(south, "me") == 1)
        with Redis.from_url(server.url) as direct:
            direct.config_set("maxmemory", "1mb")
            direct.config_set("maxmemory-policy", "noeviction")
            await add(north, "while it was full")
            assert await north.catch_up(60)
            await asyncio.sleep(0.5)
            assert "while it was full" not in there(south)
            direct.config_set("maxmemory", "0")
        await until(lambda: len(there(south)) == 4)
        await north.close()
        await south.close()

    try:
        asyncio.run(scenario())
    finally:
        server.stop()
