"""How soon changes are seen, and what they cost searches.

    python -m benchmarks.freshness [--data FOLDER] [--products N] [--seconds S] [--samples N]
        [--workers N ...] [--log sqlite|redis] [--parts visible beside grown]

FOLDER is a data folder with an index `main` of a demo shop; it is copied, its snapshots linked, so
TMPDIR must lie on the same disk. Without one a shop of N products is made and built. The load
generator shares the cores with the service.

- visible: from the answer to a change until every worker shows it, cached answers included (p50,
  p99, most), one change at a time; numbers, then new products; 1 and 2 workers by default.
- beside: 1,000 patches a second, in batches, for S seconds while four connections search; searches
  a second without (for a minute at most) and with, memory of the workers before, midway and after.
- grown: 10,000 new products; how many a second are taken and seen; search p50 before and after.
"""

import argparse
import asyncio
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from threading import Timer
from typing import Any

import httpx
import numpy as np

from app.live.seen import Seen
from benchmarks.change_faults import Server
from benchmarks.http_client import Measured, closed_loop
from benchmarks.http_service import Running, memory_mb, served, worker_ids
from indexing.current import read_current
from indexing.snapshot import open_snapshot

WORDS = (
    "lamp", "smartwatch", "black shoes", "usb cable", "cotton shirt", "red dress under 50",
    "office chair", "headphones", "water bottle", "kids backpack", "desk", "face cream",
)  # fmt: skip
BATCH = 100
RATE = 1_000
ALONE_S = 60.0
PARTS = ("visible", "beside", "grown")
NEW = 10_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--products", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--log", choices=("sqlite", "redis"), default="sqlite")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        data, settings = Path(folder) / "var", {"change_log": asked.log}
        if asked.log == "redis":
            server = Server(Path(folder), "everysec")
            server.start()
            stack.callback(server.stop)
            settings["redis_url"] = server.url
        ids = copied(asked.data, data, asked.products)
        for workers in asked.workers if "visible" in asked.parts else ():
            with served(data, workers, **settings) as running:
                visible(data, running, workers, ids, asked.samples)
        with served(data, 2, cache_memory_bytes="0", **settings) as running:
            if "beside" in asked.parts:
                beside(running, ids, asked.seconds)
            if "grown" in asked.parts:
                grown(data, running)


