"""The service over HTTP: requests a second, latency, start, swap, memory; inline or a pool.

    python -m benchmarks.http_load [--data FOLDER] [--products N] [--seconds S]
                                   [--only throughput,beside,memory,swap]

FOLDER is a data folder with an index `main` of a demo shop (its queries: --queries FILE, TAB
separated, or FOLDER/../shop/queries.tsv); without one, a shop of N products is made and built.
The load generator runs on the same cores as the service, so all rates are lower bounds and all
latencies upper bounds. Queries are drawn by their counts, so a cache is hit as in a shop.

- throughput: closed loop, 8 connections a worker; then latency on a single connection.
- beside: p99 of /v1/suggest and /healthz while searches arrive at random at 80 % of the most
  that the slower variant can answer; searching on the event loop against a pool of threads.
- memory: RssAnon, PSS of each worker after 1,000 searches. swap: from the new CURRENT to the
  last answer of the old snapshot (only on a shop made here).
"""

import argparse
import asyncio
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from benchmarks.http_client import Connection, Measured, closed_loop, open_loop
from benchmarks.http_service import Running, fetch, memory_mb, served, served_bare, worker_ids
from indexing.publish import activate, list_snapshots

PARTS = ("throughput", "beside", "memory", "swap")
WORKERS = (1, 2)
CONNECTIONS = 8
SHARE = 0.8
PROBES = 25.0
"""Suggestions, and health checks, a second beside the searches."""
DRAWN = 20_000
FACETS = "brand,category,price,auto"
NO_CACHE = {"cache_memory_bytes": "0"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--queries", type=Path)
    parser.add_argument("--products", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--only", default=",".join(PARTS))
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # services are ended on the way out
    parts = [part for part in given.only.split(",") if part in PARTS]
    with tempfile.TemporaryDirectory() as scratch:
        data = given.data
        if data is None:
            data = Path(scratch) / "var"
            make(Path(scratch), given.products, 2 if "swap" in parts else 1)
        paths = paths_of(given.queries or data.parent / "shop" / "queries.tsv")
        with served(data, 1):
            pass  # compiles the kernels, where that was not done
        if "throughput" in parts:
            asyncio.run(throughput(data, paths, given.seconds))
        if "beside" in parts:
            for workers in WORKERS:
                asyncio.run(beside(data, paths, workers, given.seconds))
        if "memory" in parts:
            asyncio.run(memory(data, paths))
        if "swap" in parts and given.data is None:
            asyncio.run(swap(data))


def make(folder: Path, products: int, times: int) -> None:
    run = [sys.executable, "-m", "app.cli"]
    shop = folder / "shop"
    subprocess.run([*run, "demo-data", "--products", str(products), "--out", str(shop)], check=True)
    command = [*run, "build", "--catalog", str(shop / "products.jsonl.gz"), "--queries",
               str(shop / "queries.tsv"), "--data", str(folder / "var")]  # fmt: skip
    for _ in range(times):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def paths_of(queries: Path) -> dict[str, list[str]]:
    """Addresses of each kind of request, drawn from the log by its counts, seeded."""
    rows = [line.split("\t") for line in queries.read_text("utf-8").splitlines() if line]
    drawn = random.Random(5).choices(
        [row[0] for row in rows], [float(row[1]) for row in rows], k=DRAWN
    )
    cut = random.Random(6)
    return {
        "/healthz": ["/healthz"],
        "suggest": [f"/v1/suggest?q={quote(text[: cut.randint(1, 6)])}" for text in drawn],
        "search": [f"/v1/search?q={quote(text)}" for text in drawn],
        "search, facets": [f"/v1/search?q={quote(text)}&facets={FACETS}" for text in drawn],
    }


async def throughput(data: Path, paths: dict[str, list[str]], seconds: float) -> None:
    print(
        f"\nrequests/s at the most ({CONNECTIONS} connections a worker), and ms on one connection"
    )
    print(f"{'workers':>7} {'cache':>6} {'':<16}{'req/s':>8} {'hits':>6}    p50 ms   p99 ms")
    for workers in WORKERS:
        with served_bare(workers) as bare:
            await _row(bare, workers, "", "bare FastAPI", ["/"], seconds)
        for cache in ("off", "on"):
            with served(data, workers, **(NO_CACHE if cache == "off" else {})) as service:
                for kind, asked in paths.items():
                    if cache == "off" or kind.startswith("search"):
                        await _row(service, workers, cache, kind, asked, seconds)
                if cache == "off":
                    print(f"        second start: ready after {service.start_s:.2f} s")


async def _row(
    service: Running, workers: int, cache: str, kind: str, asked: Sequence[str], seconds: float
) -> None:
    alone = await closed_loop(service.url, asked, 1, seconds / 2)
    before = _cache_counts(service) if cache == "on" else (0.0, 0.0)
    most = await closed_loop(service.url, asked[::-1], CONNECTIONS * workers, seconds)
    hits, misses = _cache_counts(service) if cache == "on" else (0.0, 0.0)
    looked = hits + misses - sum(before)
    share = f"{(hits - before[0]) / looked:6.0%}" if looked else "      "
    print(f"{workers:7} {cache:>6} {kind:<16}{most.rate:8.0f} {share}  {alone}", flush=True)


def _cache_counts(service: Running) -> tuple[float, float]:
    """Hits and misses so far, all workers together."""
    text = fetch(f"{service.url}/metrics")[1].decode()
    found = dict(re.findall(r'(?m)^vitrina_cache_total\{result="(\w+)"\} (\S+)$', text))
    return float(found.get("hit", 0)), float(found.get("miss", 0))


async def beside(data: Path, paths: dict[str, list[str]], workers: int, seconds: float) -> None:
    """Contract: by these numbers `search_threads` has its default."""
    pool = max(1, (os.cpu_count() or 1) // workers)
    variants = {"inline": "0", f"pool of {pool}": str(pool)}
    searches = paths["search, facets"]
    most: dict[str, float] = {}
    for name, threads in variants.items():
        with served(data, workers, search_threads=threads, **NO_CACHE) as service:
            found = await closed_loop(service.url, searches, CONNECTIONS * workers, seconds)
            most[name] = found.rate
    rate = SHARE * min(most.values())
    print(f"\n{workers} worker(s), searches with facets at {rate:.0f}/s, p50 and p99 in ms")
    print(f"{'':<12}{'most/s':>8}   /healthz          suggest           search")
    for name, threads in variants.items():
        with served(data, workers, search_threads=threads, **NO_CACHE) as service:
            health, typed, search = await _beside(service.url, paths, rate, 3 * seconds)
        print(f"{name:<12}{most[name]:8.0f}{health} {typed} {search}", flush=True)


async def _beside(
    url: str, paths: dict[str, list[str]], rate: float, seconds: float
) -> tuple[Measured, Measured, Measured]:
    health, typed, search = await asyncio.gather(
        open_loop(url, paths["/healthz"], PROBES, seconds, seed=1),
        open_loop(url, paths["suggest"], PROBES, seconds, seed=2),
        open_loop(url, paths["search, facets"], rate, seconds, seed=3),
    )
    return health, typed, search


async def memory(data: Path, paths: dict[str, list[str]]) -> None:
    for workers in WORKERS:
        with served(data, workers) as service:
            for part in range(10):
                asked = paths["search, facets"][part * 100 * workers : (part + 1) * 100 * workers]
                await asyncio.gather(*(_ask(service.url, asked[n::8]) for n in range(8)))
            print(f"\n{workers} worker(s) after {1000 * workers} searches: MB RssAnon, PSS, RSS")
            for pid in worker_ids(service):
                print("  " + "".join(f"{size:10.0f}" for size in memory_mb(pid)), flush=True)


async def _ask(url: str, asked: Sequence[str]) -> None:
    """On a new connection, so that all workers are asked."""
    if asked:
        link = await Connection.to(url)
        for path in asked:
            await link.get(path)
        link.close()


async def swap(data: Path) -> None:
    index = data / "main"
    newest, oldest = (manifest.snapshot_id for manifest in list_snapshots(index)[:2])
    with served(data, 2) as service:
        took = []
        for wanted in (oldest, newest, oldest, newest, oldest, newest):
            await asyncio.to_thread(activate, index, wanted)
            begun = last_old = time.perf_counter()
            while time.perf_counter() < last_old + 1.0:
                if await asyncio.to_thread(_snapshot, service.url) != wanted:
                    last_old = time.perf_counter()
            took.append(last_old - begun)
    told = ", ".join(f"{each:.2f}" for each in took)
    print(f"\nswap, 2 workers: seconds until the last answer of the old snapshot: {told}")


def _snapshot(url: str) -> str:
    _, body = fetch(f"{url}/v1/search?q=lamp&page_size=1")
    return str(json.loads(body)["generation"]["snapshot"])


if __name__ == "__main__":
    main()
