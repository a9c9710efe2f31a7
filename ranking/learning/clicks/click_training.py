"""A click log → a model that is proven on what came later, or the reasons why not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from indexing.arrays import Float32Array
from indexing.progress import Progress
from ranking.behaviour.facts import Facts
from ranking.features.behaviour import BEHAVIOUR
from ranking.features.personal import PERSONAL
from ranking.generation import Generation, shipped_ranker
from ranking.learning.calibration import fit_gain_curve, judged_points
from ranking.learning.checks import warnings_of
from ranking.learning.clicks.click_judgments import (
    Estimate,
    grades_of,
    judgments_of,
)
from ranking.learning.clicks.click_log import ORGANIC, ClickLog
from ranking.learning.clicks.click_proof import MEASURE, compare_later, with_facts
from ranking.learning.clicks.click_rows import ClickRows, Graded, click_rows, most_clicked
from ranking.learning.clicks.evidence import Evidence, evidence_of
from ranking.learning.clicks.moved_positions import moved_propensities
from ranking.learning.clicks.people import person_weights
from ranking.learning.clicks.position_based import Cells
from ranking.learning.clicks.propensities import Propensities, regression_em
from ranking.learning.cross_validation import Fold, Sampling, choose_trees
from ranking.learning.errors import TrainingError
from ranking.learning.gate import LEAST_QUERIES, judge
from ranking.learning.importance import MAX_QUERIES, importances
from ranking.learning.lambdamart import FEW_QUERIES, LARGE, SMALL, TreeParams, gains_of
from ranking.learning.spread import behaviour_scale
from ranking.learning.training import MODEL, Trained, fit_all

MOST_QUERIES: Final = 5_000
LEAST_CLICKS: Final = 500
"""In the part that is learnt from."""
LEAVES: Final = 15
"""Twice as many as for people's judgments: clicks are far more."""
_EM_ROUNDS: Final = 100


@dataclass(frozen=True, slots=True)
class ClickTrainingOptions:
    """estimate: how clicks become grades. proven_share: of the searches, the latest. unshown: rows
    of products a query that were never shown, as irrelevant ones; they keep down what might be
    good. params: None for what fits.
    """

    estimate: Estimate = "ips"
    proven_share: float = 0.25
    most_queries: int = MOST_QUERIES
    unshown: int = 0
    params: TreeParams | None = None
    seed: int = 0


def params_for_clicks(queries: int) -> TreeParams:
    """As for judgments, but shoppers look at prices and ratings, so trees may, too. What shoppers
    did, all of them and this one, is left to the weights that serving gives it beside every model:
    here it would tell the trees what their grades are made of.
    """
    small = replace(SMALL, hidden=(), leaves=LEAVES)
    params = small if queries < FEW_QUERIES else LARGE
    return params.without((*BEHAVIOUR.names, *PERSONAL.names))


def train_on_clicks(
    log: ClickLog,
    generation: Generation,
    options: ClickTrainingOptions,
    progress: Progress,
    logged: Mapping[int, Float32Array],
    warnings: Sequence[str] = (),
    facts: Facts | None = None,
) -> Trained:
    """Split by time → rows → propensities, grades → a model of the earlier part → proof on the
    later one → a model of all of it.

    generation: without facts, which would know the later part. facts: of the earlier part, which
    stand beside all rankers in the proof, as those of last night do in serving. The same log,
    generation, facts and options give the same model. Errors: TrainingError where there is too
    little to learn from or to prove with. Memory: about 15 kB a query and 200 bytes a shown
    product.
    """
    earlier, later = split_by_time(log, options.proven_share)
    queries = most_clicked(log, options.most_queries)
    check_amount(log, earlier, later)
    progress.begin("candidates", len(queries), "queries")
    rows = click_rows(
        log, queries, generation, logged,
        unshown=options.unshown, seed=options.seed, told=progress.advance,
    )  # fmt: skip
    progress.begin("propensities", None, "rounds")
    known = propensities_of(earlier, rows, options.seed)
    learnt = graded(earlier, rows, known, options)
    proof = graded(later, rows, known, options)
    everything = graded(log, rows, propensities_of(log, rows, options.seed), options)
    check_queries(log, learnt, proof)
    progress.begin("fit", None, "trees")
    params = options.params or params_for_clicks(len(learnt.rows))
    sampling = Sampling(options.unshown)
    trees = choose_trees(learnt.rows, params, gains_of(learnt.rows), options.seed)
    fold = Fold.of(
        fit_all(learnt.rows, params, sampling, trees, options.seed),
        params,
        tuple(each.query_id for each in proof.rows),
        trees,
    )
    booster = fit_all(everything.rows, params, sampling, trees, options.seed)
    progress.begin("compare", None, "rankers")
    told = [*warnings, *warnings_of(learnt.rows)]
    shipped = shipped_ranker(generation.snapshot)
    scores = {each.query_id: fold.scores(each.features) for each in proof.rows}
    scale = behaviour_scale(proof.rows, scores, shipped)
    served = replace(proof, rows=with_facts(proof.rows, facts, generation.snapshot))
    comparison = compare_later(served, fold, scale, generation, told)
    progress.begin("importance", min(len(proof.rows), MAX_QUERIES), "queries")
    return Trained(
        booster,
        params,
        trees,
        comparison,
        judge(comparison, MODEL, MEASURE),
        importances(booster, [fold], proof.rows, options.seed, progress.advance),
        _facts(log, earlier, everything, known, options, len(logged)),
        fit_gain_curve([judged_points(proof.rows, scores)]),
        scale,
    )


