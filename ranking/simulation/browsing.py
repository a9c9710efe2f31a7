"""How a page is looked at and clicked: position-based, cascade and DBN shoppers, with noise."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from indexing.arrays import BoolArray, Float32Array, UInt8Array
from ranking.learning.clicks.click_log import CART, CLICK, NOTHING, PURCHASE

POSITION, CASCADE, DBN = "position", "cascade", "dbn"
CLICK_MODELS: Final = (POSITION, CASCADE, DBN)


@dataclass(frozen=True, slots=True)
class Browsing:
    """model: *position*: each place is looked at by itself, with chance 1/p^decay (Richardson et
    al. 2007). *cascade*: from the top down, until the first click (Craswell et al. 2008). *dbn*:
    from the top down, until a click contents (Chapelle and Zhang 2009). Who goes down looks at
    each next place with chance `persistence`.

    noise: chance that what is looked at is clicked whatever it is. cart: chance that who is
    content with what was clicked puts it into the cart; purchase: that it is bought then.
    """

    model: str = POSITION
    decay: float = 1.0
    persistence: float = 0.9
    noise: float = 0.01
    cart: float = 0.5
    purchase: float = 0.5


def browse(
    browsing: Browsing,
    attraction: Float32Array,
    content: Float32Array,
    chance: np.random.Generator,
) -> tuple[BoolArray, UInt8Array]:
    """Clicked, and the most that became of each, for n pages of k places.

    attraction, content: float32[n, k], 0 where nothing is shown.
    """
    n, places = attraction.shape
    draws = chance.random((4, n, places), dtype=np.float32)
    attracted = (draws[0] < attraction) | ((draws[1] < browsing.noise) & (attraction > 0))
    content_of = draws[2] < content
    looks = chance.random((n, places), dtype=np.float32)
    if browsing.model == POSITION:
        examined = looks < (np.arange(1, places + 1) ** -browsing.decay).astype(np.float32)
    else:
        stops = attracted if browsing.model == CASCADE else attracted & content_of
        goes_on = ~stops & (looks < browsing.persistence)
        reached = np.logical_and.accumulate(goes_on, axis=1)
        examined = np.ones((n, places), dtype=np.bool_)
        examined[:, 1:] = reached[:, :-1]
    clicked = attracted & examined
    carted = clicked & content_of & (draws[3] < browsing.cart)
    bought = carted & (chance.random((n, places), dtype=np.float32) < browsing.purchase)
    outcomes = np.full((n, places), NOTHING, dtype=np.uint8)
    for which, outcome in ((clicked, CLICK), (carted, CART), (bought, PURCHASE)):
        outcomes[which] = outcome
    return clicked, outcomes
