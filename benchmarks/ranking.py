"""How good is the order? Trained, shipped and hand-weighted rankers on real judged sets.

`python -m benchmarks.ranking DATA_FOLDER [esci_us_150] [product1m_zh] [homedepot]`

Full lists of the whole catalogue, as served, without diversity. *trained*: nested
cross-validation on the set itself (5 folds, 5 seeds; 1 on Home Depot). *cold start*: the shipped
model; on ESCI, which it was trained on, its recipe in cross-validation. *demo only*: the same
recipe without ESCI. Intervals are 95 % bootstrap intervals of the paired difference.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.retrieval import bm25s_run
from indexing.progress import Silent
from ranking.generation import COLD_START, Generation
from ranking.learning.cold_start import (
    ESCI,
    UNSEEN,
    Weighed,
    built,
    cross_fitted,
    demo_rows,
    demo_sample,
)
from ranking.learning.cross_validation import SEEDS, CrossValidation, model_scores
from ranking.learning.dataset import QueryRows, rows_of, training_rows
from ranking.learning.evaluate import random_ranker
from ranking.learning.judgment_files import read_judgments
from ranking.learning.judgments import Judgments
from ranking.learning.measures import Measured, Run, measure_run
from ranking.learning.served import product_ids
from ranking.learning.significance import paired_difference
from ranking.learning.training import (
    Trained,
    TrainingOptions,
    compare_held_out,
    ranked_ids,
    train_on,
)
from ranking.rankers.model import load_model
from ranking.rankers.ranker import HandWeightedRanker, Ranker, RecallOrderRanker

SETS = (ESCI, "product1m_zh", "homedepot")
SHOWN = ("nDCG-linear@10", "nDCG-esci@10", "pair order", "R@100")
AGAINST = ("bm25s", "hand-weighted")
DEMO_QUERIES = 300
_TOLD_FEATURES = 12
Figures = Mapping[str, Measured]


def main(folder: Path, names: Sequence[str]) -> None:
    for name in names or SETS:
        with tempfile.TemporaryDirectory() as scratch:
            measure_set(name, folder / name, Path(scratch))


def measure_set(name: str, source: Path, scratch: Path) -> None:
    generation = built(source / "products.jsonl.gz", scratch / "main")
    judgments, _ = read_judgments(source)
    begun, before = time.perf_counter(), _peak_mb()
    rows = training_rows(judgments, generation)
    made = time.perf_counter() - begun
    print(
        f"\n{name}: {generation.snapshot.doc_count:,} products, {len(rows):,} queries, "
        f"{len(judgments):,} judgments",
        flush=True,
    )
    figures = floors(judgments, generation, rows, chinese="zh" in name)
    if name == ESCI:
        demo = demo_rows(scratch / "demo")
        figures["cold start"] = cold_start_held_out(judgments, generation, rows, demo)
        figures["demo only"] = demo_only(judgments, generation, rows, demo)
    else:
        figures["cold start"] = of_ranker(shipped(generation), judgments, generation, rows)
    show(figures)
    if name == "product1m_zh":
        return  # grades of 0 and 1 from product names: nothing to learn an order from
    begun, cpu = time.perf_counter(), time.process_time()
    trained = train_on(rows, judgments, generation, TrainingOptions(), Silent())
    took, used = time.perf_counter() - begun, time.process_time() - cpu
    figures["trained"] = trained.comparison.measured["model"]
    show({each: figures[each] for each in (*AGAINST, "trained")})
    print(
        f"candidates {made:.0f} s, training with its proof {took:.0f} s ({used:.0f} CPU s), "
        f"peak memory {_peak_mb():,.0f} MB ({before:,.0f} MB before)"
    )
    tell_features(trained)
    tell_survival(generation, judgments, trained)


def floors(
    judgments: Judgments, generation: Generation, rows: Sequence[QueryRows], *, chinese: bool
) -> dict[str, Figures]:
    chance = random_ranker(product_ids(generation.snapshot), seed=0)
    shuffled: Run = {query_id: chance(text) for query_id, text in judgments.queries.items()}
    bm25s = bm25s_run(generation.snapshot, judgments, chinese=chinese)
    return {
        "random": measure_run(shuffled, judgments) | random_pairs(judgments),
        "bm25s": measure_run(bm25s, judgments),
        "recall order": of_ranker(RecallOrderRanker(), judgments, generation, rows),
        "hand-weighted": of_ranker(HandWeightedRanker(), judgments, generation, rows),
    }


def random_pairs(judgments: Judgments) -> dict[str, Measured]:
    """Pair order of the judged products in random order; a random page holds none of them."""
    chance = np.random.default_rng(0)
    run = {
        query_id: [list(products)[i] for i in chance.permutation(len(products))]
        for query_id, products in judgments.qrels.items()
    }
    return {"pair order": measure_run(run, judgments)["pair order"]}


def of_ranker(
    ranker: Ranker, judgments: Judgments, generation: Generation, rows: Sequence[QueryRows]
) -> Figures:
    given = {each.query_id: ranker.scores(each.features) for each in rows}
    return measure_run(ranked_ids(rows, given, generation.snapshot), judgments)


def shipped(generation: Generation) -> Ranker:
    encoder = generation.snapshot.encoder
    return load_model(COLD_START, encoder.family, encoder.dimension)


def cold_start_held_out(
    judgments: Judgments,
    generation: Generation,
    rows: Sequence[QueryRows],
    demo: Sequence[QueryRows],
) -> Figures:
    sample = demo_sample(demo, seed=0)
    rounds = tuple(cross_fitted(rows, sample, seed) for seed in range(SEEDS))
    proof = CrossValidation(rounds)
    return compare_held_out(judgments, rows, proof, generation).measured["model"]


def demo_only(
    judgments: Judgments,
    generation: Generation,
    rows: Sequence[QueryRows],
    demo: Sequence[QueryRows],
) -> Figures:
    sample: Weighed = demo_sample(demo, 0, DEMO_QUERIES)
    booster = sample.fit(UNSEEN, 0)
    given = {each.query_id: model_scores(booster, UNSEEN, each.features) for each in rows}
    return measure_run(ranked_ids(rows, given, generation.snapshot), judgments)


def show(figures: Mapping[str, Figures]) -> None:
    print(f"{'':<15}" + "".join(f"{shown:>42}" for shown in SHOWN))
    print(f"{'':<15}" + f"{'mean [to bm25s] [to hand-weighted]':>42}" * len(SHOWN))
    for name, mine in figures.items():
        cells = [_cell(name, mine[shown], shown, figures) for shown in SHOWN]
        print(f"{name:<15}" + "".join(f"{cell:>42}" for cell in cells), flush=True)


def _cell(name: str, mine: Measured, shown: str, figures: Mapping[str, Figures]) -> str:
    if mine.weights is not None and not mine.weights.any():
        return "-"
    cell = f"{mine.mean:.4f}"
    for other in AGAINST:
        if name in (other, "random") or other not in figures:
            cell += f" {'':>15}"
            continue
        theirs = figures[other][shown].values
        gap = paired_difference(mine.values, theirs, mine.weights).difference
        cell += f" [{gap.low:+.3f} {gap.high:+.3f}]"
    return cell


def tell_features(trained: Trained) -> None:
    print(f"trees {trained.trees}; gate: {trained.gate.reasons or 'passed'}")
    print(f"{'feature':<24}{'share of gain':>15}{'nDCG lost':>12}")
    for each in trained.importance[:_TOLD_FEATURES]:
        print(f"{each.feature:<24}{each.gain:>15.3f}{each.loss:>+12.4f}")


def tell_survival(generation: Generation, judgments: Judgments, trained: Trained) -> None:
    """How much of the top 10 of all 1000 is left if the ranker sees the first 300 only."""
    wide = replace(generation, policy=replace(generation.policy, fine_pool=1000))
    queries = list(judgments.queries.items())[:: max(1, len(judgments.queries) // 100)]
    for name, score in (
        ("hand-weighted", HandWeightedRanker().scores),
        ("trained", lambda x: model_scores(trained.booster, trained.params, x)),
    ):
        kept = []
        for query_id, text in queries:
            all_rows = rows_of(query_id, text, {}, wide)
            pool = rows_of(query_id, text, {}, generation)
            best = np.lexsort((all_rows.doc_ids, -score(all_rows.features)))[:10]
            if len(best):
                kept.append(float(np.isin(all_rows.doc_ids[best], pool.doc_ids).mean()))
        print(f"top 10 of 1000 that survives the cut to 300, {name}: {np.mean(kept):.3f}")


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
