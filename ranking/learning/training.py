"""Judgments → a model that is proven better on queries it never saw, or the reasons why not."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

import lightgbm
import numpy as np

from indexing.arrays import Float32Array
from indexing.progress import Progress
from indexing.snapshot import Snapshot
from ranking.features.features import VERSIONS
from ranking.generation import Generation, shipped_ranker
from ranking.learning.calibration import fit_gain_curve, judged_points
from ranking.learning.checks import warnings_of
from ranking.learning.comparison import Comparison, Importance, scores
from ranking.learning.cross_validation import (
    FOLDS,
    SEEDS,
    CrossValidation,
    Sampling,
    cross_validate,
)
from ranking.learning.dataset import QueryRows, reranked, training_rows
from ranking.learning.errors import TrainingError
from ranking.learning.gate import Gate, gate_measure, judge
from ranking.learning.importance import MAX_QUERIES, importances
from ranking.learning.judgments import Judgments
from ranking.learning.lambdamart import (
    FEW_QUERIES,
    TreeParams,
    fit,
    gains_of,
    params_for,
    table_of,
)
from ranking.learning.measures import DEFAULT_PLAN, Measured, MeasurePlan, measure_run
from ranking.learning.splits import SEEN, digests, text_key
from ranking.learning.spread import behaviour_scale
from ranking.learning.variants import VariantGroups
from ranking.rankers.manifest import EncoderNeeds, ModelManifest
from ranking.rankers.ranker import HandWeightedRanker, Ranker, RecallOrderRanker
from ranking.rerank.gain_curve import GainCurve

MODEL = "model"
_WARM_UP = 20


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """params, seeds: None for what fits the amount of judged queries. measure: of the gate."""

    sampling: Sampling = field(default_factory=Sampling)
    params: TreeParams | None = None
    folds: int = FOLDS
    seeds: int | None = None
    seed: int = 0
    measure: str | None = None
    plan: MeasurePlan = DEFAULT_PLAN


@dataclass(frozen=True, slots=True)
class Trained:
    """booster: of all queries. comparison: on held-out queries, baseline the hand-weighted ranker;
    the model's values are means over seeds. importance: largest first. gain_curve: of the
    out-of-fold scores. behaviour_scale: of the same, see `spread.py`.
    """

    booster: lightgbm.Booster
    params: TreeParams
    trees: int
    comparison: Comparison
    gate: Gate
    importance: tuple[Importance, ...]
    facts: Mapping[str, Any]
    gain_curve: GainCurve | None
    behaviour_scale: float = 1.0


def train(
    judgments: Judgments,
    generation: Generation,
    options: TrainingOptions,
    progress: Progress,
    warnings: Sequence[str] = (),
) -> Trained:
    """Dataset → cross-validation → comparison → gate → a model of everything.

    The same judgments, generation and options give the same model. Errors: TrainingError where
    nothing can be learned or proven (one query, all grades equal).
    """
    _folds(judgments, options)
    progress.begin("candidates", len(judgments.queries), "queries")
    rows = training_rows(judgments, generation, progress.advance)
    return train_on(rows, judgments, generation, options, progress, warnings)


def train_on(
    rows: Sequence[QueryRows],
    judgments: Judgments,
    generation: Generation,
    options: TrainingOptions,
    progress: Progress,
    warnings: Sequence[str] = (),
) -> Trained:
    """`train` from the rows of these judgments, in their order."""
    folds = _folds(judgments, options)
    params = options.params or params_for(len(rows))
    seeds = options.seeds or (SEEDS if len(rows) < FEW_QUERIES else 1)
    progress.begin("cross-validate", folds * seeds, "models")
    proof = cross_validate(
        rows, params, options.sampling, folds=folds, seeds=seeds, told=progress.advance
    )
    progress.begin("compare", 2 + seeds, "rankers")
    told = [*warnings, *warnings_of(rows)]
    comparison = compare_held_out(
        judgments, rows, proof, generation, options.plan, told, progress.advance
    )
    measure = options.measure or gate_measure(judgments, comparison.measures)
    progress.begin("fit", None, "trees")
    trees = proof.trees
    booster = fit_all(rows, params, options.sampling, trees, options.seed)
    progress.begin("importance", min(len(rows), MAX_QUERIES), "queries")
    importance = importances(booster, proof.rounds[0], rows, options.seed, progress.advance)
    return Trained(
        booster,
        params,
        trees,
        comparison,
        judge(comparison, MODEL, measure),
        importance,
        _facts(rows, options, folds, seeds),
        fit_gain_curve([judged_points(rows, proof.scores(rows, 0))]),
        behaviour_scale(rows, proof.scores(rows, 0), shipped_ranker(generation.snapshot)),
    )


def _folds(judgments: Judgments, options: TrainingOptions) -> int:
    folds = min(options.folds, len({text_key(text) for text in judgments.queries.values()}))
    if folds < 2:
        raise TrainingError(
            f"{len(judgments.queries)} judged queries: nothing can be held out to prove a model "
            "with. Collect judgments for at least 20."
        )
    return folds


def fit_all(
    rows: Sequence[QueryRows], params: TreeParams, sampling: Sampling, trees: int, seed: int
) -> lightgbm.Booster:
    """One model of all rows."""
    table = table_of(sampling.of(rows, seed), gains_of(rows), params.masked)
    return fit(table, params, trees, seed)


def compare_held_out(
    judgments: Judgments,
    rows: Sequence[QueryRows],
    proof: CrossValidation,
    generation: Generation,
    plan: MeasurePlan = DEFAULT_PLAN,
    warnings: Sequence[str] = (),
    told: Callable[[int], None] = lambda done: None,
) -> Comparison:
    """BM25, the hand-weighted ranker, and the out-of-fold models, over what the server ranks."""
    judgments = VariantGroups.of(generation.snapshot).judged(judgments)
    rankers: dict[str, Ranker] = {"bm25": RecallOrderRanker(), "hand": HandWeightedRanker()}
    measured: dict[str, Mapping[str, Measured]] = {}
    for name, ranker in rankers.items():
        given = {each.query_id: ranker.scores(each.features) for each in rows}
        run = ranked_ids(rows, given, generation.snapshot)
        measured[name] = measure_run(run, judgments, plan)
        told(len(measured))
    rounds = []
    for number in range(len(proof.rounds)):
        run = ranked_ids(rows, proof.scores(rows, number), generation.snapshot)
        rounds.append(measure_run(run, judgments, plan))
        told(len(measured) + len(rounds))
    measured[MODEL] = mean_measured(rounds)
    return Comparison("full", dict(judgments.queries), measured, "hand", tuple(warnings))


def ranked_ids(
    rows: Sequence[QueryRows], given: Mapping[str, Float32Array], snapshot: Snapshot
) -> dict[str, list[str]]:
    """Query id → product ids as the server would show them, the first of a group for all of it."""
    groups = VariantGroups.of(snapshot)
    return {
        each.query_id: groups.ids(reranked(each, given[each.query_id], snapshot)) for each in rows
    }


def mean_measured(rounds: Sequence[Mapping[str, Measured]]) -> dict[str, Measured]:
    """Each query's mean over several runs; weights are the same in all of them."""
    return {
        name: Measured(np.mean([each[name].values for each in rounds], axis=0), first.weights)
        for name, first in rounds[0].items()
    }


