"""Facts of the query: the same for all of its candidates."""

import math

import numpy as np

from indexing.postings.lexicon import UNKNOWN
from ranking.features.feature import Feature, Group, Rows
from ranking.features.inputs import Inputs

FEATURES = (
    Feature("query_category_certainty", "probability of the likeliest category", 0, 1,
            "none predicted: 0"),
    Feature("query_slots", "number of slots that must match", 0, 32),
    Feature("query_idf_mean", "mean slot weight over the rarest possible", 0, 1),
    Feature("query_idf_top_share", "share of the heaviest slot", 0, 1),
    Feature("query_unknown_share", "share of the weight that the catalogue lacks", 0, 1),
    Feature("query_number_share", "share of the slots that hold a digit", 0, 1),
    Feature("query_candidates", "ln(1 + candidates)", 0, 12),
    Feature("query_strict_share", "share of candidates that match all terms", 0, 1),
)  # fmt: skip


def _fill(inputs: Inputs, rows: Rows) -> None:
    query, found = inputs.query, inputs.candidates
    required, prediction = query.required, query.prediction
    weights = [slot.weight for slot in required] or [0.0]
    total = max(sum(weights), 1e-9)
    rarest = inputs.tables.index.statistics.idf(UNKNOWN)
    unknown = sum(slot.weight for slot in required if not slot.alternatives)
    numbers = sum(any(sign.isdigit() for sign in slot.text) for slot in required)
    strict = 1.0 - np.count_nonzero(found.levels) / max(len(found), 1)
    certainty = float(prediction.probabilities.max()) if prediction.useful else 0.0
    rows["query_category_certainty"] = certainty
    rows["query_slots"] = len(required)
    rows["query_idf_mean"] = total / len(weights) / rarest
    rows["query_idf_top_share"] = max(weights) / total
    rows["query_unknown_share"] = unknown / total
    rows["query_number_share"] = numbers / max(len(required), 1)
    rows["query_candidates"] = math.log1p(len(found))
    rows["query_strict_share"] = strict


QUERY = Group("query", "Facts of the query: the same for all of its candidates.", FEATURES, _fill)
