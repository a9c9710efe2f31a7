"""How often each place of a page is clicked, and how often that is to be expected of it."""

from typing import Final

import numpy as np

from indexing.arrays import Float64Array

PRIOR_CTR, PRIOR_SEEN = 0.05, 100.0
"""Of the first place, and the impressions that this belief is worth."""
PLACE_SEEN: Final = 200.0
"""Impressions of a place from which on it speaks more for itself than the curve does."""
DECAY_OF_PLACES: Final = 0.7
"""Examination falls with position to this power (1/p^0.7) where nothing else is known."""


def curve(places: int) -> Float64Array:
    """float64[places]: 1/p^0.7."""
    found: Float64Array = np.arange(1, places + 1, dtype=np.float64) ** -DECAY_OF_PLACES
    return found


def place_ctr(shown: Float64Array, clicked: Float64Array) -> Float64Array:
    """float64[places]: the rate of clicks of each place.

    A curve 1/p^0.7 whose height is the shop's, mixed with what each place itself was clicked: with
    few impressions the curve, with many the place. So that where one product alone was ever
    clicked, its place does not explain it away.
    """
    fallen = expected_ctr(shown, clicked, curve(len(shown)))
    mixed: Float64Array = (clicked + PLACE_SEEN * fallen) / (shown + PLACE_SEEN)
    return mixed


def expected_ctr(shown: Float64Array, clicked: Float64Array, looked: Float64Array) -> Float64Array:
    """float64[places]: what each place lets expect, in proportion to how often it is looked at, of
    the height that the clicks have.
    """
    height = (clicked.sum() + PRIOR_SEEN * PRIOR_CTR) / ((shown * looked).sum() + PRIOR_SEEN)
    found: Float64Array = height * looked
    return found