def copied(source: Path | None, data: Path, products: int) -> list[str]:
    """A data folder of its own, and ids of some of its products, from all over it."""
    if source is None:
        command = ["-m", "app.cli", "demo", "--no-serve", "--data", str(data)]
        subprocess.run([sys.executable, *command, "--products", str(products)], check=True)
    else:
        shutil.copytree(source, data, copy_function=_linked)
    current = read_current(data / "main")
    assert current is not None
    documents = open_snapshot(data / "main" / "snapshots" / current.snapshot, "never").documents
    print(f"{len(documents):,} products; times in ms\n", flush=True)
    step = max(1, len(documents) // 5_000)
    return [documents.id_at(doc) for doc in range(0, len(documents), step)]


def _linked(source: str, target: str) -> None:
    """Snapshots are never written to, and large."""
    if "/snapshots/" in source:
        os.link(source, target)
    else:
        shutil.copy2(source, target)


def client_of(running: Running) -> httpx.Client:
    return httpx.Client(base_url=running.url, timeout=60)


def visible(data: Path, running: Running, workers: int, ids: list[str], samples: int) -> None:
    seen, draw = Seen.of(data, "main"), random.Random(1)
    with client_of(running) as client:
        wait_for(seen, client.patch(f"/v1/products/{ids[0]}", json={"stock": 1}).json()["seq"])
        for kind in ("number", "product"):
            taken, shown = [], []
            for at in range(samples):
                begun = time.perf_counter()
                if kind == "number":
                    price = round(draw.uniform(1, 500), 2)
                    answer = client.patch(f"/v1/products/{draw.choice(ids)}", json={"price": price})
                else:
                    answer = client.put("/v1/products", json={"products": [product(at)]})
                answered = time.perf_counter()
                wait_for(seen, answer.raise_for_status().json()["seq"])
                taken.append((answered - begun) * 1e3)
                shown.append((time.perf_counter() - answered) * 1e3)
                time.sleep(draw.uniform(0, 0.1))
            print(f"visible, {workers} workers, {kind}: taken {told(taken)}; shown {told(shown)}; "
                  f"{load()}", flush=True)  # fmt: skip


def beside(running: Running, ids: list[str], seconds: float) -> None:
    paths = [f"/v1/search?q={word.replace(' ', '+')}&facets=auto" for word in WORDS]
    used = cpu_seconds(running)
    quiet_s = min(seconds, ALONE_S)
    alone = searched(running, paths, quiet_s)
    each = (cpu_seconds(running) - used) / (alone.rate * quiet_s)
    print(f"\n{load()}")
    before = [memory_mb(pid)[0] for pid in worker_ids(running)]
    command = [sys.executable, "-c", _PATCHES, running.url, json.dumps(ids), str(seconds + 5)]
    patching = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    time.sleep(3.0)
    used = cpu_seconds(running)
    midway: list[float] = []
    look = Timer(seconds / 2, lambda: midway.extend(memory_mb(p)[0] for p in worker_ids(running)))
    look.start()
    with_changes = searched(running, paths, seconds)
    look.join()
    share = (cpu_seconds(running) - used) / seconds - each * with_changes.rate
    sent = patching.communicate()[0].strip()
    after = [memory_mb(pid)[0] for pid in worker_ids(running)]
    print(f"{load()}; a search takes {each * 1e3:.1f} ms of processor time, changes {share:.2f} of "
          "a core")  # fmt: skip
    print(f"searches a second alone {alone.rate:.0f}, beside changes {with_changes.rate:.0f} "
          f"({with_changes.rate / alone.rate:.2f}); p50 {alone.percentile(50):.1f} and "
          f"{with_changes.percentile(50):.1f}, p99 {alone.percentile(99):.1f} and "
          f"{with_changes.percentile(99):.1f}")  # fmt: skip
    print(f"patches: {sent}; RssAnon of workers {rounded(before)} MB before, {rounded(midway)} "
          f"midway, {rounded(after)} after")  # fmt: skip


def grown(data: Path, running: Running) -> None:
    paths = [f"/v1/search?q={word.replace(' ', '+')}&facets=auto" for word in WORDS]
    searched(running, paths, 20.0, connections=1)  # pages of the mapped files are read in
    before = searched(running, paths, 20.0, connections=1)
    begun = time.perf_counter()
    with client_of(running) as client:
        for first in range(0, NEW, BATCH):
            made = [product(100_000 + first + at) for at in range(BATCH)]
            answer = client.put("/v1/products", json={"products": made}).raise_for_status()
        taken = time.perf_counter() - begun
    wait_for(Seen.of(data, "main"), answer.json()["seq"], 300)
    shown = time.perf_counter() - begun
    at_once = searched(running, paths, 20.0, connections=1)
    time.sleep(60.0)  # merged
    after = searched(running, paths, 20.0, connections=1)
    alone, joined, merged = (each.percentile(50) for each in (before, at_once, after))
    print(f"\n{NEW:,} new products: {NEW / taken:.0f} a second taken, {NEW / shown:.0f} shown; "
          f"search p50 {alone:.2f} before, {joined:.2f} right after ({joined / alone:.2f}), "
          f"{merged:.2f} once merged ({merged / alone:.2f}); {load()}")  # fmt: skip


def load() -> str:
    return f"load {os.getloadavg()[0]:.1f} of {os.cpu_count()} cores"


def cpu_seconds(running: Running) -> float:
    """That all processes of the service have used."""
    ticks = 0
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            facts = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(facts[2]) == running.pid:
                ticks += int(facts[11]) + int(facts[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def searched(running: Running, paths: list[str], seconds: float, connections: int = 4) -> Measured:
    return asyncio.run(closed_loop(running.url, paths, connections, seconds))


def product(number: int) -> dict[str, Any]:
    draw = random.Random(number)
    noun, adjective = draw.choice(("Lamp", "Chair", "Shirt")), draw.choice(("Oak", "Red", "Mini"))
    return {
        "id": f"new-{number}", "title": f"{adjective} {noun} Model {number}",
        "brand": draw.choice(("Zorblax", "Lumvix", "Axondo")), "price": draw.randrange(5, 300),
        "category": ["Home & Living", f"{noun}s"], "stock": draw.randrange(10),
        "description": f"A {adjective.lower()} {noun.lower()} that came after the build.",
    }  # fmt: skip


def wait_for(seen: Seen, seq: int, most_s: float = 60.0) -> None:
    until = time.perf_counter() + most_s
    while (seen.shown() or 0) < seq:
        if time.perf_counter() > until:
            raise SystemExit(f"change {seq} was not shown within {most_s:.0f} s")
        time.sleep(0.002)


def told(ms: list[float]) -> str:
    return f"p50 {np.percentile(ms, 50):.0f}, p99 {np.percentile(ms, 99):.0f}, most {max(ms):.0f}"


def rounded(numbers: list[float]) -> str:
    return ", ".join(f"{number:.0f}" for number in numbers)


_PATCHES = f"""
import json, random, sys, time, httpx
url, ids, seconds = sys.argv[1], json.loads(sys.argv[2]), float(sys.argv[3])
draw, sent, begun = random.Random(2), 0, time.perf_counter()
with httpx.Client(base_url=url, timeout=60) as client:
    while (passed := time.perf_counter() - begun) < seconds:
        if sent > passed * {RATE}:
            time.sleep(0.005)
            continue
        changes = [{{"op": "patch", "id": draw.choice(ids), "patch": {{"price":
                   round(draw.uniform(1, 500), 2), "stock": draw.randrange(50)}}}}
                   for _ in range({BATCH})]
        client.post("/v1/products/batch", json={{"changes": changes}}).raise_for_status()
        sent += {BATCH}
print(f"{{sent / (time.perf_counter() - begun):.0f}} a second")
"""

if __name__ == "__main__":
    main()
