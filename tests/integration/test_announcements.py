"""A new generation is heard over a real Redis, also after Redis was away."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from redis_server import RedisServer, free_port, require_redis_server

from app.announcements import CHANNEL, Announcement, Announcements


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    require_redis_server()
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.stop()


async def until(true: Callable[[], bool], within_s: float = 60.0) -> None:
    give_up = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < give_up, "it did not happen in time"
        await asyncio.sleep(0.01)


begun: list[bool] = []
"""One entry each time that the listener of `with_listener` began to listen."""


def with_listener(
    url: str, scenario: Callable[[Announcements, list[Announcement]], Awaitable[None]]
) -> None:
    async def session() -> None:
        announcements = Announcements(url, first_pause_s=0.01, longest_pause_s=0.05)
        heard: list[Announcement] = []

        async def remember(announcement: Announcement) -> None:
            heard.append(announcement)

        begun.clear()
        listener = asyncio.create_task(
            announcements.listen(remember, lambda: begun.append(announcements.listening))
        )
        try:
            await scenario(announcements, heard)
            assert not listener.done()
        finally:
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)
            assert not announcements.listening
            await announcements.close()

    asyncio.run(session())


def test_everybody_hears_it(server: RedisServer) -> None:
    async def scenario(announcements: Announcements, heard: list[Announcement]) -> None:
        await until(lambda: announcements.listening)
        builder = Announcements(server.url)
        assert await builder.publish("main", "g-1")
        assert await builder.publish("fashion_de", "g-2")
        await builder.close()
        await until(lambda: len(heard) == 2)
        assert heard == [
            Announcement(index="main", generation="g-1"),
            Announcement(index="fashion_de", generation="g-2"),
        ]

    with_listener(server.url, scenario)


def test_what_nobody_here_sent_is_passed_over(server: RedisServer) -> None:
    async def scenario(announcements: Announcements, heard: list[Announcement]) -> None:
        await until(lambda: announcements.listening)
        for body in (
            b"",
            b"\xff\xfe",
            b"[]",
            b"{}",
            b'{"index": 1, "generation": "g"}',
            b'{"index": "", "generation": "g"}',
            b'{"index": "' + b"x" * 1_000 + b'", "generation": "g"}',
        ):
            await announcements._client.publish(CHANNEL, body)
        await announcements.publish("main", "g-1")
        await until(lambda: bool(heard))
        assert [announcement.generation for announcement in heard] == ["g-1"]

    with_listener(server.url, scenario)


def test_listens_again_when_redis_is_back(server: RedisServer) -> None:
    async def scenario(announcements: Announcements, heard: list[Announcement]) -> None:
        await until(lambda: announcements.listening)
        server.stop()
        await until(lambda: not announcements.listening)
        assert not await announcements.publish("main", "lost")
        server.start()
        await until(lambda: announcements.listening)
        assert await announcements.publish("main", "g-2")
        await until(lambda: bool(heard))
        assert heard == [Announcement(index="main", generation="g-2")]
        assert announcements.errors >= 2
        assert begun == [True, True]

    with_listener(server.url, scenario)


def test_pauses_grow_while_redis_is_down() -> None:
    async def scenario() -> None:
        pauses: list[float] = []

        async def pause(seconds: float) -> None:
            pauses.append(seconds)
            await asyncio.sleep(0)

        announcements = Announcements(f"redis://127.0.0.1:{free_port()}/0", pause=pause)

        async def never(announcement: Announcement) -> None:
            raise AssertionError(announcement)

        listener = asyncio.create_task(announcements.listen(never))
        await until(lambda: len(pauses) >= 8)
        listener.cancel()
        await asyncio.gather(listener, return_exceptions=True)
        await announcements.close()
        assert pauses[:8] == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]

    asyncio.run(scenario())


def test_a_silent_connection_is_asked_and_given_up() -> None:
    """A peer that accepts the subscription and is then cut off without a word."""

    async def scenario() -> None:
        subscribed = pings = 0

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal subscribed, pings
            while line := await reader.readline():
                if line.upper() == b"CLIENT\r\n":
                    writer.write(b"+OK\r\n")
                if line.upper() == b"SUBSCRIBE\r\n":
                    subscribed += 1
                    told = b"$%d\r\n%s\r\n" % (len(CHANNEL), CHANNEL.encode())
                    writer.write(b"*3\r\n$9\r\nsubscribe\r\n" + told + b":1\r\n")
                pings += line.upper() == b"PING\r\n"
            writer.close()

        stand_in = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = stand_in.sockets[0].getsockname()[1]
        announcements = Announcements(
            f"redis://127.0.0.1:{port}/0", first_pause_s=0.01, ping_every_s=0.05
        )

        async def ignore(announcement: Announcement) -> None:
            return None

        listener = asyncio.create_task(announcements.listen(ignore))
        try:
            await until(lambda: subscribed >= 3 and pings >= 2)
        finally:
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)
            await announcements.close()
            stand_in.close()

    asyncio.run(scenario())


def test_a_healthy_silent_connection_is_kept(server: RedisServer) -> None:
    async def scenario() -> None:
        announcements = Announcements(server.url, ping_every_s=0.05)
        heard: list[Announcement] = []

        async def remember(announcement: Announcement) -> None:
            heard.append(announcement)

        listener = asyncio.create_task(announcements.listen(remember))
        await until(lambda: announcements.listening)
        await asyncio.sleep(0.5)
        assert announcements.errors == 0
        assert await announcements.publish("main", "g-1")
        await until(lambda: bool(heard))
        listener.cancel()
        await asyncio.gather(listener, return_exceptions=True)
        await announcements.close()

    asyncio.run(scenario())
