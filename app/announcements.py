"""New generations, told to every worker and replica through Redis pub/sub.

Only a short cut: polling CURRENT finds every new generation anyway (app/generations.py), so a
message lost, repeated, or made up costs nothing but a look at CURRENT.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from app.redis import BACKEND_ERRORS, PubSub, client

CHANNEL = "vitrina:generations"
CONNECT_TIMEOUT_S = 2.0
PUBLISH_TIMEOUT_S = 1.0

Name = Annotated[str, StringConstraints(min_length=1, max_length=256)]


class Announcement(BaseModel):
    """An index has a new generation."""

    model_config = ConfigDict(frozen=True, strict=True)

    index: Name
    generation: Name


Heard = Callable[[Announcement], Awaitable[None]]
Pause = Callable[[float], Awaitable[None]]


class Announcements:
    """Tells and hears of new generations. Never raises because of Redis.

    first_pause_s, longest_pause_s: between attempts to connect again, doubled each time.
    ping_every_s: a silent connection is asked for a sign of life, and given up when there is
    none by the next time: a network does not always say that the other end is gone.
    """

    def __init__(
        self,
        url: str,
        *,
        first_pause_s: float = 0.1,
        longest_pause_s: float = 5.0,
        ping_every_s: float = 15.0,
        pause: Pause = asyncio.sleep,
    ) -> None:
        self._client = client(url, connect_timeout_s=CONNECT_TIMEOUT_S)
        self._first_pause_s = first_pause_s
        self._longest_pause_s = longest_pause_s
        self._ping_every_s = ping_every_s
        self._pause = pause
        self._listening = False
        self._errors = 0

    @property
    def listening(self) -> bool:
        """True while subscribed; False means that only polling finds new generations."""
        return self._listening

    @property
    def errors(self) -> int:
        """Lost connections and failed messages since the start."""
        return self._errors

    async def publish(self, index: str, generation: str) -> bool:
        """Tell everybody; False when Redis did not take it within a second."""
        message = Announcement(index=index, generation=generation)
        try:
            async with asyncio.timeout(PUBLISH_TIMEOUT_S):
                await self._client.publish(CHANNEL, message.model_dump_json())
        except BACKEND_ERRORS:
            self._errors += 1
            return False
        return True

    async def listen(self, heard: Heard, connected: Callable[[], None] = lambda: None) -> None:
        """Call `heard` with every announcement, one after the other, until cancelled.

        connected: called whenever listening begins (again), as what was told before was missed.
        An error of either is the caller's and ends the listening.
        """
        pause_s = self._first_pause_s
        while True:
            subscription = self._client.pubsub(ignore_subscribe_messages=True)
            try:
                await self._subscribe(subscription)
                if self._listening:
                    pause_s = self._first_pause_s
                    connected()
                    await self._hear(subscription, heard)
            finally:
                self._listening = False
                await _close_quietly(subscription.aclose)
            self._errors += 1
            await self._pause(pause_s)
            pause_s = min(pause_s * 2, self._longest_pause_s)

    async def close(self) -> None:
        await _close_quietly(self._client.aclose)

    async def _subscribe(self, subscription: PubSub) -> None:
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                await subscription.subscribe(CHANNEL)
        except BACKEND_ERRORS:
            return
        self._listening = True

    async def _hear(self, subscription: PubSub, heard: Heard) -> None:
        """Return when the connection is lost."""
        waiting_for_a_sign = False
        while True:
            try:
                message = await subscription.get_message(timeout=self._ping_every_s)
                if message is None:
                    if waiting_for_a_sign:
                        return
                    async with asyncio.timeout(CONNECT_TIMEOUT_S):
                        await subscription.ping()
            except BACKEND_ERRORS:
                return
            waiting_for_a_sign = message is None
            if message is not None and message["type"] == "message":
                announcement = _read(message["data"])
                if announcement is not None:
                    await heard(announcement)


def announce(url: str, index: str, generation: str) -> bool:
    """Tell everybody once, from code that is not asynchronous; False when Redis did not take it.

    generation: the snapshot's id will do; who hears it looks at CURRENT anyway.
    """

    async def tell() -> bool:
        announcements = Announcements(url)
        try:
            return await announcements.publish(index, generation)
        finally:
            await announcements.close()

    return asyncio.run(tell())


def _read(body: bytes) -> Announcement | None:
    """None for what no Vitrina sent."""
    try:
        return Announcement.model_validate_json(body)
    except ValidationError:
        return None


async def _close_quietly(close: Callable[[], Awaitable[None]]) -> None:
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            await close()
    except BACKEND_ERRORS:
        return
