"""Nested cross-validation by query: every query is scored by models that never saw it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import lightgbm
import numpy as np

from indexing.arrays import Float32Array, Float64Array
from ranking.learning.dataset import UNJUDGED_PER_QUERY, QueryRows, sampled
from ranking.learning.judgments import Judgments
from ranking.learning.lambdamart import (
    FEW_QUERIES,
    TreeParams,
    base_scores,
    fit,
    gains_of,
    table_of,
    validation_curve,
)
from ranking.learning.splits import split_queries, text_key
from ranking.rankers.tree_text import read_trees
from ranking.rankers.trees import FlatTrees, flat_trees

FOLDS, SEEDS = 5, 5
UNJUDGED_OF_MANY = 20
_SMOOTHED = 11
_AS_GOOD = 0.002


@dataclass(frozen=True, slots=True)
class Sampling:
    """Which rows are trained on: the judged ones, and so many others a query; None: 50, and 20
    where there are many queries.
    """

    unjudged: int | None = None
    judged_only: bool = False

    def others(self, queries: int) -> int:
        """Unjudged rows a query, of so many queries."""
        if self.judged_only:
            return 0
        if self.unjudged is None:
            return UNJUDGED_PER_QUERY if queries < FEW_QUERIES else UNJUDGED_OF_MANY
        return self.unjudged

    def of(self, rows: Sequence[QueryRows], seed: int) -> list[QueryRows]:
        others = self.others(len(rows))
        return [sampled(each, seed, others, judged_only=self.judged_only) for each in rows]


@dataclass(frozen=True, slots=True)
class Fold:
    """One model and the queries that it may be judged by. flat: its trees for the kernel."""

    booster: lightgbm.Booster
    params: TreeParams
    query_ids: tuple[str, ...]
    trees: int
    flat: FlatTrees | None

    @classmethod
    def of(
        cls, booster: lightgbm.Booster, params: TreeParams, query_ids: tuple[str, ...], trees: int
    ) -> "Fold":
        read = read_trees(booster.model_to_string(), "of a fold")
        flat = flat_trees(read, np.arange(len(read.features), dtype=np.int32))
        return cls(booster, params, query_ids, trees, flat)

    def scores(self, features: Float32Array) -> Float32Array:
        """As `model_scores`, to the bit, and sooner where the kernel can."""
        if self.flat is None:
            return model_scores(self.booster, self.params, features)
        trees = self.flat.scores(features)
        return (trees + base_scores(features, self.params.base)).astype(np.float32)


@dataclass(frozen=True, slots=True)
class CrossValidation:
    """rounds: one a seed; each holds the folds of that seed, which cover every query once."""

    rounds: tuple[tuple[Fold, ...], ...]

    @property
    def trees(self) -> int:
        """Median number of trees that early stopping chose."""
        return round(float(np.median([fold.trees for folds in self.rounds for fold in folds])))

    def scores(self, rows: Sequence[QueryRows], seed: int) -> dict[str, Float32Array]:
        """Query id → float32[k], out of fold, in the round of this seed."""
        by_id = {each.query_id: each for each in rows}
        return {
            query_id: fold.scores(by_id[query_id].features)
            for fold in self.rounds[seed]
            for query_id in fold.query_ids
        }


def model_scores(
    booster: lightgbm.Booster, params: TreeParams, features: Float32Array
) -> Float32Array:
    """float32[k]: base and trees together, as the served model has it."""
    trees = np.asarray(booster.predict(features, raw_score=True, num_threads=1))
    return (trees + base_scores(features, params.base)).astype(np.float32)


def cross_validate(
    rows: Sequence[QueryRows],
    params: TreeParams,
    sampling: Sampling,
    *,
    folds: int = FOLDS,
    seeds: int = SEEDS,
    told: Callable[[int], None] | None = None,
) -> CrossValidation:
    """`seeds` rounds of `folds` models. The number of trees is chosen without the fold's queries.

    rows: of the whole judgments, one entry a query. told: models done so far.
    Errors: JudgmentsError for fewer distinct queries than folds.
    """
    judgments = Judgments({each.query_id: each.text for each in rows}, {})
    by_id = {each.query_id: each for each in rows}
    grades = gains_of(rows)
    rounds = []
    for seed in range(seeds):
        training = {each.query_id: each for each in sampling.of(rows, seed)}
        done = []
        for part in split_queries(judgments, folds, seed):
            held = set(part)
            kept = [each for query_id, each in training.items() if query_id not in held]
            trees = choose_trees(kept, params, grades, seed)
            booster = fit(table_of(kept, grades, params.masked), params, trees, seed)
            shown = tuple(query_id for query_id in part if query_id in by_id)
            done.append(Fold.of(booster, params, shown, trees))
            if told is not None:
                told(seed * folds + len(done))
        rounds.append(tuple(done))
    return CrossValidation(tuple(rounds))


def choose_trees(
    rows: Sequence[QueryRows], params: TreeParams, grades: Float64Array, seed: int
) -> int:
    """How many trees these queries can carry, by nDCG@10 on parts held out in turn. At least 1.

    Few queries are held out in three parts, as one part says little; of many, one part is enough.
    The curve is smoothed, so that no lucky tree is taken for a peak, and the largest number that
    is as good as the peak is taken: more trees are a steadier vote.
    """
    judgments = Judgments({each.query_id: each.text for each in rows}, {})
    texts = len({text_key(each.text) for each in rows})
    if texts < 2:
        return 1  # nothing can be held out
    few = len(rows) < FEW_QUERIES
    parts = split_queries(judgments, min(3 if few else 5, texts), seed + 1000)
    curves = []
    for part in parts if few else parts[:1]:
        held = set(part)
        known = table_of([r for r in rows if r.query_id not in held], grades, params.masked)
        shown = table_of([r for r in rows if r.query_id in held], grades, params.masked)
        if len(set(known.labels.tolist())) > 1:
            curves.append(validation_curve(known, shown, params, seed))
    if not curves:
        return 1
    curve = smoothed(np.mean(curves, axis=0))
    return max(1, int(np.flatnonzero(curve >= curve.max() - _AS_GOOD)[-1]))


def smoothed(curve: Float64Array) -> Float64Array:
    """Running mean over 11 values, fewer at the ends."""
    ones = np.ones(min(_SMOOTHED, len(curve)))
    return np.convolve(curve, ones, "same") / np.convolve(np.ones(len(curve)), ones, "same")
