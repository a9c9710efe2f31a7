"""Clicks → judgments: how much a product attracts who looks at it, as grades of 0 to 3."""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from indexing.arrays import Float64Array, Int64Array
from ranking.learning.behaviour.attraction import attraction
from ranking.learning.clicks.click_log import ClickLog
from ranking.learning.clicks.evidence import Evidence
from ranking.learning.judgments import Judgments

Estimate = Literal["clicks", "coec", "ips"]
"""clicks: worth a showing, wherever it was. coec: over the clicks that the places let expect. ips:
over looks, both weighted by clipped inverse propensities."""
BEST: Final = 3.0
_STEP: Final = 0.1
"""31 grades, as many as LambdaMART takes."""
LEAST_GAINED: Final = 2.0
"""Clicks, weighed by people, from which on a query says something."""


@dataclass(frozen=True, slots=True)
class ClickGrades:
    """queries, products: int64[u], places in the log's names, by query and product. grades:
    float32-able float64[u], 0 … 3. gained: float64[u], worth of the clicks behind each.
    """

    queries: Int64Array
    products: Int64Array
    grades: Float64Array
    gained: Float64Array


def attraction_of(evidence: Evidence, estimate: Estimate) -> Float64Array:
    """float64[u]: what each pair attracts beside the average of all, 1; drawn to 1 by few looks."""
    over = {
        "clicks": (evidence.gained, evidence.people),
        "coec": (evidence.gained, evidence.by_place),
        "ips": (evidence.weighed, evidence.weighed_looks),
    }
    gained, expected = over[estimate]
    total = expected.sum()
    if not total or not gained.sum():
        return np.ones(len(gained))
    average = gained.sum() / total
    rates = gained / np.maximum(expected, 1e-12) / average
    # the clicks that were to be expected from an average product in its places, by what is known
    counted = evidence.by_place if estimate != "clicks" else expected * _rate(evidence)
    return attraction(rates * counted, counted, np.ones(len(rates)))


def _rate(evidence: Evidence) -> float:
    return float(evidence.by_place.sum() / max(evidence.people.sum(), 1e-12))


def grades_of(log: ClickLog, evidence: Evidence, estimate: Estimate = "ips") -> ClickGrades:
    """The gain 2^grade − 1 of a product is its attraction beside the query's best, times 7."""
    attracts = attraction_of(evidence, estimate)
    queries, products = np.divmod(evidence.pairs, max(1, len(log.product_ids)))
    shown = evidence.people > 0
    queries, products, attracts = queries[shown], products[shown], attracts[shown]
    count = len(log.query_texts)
    best = np.zeros(count)
    np.maximum.at(best, queries, attracts)
    share = attracts / np.maximum(best[queries], 1e-12)
    grades = np.log2(1.0 + (2.0**BEST - 1.0) * share)
    gained = evidence.gained[shown]
    told = np.bincount(queries, gained, count)[queries] >= LEAST_GAINED
    rounded = np.round(np.round(grades / _STEP) * _STEP, 1)
    return ClickGrades(queries[told], products[told], rounded[told], gained[told])


def judgments_of(log: ClickLog, grades: ClickGrades) -> Judgments:
    """Judgments of queries that said something, by number of query; ids as the log has them."""
    qrels: dict[str, dict[str, float]] = {}
    for query, product, grade in zip(
        grades.queries.tolist(), grades.products.tolist(), grades.grades.tolist(), strict=True
    ):
        qrels.setdefault(query_id(query), {})[log.product_ids[product]] = grade
    texts = {query_id(number): text for number, text in enumerate(log.query_texts)}
    return Judgments({each: texts[each] for each in qrels}, qrels)


def query_id(number: int) -> str:
    return f"c{number}"
