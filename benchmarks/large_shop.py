"""A large demo shop: build time and peak memory, size, opening, memory and latency of searching.

`python -m benchmarks.large_shop [--products N] [--folder DIR] [--queries Q]`; a folder that holds
a built shop is used again. Latency is of one thread, stage by stage, over queries of the shop.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import psutil

from indexing.current import read_current
from indexing.demo.queries import read_intents
from ranking.generation import Generation, open_generation
from ranking.search.request import SearchRequest
from ranking.search.root import search
from ranking.suggestions.suggest import suggest
from ranking.warm import warm


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--queries", type=int, default=2_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.folder or Path(scratch)
        if read_current(folder / "var" / "main") is None:
            make(folder, given.products)
        measure(folder, given.queries)


def make(folder: Path, products: int) -> None:
    run = [sys.executable, "-m", "app.cli"]
    shop = folder / "shop"
    begun = time.perf_counter()
    subprocess.run([*run, "demo-data", "--products", str(products), "--out", str(shop)], check=True)
    print(f"generated in {time.perf_counter() - begun:.0f} s")
    begun = time.perf_counter()
    command = [*run, "build", "--catalog", str(shop / "products.jsonl.gz"), "--queries",
               str(shop / "queries.tsv"), "--data", str(folder / "var")]  # fmt: skip
    build = subprocess.Popen(command)
    _, _, used = os.wait4(build.pid, 0)
    took_s, cpu_s = time.perf_counter() - begun, used.ru_utime + used.ru_stime
    print(
        f"built in {took_s:.0f} s ({cpu_s:.0f} CPU s), peak memory {used.ru_maxrss / 2**20:.1f} GB"
    )


def measure(folder: Path, count: int) -> None:
    index = folder / "var" / "main"
    current = read_current(index)
    assert current is not None
    snapshot = index / "snapshots" / current.snapshot
    size = sum(path.stat().st_size for path in snapshot.rglob("*") if path.is_file())
    report = json.loads((snapshot / "manifest.json").read_text())
    print(f"on disk {size / 2**30:.2f} GB; {report['counts']}; {report['report']}")
    begun = time.perf_counter()
    generation = open_generation(index, current, "benchmark")
    print(f"opened in {(time.perf_counter() - begun) * 1000:.0f} ms")
    warm(generation)
    texts = [intent.query for intent in read_intents(folder / "shop" / "intents.jsonl")]
    chosen = np.random.default_rng(1).choice(len(texts), min(count, len(texts)), replace=False)
    queries = [texts[place] for place in chosen]
    show_latency(generation, queries)
    memory = psutil.Process().memory_full_info()
    print(
        f"memory after {len(queries)} queries: {anonymous_mb():.0f} MB of its own (RssAnon), "
        f"{memory.rss / 2**20:.0f} MB with pages of the index that workers share (RSS)"
    )


def anonymous_mb() -> float:
    """What each further worker adds: memory that is not mapped from the snapshot."""
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in status if line.startswith("RssAnon"))


def show_latency(generation: Generation, queries: list[str]) -> None:
    for title, facets in (("plain", ()), ("with facets", ("brand", "category", "price", "auto"))):
        spent: dict[str, list[float]] = defaultdict(list)
        for text in queries:
            begun = time.perf_counter()
            request = SearchRequest(text=text, facets=facets, budget_ms=60_000)
            result = search(request, generation, time.perf_counter)
            spent["whole search"].append((time.perf_counter() - begun) * 1000)
            for stage in result.stages:
                if stage.skipped is None:
                    spent[stage.name].append(stage.ms)
        print(f"\n{title}, {len(queries)} queries, one thread, ms:  p50      p99")
        for name, times in spent.items():
            print(f"  {name:<40}{np.percentile(times, 50):8.2f} {np.percentile(times, 99):8.2f}")
    prefixes = [text[:length] for text in queries for length in (1, 2, 3, 5)]
    times = []
    for prefix in prefixes:
        begun = time.perf_counter()
        suggest(prefix, 10, generation)
        times.append((time.perf_counter() - begun) * 1000)
    print(f"  {'suggest':<40}{np.percentile(times, 50):8.2f} {np.percentile(times, 99):8.2f}")


if __name__ == "__main__":
    main()
