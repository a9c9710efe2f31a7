"""How many differently graded pairs a ranking puts in the right order.

For sets with a handful of judged products a query, where nDCG of the judged list is near 1
in any order (random: 0.956 on Home Depot).
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numba import njit

from indexing.arrays import Float64Array, Int64Array


def pair_order(
    run: Mapping[str, Sequence[str]], grades: Mapping[str, Mapping[str, float]]
) -> tuple[Float64Array, Float64Array]:
    """Share of pairs in right order, and number of pairs, a query.

    Of all pairs of judged products of one query with different grades, the share with the
    better one further up (Joachims 2002, τ). Products that are not in the ranking stand
    together behind it; a pair of two such products counts one half. A query without such
    pairs has share 0 and weight 0. Returns float64[q], float64[q] in the order of `grades`.
    O(j²) in the number j of judged products of a query.
    """
    shares = np.zeros(len(grades))
    pairs = np.zeros(len(grades))
    for number, (query_id, products) in enumerate(grades.items()):
        ranking = run.get(query_id, ())
        behind = len(ranking)
        rank_of = {product_id: rank for rank, product_id in enumerate(ranking)}
        ranks = np.array([rank_of.get(product_id, behind) for product_id in products], np.int64)
        right, total = count_right_pairs(ranks, np.array(list(products.values()), np.float64))
        pairs[number] = total
        shares[number] = right / total if total else 0.0
    return shares, pairs


@njit(nogil=True, cache=True)
def count_right_pairs(ranks: Int64Array, grades: Float64Array) -> tuple[float, int]:
    """(pairs in right order, a tied one counting a half; pairs with different grades)."""
    right = 0.0
    total = 0
    for i in range(len(ranks)):
        for j in range(i):
            if grades[i] == grades[j]:
                continue
            total += 1
            if ranks[i] == ranks[j]:
                right += 0.5
            elif (ranks[i] < ranks[j]) == (grades[i] > grades[j]):
                right += 1.0
    return right, total
