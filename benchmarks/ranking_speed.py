"""Time of the fine rank: features, models of three sizes, and the models' share of a search.

`python -m benchmarks.ranking_speed [--products N] [--folder DIR]`; a folder that holds a demo shop
is used again. CPU time of one thread, as others may use the machine; medians over queries of the
shop with at least 300 candidates, each the best of three runs. Beside features stands the NumPy
gather and copy that no code could do without; beside a model, LightGBM's own `predict`. The large
models learn noise on real features: what they say does not matter here, how long they take to say
it does. Searches are with facets, 20 hits a page.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import lightgbm
import numpy as np

from benchmarks.large_shop import make
from indexing.arrays import Float32Array
from indexing.current import read_current
from indexing.demo.queries import read_intents
from ranking.features.extract import extract
from ranking.features.feature import Group, Rows
from ranking.features.features import GROUPS, NAMES, VERSIONS
from ranking.features.inputs import Inputs
from ranking.generation import Generation, open_generation
from ranking.learning.lambdamart import Table, TreeParams, fit
from ranking.query.query import Query
from ranking.rankers.manifest import EncoderNeeds, ModelManifest
from ranking.rankers.model import Booster, ModelRanker
from ranking.rankers.ranker import HandWeightedRanker
from ranking.search.candidates import Candidates
from ranking.search.context import Context
from ranking.search.fine import cosines, features_of
from ranking.search.matching import find, size
from ranking.search.request import SearchRequest
from ranking.search.root import choose, search

POOL, QUERIES = 300, 100
SIZES = ((300, 63), (150, 31))
"""Trees and leaves: the issue's figure, and the largest that `vitrina train` makes."""
TRAINED_QUERIES = 60
FACETS = ("brand", "category", "price", "auto")


@dataclass(frozen=True, slots=True)
class Case:
    """One query, and what its fine rank is given."""

    text: str
    query: Query
    candidates: Candidates
    features: Float32Array


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=20_000)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.folder or Path(scratch)
        if read_current(folder / "var" / "main") is None:
            make(folder, given.products)
        measure(folder)


def measure(folder: Path) -> None:
    index = folder / "var" / "main"
    current = read_current(index)
    assert current is not None
    generation = open_generation(index, current, "benchmark")
    intents = read_intents(folder / "shop" / "intents.jsonl")
    texts = list(dict.fromkeys(intent.query for intent in intents))
    cases = cases_of(texts, generation)
    print(
        f"{generation.snapshot.doc_count:,} products, {len(cases)} queries with {POOL} candidates, "
        f"{len(NAMES)} features"
    )
    times_of_features(cases, generation)
    hand_ms = times_of_hand(cases, replace(generation, ranker=HandWeightedRanker()))
    rankers = [model(cases, *size) for size in SIZES]
    if isinstance(generation.ranker, ModelRanker):
        rankers.append(generation.ranker)
    for ranker in rankers:
        times_of_model(cases, ranker, hand_ms)


def cases_of(texts: list[str], generation: Generation) -> list[Case]:
    cases: list[Case] = []
    for text in texts:
        context = Context.unhurried(SearchRequest(text=text), generation)
        found = find(context)
        if size(found.answer) < POOL:
            continue
        candidates = choose(found.query, found.answer, context, POOL).candidates
        if len(candidates) < POOL:
            continue
        by_key = np.argsort(candidates.keys)
        chosen, rows = features_of(found.query, candidates, by_key, generation)
        cases.append(Case(text, found.query, chosen, rows))
        if len(cases) == QUERIES:
            break
    return cases


def median_ms(cases: list[Case], work: Callable[[Case], object]) -> float:
    """CPU time, of the best of three for each case; the first round is warm-up."""
    best = []
    for case in cases:
        took = []
        for _ in range(4):
            begun = time.thread_time()
            work(case)
            took.append(time.thread_time() - begun)
        best.append(min(took[1:]))
    return float(np.median(best)) * 1e3


