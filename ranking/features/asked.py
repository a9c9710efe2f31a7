"""How well candidates fit what the query names: category, brand, attribute values, price."""

import numpy as np
from numba import njit

from indexing.arrays import Float32Array, Float64Array, Int32Array, UInt32Array
from indexing.snapshot import Snapshot
from ranking.filters.filters import holding
from ranking.query.entities import Entity, Reading
from ranking.query.predict import Prediction
from ranking.query.price_phrases import PriceWish
from ranking.query.query import Query
from ranking.search.candidates import Candidates

KINDS = ("category", "brand", "attribute")


def asked_fit(
    query: Query,
    candidates: Candidates,
    snapshot: Snapshot,
    prices: Float64Array,
    price_percentile: Float64Array,
) -> list[Float64Array | Float32Array | float]:
    """Columns category_fit, category_near, category_named, brand_named, attributes_named,
    price_fit, query_category_certainty; float64[k] each, NaN where nothing was asked, or the fact
    is unknown.

    prices: float64[k], theirs; price_percentile: float64[k], of each among them.
    """
    prediction = query.prediction
    useful = prediction.useful
    return [
        *_category_fit(prediction, useful, candidates, snapshot),
        *(_named(kind, query, candidates, snapshot) for kind in KINDS),
        _price_fit(query.price, prices, price_percentile),
        float(prediction.probabilities.max()) if useful else 0.0,
    ]


def _named(
    kind: str, query: Query, candidates: Candidates, snapshot: Snapshot
) -> Float64Array | float:
    """Share of the query's entities of a kind that each candidate fulfils; NaN if none."""
    parts = [
        _satisfied(entity, candidates, snapshot) for entity in query.entities if entity.kind == kind
    ]
    return sum(parts[1:], start=parts[0]) / len(parts) if parts else np.nan


def _satisfied(entity: Entity, candidates: Candidates, snapshot: Snapshot) -> Float64Array:
    """Weight of the entity's readings that each candidate fulfils; they add up to 1."""
    out = np.zeros(len(candidates))
    for reading in entity.readings:
        out += reading.weight * _holds(reading, candidates, snapshot)
    return np.minimum(out, 1.0)


def _holds(reading: Reading, candidates: Candidates, snapshot: Snapshot) -> Float64Array:
    columns, doc_ids = snapshot.columns, candidates.doc_ids
    if reading.ordinals:
        ordinals = np.array(reading.ordinals, dtype=np.int64)
        held = holding(columns.keywords[reading.field], ordinals, doc_ids)
    else:
        held = columns.numbers[reading.field].at(doc_ids) == reading.value
    return held.astype(np.float64)


def _category_fit(
    prediction: Prediction, useful: bool, candidates: Candidates, snapshot: Snapshot
) -> Float32Array:
    """float32[2, k]: probability of the candidate's category, and of its parent, over the best."""
    fit = np.full((2, len(candidates)), np.nan, dtype=np.float32)
    if useful:
        model = snapshot.categories
        nodes = model.by_node(prediction.probabilities)
        _fill_category_fit(
            candidates.doc_ids, model.class_of, model.classes, model.parents,
            prediction.probabilities, nodes, fit,
        )  # fmt: skip
    return fit


@njit(nogil=True, cache=True)
def _fill_category_fit(
    doc_ids: UInt32Array,
    class_of: Int32Array,
    classes: Int32Array,
    parents: Int32Array,
    own: Float32Array,
    nodes: Float32Array,
    out: Float32Array,
) -> None:
    likeliest = np.float32(0.0)
    highest = np.float32(0.0)
    for place in range(len(classes)):
        likeliest = max(likeliest, own[place])
        highest = max(highest, nodes[_above(classes[place], parents)])
    for i in range(len(doc_ids)):
        place = class_of[doc_ids[i]]
        if place >= 0:
            out[0, i] = own[place] / likeliest
            out[1, i] = nodes[_above(classes[place], parents)] / highest


@njit(nogil=True, cache=True, inline="always")
def _above(node: int, parents: Int32Array) -> int:
    """The category above this one; itself at the top."""
    return parents[node] if parents[node] >= 0 else node


def _price_fit(
    wish: PriceWish | None, prices: Float64Array, percentile: Float64Array
) -> Float64Array:
    """1 within the limits, else how near the price comes to them as a ratio; for `cheap` and
    `expensive`, how cheap or expensive it is among the candidates.
    """
    if wish is None:
        return np.full(len(prices), np.nan)
    if wish.soft:
        return percentile if wish.soft > 0 else 1.0 - percentile
    low, high = wish.limits
    fit = np.where(np.isnan(prices), np.nan, 1.0)
    if low is not None and low > 0:
        fit = np.minimum(fit, prices / low)
    if high is not None:
        fit = np.minimum(fit, high / np.maximum(prices, 1e-9))
    return fit
