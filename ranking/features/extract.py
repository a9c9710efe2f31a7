"""Candidates → the feature matrix, group by group."""

import numpy as np

from indexing.arrays import Float32Array
from ranking.features.feature import Rows
from ranking.features.features import FEATURES, GROUPS
from ranking.features.inputs import Inputs
from ranking.generation import Generation
from ranking.query.query import Query
from ranking.search.candidates import Candidates


def extract(query: Query, candidates: Candidates, generation: Generation) -> Float32Array:
    """float32[k, len(FEATURES)], columns in the order of `NAMES`; every value finite or NaN.

    candidates: ascending by key.
    """
    inputs = Inputs.of(
        query, candidates, generation.snapshot, generation.segments, generation.policy.bm25
    )
    by_feature = np.empty((len(FEATURES), len(inputs)), dtype=np.float32)  # a column at a time
    begin = 0
    for group in GROUPS:
        end = begin + len(group.features)
        group.fill(inputs, Rows(group.places, by_feature[begin:end]))
        begin = end
    return np.ascontiguousarray(by_feature.T)
