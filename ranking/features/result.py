"""Each candidate among the other candidates of its query."""

import numpy as np

from indexing.columns.priors import PRIOR_NAMES
from ranking.features.feature import Feature, Group, Rows
from ranking.features.inputs import Inputs
from ranking.features.pseudo_relevance import (
    best_matches,
    brand_shares,
    category_shares,
    centroid_cosines,
    price_ratios,
)
from ranking.features.shares import mid_ranks

FEATURES = (
    Feature("price_in_results", "percentile of the price among candidates", 0, 1, "no price: NaN"),
    Feature("popularity_in_results", "percentile of popularity among candidates", 0, 1,
            "unknown: NaN", trend=1),
    Feature("best_cosine", "cosine to the mean vector of the 20 best matches", -1, 1,
            "no vector: NaN", trend=1),
    Feature("best_category_share", "share of the best matches in its category", 0, 1,
            "no category: NaN", trend=1),
    Feature("best_brand_share", "share of the best matches of its brand", 0, 1,
            "no brand: NaN", trend=1),
    Feature("price_to_best", "ln of its price over the median of the best matches'", -10, 10,
            "no price: NaN"),
    Feature("variants_matching", "ln of the group's matching products", 0, 12),
)  # fmt: skip
_POPULARITY = PRIOR_NAMES.index("popularity_percentile")


def _fill(inputs: Inputs, rows: Rows) -> None:
    found = inputs.candidates
    rows["price_in_results"] = inputs.price_percentile
    rows["popularity_in_results"] = mid_ranks(inputs.priors[:, _POPULARITY].astype(np.float64))
    best = best_matches(found)
    rows["best_cosine"] = centroid_cosines(inputs, best)
    rows["best_category_share"] = category_shares(inputs, best)
    rows["best_brand_share"] = brand_shares(inputs, best)
    rows["price_to_best"] = price_ratios(inputs.prices, best)
    rows["variants_matching"] = np.log(np.maximum(found.variants, 1), dtype=np.float32)


RESULT = Group(
    "result",
    "The candidate among the other candidates of this query; the best matches are the 20 that "
    "recall would put first.",
    FEATURES,
    _fill,
)