def times_of_features(cases: list[Case], generation: Generation) -> None:
    snapshot = generation.snapshot
    docs_of: Callable[[Case], object] = lambda c: snapshot.priors[c.candidates.doc_ids]  # noqa: E731
    plain = median_ms(cases, lambda c: (docs_of(c), c.features.copy()))
    cosine = median_ms(cases, lambda c: cosines(c.query, c.candidates, generation.segments))
    inputs = median_ms(cases, lambda c: _inputs(c, generation))
    by_group = {group.name: time_of_group(group, cases, generation) for group in GROUPS}
    whole = median_ms(cases, lambda c: extract(c.query, c.candidates, generation))
    print(f"{'':<44}{'ms':>8}{'÷ plain':>10}")
    for name, took in {
        "plain: gather the priors, copy the matrix": plain,
        "cosines of query and products": cosine,
        "matches of the slots, prices, priors": inputs,
        **{f"group {name}": took for name, took in by_group.items()},
        "features of 300 candidates, all": whole,
    }.items():
        print(f"{name:<44}{took:>8.3f}{took / plain:>10.1f}")


def time_of_group(group: Group, cases: list[Case], generation: Generation) -> float:
    given = {case.text: _inputs(case, generation) for case in cases}
    rows = Rows(group.places, np.empty((len(group.features), POOL), dtype=np.float32))
    return median_ms(cases, lambda case: group.fill(given[case.text], rows))


def _inputs(case: Case, generation: Generation) -> Inputs:
    return Inputs.of(
        case.query, case.candidates, generation.snapshot, generation.segments,
        generation.policy.bm25,
    )  # fmt: skip


def model(cases: list[Case], trees: int, leaves: int) -> ModelRanker:
    rows = [case.features for case in cases[:TRAINED_QUERIES]]
    features = np.concatenate(rows)
    labels = np.random.default_rng(0).integers(0, 4, len(features))
    sizes = np.full(len(rows), POOL, dtype=np.int64)
    params = TreeParams(trees=trees, leaves=leaves, min_rows=20, base={"bm25": 1.0})
    booster = fit(Table(features, labels, sizes, (0.0, 1.0, 3.0, 7.0)), params, trees, 0)
    return ModelRanker(booster, _manifest(f"{trees} trees x {leaves} leaves at most"))


def _manifest(name: str) -> ModelManifest:
    features, encoder = tuple(VERSIONS.items()), EncoderNeeds("", 0)
    return ModelManifest(name, "", "", features, encoder, {"bm25": 1.0}, {}, 0, {}, {})


def times_of_hand(cases: list[Case], generation: Generation) -> float:
    """A whole search whose ranker costs next to nothing: models are added to it."""

    def whole(case: Case) -> object:
        request = SearchRequest(text=case.text, budget_ms=60_000, facets=FACETS)
        return search(request, generation, time.perf_counter)

    took = median_ms(cases, whole)
    print(f"{'whole search with facets, ranked by hand':<44}{took:>8.3f}")
    return took


def times_of_model(cases: list[Case], ranker: ModelRanker, hand_ms: float) -> None:
    booster: Booster = ranker._booster
    leaves = [tree["num_leaves"] for tree in booster.dump_model()["tree_info"]]
    print(f"model {ranker.name}: {len(leaves)} trees, {np.mean(leaves):.0f} leaves on average")
    plain = median_ms(cases, lambda c: booster.predict(c.features, raw_score=True, num_threads=1))
    served = median_ms(cases, lambda c: ranker.scores(c.features))
    told = median_ms(cases[:20], lambda c: ranker.contributions(c.features[0]))
    print(f"{'':<44}{'ms':>8}{'÷ plain':>10}")
    for name, took in {
        f"plain: LightGBM {lightgbm.__version__} predict, one thread": plain,
        "the ranker: base, trees, checks": served,
        "contributions of one hit, for explain": told,
    }.items():
        print(f"{name:<44}{took:>8.3f}{took / plain:>10.2f}")
    print(f"{'share of a search with facets':<44}{served / (hand_ms + served):>8.1%}")


if __name__ == "__main__":
    main()
