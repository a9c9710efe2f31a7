"""Features of the query, with hand-worked values."""

from dataclasses import replace
from math import log

import numpy as np
from feature_inputs import inputs_of_query, plain_candidates
from worked import check_group

from indexing.postings.statistics import Statistics
from ranking.features.inputs import Inputs
from ranking.features.query import QUERY
from ranking.query.predict import NOTHING, Prediction
from ranking.query.query import Alternative, Query, Slot

RAREST = log(22)
"""idf of a word that none of 10 documents holds: ln(1 + 10.5 / 0.5)."""
KNOWN = (Alternative((0,), 1.0),)


def inputs_of(query: Query, levels: list[int]) -> Inputs:
    statistics = Statistics(10, np.ones(6), np.array([1], dtype=np.uint32))
    found = plain_candidates(np.arange(len(levels), dtype=np.uint32))
    found = replace(found, levels=np.array(levels, dtype=np.uint8))
    return inputs_of_query(query, found, statistics)


def query_of(*slots: Slot, prediction: Prediction = NOTHING) -> Query:
    return Query("", slots, None, None, prediction=prediction)


def test_every_feature_of_the_query() -> None:
    slots = (
        Slot("lamp", 1.0, KNOWN, 0),
        Slot("500ml", 2.0, KNOWN, 1),
        Slot("xyzzy", 5.0, (), 2),
        Slot("灯具", 0.0, KNOWN, 3),  # a bigram only scores
    )
    likely = Prediction(np.array([0.3, 0.6, 0.1], dtype=np.float32), 1.3, 1)
    worked = {
        "query_category_certainty": 0.6,
        "query_slots": 3.0,
        "query_idf_mean": 8 / 3 / RAREST,
        "query_idf_top_share": 5 / 8,
        "query_unknown_share": 5 / 8,
        "query_number_share": 1 / 3,
        "query_candidates": log(5),
        "query_strict_share": 1 / 4,
    }
    check_group(QUERY, inputs_of(query_of(*slots, prediction=likely), [0, 1, 4, 2]), worked)


def test_the_heaviest_word_is_not_the_unknown_one() -> None:
    slots = (Slot("lamp", 3.0, KNOWN, 0), Slot("xyzzy", 1.0, (), 1))
    worked = {"query_idf_top_share": 3 / 4, "query_unknown_share": 1 / 4, "query_slots": 2.0}
    check_group(QUERY, inputs_of(query_of(*slots), [0]), worked, all_of_it=False)


def test_a_query_without_words() -> None:
    unsure = Prediction(np.array([0.5, 0.5], dtype=np.float32), 9.0, None)
    worked = {
        "query_category_certainty": 0.0, "query_slots": 0.0, "query_idf_mean": 0.0,
        "query_idf_top_share": 0.0, "query_unknown_share": 0.0, "query_number_share": 0.0,
        "query_candidates": log(3), "query_strict_share": 1.0,
    }  # fmt: skip
    check_group(QUERY, inputs_of(query_of(prediction=unsure), [0, 0]), worked)
