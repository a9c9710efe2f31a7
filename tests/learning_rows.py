"""Training rows without a shop: random features, and grades that some of them decide."""

from dataclasses import replace

import numpy as np
from tiny_model import random_features

from indexing.arrays import Float32Array
from ranking.features.features import NAMES
from ranking.learning.dataset import QueryRows

DECISIVE = ("coverage", "cosine")


def learning_rows(queries: int = 30, per_query: int = 25, seed: int = 0) -> list[QueryRows]:
    """Grades 0 to 3 by the sum of two features; three quarters of each query's rows are judged."""
    features = random_features(queries * per_query, seed).reshape(queries, per_query, -1)
    return [query_rows(str(number), each) for number, each in enumerate(features)]


def query_rows(query_id: str, features: Float32Array) -> QueryRows:
    features[:, NAMES.index("title_exact")] = np.arange(len(features)) == 3  # not a judged one
    known = np.nan_to_num(features)
    wanted = sum(known[:, NAMES.index(name)] for name in DECISIVE)
    count = len(features)
    judged = np.arange(count) % 4 != 3
    grades = np.clip(np.floor(2 * np.asarray(wanted)), 0, 3).astype(np.float32)
    return QueryRows(
        query_id,
        f"query {query_id}",
        np.arange(count, dtype=np.uint32),
        features,
        np.where(judged, grades, np.float32(0)),
        judged,
        np.ones(count, dtype=np.bool_),
        np.empty(0, dtype=np.uint32),
    )


def with_column(rows: QueryRows, name: str, values: object) -> QueryRows:
    """The same rows with another column of one feature."""
    features = rows.features.copy()
    features[:, NAMES.index(name)] = values
    return replace(rows, features=features)
