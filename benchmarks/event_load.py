"""Events over HTTP, singly and in batches, and what impressions cost a search.

    python -m benchmarks.event_load [--products 20000] [--data FOLDER] [--seconds 5]
        [--events-only]

One worker of the real command, clients on the same machine, alone and beside a Redis through which
machines share events. Searches alternate between `analytics=on` and `analytics=off`, cached and
not, so that both see the same machine. FOLDER: has the index `main` and is left as it was.
"""

import argparse
import http.client
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, urlsplit

from benchmarks.change_log import redis
from benchmarks.http_service import served
from indexing.build import BuildOptions, build
from indexing.demo.shop import write_demo_shop
from indexing.progress import Silent

BATCH = 1_000
WORDS = ("lamp", "shoes", "black", "wireless", "cotton", "shirt", "red", "mouse", "desk", "dress")


class Client:
    """One connection that is kept."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._link = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)

    def post(self, body: bytes) -> None:
        self._link.request("POST", "/v1/events", body, {"Content-Type": "application/json"})
        answer = self._link.getresponse()
        told = answer.read()
        assert answer.status == 200, told

    def search(self, query: str, analytics: str) -> float:
        begun = time.perf_counter()
        self._link.request("GET", f"/v1/search?q={quote(query)}&analytics={analytics}&session_id=s")
        answer = self._link.getresponse()
        answer.read()
        assert answer.status == 200
        return (time.perf_counter() - begun) * 1000


def event(number: int, name: str) -> dict[str, object]:
    return {
        "type": "click", "event_id": f"{name}-{number}", "query_id": f"q{number // 3:x}",
        "product_id": f"P{number % 20_000:08}", "position": number % 20 + 1,
        "session_id": f"s{number // 7}", "user_id": f"u{number // 50}", "region": "north",
    }  # fmt: skip


def load(url: str, seconds: float, clients: int, size: int) -> str:
    """Events a second, and times of a request in ms."""

    def post_for(client: int) -> list[float]:
        link, spent, number = Client(url), [], 0
        name = f"{time.time_ns()}-{client}"
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            made = [event(number + at, name) for at in range(size)]
            body = json.dumps({"events": made} if size > 1 else made[0]).encode()
            number += size
            begun = time.perf_counter()
            link.post(body)
            spent.append((time.perf_counter() - begun) * 1000)
        return spent

    begun = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        spent = sorted(ms for part in pool.map(post_for, range(clients)) for ms in part)
    rate = len(spent) * size / (time.perf_counter() - begun)
    return f"{rate:9,.0f} events/s   p50 {median(spent):7.2f} ms   p99 {tail(spent):7.2f} ms"


def median(spent: list[float]) -> float:
    return statistics.median(spent)


def tail(spent: list[float]) -> float:
    return spent[int(len(spent) * 0.99)]


def searches(url: str, count: int, query_of: Callable[[int], str]) -> str:
    link = Client(url)
    spent: dict[str, list[float]] = {"on": [], "off": []}
    for number in range(count):
        for analytics in ("on", "off") if number % 2 else ("off", "on"):
            spent[analytics].append(link.search(query_of(number), analytics))
    on, off = sorted(spent["on"]), sorted(spent["off"])
    return (
        f"impressions on  p50 {median(on):7.3f} ms  p99 {tail(on):7.2f} ms   "
        f"off  p50 {median(off):7.3f} ms  p99 {tail(off):7.2f} ms   "
        f"{median(on) / median(off) - 1:+.1%}"
    )


def events(url: str, seconds: float, what: str) -> None:
    for clients, size in ((1, 1), (4, 1), (1, BATCH), (4, BATCH)):
        print(f"{what:<10} {clients} clients × {size:5,}  {load(url, seconds, clients, size)}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=20_000)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--events-only", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data, state = given.data, Path(folder) / "state"
        if data is None:
            data = Path(folder) / "var"
            shop = write_demo_shop(Path(folder), given.products, seed=1)
            options = BuildOptions([shop.products], data / "main", "bench")
            build(options, datetime.now(UTC), Silent())
        with served(data, 1, cache_memory_bytes="0", state_dir=str(state)) as running:
            for number in range(30):
                Client(running.url).search(f"{WORDS[number % 10]} {WORDS[number // 3]}", "off")
            if not given.events_only:
                told = searches(
                    running.url, 300, lambda n: f"{WORDS[n % 10]} {WORDS[n // 10 % 10]}"
                )
                print(f"search, no cache        {told}")
            events(running.url, given.seconds, "embedded")
        if shutil.which("redis-server"):
            with redis(Path(folder) / "redis", "everysec") as url:
                settings = {"redis_url": url, "state_dir": f"{state}-redis"}
                with served(data, 1, **settings) as running:
                    events(running.url, given.seconds, "Redis")
        if given.events_only:
            return 0
        with served(data, 1, state_dir=str(state)) as running:
            told = searches(running.url, 2_000, lambda n: WORDS[n % 10])
            print(f"search, cached          {told}")
        with served(data, 1, fsync="always", state_dir=str(state)) as running:
            print(f"1 client, fsync=always  {load(running.url, given.seconds, 1, 1)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
