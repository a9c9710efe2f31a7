"""Facts of the product that hold for every query; the build computes them (`priors.npy`)."""

from indexing.columns.priors import PRIORS
from ranking.features.feature import Feature, Group, Rows
from ranking.features.inputs import Inputs

_RISING = {
    "discount", "rating", "rating_count_percentile", "popularity_percentile", "in_stock",
}  # fmt: skip

FEATURES = tuple(
    Feature(
        prior.name, prior.meaning, prior.low, prior.high, prior.missing, int(prior.name in _RISING)
    )
    for prior in PRIORS
)


def _fill(inputs: Inputs, rows: Rows) -> None:
    rows.matrix[:] = inputs.priors.T


PRODUCT = Group(
    "product",
    "Facts of the product that hold for every query, within its category where they could not be "
    "compared otherwise.",
    FEATURES,
    _fill,
)
