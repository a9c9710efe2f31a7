"""Measures of a result list as a whole: how different its products are, and who fills it.

Keys are ordinals of brand, category … of the products in list order, int32[n]; -1 is missing.
"""

import numpy as np

from indexing.arrays import Float32Array, Int32Array


def intra_list_diversity(vectors: Float32Array, k: int) -> float:
    """Mean of 1 − cosine over all pairs of the top k (Smyth and McClave 2001).

    vectors: float32[n, d] in list order; unit length, or zero for products without one, which
    are left out. 0 with fewer than two. 0 means copies; above 1 only with opposite vectors.
    """
    top = np.asarray(vectors[:k], dtype=np.float64)
    top = top[np.any(top != 0.0, axis=1)]
    count = len(top)
    if count < 2:
        return 0.0
    total = top.sum(axis=0)
    # the sum over pairs without the n×n matrix: |Σv|² = Σ|v|² + 2 Σ_{i<j} v·v
    similar = (float(total @ total) - float(np.sum(top * top))) / (count * (count - 1))
    return 1.0 - similar


def coverage(keys: Int32Array, k: int) -> float:
    """Distinct keys of the top k ÷ the most it could show: min(k, distinct in the whole list).

    1 if no key is known: nothing is left out.
    """
    possible = min(k, len(np.unique(keys[keys >= 0])))
    if possible == 0:
        return 1.0
    top = keys[:k]
    return len(np.unique(top[top >= 0])) / possible


def largest_share(keys: Int32Array, k: int) -> float:
    """Share of the top k that the most frequent key holds; missing keys are nobody's.

    Of an empty list 0. A list of k different keys has 1 / k.
    """
    top = keys[:k]
    known = top[top >= 0]
    if len(known) == 0:
        return 0.0
    return int(np.unique(known, return_counts=True)[1].max()) / len(top)
