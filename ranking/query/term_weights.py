"""What each word of a query counts: which may be dropped first when too few products have all.

A word weighs its rarity in the catalogue (idf), times what it names. Attribute values stay at
their rarity. Raising the last word of a query as its noun where no category is recognised was
tried (x 1.2 and 1.5): it cost nDCG on ESCI and Home Depot; so did the noun of a recognised kind on
CrowdFlower (x 1.4). Where a category is named by other words, both count alike.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ranking.query.entities import Entity
from ranking.query.number_values import SIZES, words_of
from ranking.query.query import Slot
from ranking.query.type_wish import TypeWish
from ranking.query.words import QueryWords

LEAST_CERTAINTY: Final = 0.5
BY_NAME: Final = ("name", "synonym")
"""Kinds that the query's own words name."""
OF_KIND: Final = {"category": 1.4, "brand": 1.3, "attribute": 1.0}
"""Times a word's rarity counts by what it names: the thing itself and its maker stay longest."""


def weighed(
    slots: Sequence[Slot], entities: Sequence[Entity], words: QueryWords
) -> tuple[Slot, ...]:
    """The slots with weights = idf × worth of what they name.

    Of `size 42` the word size is only said, not asked for.
    """
    worth: dict[int, float] = {}
    for entity in entities:
        before = entity.start - 1
        if before >= 0 and words.folded(before) in SIZES and SIZES & {*words_of(entity.best.field)}:
            worth[before] = 0.0
    for entity in entities:
        for place in range(entity.start, entity.start + entity.length):
            worth[place] = OF_KIND[entity.kind]
    return tuple(
        replace(slot, weight=slot.weight * worth[slot.position])
        if slot.weight > 0 and slot.position in worth
        else slot
        for slot in slots
    )


def with_noun(
    slots: tuple[Slot, ...], entities: Sequence[Entity], kind: TypeWish
) -> tuple[Slot, ...]:
    """The noun of the kind stays as long as a category that other words name: dress pants, women.

    Slots as they are where no category is named, or by the noun itself.
    """
    named = {
        place
        for each in entities
        if each.kind == "category"
        for place in range(each.start, each.start + each.length)
    }
    noun = [slot.text in kind.phrase and slot.weight > 0 for slot in slots]
    apart = any(slot.position in named and not own for slot, own in zip(slots, noun, strict=True))
    if not apart or kind.how not in BY_NAME or kind.certainty < LEAST_CERTAINTY:
        return slots
    worth = OF_KIND["category"]
    return tuple(
        replace(slot, weight=slot.weight * worth) if own and slot.position not in named else slot
        for slot, own in zip(slots, noun, strict=True)
    )
