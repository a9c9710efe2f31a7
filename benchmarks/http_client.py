"""A load generator for one service: kept-alive connections, closed or open loop.

It shares the machine with the service, so it is as cheap as can be: no header is parsed but
Content-Length. Latencies are in ms.
"""

import asyncio
import itertools
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import numpy as np


@dataclass(slots=True)
class Measured:
    """What one kind of request took. seconds: of the clock, from the first to the last."""

    seconds: float = 0.0
    ms: list[float] = field(default_factory=list)
    refused: int = 0
    """Answers other than 200; not among `ms`."""

    @property
    def rate(self) -> float:
        return len(self.ms) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        return float(np.percentile(self.ms, share)) if self.ms else float("nan")

    def __str__(self) -> str:
        told = f"{self.percentile(50):8.2f} {self.percentile(99):8.2f}"
        return told + (f"  ({self.refused} refused)" if self.refused else "")


class Connection:
    """HTTP/1.1, one request at a time. Raises OSError or EOFError when the service hangs up."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def to(cls, url: str) -> "Connection":
        place = urlsplit(url)
        return cls(*await asyncio.open_connection(place.hostname, place.port, limit=1 << 20))

    async def get(self, path: str) -> int:
        """The status; the body is read and dropped."""
        self._writer.write(f"GET {path} HTTP/1.1\r\nhost: bench\r\n\r\n".encode())
        return await self._answered()

    async def _answered(self) -> int:
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
        await self._reader.readexactly(int(length))
        return int(head[9:12])

    async def send(self, method: str, path: str, body: bytes) -> int:
        """The same with a body, for whoever may write."""
        head = f"{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {len(body)}\r\n\r\n"
        self._writer.write(head.encode() + body)
        return await self._answered()

    def close(self) -> None:
        self._writer.close()


async def closed_loop(
    url: str, paths: Sequence[str], connections: int, seconds: float, settle_s: float = 0.5
) -> Measured:
    """Each connection asks again as soon as it is answered: the rate is the service's most."""
    done = Measured(seconds)
    asked = itertools.cycle(paths)
    begun = time.perf_counter() + settle_s

    async def one() -> None:
        link = await Connection.to(url)
        while (sent := time.perf_counter()) < begun + seconds:
            status = await link.get(next(asked))
            now = time.perf_counter()
            if begun <= now < begun + seconds:
                count(done, status, now - sent)
        link.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    return done


async def open_loop(
    url: str, paths: Sequence[str], rate: float, seconds: float, seed: int, most: int = 48
) -> Measured:
    """Requests at random times, `rate` a second, whether or not others are answered yet.

    Time counts from when a request was due, so a service that stalls is charged for all who wait.
    most: connections; a request that finds none free waits, and that counts too.
    """
    done = Measured(seconds)
    free: asyncio.Queue[Connection] = asyncio.Queue()
    for _ in range(most):
        free.put_nowait(await Connection.to(url))
    begun = time.perf_counter()

    async def one(path: str, due: float) -> None:
        link = await free.get()
        status = await link.get(path)
        count(done, status, time.perf_counter() - due)
        free.put_nowait(link)

    running = []
    for path, at in zip(itertools.cycle(paths), _arrivals(rate, seconds, seed), strict=False):
        await asyncio.sleep(max(0.0, begun + at - time.perf_counter()))
        running.append(asyncio.create_task(one(path, begun + at)))
    await asyncio.gather(*running)
    while not free.empty():
        free.get_nowait().close()
    return done


def count(done: Measured, status: int, seconds: float) -> None:
    if status == 200:
        done.ms.append(seconds * 1000)
    else:
        done.refused += 1


def _arrivals(rate: float, seconds: float, seed: int) -> Iterator[float]:
    """Times of a Poisson process, seconds from the start."""
    draw = random.Random(seed)
    at = draw.expovariate(rate)
    while at < seconds:
        yield at
        at += draw.expovariate(rate)
