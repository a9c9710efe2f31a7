"""What each word of a query counts: which may be dropped first when too few products have all."""

from collections.abc import Sequence, Set
from dataclasses import replace
from typing import Final

from ranking.query.entities import Entity
from ranking.query.query import Slot
from ranking.query.words import QueryWords

OF_KIND: Final = {"category": 1.4, "brand": 1.3, "attribute": 0.9}
"""Times a word's rarity counts by what it names: the thing itself and its maker stay longest."""
HEAD: Final = 1.2
"""The same for the last word before `for`, `with` and the like: in English that is the noun."""
DENIED: Final = 0.4
"""The same for `without` and what follows it: products seldom say what they lack."""
_ENDS: Final = frozenset(("for", "with", "without", "in", "of", "on", "to", "from", "by", "w"))


def weighed(
    slots: Sequence[Slot], entities: Sequence[Entity], denied: Set[int], words: QueryWords
) -> tuple[Slot, ...]:
    """The slots with weights = idf × worth of what they name. denied: see `negated`."""
    worth: dict[int, float] = dict.fromkeys(denied, DENIED)
    if not any(entity.kind == "category" for entity in entities):
        head = _head(words, denied)
        if head is not None:
            worth[head] = HEAD
    for entity in entities:
        for place in range(entity.start, entity.start + entity.length):
            worth[place] = OF_KIND[entity.kind]
    return tuple(
        replace(slot, weight=slot.weight * worth[slot.position])
        if slot.weight > 0 and slot.position in worth
        else slot
        for slot in slots
    )


def _head(words: QueryWords, denied: Set[int]) -> int | None:
    """Position of the noun of an English query of several words; None for other scripts."""
    last = None
    for place in range(len(words.primary)):
        folded = words.folded(place)
        if place in denied or (last is not None and folded in _ENDS):
            break
        if folded.isascii() and folded.isalpha() and folded not in _ENDS:
            last = place
    return last
