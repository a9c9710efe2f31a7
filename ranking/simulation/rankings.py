"""What a generation shows for each intent: memoised, as thousands of shoppers ask the same."""

from collections.abc import Callable, Sequence

import numpy as np

from indexing.arrays import Int64Array
from ranking.generation import Generation
from ranking.search.context import Context
from ranking.search.matching import find
from ranking.search.request import SearchRequest
from ranking.search.root import rank
from ranking.simulation.goods import Goods


def rankings_of(
    texts: Sequence[str],
    generation: Generation,
    goods: Goods,
    depth: int,
    told: Callable[[int], None] | None = None,
) -> Int64Array:
    """int64[intents, depth]: products as the service shows them to everybody, −1 for none.

    told: the number of intents done so far.
    """
    numbers = {product: place for place, product in enumerate(goods.ids)}
    rankings = np.full((len(texts), depth), -1, dtype=np.int64)
    for place, text in enumerate(texts):
        context = Context.unhurried(SearchRequest(text=text), generation)
        found = find(context)
        docs = rank(found.query, found.answer, context).candidates.doc_ids[:depth].tolist()
        shown = [numbers[generation.snapshot.documents.id_at(doc)] for doc in docs]
        rankings[place, : len(shown)] = shown
        if told is not None:
            told(place + 1)
    return rankings
