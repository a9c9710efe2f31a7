"""What behaviour, region and profile cost a whole search, in one process and thread.

    python -m benchmarks.personal_speed [DATA]

DATA: a folder that holds the index `main` with facts in force (`benchmarks.learn_events` leaves
some); without it a demo shop is made, and facts of 1,000,000 events. 400 queries of two or three
words of titles, and 40 times the empty one; the settings take turns on every query, so that they
meet the same machine. Times are of the processor. Two kinds of people: who looks at anything, and
who looks at products of two brands and two categories.
"""

import json
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks import learn_events
from benchmarks.large_shop import make
from indexing.arrays import Int64Array, UInt64Array
from indexing.columns.single_values import first_ordinals, leaf_categories
from indexing.current import read_current
from indexing.snapshot import Snapshot
from ranking.behaviour.profile import Recent, profile_of
from ranking.generation import Generation, open_generation
from ranking.search.request import SearchRequest
from ranking.search.root import search

QUERIES, BROWSING, PRODUCTS = 400, 40, 32
SHOP = 20_000
ANSWERED = {"anyone": "facts, region, anyone", "focused": "facts, region, focused"}


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


@dataclass(frozen=True, slots=True)
class People:
    """hashes: uint64[n], of the id of each document. brands, categories: int64[n]."""

    hashes: UInt64Array
    brands: Int64Array
    categories: Int64Array

    @classmethod
    def of(cls, snapshot: Snapshot) -> "People":
        docs = np.arange(snapshot.doc_count, dtype=np.uint32)
        hashes = np.empty(len(docs), dtype=np.uint64)
        hashes[snapshot.documents.by_hash] = snapshot.documents.id_hashes
        brands = first_ordinals(snapshot.columns.keyword("brand"), docs).astype(np.int64)
        return cls(hashes, brands, leaf_categories(snapshot.columns, docs))

    def anyone(self, seed: int) -> Recent:
        return self._recent(np.random.default_rng(seed).choice(len(self.hashes), PRODUCTS, False))

    def focused(self, seed: int) -> Recent:
        chance = np.random.default_rng(seed)
        liked = chance.integers(0, len(self.hashes), 2)
        alike = np.isin(self.brands, self.brands[liked])
        alike |= np.isin(self.categories, self.categories[liked])
        return self._recent(chance.choice(np.flatnonzero(alike), PRODUCTS))

    def _recent(self, docs: Int64Array) -> Recent:
        _, first = np.unique(docs, return_index=True)
        chosen = self.hashes[docs[np.sort(first)]]
        return Recent(chosen, np.arange(len(chosen)) // 4, np.ones(len(chosen), dtype=np.uint8))


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
    people, spent = People.of(full.snapshot), time.thread_time
    times: dict[str, list[float]] = {name: [] for name in ("without", "facts", *ANSWERED.values())}
    times |= {f"profile of {name}": [] for name in ANSWERED}
    for turn in range(3):
        for number, request in enumerate(requests):
            asked = [("without", without, request), ("facts", full, request)]
            for name, recent in (
                ("anyone", people.anyone(number)), ("focused", people.focused(number)),
            ):  # fmt: skip
                begun = spent()
                profile = profile_of(recent, full.segments, full.facts)
                times[f"profile of {name}"].append(spent() - begun)
                own = replace(request, profile=profile, region="region 3")
                asked.append((ANSWERED[name], full, own))
            for name, generation, one in asked:
                begun = spent()
                search(one, generation, time.perf_counter)
                if turn:
                    times[name].append(spent() - begun)
    told = {
        name: {f"p{q}": round(float(np.percentile(each, q)) * 1_000, 3) for q in (50, 95)}
        for name, each in times.items()
    }
    print(json.dumps({"products": len(full.snapshot.documents), "ms": told}, indent=1))


if __name__ == "__main__":
    main()
