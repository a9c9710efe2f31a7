"""A model of clicks beside other rankers, on searches that came after those it was learnt from."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from indexing.snapshot import Snapshot
from ranking.behaviour.facts import Facts
from ranking.features.behaviour import known_of
from ranking.features.features import NAMES
from ranking.generation import Generation
from ranking.learning.clicks.click_rows import Graded
from ranking.learning.comparison import Comparison
from ranking.learning.cross_validation import Fold
from ranking.learning.dataset import QueryRows
from ranking.learning.measures import MeasurePlan, condensed, measure_run
from ranking.learning.training import MODEL, ranked_ids
from ranking.rankers.model import ModelRanker
from ranking.rankers.ranker import (
    BEHAVIOUR_WEIGHTS,
    HandWeightedRanker,
    Ranker,
    RecallOrderRanker,
    linear_scores,
    linear_weights,
)

SERVING: Final = "serving"
GRADES_PLAN: Final = MeasurePlan({"clicks": {grade: 2.0**grade - 1.0 for grade in range(4)}})
MEASURE: Final = "nDCG-clicks@10"


def with_facts(
    rows: Sequence[QueryRows], facts: Facts | None, snapshot: Snapshot
) -> list[QueryRows]:
    """The rows with the features of behaviour that serving gives them; unchanged without facts."""
    if facts is None:
        return list(rows)
    filled = []
    for each in rows:
        known = facts.rows_in(snapshot).of_doc[each.doc_ids]
        features = each.features.copy()
        for name, values in known_of(facts, facts.clicked(each.text), known).items():
            features[:, NAMES.index(name)] = values
        filled.append(replace(each, features=features))
    return filled


def compare_later(
    proof: Graded, fold: Fold, scale: float, generation: Generation, warnings: Sequence[str]
) -> Comparison:
    """BM25, the hand-weighted ranker, the model that serves now, and the new one; of products that
    were shown only, as nobody knows of the others. scale: of behaviour's weights beside the new.
    """
    beside = linear_weights({name: scale * each for name, each in BEHAVIOUR_WEIGHTS.items()})
    rankers: dict[str, Ranker] = {"bm25": RecallOrderRanker(), "hand": HandWeightedRanker()}
    if isinstance(generation.ranker, ModelRanker):
        rankers[SERVING] = generation.ranker
    given = {
        name: {each.query_id: ranker.scores(each.features) for each in proof.rows}
        for name, ranker in rankers.items()
    } | {
        MODEL: {
            each.query_id: fold.scores(each.features) + linear_scores(each.features, beside)
            for each in proof.rows
        }
    }
    measured = {}
    for name, scores in given.items():
        run = ranked_ids(proof.rows, scores, generation.snapshot)
        shown = condensed(run, proof.judgments)
        measured[name] = measure_run(shown, proof.judgments, GRADES_PLAN)
    queries = dict(proof.judgments.queries)
    return Comparison("condensed", queries, measured, "hand", tuple(warnings))