def manifest_of(
    trained: Trained, snapshot: Snapshot, now: datetime, code_version: str, about: str
) -> ModelManifest:
    """What is written beside the model. about: where the judgments came from."""
    text = trained.booster.model_to_string()
    stamp = now.astimezone(UTC)
    queries = trained.comparison.queries
    return ModelManifest(
        model_id=f"{stamp:%Y%m%dT%H%M%S}-{blake2b(text.encode(), digest_size=3).hexdigest()}",
        created_at=stamp.isoformat(),
        code_version=code_version,
        features=tuple(VERSIONS.items()),
        encoder=EncoderNeeds(snapshot.encoder.family, snapshot.encoder.dimension),
        base=dict(trained.params.base),
        params=trained.params.facts() | {"trees": trained.trees},
        seed=int(trained.facts["seed"]),
        training=dict(trained.facts)
        | {"judgments": about, "snapshot": snapshot.id, SEEN: digests(queries.values())},
        measures=told_measures(trained.comparison),
        warm_up=tuple(list(queries.values())[:_WARM_UP]),
        gain_curve=trained.gain_curve,
        behaviour_scale=round(trained.behaviour_scale, 4),
    )


def told_measures(comparison: Comparison) -> dict[str, Any]:
    """Ranker → measure → mean, its interval, and the paired difference to the baseline."""
    told: dict[str, Any] = {}
    for score in scores(comparison):
        interval, versus = score.interval, score.versus
        entry = {"mean": interval.mean, "low": interval.low, "high": interval.high}
        if versus is not None:
            gap = versus.difference
            entry |= {"difference": gap.mean, "difference_low": gap.low,
                      "difference_high": gap.high, "p": versus.p_value}  # fmt: skip
        rounded = {key: round(value, 5) for key, value in entry.items()}
        told.setdefault(score.ranker, {})[score.measure] = rounded
    return told


def _facts(
    rows: Sequence[QueryRows], options: TrainingOptions, folds: int, seeds: int
) -> dict[str, Any]:
    sampled = options.sampling.of(rows, options.seed)
    return {
        "queries": len(rows),
        "rows": sum(len(each) for each in sampled),
        "judged_rows": int(sum(each.judged.sum() for each in rows)),
        "lost_rows": int(sum((~each.served).sum() for each in rows)),
        "unjudged_per_query": options.sampling.others(len(rows)),
        "split": f"{folds} folds by query, {seeds} seeds, nested",
        "seed": options.seed,
    }
