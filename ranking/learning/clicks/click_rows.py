"""Training rows of what searches showed: one search a query, labelled by what was clicked when."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from indexing.arrays import Float32Array, Int64Array
from indexing.snapshot import Snapshot
from ranking.generation import Generation
from ranking.learning.clicks.click_judgments import ClickGrades, query_id
from ranking.learning.clicks.click_log import ClickLog
from ranking.learning.clicks.pair_values import PairValues
from ranking.learning.dataset import QueryRows, rows_of, sampled
from ranking.learning.judgments import Judgments


@dataclass(frozen=True, slots=True)
class ClickRows:
    """rows: of each query, all that were ever shown and some that were not. pairs: int64[k] of each
    entry, as the log numbers them; −1 for products that the query did not show.
    """

    rows: tuple[QueryRows, ...]
    pairs: tuple[Int64Array, ...]
    products: int

    def labelled(self, grades: ClickGrades) -> list[QueryRows]:
        """Queries with grades, of products with a grade and of those that were never shown. What
        was shown at other times only says nothing about this one.
        """
        graded = PairValues(
            grades.queries * max(1, self.products) + grades.products, grades.grades, -1.0
        )
        found = []
        for each, pairs in zip(self.rows, self.pairs, strict=True):
            values = graded.of(pairs)
            judged = values >= 0
            if judged.any():
                labels = np.where(judged, values, 0.0).astype(np.float32)
                whole = replace(each, grades=labels, judged=judged)
                found.append(whole.take(np.flatnonzero(judged | (pairs < 0))))
        return found

    def features_of(self, pairs: Int64Array) -> Float32Array:
        """float32[u, f] of pairs, ascending; NaN for those without a row."""
        stacked = np.concatenate(self.pairs)
        features = np.concatenate([each.features for each in self.rows])
        known = stacked >= 0
        order = np.flatnonzero(known)[np.argsort(stacked[known], kind="stable")]
        found = np.full((len(pairs), features.shape[1]), np.nan, dtype=np.float32)
        if not len(order):
            return found
        places = np.minimum(np.searchsorted(stacked[order], pairs), len(order) - 1)
        there = stacked[order[places]] == pairs
        found[there] = features[order[places[there]]]
        return found


@dataclass(frozen=True, slots=True)
class Graded:
    """What one part of the log says: rows of its queries, with grades, and the same by id."""

    rows: list[QueryRows]
    judgments: Judgments


def click_rows(
    log: ClickLog,
    queries: Int64Array,
    generation: Generation,
    logged: Mapping[int, Float32Array],
    *,
    unshown: int,
    seed: int,
    told: Callable[[int], None],
) -> ClickRows:
    """queries: whose rows are made. logged: pair → the feature row that really served, which is
    taken in place of one that is computed today. unshown: others of a query, drawn by the seed.
    """
    numbers = product_of_group(log.product_ids, generation.snapshot)
    group_of = np.asarray(generation.snapshot.columns.group_of)
    distinct = np.unique(log.pairs)
    rows, pairs = [], []
    for done, number in enumerate(queries.tolist()):
        ids = {log.product_ids[product]: 0.0 for product in _shown(distinct, number, log).tolist()}
        whole = rows_of(query_id(number), log.query_texts[number], ids, generation)
        each = sampled(whole, seed, unshown)
        mine = pairs_of_rows(each, number, distinct, numbers[group_of[each.doc_ids]], log)
        rows.append(_as_served(each, mine, logged))
        pairs.append(mine)
        told(done + 1)
    return ClickRows(tuple(rows), tuple(pairs), len(log.product_ids))


def pairs_of_rows(
    rows: QueryRows, query: int, distinct: Int64Array, products: Int64Array, log: ClickLog
) -> Int64Array:
    """int64[k]: pairs of a query's rows; −1 for what it did not show. distinct: pairs of the log,
    ascending. products: int64[k], as the log numbers them, −1 for others.
    """
    pairs = np.where(products >= 0, query * len(log.product_ids) + products, -1)
    shown = query * len(log.product_ids) + _shown(distinct, query, log)
    return np.where(np.isin(pairs, shown), pairs, -1).astype(np.int64)


def _shown(distinct: Int64Array, query: int, log: ClickLog) -> Int64Array:
    """Products that the query showed."""
    count = len(log.product_ids)
    begin, end = np.searchsorted(distinct, [query * count, (query + 1) * count])
    return distinct[begin:end] - query * count


def product_of_group(product_ids: Sequence[str], snapshot: Snapshot) -> Int64Array:
    """int64[groups]: the number that a log has for each group of the snapshot; −1: none."""
    group_of = np.asarray(snapshot.columns.group_of)
    numbers = np.full(int(group_of.max(initial=0)) + 1, -1, dtype=np.int64)
    for number, name in enumerate(product_ids):
        doc = snapshot.documents.find(name)
        if doc is not None:
            numbers[group_of[doc]] = number
    return numbers


def most_clicked(log: ClickLog, most: int) -> Int64Array:
    """Numbers of at most so many queries, ascending: those with most clicks, of all with any."""
    clicks = np.bincount(log.row_queries, log.clicked, len(log.query_texts)).astype(np.int64)
    best = np.lexsort((np.arange(len(clicks)), -clicks))[:most]
    return np.sort(best[clicks[best] > 0]).astype(np.int64)


def _as_served(rows: QueryRows, pairs: Int64Array, logged: Mapping[int, Float32Array]) -> QueryRows:
    found = [place for place, pair in enumerate(pairs.tolist()) if pair in logged]
    if not found:
        return rows
    features = rows.features.copy()
    for place in found:
        features[place] = logged[int(pairs[place])]
    return replace(rows, features=features)
