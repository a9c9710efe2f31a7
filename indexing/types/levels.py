"""While building: what the products of each kind cost, and what they mean, in the middle."""

from typing import Final

import numpy as np

from indexing.arrays import Float32Array, Int32Array
from indexing.columns import Columns
from indexing.vectors.index import VectorIndex

VECTORS_A_TYPE: Final = 64


def levels_and_means(
    labels: Int32Array, count: int, columns: Columns, vectors: VectorIndex
) -> tuple[Float32Array, Float32Array]:
    """Median ln price of each type, NaN without; and the mean of some of its vectors, as a unit."""
    price = columns.dense("price")
    logs = np.log(np.where(price > 0, price, np.nan))
    levels = np.full(count, np.nan, dtype=np.float32)
    means = np.zeros((count, vectors.dimension), dtype=np.float32)
    order = np.argsort(labels, kind="stable")
    bounds = np.searchsorted(labels[order], np.arange(count + 1))
    for kind in range(count):
        docs = order[bounds[kind] : bounds[kind + 1]]
        known = logs[docs][~np.isnan(logs[docs])]
        if len(known):
            levels[kind] = np.median(known)
        step = max(1, len(docs) // VECTORS_A_TYPE)
        if len(docs):
            mean = vectors.vectors(docs[::step].astype(np.uint32)).mean(axis=0)
            length = float(np.linalg.norm(mean))
            means[kind] = mean / length if length else mean
    return levels, means
