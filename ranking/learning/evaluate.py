"""Runs rankers over judged queries and measures what they return.

Knows rankers only as functions from a query text to product ids, so that the very code that
serves can be measured, and anything else beside it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from indexing.arrays import Float32Array, Int32Array
from ranking.learning.comparison import Comparison, Mode
from ranking.learning.errors import ComparisonError
from ranking.learning.judgments import Judgments
from ranking.learning.list_measures import coverage, intra_list_diversity, largest_share
from ranking.learning.measures import (
    DEFAULT_PLAN,
    Measured,
    MeasurePlan,
    Run,
    condensed,
    measure_run,
)

Ranker = Callable[[str], Sequence[str]]
"""Query text → product ids, best first, each once."""

LIST_POOL = 100
"""How far down a list its keys are looked at, to know what it could have shown."""


@dataclass(frozen=True, slots=True)
class ListFacts:
    """What list measures know of the products of one list, in its order.

    vectors: float32[n, d], unit length or zero rows; None if there are none.
    keys: field name → int32[n] ordinals, -1 for missing.
    """

    vectors: Float32Array | None
    keys: Mapping[str, Int32Array]


FactsOf = Callable[[Sequence[str]], ListFacts]
"""Product ids → their facts, in the same order."""


def compare(
    rankers: Mapping[str, Ranker],
    judgments: Judgments,
    *,
    baseline: str | None = None,
    mode: Mode = "full",
    plan: MeasurePlan = DEFAULT_PLAN,
    depth: int = 1000,
    facts_of: FactsOf | None = None,
    warnings: Sequence[str] = (),
    on_query: Callable[[str], None] | None = None,
) -> Comparison:
    """Run every ranker on every judged query and measure them side by side.

    baseline: the first ranker if None. depth: at most this many products of a list count.
    facts_of: adds list measures. on_query: called after each search (a progress bar).
    Errors: no ranker, or one that returns a product twice. For both modes, run once with
    `run_rankers` and give the runs to `compare_runs` twice.
    """
    runs = run_rankers(rankers, judgments, depth=depth, on_query=on_query)
    return compare_runs(
        runs,
        judgments,
        baseline=baseline,
        mode=mode,
        plan=plan,
        facts_of=facts_of,
        warnings=warnings,
    )


def run_rankers(
    rankers: Mapping[str, Ranker],
    judgments: Judgments,
    *,
    depth: int = 1000,
    on_query: Callable[[str], None] | None = None,
) -> dict[str, dict[str, list[str]]]:
    """Ranker name → query id → product ids. One thread, ranker by ranker."""
    runs: dict[str, dict[str, list[str]]] = {}
    for name, ranker in rankers.items():
        run: dict[str, list[str]] = {}
        for query_id, text in judgments.queries.items():
            run[query_id] = list(ranker(text)[:depth])
            if on_query is not None:
                on_query(name)
        runs[name] = run
    return runs


def compare_runs(
    runs: Mapping[str, Run],
    judgments: Judgments,
    *,
    baseline: str | None = None,
    mode: Mode = "full",
    plan: MeasurePlan = DEFAULT_PLAN,
    facts_of: FactsOf | None = None,
    warnings: Sequence[str] = (),
) -> Comparison:
    """Measure rankings that are already there; see `compare`."""
    if not runs:
        raise ComparisonError("there is no ranker to compare. Name at least one.")
    measured = {}
    for name, run in runs.items():
        shown = condensed(run, judgments) if mode == "condensed" else run
        measures = measure_run(shown, judgments, plan)
        if facts_of is not None:
            measures |= measure_lists(shown, judgments, facts_of, plan.k)
        measured[name] = measures
    return Comparison(
        mode=mode,
        queries=dict(judgments.queries),
        measured=measured,
        baseline=next(iter(runs)) if baseline is None else baseline,
        warnings=tuple(warnings),
    )


def measure_lists(run: Run, judgments: Judgments, facts_of: FactsOf, k: int) -> dict[str, Measured]:
    """`diversity@k`, `<key> coverage@k` and `largest <key>@k`, a query.

    Lists without products have weight 0: they have no diversity to speak of.
    """
    columns: dict[str, list[float]] = {}
    filled = []
    for query_id in judgments.queries:
        products = run.get(query_id, ())[:LIST_POOL]
        facts = facts_of(products)
        filled.append(float(len(products) > 0))
        if facts.vectors is not None:
            columns.setdefault(f"diversity@{k}", []).append(intra_list_diversity(facts.vectors, k))
        for key, ordinals in facts.keys.items():
            columns.setdefault(f"{key} coverage@{k}", []).append(coverage(ordinals, k))
            columns.setdefault(f"largest {key}@{k}", []).append(largest_share(ordinals, k))
    weights = np.array(filled)
    return {name: Measured(np.array(values), weights) for name, values in columns.items()}


def random_ranker(product_ids: Sequence[str], seed: int, size: int = 1000) -> Ranker:
    """The floor: `size` products in random order, the same for the same text and seed."""

    def rank(text: str) -> list[str]:
        digest = blake2b(text.encode(), digest_size=8).digest()
        chance = np.random.default_rng([seed, int.from_bytes(digest, "little")])
        count = min(size, len(product_ids))
        return [product_ids[i] for i in chance.choice(len(product_ids), count, replace=False)]

    return rank
