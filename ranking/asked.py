"""How well candidates fit what the query names: category, brand, attribute values, price."""

import numpy as np

from indexing.arrays import Float64Array
from indexing.snapshot import Snapshot
from ranking.candidates import Candidates
from ranking.filters import holding
from ranking.query.entities import Entity, Reading
from ranking.query.predict import Prediction
from ranking.query.price_phrases import PriceWish
from ranking.query.query import Query

KINDS = ("category", "brand", "attribute")


def asked_fit(
    query: Query, candidates: Candidates, snapshot: Snapshot, price_percentile: Float64Array
) -> list[Float64Array | float]:
    """Columns category_fit, category_near, category_named, brand_named, attributes_named,
    price_fit, query_category_certainty; float64[k] each, NaN where nothing was asked, or the fact
    is unknown.

    price_percentile: float64[k], of each price among the candidates'.
    """
    by_kind = {kind: np.full(len(candidates), np.nan) for kind in KINDS}
    for kind, column in by_kind.items():
        parts = [
            _satisfied(entity, candidates, snapshot)
            for entity in query.entities
            if entity.kind == kind
        ]
        if parts:
            column[:] = np.mean(parts, axis=0)
    prediction = query.prediction
    useful = prediction.useful
    return [
        *_category_fit(prediction, candidates, snapshot),
        *by_kind.values(),
        _price_fit(query.price, snapshot.prices[candidates.doc_ids], price_percentile),
        float(prediction.probabilities.max()) if useful else 0.0,
    ]


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
    prediction: Prediction, candidates: Candidates, snapshot: Snapshot
) -> list[Float64Array]:
    """Probability of the candidate's category, and of its parent, over the likeliest one's."""
    missing = np.full(len(candidates), np.nan)
    if not prediction.useful:
        return [missing, missing]
    model = snapshot.categories
    places = model.class_of[candidates.doc_ids]
    known = places >= 0
    own = prediction.probabilities
    parents = model.parents[model.classes]
    above = model.by_node(own)[np.where(parents >= 0, parents, model.classes)]
    columns = []
    for of_class in (own, above):
        column = missing.copy()
        column[known] = of_class[places[known]] / of_class.max()
        columns.append(column)
    return columns


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
