"""The query products: latency of each surface, memory, and what of their quality can be counted.

    python -m benchmarks.query_products [--index DIR/INDEX] [--products N] [--times T] [--log N]

With --index only latency, memory and the share of offers that find something, on that index.
Without it a demo shop is made and indexed: the same, and quality (`query_products_quality`).
With --log N the shop's log is N made-up queries instead, pieces of its titles, and the time and
memory of the build are told.
One thread, in the process, without HTTP; every shop is warmed first.
"""

import argparse
import gzip
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from benchmarks.query_products_quality import demo_quality
from indexing.current import read_current
from indexing.demo.shop import write_demo_shop
from ranking.generation import Generation, open_generation
from ranking.search.request import SearchRequest
from ranking.search.root import search
from ranking.suggestions.after_click import after_click
from ranking.suggestions.beside import EXTRAS
from ranking.suggestions.discover import discover
from ranking.suggestions.hint import hint
from ranking.suggestions.item import QueryItem
from ranking.suggestions.recent import Recent
from ranking.suggestions.suggest import suggest
from ranking.warm import warm

K = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", type=Path, help="folder of a built index")
    parser.add_argument("--products", type=int, default=20_000, help="size of the demo shop")
    parser.add_argument("--times", type=int, default=1_000, help="requests of each kind")
    parser.add_argument("--log", type=int, default=0, help="distinct queries of a made-up log")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if given.index is not None:
        measure(opened(given.index), given.index, given.times, given.seed)
        return
    with tempfile.TemporaryDirectory() as scratch:
        make = demo_quality if not given.log else partial(long_log, given.log)
        index = make(Path(scratch), given.products, given.seed)
        measure(opened(index), index, given.times, given.seed)


def long_log(count: int, scratch: Path, products: int, seed: int) -> Path:
    """Index a shop whose log has `count` distinct queries: some words of a title, in their order.

    Counts by Zipf's law.
    """
    shop = write_demo_shop(scratch / "shop", products, seed)
    with gzip.open(shop.products, "rt", encoding="utf-8") as lines:
        titles = [orjson.loads(line)["title"].lower().split() for line in lines]
    rng, queries = random.Random(seed), dict[str, None]()
    for _ in range(20 * count):
        title = rng.choice(titles)
        places = sorted(rng.sample(range(len(title)), min(rng.randint(1, 5), len(title))))
        queries[" ".join(title[place] for place in places)] = None
        if len(queries) == count:
            break
    log = scratch / "log.tsv"
    with log.open("w", encoding="utf-8") as file:
        for rank, query in enumerate(queries):
            file.write(f"{query}\t{1 + count // (rank + 1)}\n")
    index = scratch / "var" / "main"
    command = [sys.executable, "-m", "app.cli", "build", "--catalog", str(shop.products),
               "--queries", str(log), "--data", str(index.parent)]  # fmt: skip
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, _, used = os.wait4(child.pid, 0)
    cpu_s, peak_gb = used.ru_utime + used.ru_stime, used.ru_maxrss / 2**20
    print(f"{len(queries):,} queries: whole build {cpu_s:.0f} CPU s, peak memory {peak_gb:.1f} GB")
    return index


def opened(index: Path) -> Generation:
    current = read_current(index)
    if current is None:
        raise SystemExit(f"{index} holds no index")
    return open_generation(index, current, "benchmark")


def measure(generation: Generation, index: Path, times: int, seed: int) -> None:
    warm(generation)
    table = generation.snapshot.queries
    print(
        f"\n{generation.snapshot.doc_count:,} products, {table.logged:,} queries of a log, "
        f"{len(table) - table.logged:,} of the catalogue"
    )
    show_memory(index / "snapshots" / generation.snapshot.id)
    asked = sample_of_queries(generation, times, random.Random(seed))
    show_latency(generation, asked)
    show_found(generation, asked)


def show_memory(snapshot: Path) -> None:
    for part in ("completions", "queries"):
        size = sum(path.stat().st_size for path in (snapshot / part).iterdir())
        print(f"  {part}/: {size / 1e6:.1f} MB mapped, shared by all workers")


def sample_of_queries(generation: Generation, times: int, rng: random.Random) -> list[str]:
    """Rows of the log, or of the catalogue where there is none; heavy ones more often."""
    table = generation.snapshot.queries
    size = table.logged or len(table)
    rows = [int(size * rng.random() ** 2) for _ in range(times)]
    return [table.text(row) for row in rows]


Call = Callable[[], Any]