def split_by_time(log: ClickLog, later_share: float) -> tuple[ClickLog, ClickLog]:
    """The searches before a moment, and those from it on, so that the later are this share."""
    if not len(log):
        return log, log
    moment = moment_of(log, later_share)
    return log.where(log.times < moment), log.where(log.times >= moment)


def moment_of(log: ClickLog, later_share: float) -> float:
    """From when on searches prove."""
    return float(np.quantile(log.times, 1.0 - later_share))


def propensities_of(log: ClickLog, rows: ClickRows, seed: int) -> Propensities:
    """By regression EM on the features, and from there by what moved. One person counts once a
    query and product; pinned and sponsored products do not count. Nor does what moved by a
    profile: who is shown a product higher likes it more.
    """
    cells = organic_cells(log)
    start = regression_em(cells, rows.features_of(cells.pairs), _EM_ROUNDS, seed).steadied()
    return moved_propensities(organic_cells(log.where(~log.personal)), start).steadied()


def organic_cells(log: ClickLog) -> Cells:
    """Of people, without what rules and advertisements placed."""
    organic = np.isin(log.marks, np.array(ORGANIC, dtype=np.uint8))
    return Cells.of(log, person_weights(log) * organic)


def graded(
    log: ClickLog, rows: ClickRows, known: Propensities, options: ClickTrainingOptions
) -> Graded:
    evidence: Evidence = evidence_of(log, known, now=float(log.times.max()))
    grades = grades_of(log, evidence, options.estimate)
    labelled = rows.labelled(grades)
    judgments = judgments_of(log, grades)
    return Graded(labelled, judgments.subset(each.query_id for each in labelled))


def check_amount(log: ClickLog, earlier: ClickLog, later: ClickLog) -> None:
    """Raises TrainingError if there are too few clicks."""
    clicks = int(earlier.clicked.sum())
    if clicks >= LEAST_CLICKS and later.clicked.any():
        return
    raise TrainingError(
        f"{len(log):,} searches with {int(log.clicked.sum()):,} clicks were logged, {clicks:,} of "
        f"them in the earlier part, which is learnt from; {LEAST_CLICKS:,} are needed there. "
        f"{_remedy(log, LEAST_CLICKS / max(clicks, 1))}"
    )


def check_queries(log: ClickLog, learnt: Graded, proof: Graded) -> None:
    """Raises TrainingError if too few queries were clicked often enough in either part."""
    few = min(len(learnt.rows), len(proof.rows))
    if few < LEAST_QUERIES:
        raise TrainingError(
            f"{len(learnt.rows)} queries were clicked enough to learn from, {len(proof.rows)} in "
            f"the later part to prove with; {LEAST_QUERIES} are needed in each. "
            f"{_remedy(log, LEAST_QUERIES / max(few, 1))}"
        )


def _remedy(log: ClickLog, times: float) -> str:
    days = (float(np.ptp(log.times)) if len(log) else 0.0) / 86_400
    wait = f"wait about {days * (times - 1.0):.0f} days more" if days > 1 else "wait for more"
    return (
        f"Read more of the log (--days), {wait}, or train from judgments (--judgments). "
        "docs/events.md tells how clicks are sent."
    )


def _facts(
    log: ClickLog,
    earlier: ClickLog,
    everything: Graded,
    known: Propensities,
    options: ClickTrainingOptions,
    logged: int,
) -> dict[str, object]:
    return {
        "queries": len(everything.rows),
        "rows": sum(len(each) for each in everything.rows),
        "judged_rows": int(sum(each.judged.sum() for each in everything.rows)),
        "searches": len(log),
        "shown": log.rows,
        "clicks": int(log.clicked.sum()),
        "estimate": options.estimate,
        "logged_feature_rows": logged,
        "examined": ", ".join(f"{each:.3f}" for each in known.examined[:10]),
        "split": f"the first {len(earlier):,} searches, proven on the {len(log) - len(earlier):,} "
        "after them",
        "seed": options.seed,
    }
