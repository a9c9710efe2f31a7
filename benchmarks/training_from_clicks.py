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

import duckdb
import numpy as np
import orjson
import pyarrow as pa

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
from ranking.simulation.visits import Visits, visit
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
        db = stored(visits, truth.world.texts, goods.ids)
        told(f"{len(intents):,} queries, {asked.searches:,} searches, {(pages >= 0).sum():,} shown "
             f"products, {visits.clicked.sum():,} clicks; {peak():.2f} GB before")  # fmt: skip
        begun = time.monotonic()
        log = read_clicks(db, "main", generation.snapshot).log
        told(f"read {log.rows:,} rows of {len(np.unique(log.queries)):,} queries: "
             f"{time.monotonic() - begun:.1f} s, {peak():.2f} GB")  # fmt: skip
        begun = time.monotonic()
        trained = train_on_clicks(log, generation, ClickTrainingOptions(), Silent(), {})
        told(f"trained: {time.monotonic() - begun:.1f} s, {time.process_time():.0f} s of CPU in "
             f"all, {peak():.2f} GB; {trained.facts}")  # fmt: skip
        for ranker, measures in trained.comparison.measured.items():
            told(f"{ranker:<10}{next(iter(measures.values())).mean:.4f}")
        told("; ".join(trained.gate.reasons) or "the gate is passed")


def stored(visits: Visits, texts: Sequence[str], ids: Sequence[str]) -> duckdb.DuckDBPyConnection:
    """Tables as app/state/tables.py opens them."""
    count = len(visits.searches)
    names = [f"q{number}" for number in range(count)]
    users = [f"u{user}" for user in visits.searches.users.tolist()]
    times = visits.searches.days * 86_400
    pages = [[ids[each] for each in page if each >= 0] for page in visits.pages.tolist()]
    none, no = pa.nulls(count, pa.string()), np.zeros(count, dtype=np.int64)
    impressions = {
        "query_id": names, "happened_at": times, "shop": ["main"] * count,
        "query": [texts[each] for each in visits.searches.intents.tolist()], "user_key": users,
        "session_key": none, "region": none, "model": none, "policy": none, "page": no + 1,
        "page_size": no + PAGE, "sorted": no, "bot": no,
        "products": [orjson.dumps(page).decode() for page in pages], "marks": none,
    }  # fmt: skip
    searches, places = np.nonzero(visits.clicked)
    clicks, none = len(searches), pa.nulls(len(searches), pa.string())
    kinds = np.array(["click", "click", "add_to_cart", "purchase"])
    events = {
        "key": [f"e{number}" for number in range(clicks)], "happened_at": times[searches] + 9.0,
        "type": kinds[visits.outcomes[searches, places]].tolist(), "shop": ["main"] * clicks,
        "query_id": [names[each] for each in searches.tolist()],
        "product": [ids[each] for each in visits.pages[searches, places].tolist()],
        "user_key": [users[each] for each in searches.tolist()], "session_key": none,
        "region": none, "value": pa.nulls(clicks, pa.float64()),
        "quantity": pa.nulls(clicks, pa.int64()), "bot": np.zeros(clicks, dtype=np.int64),
        "trusted": np.ones(clicks, dtype=np.int64),
    }  # fmt: skip
    db = duckdb.connect(":memory:", config={"threads": 2, "memory_limit": "4096MB"})
    db.register("given_impressions", pa.table(impressions))
    db.register("given_events", pa.table(events))
    db.execute("CREATE TABLE impressions AS SELECT * FROM given_impressions")
    db.execute("CREATE TABLE events AS SELECT * FROM given_events")
    return db


def peak() -> float:
    """GB of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def told(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
