"""The pages that the service shows now, and what they are worth by the hidden truth."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.simulation.client import Client
from app.simulation.shoppers import pages_of
from indexing.arrays import Float64Array, Int64Array
from ranking.simulation.true_ndcg import AT, Interval, mean_interval
from ranking.simulation.world import Truth


@dataclass(frozen=True, slots=True)
class Worth:
    """True nDCG@10, or differences of it: by how often intents are asked, and of all alike."""

    asked: Interval
    alike: Interval


def shown_pages(
    client: Client, index: str, texts: Sequence[str], numbers: dict[str, int]
) -> Int64Array:
    """int64[intents, 10]: as nobody in particular sees them; nothing of it is logged."""

    def search(place: int, text: str) -> object:
        return client.search(
            place, q=text, page_size=AT, fields="price", index=index, analytics="off"
        )

    return pages_of(client.each(search, texts), numbers, AT)


def worth_of(scores: Float64Array, truth: Truth, seed: int) -> Worth:
    """scores: float64[intents]; paired differences make paired intervals."""
    alike = np.ones(len(scores))
    return Worth(mean_interval(scores, truth.world.asked, seed), mean_interval(scores, alike, seed))
