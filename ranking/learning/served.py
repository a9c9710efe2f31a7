"""Rankers as the server runs them: the pipeline itself, from text to product ids."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from indexing.columns.single_values import first_ordinals, leaf_categories
from indexing.snapshot import Snapshot
from ranking.generation import Generation
from ranking.learning.errors import LearningError
from ranking.learning.evaluate import FactsOf, ListFacts, Ranker, random_ranker
from ranking.learning.variants import VariantGroups
from ranking.rankers.ranker import HandWeightedRanker, RecallOrderRanker
from ranking.search.context import Context
from ranking.search.matching import find
from ranking.search.request import SearchRequest
from ranking.search.root import rank

RANKERS = ("random", "bm25", "hand", "model", "model+diversity")
"""Names that `served_rankers` knows. bm25: the order of recall. model: the generation's own."""


def served_rankers(
    generation: Generation, names: Sequence[str] = RANKERS, seed: int = 0
) -> dict[str, Ranker]:
    """Rankers by name, in the order given. Errors: LearningError for an unknown name."""
    unknown = [name for name in names if name not in RANKERS]
    if unknown or not names:
        raise LearningError(
            f"there is no ranker {', '.join(unknown) or 'named'}. "
            f"Choose among {', '.join(RANKERS)}."
        )
    makers: Mapping[str, Callable[[], Ranker]] = {
        "random": lambda: random_ranker(product_ids(generation.snapshot), seed),
        "bm25": lambda: served(replace(generation, ranker=RecallOrderRanker()), diversity=False),
        "hand": lambda: served(replace(generation, ranker=HandWeightedRanker()), diversity=False),
        "model": lambda: served(generation, diversity=False),
        "model+diversity": lambda: served(generation, diversity=True),
    }
    return {name: makers[name]() for name in names}


def served(generation: Generation, *, diversity: bool) -> Ranker:
    """What a search without filters shows, down to the last page; no deadline.

    Of a group, the id of its first product, whichever variant is shown.
    """
    groups = VariantGroups.of(generation.snapshot)

    def ids(text: str) -> list[str]:
        request = SearchRequest(text=text, diversity=diversity)
        context = Context.unhurried(request, generation)
        found = find(context)
        ordered = rank(found.query, found.answer, context)
        degraded = context.log.degraded
        if any(line.startswith("ranker_failed") for line in degraded):
            raise LearningError(f"query {text!r}: {degraded[-1]}")
        return groups.ids(ordered.candidates.doc_ids)

    return ids


def product_ids(snapshot: Snapshot) -> list[str]:
    """Ids of the whole catalogue, one a group, in document order."""
    return VariantGroups.of(snapshot).all_ids()


def facts_of(snapshot: Snapshot) -> FactsOf:
    """Vectors, brands and leaf categories of listed products, for list measures."""
    columns = snapshot.columns

    def facts(products: Sequence[str]) -> ListFacts:
        found = [snapshot.documents.find(product) for product in products]
        docs = np.array([doc for doc in found if doc is not None], dtype=np.uint32)
        keys = {
            "brand": first_ordinals(columns.keyword("brand"), docs),
            "category": leaf_categories(columns, docs).astype(np.int32),
        }
        there = {
            name: ordinals for name, ordinals in keys.items() if columns.keyword(name) is not None
        }
        return ListFacts(snapshot.vectors.vectors(docs), there)

    return facts


@dataclass(frozen=True, slots=True)
class KnownProducts:
    """The product ids of a snapshot, as a container that is asked, not copied."""

    snapshot: Snapshot

    def __contains__(self, product_id: object) -> bool:
        return self.snapshot.documents.find(str(product_id)) is not None
