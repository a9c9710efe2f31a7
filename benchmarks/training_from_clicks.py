"""Time and memory of `vitrina train --from events` on a million shown products.

`python -m benchmarks.training_from_clicks`: a demo shop of 20,000 products, 50,000 searches with
pages of 20 for its own queries, clicks of simulated shoppers; from the stored rows to a model with
its proof. Asked: under 5 minutes and 6 GB.
"""

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.simulated_log import SHOP, log_tables
from indexing.demo.queries import read_intents
from indexing.demo.shop import write_demo_shop
from indexing.progress import Silent
from ranking.learning.clicks.click_training import ClickTrainingOptions, train_on_clicks
from ranking.learning.clicks.logged_clicks import read_clicks
from ranking.learning.cold_start import built
from ranking.learning.served import served
from ranking.simulation.browsing import Browsing
from ranking.simulation.goods import read_goods
from ranking.simulation.shoppers import make_crowd, make_searches
from ranking.simulation.visits import visit
from ranking.simulation.world import make_world

PAGE = 20


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.training_from_clicks")
    parser.add_argument("--products", type=int, default=20_000)
    parser.add_argument("--searches", type=int, default=50_000)
    parser.add_argument("--queries", type=int, default=5_000)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        made = write_demo_shop(Path(name), asked.products, 7)
        generation = built(made.products, Path(name) / "index")
        goods = read_goods(made.products)
        intents = read_intents(made.intents)[: asked.queries]
        ranked = served(generation, diversity=False)
        numbers = {product: place for place, product in enumerate(goods.ids)}
        shown = np.full((len(intents), PAGE), -1, dtype=np.int64)
        for place, intent in enumerate(intents):
            page = [numbers[each] for each in ranked(intent.query)[:PAGE]]
            shown[place, : len(page)] = page
        chance = np.random.default_rng(0)
        truth = make_world(intents, goods, seed=1).at(0.0)
        crowd = make_crowd(asked.searches // 5, 3, 0.03, 0)
        searches = make_searches(asked.searches, 0.0, 60.0, truth.world.asked, crowd, chance)
        pages = shown[searches.intents]
        visits = visit(searches, pages, truth, crowd, Browsing(), chance)
        told(f"{len(intents):,} queries, {asked.searches:,} searches, {(pages >= 0).sum():,} shown "
             f"products, {visits.clicked.sum():,} clicks; {peak():.2f} GB before")  # fmt: skip
        with log_tables(visits, truth, crowd, 0.0) as db:
            begun = time.monotonic()
            log = read_clicks(db, SHOP, generation.snapshot).log
        told(f"read {log.rows:,} rows of {len(np.unique(log.queries)):,} queries: "
             f"{time.monotonic() - begun:.1f} s, {peak():.2f} GB")  # fmt: skip
        begun = time.monotonic()
        trained = train_on_clicks(log, generation, ClickTrainingOptions(), Silent(), {})
        told(f"trained: {time.monotonic() - begun:.1f} s, {time.process_time():.0f} s of CPU in "
             f"all, {peak():.2f} GB; {trained.facts}")  # fmt: skip
        for ranker, measures in trained.comparison.measured.items():
            told(f"{ranker:<10}{next(iter(measures.values())).mean:.4f}")
        told("; ".join(trained.gate.reasons) or "the gate is passed")


def peak() -> float:
    """GB of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def told(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