def calls(generation: Generation, asked: list[str]) -> dict[str, list[Call]]:
    """What a shopper's requests make the service do, by surface."""
    find = generation.snapshot.queries
    tops = {text: find.tops_of(find.row_of(text)) for text in asked}
    ids = {
        text: generation.snapshot.documents.id_at(docs[0]) if docs else ""
        for text, docs in tops.items()
    }

    def recent(text: str) -> Recent:
        return Recent.of([text], [ids[text]] if ids[text] else [], generation)

    ways: dict[str, Callable[[str], Any]] = {
        "suggest, session, products, categories": lambda text: suggest(
            text[:3], K, generation, recent(text), True, 4, 4
        ),
        "hint, hot": lambda _: hint(Recent(), K, 0.0, generation),
        "hint, recent": lambda text: hint(recent(text), K, 0.0, generation),
        "discover, hot": lambda _: discover(Recent(), K, generation),
        "discover, recent": lambda text: discover(recent(text), K, generation),
        "after click": lambda text: after_click(text, ids[text], K, generation),
    }
    made: dict[str, list[Call]] = {}
    for length in (1, 2, 3, 5):
        made[f"suggest, {length} characters"] = [
            partial(suggest, text[:length], K, generation) for text in asked
        ]
    made["suggest, words that nobody asked for"] = [
        partial(suggest, typed, K, generation) for typed in unasked(generation, len(asked))
    ]
    for name, way in ways.items():
        made[name] = [partial(way, text) for text in asked]
    return made


def unasked(generation: Generation, count: int) -> list[str]:
    """Two words of a title, in any order, and the beginning of a third."""
    rng, documents = random.Random(3), generation.snapshot.documents
    made: list[str] = []
    for _ in range(count):
        product = documents.product_at(rng.randrange(len(documents)))
        words = str(product.get("title", "")).lower().split()
        first, second, third = rng.sample(words * 3, 3)
        made.append(f"{first} {second} {third[:2]}")
    return made


def show_latency(generation: Generation, asked: list[str]) -> None:
    print(f"{'  ms of one thread':<44}{'p50':>8}{'p99':>8}{'CPU':>8}")
    for name, requests in calls(generation, asked).items():
        spent, used = [], time.thread_time()
        for request in requests:
            begun = time.perf_counter()
            request()
            spent.append(time.perf_counter() - begun)
        show(name, spent, 1000 * (time.thread_time() - used) / len(requests))
    stages: dict[str, list[float]] = {"refinements": [], "related": []}
    for text in asked:
        wanted = SearchRequest(text, page_size=1, budget_ms=60_000, extras=EXTRAS)
        for stage in search(wanted, generation, time.perf_counter).stages:
            if stage.name in stages:
                stages[stage.name].append(stage.ms / 1000)
    for name, spent in stages.items():
        show(f"{name}, beside a search", spent)


def show(name: str, spent: list[float], cpu_ms: float | None = None) -> None:
    """cpu_ms: mean; it hardly grows when other programs run, as the others do."""
    p50, p99 = 1000 * np.percentile(spent, 50), 1000 * np.percentile(spent, 99)
    print(f"  {name:<42}{p50:8.3f}{p99:8.3f}" + ("" if cpu_ms is None else f"{cpu_ms:8.3f}"))


def offers(generation: Generation, asked: list[str]) -> dict[str, set[str]]:
    """Distinct texts that each surface offers for these queries."""
    letters = sorted({text[:n].lower() for text in asked for n in (1, 2, 3)})
    said: dict[str, set[str]] = {
        "suggest": texts(item for typed in letters for item in suggest(typed, K, generation).items),
        "hint": set(), "discover": set(), "after click": set(), "related": set(),
    }  # fmt: skip
    for text in asked:
        recent = Recent.of([text], [], generation)
        said["hint"] |= texts(hint(recent, K, 0.0, generation))
        said["discover"] |= texts(discover(recent, K, generation))
        wanted = SearchRequest(text, page_size=1, budget_ms=60_000, extras=EXTRAS)
        result = search(wanted, generation, time.perf_counter)
        said["related"] |= texts(result.related or ())
        opened_id = result.hits[0].id if result.hits else ""
        said["after click"] |= texts(after_click(text, opened_id, K, generation))
    return said


def texts(items: Iterable[QueryItem]) -> set[str]:
    return {item.text for item in items}


def show_found(generation: Generation, asked: list[str], most: int = 300) -> None:
    """Each offer is searched: it must find a product that holds all of its words."""
    rng = random.Random(1)
    print(f"{'  offers that find a product':<44}{'offers':>8}{'tried':>8}{'found':>8}")
    for surface, said in offers(generation, asked[:most]).items():
        tried = rng.sample(sorted(said), min(most, len(said)))
        wanted = (SearchRequest(text, page_size=1, budget_ms=60_000) for text in tried)
        found = [search(each, generation, time.perf_counter).total_strict > 0 for each in wanted]
        share = sum(found) / len(found) if found else 0.0
        print(f"  {surface:<42}{len(said):8}{len(tried):8}{share:8.3f}")
        for text in [text for text, ok in zip(tried, found, strict=True) if not ok][:5]:
            print(f"      not found: {text}")


if __name__ == "__main__":
    main()
