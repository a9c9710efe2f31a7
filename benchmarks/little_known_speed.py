"""What places for what little is known of cost a whole search, in one process and thread.

`python -m benchmarks.little_known_speed [--products N]`: a demo shop whose shoppers never look
below a click, 300 of its queries, of each of which hundreds of clicks are known. Every query is
searched with such places and without, one after the other, the first to go taking turns. Processor
time.
"""

import argparse
import json
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from indexing.arrays import Float32Array
from indexing.build import BuildOptions, build
from indexing.catalogue.index_config import IndexConfig
from indexing.current import read_current
from indexing.demo.queries import read_intents
from indexing.demo.shop import write_demo_shop
from indexing.progress import Silent
from indexing.snapshot import Snapshot
from ranking.behaviour.facts import LISTS, VALUES, Facts
from ranking.behaviour.neighbours import Neighbours
from ranking.behaviour.query_key import hash_of, query_key
from ranking.generation import Generation, open_generation
from ranking.search.request import SearchRequest
from ranking.search.root import search
from ranking.traffic.exposure import Exposure

QUERIES, OF_QUERY, ROUNDS = 300, 200, 5
NOW = 1.8e9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=20_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        shop = write_demo_shop(Path(folder), given.products, 1)
        index = Path(folder) / "index"
        config = IndexConfig.model_validate({"traffic": {"little_known": True}})
        build(
            BuildOptions([shop.products], index, "benchmark", config=config),
            datetime.now(UTC), Silent(),
        )  # fmt: skip
        current = read_current(index)
        assert current is not None
        opened = open_generation(index, current, "benchmark")
        texts = [each.query for each in read_intents(shop.intents)]
        chance = np.random.default_rng(7)
        asked = [texts[at] for at in chance.permutation(len(texts))[:QUERIES].tolist()]
        facts = made_up(opened.snapshot, asked)
        print(json.dumps(measured(replace(opened, facts=facts), asked), indent=1))


def made_up(snapshot: Snapshot, asked: list[str]) -> Facts:
    """Every product has a row; after each query 200 of them were clicked as chance has it."""
    chance, count = np.random.default_rng(8), snapshot.doc_count
    hashes = np.unique(np.array([hash_of(query_key(text)) for text in asked], dtype=np.uint64))
    pairs = len(hashes) * OF_QUERY
    rows = [np.sort(chance.choice(count, OF_QUERY, replace=False)) for _ in hashes]
    none: dict[str, Any] = {
        name: Neighbours.none(count if name in ("related", "together") else 0) for name in LISTS
    }
    told = {"doubt": 0.8, "looked_at_below_click": 0.0}
    return Facts(
        "made up", told,
        product_hashes=np.asarray(snapshot.documents.id_hashes),
        product_rows=np.asarray(snapshot.documents.by_hash).astype(np.uint32),
        values=np.zeros((count, len(VALUES)), dtype=np.float32),
        query_hashes=hashes,
        pair_begins=(np.arange(len(hashes) + 1) * OF_QUERY).astype(np.uint32),
        pair_rows=np.concatenate(rows).astype(np.uint32),
        pair_lifts=_normal(chance, pairs, 0.3),
        pair_doubts=np.abs(_normal(chance, pairs, 0.5)),
        query_clicks=np.full(len(hashes), 500.0, dtype=np.float32),
        favourites=np.zeros(count, dtype=np.uint64),
        region_hashes=np.empty(0, dtype=np.uint64),
        **none,
    )  # fmt: skip


def _normal(chance: np.random.Generator, count: int, width: float) -> Float32Array:
    drawn: Float32Array = chance.normal(0, width, count).astype(np.float32)
    return drawn


def measured(without: Generation, asked: list[str]) -> dict[str, Any]:
    given = replace(without, exposure=Exposure.of(NOW, ()))
    times: dict[str, list[float]] = {"without": [], "with": []}
    ways = [("without", without), ("with", given)]
    lifted = 0
    for turn in range(ROUNDS + 1):
        for number, text in enumerate(asked):
            request = SearchRequest(text, facets=("brand", "category", "price"), budget_ms=5_000.0)
            for name, generation in ways if (turn + number) % 2 else ways[::-1]:
                begun = time.thread_time()
                result = search(request, generation, time.perf_counter)
                took = time.thread_time() - begun
                lifted += any(result.marks)
                if turn:
                    times[name].append(took)
    told = {
        name: {f"p{q}": round(float(np.percentile(each, q)) * 1_000, 3) for q in (50, 95)}
        for name, each in times.items()
    }
    return {"pages_with_given_places": lifted / (ROUNDS + 1) / len(asked), "ms": told}


if __name__ == "__main__":
    main()
