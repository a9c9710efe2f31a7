"""What clicks teach a ranker, measured by what simulated shoppers truly want.

`python -m benchmarks.learning_from_clicks`: a demo shop, 200,000 searches of each click model, five
seeds. The shipped model orders the pages; of one search in five two products change places. Models
of one recipe are then trained on raw clicks, on clicks over expected clicks, on clicks weighted by
inverse propensities, and on the truth (the ceiling).
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from indexing.arrays import Float32Array, Float64Array, Int64Array
from indexing.demo.queries import read_intents
from indexing.demo.shop import write_demo_shop
from ranking.generation import Generation
from ranking.learning.clicks.click_judgments import Estimate, grades_of
from ranking.learning.clicks.click_log import ClickLog
from ranking.learning.clicks.click_rows import ClickRows, pairs_of_rows, product_of_group
from ranking.learning.clicks.click_training import (
    ClickTrainingOptions,
    params_for_clicks,
    propensities_of,
)
from ranking.learning.clicks.evidence import evidence_of
from ranking.learning.cold_start import built
from ranking.learning.cross_validation import Sampling, model_scores
from ranking.learning.dataset import QueryRows, reranked, rows_of, sampled
from ranking.learning.training import fit_all
from ranking.simulation.browsing import CLICK_MODELS, POSITION, Browsing
from ranking.simulation.goods import Goods, read_goods
from ranking.simulation.shoppers import make_crowd, make_searches
from ranking.simulation.true_ndcg import mean_interval, true_ndcg
from ranking.simulation.visits import click_log, visit
from ranking.simulation.world import CLASSES, Truth, make_world

ESTIMATES: tuple[Estimate, ...] = ("clicks", "coec", "ips")
NAMES = {"clicks": "raw clicks", "coec": "COEC", "ips": "IPS"}
PAGE, DAYS, SWAPPED = 20, 30.0, 0.2
PRODUCTS, INTENTS, DEMO_SEED = 3_000, 200, 7
TRUE_ROWS = 100


@dataclass(frozen=True, slots=True)
class Shop:
    """rows: of each intent, all candidates. docs_goods: int64[documents], their places in goods."""

    generation: Generation
    goods: Goods
    rows: list[QueryRows]
    docs_goods: Int64Array
    truth: Truth

    def page(self, rows: QueryRows, scores: Float32Array, size: int = PAGE) -> Int64Array:
        """int64[size]: products in this order, −1 for none."""
        docs = reranked(replace(rows, tail=rows.tail[:0]), scores, self.generation.snapshot)[:size]
        shown = np.full(size, -1, dtype=np.int64)
        shown[: len(docs)] = self.docs_goods[docs]
        return shown

    def pages(self, scores: Sequence[Float32Array]) -> Int64Array:
        return np.stack([self.page(*each) for each in zip(self.rows, scores, strict=True)])


def open_shop(folder: Path, products: int, intents: int) -> Shop:
    made = write_demo_shop(folder, products, DEMO_SEED)
    generation = built(made.products, folder / "index")
    goods = read_goods(made.products)
    asked = sorted(read_intents(made.intents), key=lambda intent: -intent.weight)[: 3 * intents]
    snapshot = generation.snapshot
    found = [(each, rows_of(str(n), each.query, {}, generation)) for n, each in enumerate(asked)]
    kept = [(each, rows) for each, rows in found if len(rows) >= PAGE][:intents]
    numbers = {product: place for place, product in enumerate(goods.ids)}
    documents = range(len(snapshot.columns.group_of))
    docs_goods = np.array([numbers[snapshot.documents.id_at(doc)] for doc in documents])
    world = make_world([each for each, _ in kept], goods, seed=1)
    rows = [replace(rows, query_id=f"c{n}") for n, (_, rows) in enumerate(kept)]
    return Shop(generation, goods, rows, docs_goods, world.at(0.0))


def logged(shop: Shop, shown: Int64Array, model: str, searches: int, seed: int) -> ClickLog:
    """shown: int64[intents, PAGE]. Of some searches, two products change places."""
    chance = np.random.default_rng([seed, 17])
    crowd = make_crowd(searches // 10, 3, 0.03, seed)
    asked = make_searches(searches, 0.0, DAYS, shop.truth.world.asked, crowd, chance)
    pages = shown[asked.intents].copy()
    moved = np.flatnonzero(chance.random(searches) < SWAPPED)
    a, b = chance.integers(0, PAGE, (2, len(moved)))
    first, second = pages[moved, a], pages[moved, b]
    pages[moved, a], pages[moved, b] = second, first
    visits = visit(asked, pages, shop.truth, crowd, Browsing(model), chance)
    return click_log(visits, shop.truth)


def rows_in(shop: Shop, log: ClickLog, unshown: int) -> ClickRows:
    """As `click_rows`, of rows that are there already."""
    snapshot = shop.generation.snapshot
    numbers = product_of_group(log.product_ids, snapshot)
    group_of = np.asarray(snapshot.columns.group_of)
    distinct, rows, pairs = np.unique(log.pairs), [], []
    for number, each in enumerate(shop.rows):
        mine = pairs_of_rows(each, number, distinct, numbers[group_of[each.doc_ids]], log)
        few = sampled(replace(each, judged=mine >= 0), 0, unshown)
        rows.append(few)
        pairs.append(mine[np.isin(each.doc_ids, few.doc_ids)])
    return ClickRows(tuple(rows), tuple(pairs), len(log.product_ids))


def true_rows(shop: Shop) -> list[QueryRows]:
    """A hundred candidates of each intent with their true grades: the mean gain of all classes
    beside the best's.
    """
    found = []
    classes = np.arange(CLASSES)[:, None]
    for number, whole in enumerate(shop.rows):
        chance = np.random.default_rng([0, number])
        each = whole.take(np.sort(chance.permutation(len(whole))[:TRUE_ROWS]))
        products = shop.docs_goods[each.doc_ids]
        gains = shop.truth.gains(np.array(number), products[None, :], classes).mean(axis=0)
        grades = np.log2(1 + 7 * gains / max(float(gains.max()), 1e-9)).round(1)
        judged = np.ones(len(each), dtype=np.bool_)
        found.append(replace(each, grades=grades.astype(np.float32), judged=judged))
    return [each for each in found if each.grades.max() > 0]


def learnt_pages(shop: Shop, rows: list[QueryRows], unshown: int, seed: int) -> Int64Array:
    """What a model of these rows shows."""
    params = params_for_clicks(len(rows))
    booster = fit_all(rows, params, Sampling(unshown), params.trees, seed)
    return shop.pages([model_scores(booster, params, each.features) for each in shop.rows])


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.learning_from_clicks")
    parser.add_argument("--searches", type=int, default=200_000)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--products", type=int, default=PRODUCTS)
    parser.add_argument("--intents", type=int, default=INTENTS)
    parser.add_argument("--unshown", type=int, default=ClickTrainingOptions().unshown)
    parser.add_argument("--models", nargs="*", default=CLICK_MODELS)
    asked = parser.parse_args(arguments)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        shop = open_shop(Path(name), asked.products, asked.intents)
        ranker = shop.generation.ranker
        shown = shop.pages([ranker.scores(each.features) for each in shop.rows])
        told(
            f"{asked.products:,} products, {len(shop.rows)} intents, pages by {ranker.name}; "
            f"{asked.searches:,} searches, {asked.seeds} seeds; {time.monotonic() - begun:.0f} s"
        )
        cold = true_ndcg(shown, shop.truth)
        truths = [
            true_ndcg(learnt_pages(shop, true_rows(shop), asked.unshown, seed), shop.truth)
            for seed in range(1, asked.seeds + 1)
        ]
        ceiling = np.mean(truths, axis=0)
        told(f"{'cold start':<24}{interval(cold)}")
        told(f"{'ceiling (the truth)':<24}{interval(ceiling)}   {interval(ceiling - cold)}")
        for model in asked.models:
            found = of_model(shop, shown, model, asked.searches, asked.seeds, asked.unshown)
            for estimate in ESTIMATES:
                scores = np.mean(found[estimate], axis=0)
                closed = np.nanmean(scores - cold) / np.nanmean(ceiling - cold)
                over = scores - np.mean(found["clicks"], axis=0)
                told(
                    f"{model + ', ' + NAMES[estimate]:<24}{interval(scores)}   "
                    f"{interval(scores - cold)}  closes {closed:4.0%}   over raw {interval(over)}"
                )
        told(f"{time.monotonic() - begun:.0f} s")


def of_model(
    shop: Shop, shown: Int64Array, model: str, searches: int, seeds: int, unshown: int
) -> dict[str, list[Float64Array]]:
    """Estimate → true nDCG@10 by intent, of each seed."""
    found: dict[str, list[Float64Array]] = {estimate: [] for estimate in ESTIMATES}
    for seed in range(1, seeds + 1):  # parameters were chosen on seed 0
        log = logged(shop, shown, model, searches, seed)
        rows = rows_in(shop, log, unshown)
        known = propensities_of(log, rows, seed)
        if seed == 1:
            looks = ", ".join(f"{each:.2f}" for each in known.examined[:10])
            told(f"{model}: {int(log.clicked.sum()):,} clicks; looked at {looks}")
        if model == POSITION:
            wrong = np.abs(known.examined * np.arange(1.0, PAGE + 1) - 1)
            told(f"seed {seed}, wrong by {wrong[:10].max():.1%} to 10, {wrong.max():.1%} to 20")
        evidence = evidence_of(log, known, now=float(log.times.max()))
        for estimate in ESTIMATES:
            labelled = rows.labelled(grades_of(log, evidence, estimate))
            found[estimate].append(
                true_ndcg(learnt_pages(shop, labelled, unshown, seed), shop.truth)
            )
    return found


def interval(values: Float64Array) -> str:
    return f"{mean_interval(values, np.ones(len(values)), seed=0)}"


def told(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
