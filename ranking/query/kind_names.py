"""What the catalogue calls the kind that is meant, beside the word that the query has for it."""

from collections.abc import Set
from dataclasses import replace
from typing import Final

from indexing.postings.lexicon import UNKNOWN
from indexing.snapshot import Snapshot
from indexing.types.type_model import NO_TYPE
from ranking.query.query import Alternative, Expansion, Slot
from ranking.query.type_wish import TypeWish
from ranking.query.words import QueryWords

BOOST: Final = 0.8
"""Worth of the catalogue's name beside the query's."""
MOST_NAMES: Final = 3
LEAST_CHANCE: Final = 0.3
"""Of a type, over the likeliest one's, to lend its name."""
LENT: Final = ("synonym", "likeness")
"""Ways to a type by which its name is another than the query's."""


def with_names(
    slots: tuple[Slot, ...],
    wish: TypeWish,
    words: QueryWords,
    snapshot: Snapshot,
    ruled: Set[int],
) -> tuple[tuple[Slot, ...], tuple[Expansion, ...]]:
    """The slot of the kind's word is satisfied by the names of the types too.

    ruled: positions inside longer phrases whose synonyms stand in their place.
    """
    place = next((i for i, slot in enumerate(slots) if slot.text == wish.word), None)
    if place is None or wish.how not in LENT:
        return slots, ()
    model, slot = snapshot.types, slots[place]
    if slot.position in ruled:
        return slots, ()
    likely = wish.types[(wish.chances >= LEAST_CHANCE * wish.chances.max())][:MOST_NAMES]
    known = {each.term_ids for each in slot.alternatives}
    added, told = [], []
    for kind in likely.tolist():
        if kind == NO_TYPE or model.head_terms[kind] == UNKNOWN:
            continue
        terms = (int(model.head_terms[kind]),)
        if terms not in known:
            added.append(Alternative(terms, BOOST, "synonym"))
            told.append(Expansion(words.said(slot.position, slot.span), model.names[kind]))
    widened = replace(slot, alternatives=(*slot.alternatives, *added))
    return (*slots[:place], widened, *slots[place + 1 :]), tuple(told)
