"""Shoppers whose behaviour is known: pages in noisy orders, clicks by a position-based rule."""

from dataclasses import dataclass

import numpy as np

from indexing.arrays import Float32Array, Float64Array, Int64Array
from ranking.learning.clicks.click_log import ClickLog, log_of_pages


@dataclass(frozen=True, slots=True)
class Simulated:
    """attraction: float64[queries, products], by features float32[queries, products, 3]. examined:
    float64[k]. partners: int64[n], the position that a coin exchanged with the first.
    """

    log: ClickLog
    attraction: Float64Array
    features: Float32Array
    examined: Float64Array
    partners: Int64Array


def simulated(
    searches: int,
    *,
    queries: int = 50,
    products: int = 15,
    page: int = 10,
    noise: float = 0.3,
    power: float = 1.0,
    swaps: bool = False,
    astray: bool = False,
    seed: int = 0,
) -> Simulated:
    """Pages are ordered by attractiveness and noise; the less noise, the more its first places hold
    what attracts, whatever is clicked. astray: by a feature that attracts nobody, and noise.
    P(examined) = 1/p^power.
    """
    chance = np.random.default_rng(seed)
    features = chance.random((queries, products, 3), dtype=np.float32)
    wanted = 1.0 / (1.0 + np.exp(-8.0 * (features[..., 0] * features[..., 1] - 0.45)))
    attraction = 0.05 + 0.75 * wanted.astype(np.float64)
    asked = chance.integers(0, queries, searches)
    liked = features[..., 2] if astray else attraction
    scores = liked[asked] + noise * chance.normal(size=(searches, products))
    pages = np.argsort(-scores, axis=1)[:, :page]
    partners = np.full(searches, 0)
    if swaps:
        partners = chance.integers(2, page + 1, searches)
        exchanged = np.flatnonzero(chance.random(searches) < 0.5)
        other = partners[exchanged] - 1
        first = pages[exchanged, 0].copy()
        pages[exchanged, 0] = pages[exchanged, other]
        pages[exchanged, other] = first
    examined = np.arange(1.0, page + 1) ** -power
    clicked = chance.random((searches, page)) < examined * attraction[asked[:, None], pages]
    log = log_of_pages(
        asked,
        pages,
        clicked,
        tuple(f"query {number}" for number in range(queries)),
        tuple(f"p{number}" for number in range(products)),
        users=np.arange(searches),
        times=np.sort(chance.random(searches)) * 86_400 * 30,
    )
    return Simulated(log, attraction, features, examined, partners)
