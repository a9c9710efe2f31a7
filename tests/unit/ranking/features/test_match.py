"""Features of what recall knows, with hand-worked values."""

from dataclasses import replace
from typing import Any

import numpy as np
from feature_inputs import inputs_of_query, plain_candidates
from worked import check_group

from indexing.postings.statistics import Statistics
from ranking.features.inputs import Inputs
from ranking.features.match import MATCH, best_possible
from ranking.query.query import Alternative, Query, Slot
from ranking.recall.channels import COUNT, NAMES
from ranking.search.candidates import Candidates

NAN = float("nan")
STATISTICS = Statistics(10, np.ones(6), np.array([1, 4, 9], dtype=np.uint32))
IDF = [float(np.log1p((10 - n + 0.5) / (n + 0.5))) for n in (1, 4, 9)]
SLOTS = (
    Slot("a", 1.0, (Alternative((0,), 1.0), Alternative((1,), 0.5, "synonym")), 0),
    Slot("bc", 1.0, (Alternative((2,), 1.0), Alternative((1, 2), 0.9, "parts")), 1),
    Slot("unknown", 1.0, (), 2),
)
BEST = 2.2 * (IDF[0] + 0.9 * (IDF[1] + IDF[2]))
"""Each slot by its best alternative, saturated: idf · boost · (k1 + 1)."""


def inputs_of(candidates: Candidates) -> Inputs:
    return inputs_of_query(Query("", SLOTS, None, None), candidates, STATISTICS)


def column(name: str, *values: float) -> dict[str, Any]:
    return {name: np.array(values, dtype=np.float32)}


def by_channel(dtype: type, missing: float, **columns: list[float]) -> np.ndarray:
    out = np.full((4, COUNT), missing, dtype=dtype)
    for name, values in columns.items():
        out[:, NAMES.index(name)] = values
    return out


CANDIDATES = replace(
    plain_candidates(np.arange(4, dtype=np.uint32)),
    levels=np.array([0, 1, 4, 5], dtype=np.uint8),
    coverage=np.array([1.0, 0.75, 0.25, 0.0], dtype=np.float32),
    cosine=np.array([0.5, 0.75, NAN, -0.25], dtype=np.float32),
    scores=by_channel(np.float32, NAN, lexical=[BEST / 4, BEST / 2, NAN, 2 * BEST]),
    ranks=by_channel(
        np.uint32, 0, identifier=[1, 0, 0, 0], lexical=[3, 1, 0, 2], semantic=[1, 4, 0, 0],
        popular=[0, 0, 1, 2],
    ),
)  # fmt: skip


def test_every_feature_of_the_match() -> None:
    worked = {
        "bm25": [0.25, 0.5, 0, 1],  # never above 1
        "bm25_to_top": [1 / 8, 1 / 4, 0, 1],
        "coverage": [1, 0.75, 0.25, 0],
        "level": [0, 1, 4, 5],
        "cosine": [0.5, 0.75, NAN, -0.25],
        "cosine_to_top": [-0.25, 0, NAN, -1],
        "rank_identifier": [1 / 2, 0, 0, 0],
        "rank_lexical": [1 / 4, 1 / 2, 0, 1 / 3],
        "rank_semantic": [1 / 2, 1 / 5, 0, 0],
        "channels": [3, 2, 1, 2],
        "agreement": [(1 / 8) ** 0.5, (1 / 10) ** 0.5, 0, 0],
    }
    check_group(MATCH, inputs_of(CANDIDATES), worked)


def test_without_words_or_vectors_nothing_is_divided_by_nothing() -> None:
    worked = {
        "bm25": 0.0, "bm25_to_top": 0.0, "cosine": NAN, "cosine_to_top": NAN, "channels": 0.0,
        "agreement": 0.0,
    }  # fmt: skip
    nothing = replace(plain_candidates(np.arange(2, dtype=np.uint32)), **column("cosine", NAN, NAN))
    check_group(MATCH, inputs_of(nothing), worked, all_of_it=False)


def test_the_best_possible_score_takes_each_slot_s_best_alternative() -> None:
    inputs = inputs_of(CANDIDATES)
    found = best_possible(inputs.query, inputs.tables, inputs.weights)
    np.testing.assert_allclose(found, BEST)
    nothing = replace(inputs.query, slots=SLOTS[2:])
    assert 0 < best_possible(nothing, inputs.tables, inputs.weights) < 1e-6
