"""How well products fit what a query means beyond its words: likely category, kind, price."""

from typing import Final

import numpy as np

from indexing.arrays import Float32Array, Float64Array, UInt32Array
from indexing.columns.priors import PRIOR_NAMES
from indexing.snapshot import Snapshot
from ranking.query.predict import Prediction
from ranking.query.price_phrases import PriceWish
from ranking.query.query import Query
from ranking.query.type_wish import agreement

CATEGORY: Final = 0.2
PRICE: Final = 0.3
SOFT_PRICE: Final = 0.1
KIND: Final = 0.6
"""Worth of each in the coarse score, whose words and meaning are worth about 1.5."""
_PERCENTILE = PRIOR_NAMES.index("price_percentile")


def beyond_words(query: Query, doc_ids: UInt32Array, snapshot: Snapshot) -> Float32Array:
    """float32[m]: what to add to the coarse score of each product, 0 where nothing is known."""
    total = np.zeros(len(doc_ids), dtype=np.float32)
    if query.prediction.useful:
        total += np.float32(CATEGORY) * category_fit(
            query.prediction, doc_ids, snapshot, missing=0.0
        )
    if query.kind:
        total += np.float32(KIND * query.kind.certainty) * agreement(query.kind, doc_ids, snapshot)
    wish = query.price
    if wish is None or not len(doc_ids):
        return total
    if wish.soft:
        place = np.nan_to_num(snapshot.priors[doc_ids, _PERCENTILE], nan=0.5)
        total += np.float32(SOFT_PRICE) * (place if wish.soft > 0 else 1 - place)
    else:
        total += np.float32(PRICE) * within_price(wish, snapshot.prices[doc_ids])
    return total


def category_fit(
    prediction: Prediction, doc_ids: UInt32Array, snapshot: Snapshot, missing: float
) -> Float32Array:
    """float32[m]: probability of each product's category over the likeliest one's.

    missing: for products without a category, or all if none is predicted.
    """
    chances = prediction.probabilities
    if not len(chances):
        return np.full(len(doc_ids), missing, dtype=np.float32)
    with_none = np.append(chances / chances.max(), np.float32(missing))
    fits: Float32Array = with_none[snapshot.categories.class_of[doc_ids]]  # -1 is the last
    return fits


def within_price(wish: PriceWish, prices: Float64Array) -> Float32Array:
    """float32[m]: 1 inside the asked limits, 0 outside; half for products without a price."""
    low = -np.inf if wish.limits[0] is None else wish.limits[0]
    high = np.inf if wish.limits[1] is None else wish.limits[1]
    fits = np.full(len(prices), 0.5, dtype=np.float32)
    known = ~np.isnan(prices)
    fits[known] = ((prices >= low) & (prices <= high))[known]
    return fits
