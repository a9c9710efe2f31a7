"""What behaviour, region and profile cost a whole search, in one process and thread.

    python -m benchmarks.personal_speed [DATA]

DATA: a folder that holds the index `main` with facts in force (`benchmarks.learn_events` leaves
some); without it a demo shop is made, and facts of 1,000,000 events. 400 queries of two or three
words of titles, and 40 times the empty one; the three settings take turns on every query, so that
they meet the same machine.
"""

import json
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks import learn_events
from benchmarks.large_shop import make
from indexing.current import read_current
from ranking.behaviour.profile import Recent, profile_of
from ranking.generation import Generation, open_generation
from ranking.search.request import SearchRequest
from ranking.search.root import search

QUERIES, BROWSING, PRODUCTS = 400, 40, 32
SHOP = 20_000


def requests_of(generation: Generation) -> list[SearchRequest]:
    chance = np.random.default_rng(7)
    documents = generation.snapshot.documents
    made = []
    for doc in chance.choice(len(documents), QUERIES, replace=False).tolist():
        words = str(documents.product_at(doc)["title"]).split()
        begin = int(chance.integers(0, max(len(words) - 2, 1)))
        text = " ".join(words[begin : begin + int(chance.integers(2, 4))])
        made.append(SearchRequest(text, facets=("brand", "category", "price"), budget_ms=5_000.0))
    return made + [SearchRequest("", facets=("brand",), budget_ms=5_000.0)] * BROWSING


def someone(generation: Generation, seed: int) -> Recent:
    hashes = generation.snapshot.documents.id_hashes
    chosen = np.random.default_rng(seed).choice(len(hashes), PRODUCTS, replace=False)
    days, worths = np.arange(PRODUCTS) // 4, np.ones(PRODUCTS, dtype=np.uint8)
    return Recent(np.asarray(hashes)[chosen], days, worths)


def main() -> None:
    if len(sys.argv) > 1:
        measure(Path(sys.argv[1]) / "main")
        return
    with tempfile.TemporaryDirectory() as made:
        make(Path(made), SHOP)
        learn_events.measure(Path(made) / "var", 1_000_000)
        measure(Path(made) / "var" / "main")


def measure(index: Path) -> None:
    current = read_current(index)
    assert current is not None
    full = open_generation(index, current, "benchmark")
    assert full.facts is not None
    without = open_generation(index, replace(current, facts=None), "benchmark")
    requests = requests_of(full)
    times: dict[str, list[float]] = {"without": [], "facts": [], "facts, profile, region": []}
    profiles: list[float] = []
    for turn in range(3):
        for number, request in enumerate(requests):
            recent = someone(full, number)
            begun = time.thread_time()
            profile = profile_of(recent, full.segments, full.facts)
            profiles.append(time.thread_time() - begun)
            own = replace(request, profile=profile, region="region 3")
            for name, generation, asked in (
                ("without", without, request),
                ("facts", full, request),
                ("facts, profile, region", full, own),
            ):
                begun = time.thread_time()
                search(asked, generation, time.perf_counter)
                if turn:
                    times[name].append(time.thread_time() - begun)
    told = {
        name: {f"p{q}": round(float(np.percentile(each, q)) * 1_000, 3) for q in (50, 95)}
        for name, each in (times | {"profile_of": profiles}).items()
    }
    print(json.dumps({"products": len(full.snapshot.documents), "ms": told}, indent=1))


if __name__ == "__main__":
    main()
