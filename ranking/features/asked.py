"""How well candidates fit what the query names: category, brand, attribute values, price."""

from functools import partial

import numpy as np

from indexing.arrays import Float32Array, Float64Array, UInt32Array
from indexing.snapshot import Snapshot
from ranking.features.feature import Feature, Group, Rows
from ranking.features.inputs import Inputs
from ranking.filters.filters import holding
from ranking.query.entities import Entity, Reading
from ranking.query.predict import NOTHING, Prediction
from ranking.query.price_phrases import PriceWish
from ranking.recall.beyond_words import category_fit

FEATURES = (
    Feature("category_fit", "probability of its category for this query, over the likeliest "
            "one's", 0, 1, "no category, or none predicted: NaN", trend=1),
    Feature("category_near", "the same of the category above its own", 0, 1,
            "no category, or none predicted: NaN", trend=1),
    Feature("category_named", "share of the named categories that it is in", 0, 1,
            "none named: NaN", trend=1),
    Feature("brand_named", "share of the named brands that it has", 0, 1, "none named: NaN",
            trend=1),
    Feature("attributes_named", "share of the named attribute values that it has", 0, 1,
            "none named: NaN", trend=1),
    Feature("price_fit", "1 at a price as asked for, less the farther from it", 0, 1,
            "none asked for, or no price: NaN", trend=1),
)  # fmt: skip


def _fill(inputs: Inputs, rows: Rows) -> None:
    query = inputs.query
    prediction = query.prediction if query.prediction.useful else NOTHING
    rows["category_fit"] = inputs.read(
        lambda segment, docs: category_fit(prediction, docs, segment, missing=np.nan)
    )
    rows["category_near"] = inputs.read(
        lambda segment, docs: _category_near(prediction, docs, segment)
    )
    rows["category_named"] = _named("category", inputs)
    rows["brand_named"] = _named("brand", inputs)
    rows["attributes_named"] = _named("attribute", inputs)
    rows["price_fit"] = _price_fit(query.price, inputs.prices, inputs.price_percentile)


ASKED = Group(
    "asked", "How well the product fits what the query was understood to name.", FEATURES, _fill
)


def _category_near(
    prediction: Prediction, doc_ids: UInt32Array, snapshot: Snapshot
) -> Float32Array:
    """float32[k]: probability of the category above each one's, over the best of those."""
    model = snapshot.categories
    if not len(prediction.probabilities):
        return np.full(len(doc_ids), np.nan, dtype=np.float32)
    above = model.parents[model.classes]
    above = np.where(above >= 0, above, model.classes)  # itself at the top
    chances = model.by_node(prediction.probabilities)[above]
    with_none = np.append(chances / chances.max(), np.float32(np.nan))
    near: Float32Array = with_none[model.class_of[doc_ids]]  # -1 is the last
    return near


def _named(kind: str, inputs: Inputs) -> Float64Array | float:
    """Share of the query's entities of a kind that each candidate fulfils; NaN if none."""
    parts = [_satisfied(entity, inputs) for entity in inputs.query.entities if entity.kind == kind]
    return sum(parts[1:], start=parts[0]) / len(parts) if parts else np.nan


def _satisfied(entity: Entity, inputs: Inputs) -> Float64Array:
    """Weight of the entity's readings that each candidate fulfils; they add up to 1."""
    out = np.zeros(len(inputs))
    for reading in entity.readings:
        out += reading.weight * inputs.read(partial(_holds, reading))
    return np.minimum(out, 1.0)


def _holds(reading: Reading, snapshot: Snapshot, doc_ids: UInt32Array) -> Float64Array:
    columns = snapshot.columns
    if reading.ordinals:
        ordinals = np.array(reading.ordinals, dtype=np.int64)
        held = holding(columns.keywords[reading.field], ordinals, doc_ids)
    else:
        held = columns.numbers[reading.field].at(doc_ids) == reading.value
    return held.astype(np.float64)


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
