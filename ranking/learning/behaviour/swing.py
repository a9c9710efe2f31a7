"""Swing: products that the same pairs of people liked (Yang et al. 2020, arXiv 2010.05525).

    s(i, j) = Σ over u < v of Uᵢ ∩ Uⱼ:  wᵤ · wᵥ / (α + |Iᵤ ∩ Iᵥ|),   wᵤ = 1 / √|Iᵤ|

Two people who agree on i and j say the more the less else they agree on: what everybody looks at
is no sign of anything. One person alone says nothing.
"""

from typing import Final

import numpy as np
from numba import njit

from indexing.arrays import Float32Array, Int32Array, Int64Array
from ranking.behaviour.neighbours import Neighbours

ALPHA: Final = 1.0
MOST_USERS: Final = 50
"""Of a product; the others are left out. 200 are 16 times the pairs, and said no more."""
MOST_NEIGHBOURS: Final = 30


def swing(
    people: Int64Array, products: Int64Array, product_count: int, samples: Int64Array
) -> Neighbours:
    """The best MOST_NEIGHBOURS of each product, by its score.

    people, products: who liked what, numbers from 0, each pair once. samples: a number of each
    person; of a product's people those with the lowest are looked at, so that which they are does
    not depend on when they came. O(products · MOST_USERS² · products a person).
    """
    by_person = np.lexsort((products, people))
    liked = products[by_person].astype(np.int32)
    sizes = np.bincount(people, minlength=len(samples))
    person_begins = np.concatenate([[0], np.cumsum(sizes)])
    by_product = np.lexsort((samples[people], products))
    of = products[by_product]
    ranks = np.arange(len(of)) - np.searchsorted(of, of, "left")
    kept = by_product[ranks < MOST_USERS]
    fans = people[kept].astype(np.int32)
    fan_sizes = np.bincount(products[kept], minlength=product_count)
    fan_begins = np.concatenate([[0], np.cumsum(fan_sizes)])
    weights = 1.0 / np.sqrt(np.maximum(sizes, 1))
    counts, rows, scores = best_by_swing(
        liked, person_begins, fans, fan_begins, weights, ALPHA, MOST_NEIGHBOURS
    )
    filled = np.arange(MOST_NEIGHBOURS)[None, :] < counts[:, None]
    begins = np.concatenate([[0], np.cumsum(counts)]).astype(np.uint32)
    return Neighbours(begins, rows[filled].astype(np.uint32), scores[filled])


@njit(nogil=True, cache=True)
def best_by_swing(
    liked: Int32Array,
    person_begins: Int64Array,
    fans: Int32Array,
    fan_begins: Int64Array,
    weights: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    alpha: float,
    most: int,
) -> tuple[Int64Array, Int32Array, Float32Array]:
    """counts: int64[products]; rows: int32[products, most], scores: float32[products, most], best
    first, equal ones by number.

    liked: products of each person, ascending, at person_begins. fans: people of each product, at
    fan_begins.
    """
    products = len(fan_begins) - 1
    counts = np.zeros(products, np.int64)
    rows = np.zeros((products, most), np.int32)
    scores = np.zeros((products, most), np.float32)
    total = np.zeros(products, np.float64)
    marked = np.full(products, -1, np.int64)
    touched = np.empty(products, np.int64)
    shared = np.empty(products, np.int64)
    mark = 0
    for product in range(products):
        reached = 0
        for a in range(fan_begins[product], fan_begins[product + 1]):
            u = fans[a]
            mark += 1
            for place in range(person_begins[u], person_begins[u + 1]):
                marked[liked[place]] = mark
            for b in range(a + 1, fan_begins[product + 1]):
                v = fans[b]
                common = 0
                for place in range(person_begins[v], person_begins[v + 1]):
                    other = liked[place]
                    if marked[other] == mark:
                        shared[common] = other
                        common += 1
                said = weights[u] * weights[v] / (alpha + common)
                for k in range(common):
                    other = shared[k]
                    if other != product:
                        if total[other] == 0.0:
                            touched[reached] = other
                            reached += 1
                        total[other] += said
        count = 0
        for k in range(reached):
            other = touched[k]
            score = np.float32(total[other])
            total[other] = 0.0
            place = count
            while place > 0 and (
                scores[product, place - 1] < score
                or (scores[product, place - 1] == score and rows[product, place - 1] > other)
            ):
                place -= 1
            if place >= most:
                continue
            count = min(count + 1, most)
            for later in range(count - 1, place, -1):
                scores[product, later] = scores[product, later - 1]
                rows[product, later] = rows[product, later - 1]
            scores[product, place], rows[product, place] = score, other
        counts[product] = count
    return counts, rows, scores
