"""Changes of products that are acknowledged: how many a second, and how long each takes.

    python -m benchmarks.change_log [--data FOLDER] [--products N] [--seconds S]

First the log alone, one thread: changes one by one, and 1,000 at once, of products drawn from
100,000. Then over HTTP, in a closed loop of 8 connections: patches of one product; and batches of
1,000 puts on 2 connections; SQLite, SQLite with fsync, and Redis with its append-only file; 1 and
2 workers.
FOLDER is a data folder with an index `main` of a demo shop; without one, a shop of N products is
made and built. The load generator runs on the same cores as the service.
"""

import argparse
import asyncio
import itertools
import json
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from app.changes.change_log import NewChange
from app.changes.change_logs import make_change_log
from app.settings import load_settings
from benchmarks.change_faults import Server
from benchmarks.http_client import Connection, Measured, count
from benchmarks.http_load import make
from benchmarks.http_service import served
from indexing.current import read_current
from indexing.snapshot import open_snapshot

WORKERS = (1, 2)
BATCH = 1_000
Next = Callable[[], tuple[str, str, bytes]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--products", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=5.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        data = given.data
        if data is None:
            data = Path(scratch) / "var"
            make(Path(scratch), given.products, 1)
        lines = shown_lines(data)
        for told, settings in logs(Path(scratch) / "alone"):
            for size, rounds in ((1, 2_000), (BATCH, 50)):
                print(f"{told}: {size:5} at once {alone(Path(scratch), settings, size, rounds)}")
        for told, settings in logs(Path(scratch)):
            for workers in WORKERS:
                for left in (data / "main").glob("changes.db*"):
                    left.unlink()
                with served(data, workers, **settings, max_body_bytes="4194304") as running:
                    one = asyncio.run(load(running.url, patches(lines), 8, given.seconds))
                    many = asyncio.run(load(running.url, batches(lines), 2, given.seconds))
                name = f"{told}, {workers} workers"
                print(f"{name}: patches {one.rate:8,.0f}/s  {one} ms", flush=True)
                print(f"{name}: puts    {many.rate * BATCH:8,.0f}/s  {many} ms", flush=True)


def alone(scratch: Path, settings: dict[str, str], size: int, rounds: int) -> str:
    """Changes a second, and milliseconds of one call."""
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        (Path(folder) / "main").mkdir()
        log = make_change_log(load_settings(data_dir=Path(folder), **settings))
        chance, body = random.Random(2), b"x" * 700
        done = Measured(1.0)
        for _ in range(rounds):
            ids = [f"P{chance.randrange(100_000):08}" for _ in range(size)]
            begun = time.perf_counter()
            log.append("main", [NewChange(each, "put", body) for each in ids], lambda _: [])
            done.ms.append((time.perf_counter() - begun) * 1_000)
        log.forget("main", log.last("main"))
        log.close()
    return f"{size * rounds / sum(done.ms) * 1_000:8,.0f}/s  {done} ms"


def logs(scratch: Path) -> Iterator[tuple[str, dict[str, str]]]:
    yield "SQLite", {}
    yield "SQLite, fsync", {"fsync": "always"}
    if shutil.which("redis-server"):
        for fsync in ("everysec", "always"):
            with redis(scratch / fsync, fsync) as url:
                yield f"Redis, {fsync}", {"change_log": "redis", "redis_url": url}


@contextmanager
def redis(folder: Path, fsync: str) -> Iterator[str]:
    folder.mkdir(parents=True)
    server = Server(folder, fsync)
    server.start()
    try:
        yield server.url
    finally:
        server.stop()


def shown_lines(data: Path) -> list[bytes]:
    current = read_current(data / "main")
    if current is None:
        raise SystemExit(f"{data} has no index main")
    documents = open_snapshot(data / "main" / "snapshots" / current.snapshot, "never").documents
    return [documents.json_at(doc) for doc in range(len(documents))]


def patches(lines: list[bytes]) -> Next:
    ids = [json.loads(line)["id"] for line in lines]
    chance = random.Random(1)

    def asked() -> tuple[str, str, bytes]:
        body = {"price": round(chance.uniform(1, 500), 2), "stock": chance.randrange(50)}
        return "PATCH", f"/v1/products/{chance.choice(ids)}", json.dumps(body).encode()

    return asked


def batches(lines: list[bytes]) -> Next:
    made = [
        b'{"products":[' + b",".join(lines[start : start + BATCH]) + b"]}"
        for start in range(0, len(lines) - BATCH + 1, BATCH)
    ]
    bodies = itertools.cycle(made)
    return lambda: ("PUT", "/v1/products", next(bodies))


async def load(
    url: str, asked: Next, connections: int, seconds: float, settle_s: float = 0.5
) -> Measured:
    done = Measured(seconds)
    begun = time.perf_counter() + settle_s

    async def one() -> None:
        link = await Connection.to(url)
        while (sent := time.perf_counter()) < begun + seconds:
            status = await link.send(*asked())
            now = time.perf_counter()
            if begun <= now < begun + seconds:
                count(done, status, now - sent)
        link.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    return done


if __name__ == "__main__":
    main()
