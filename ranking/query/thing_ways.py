"""Ways from the names of things, as `macbook pro`, to kinds; docs/types.md lists all ways."""

from dataclasses import replace
from typing import Final

import numpy as np

from indexing.arrays import Float32Array
from indexing.snapshot import Snapshot
from indexing.types.general_kinds import General, kinds_of_thing, known_things
from indexing.types.type_model import NO_TYPE
from ranking.query.called_kinds import CLEAR_THING, LEAST_TITLES, raise_called
from ranking.query.heads import Asked, Head
from ranking.query.kind_ways import BARE_NOUN, types_of
from ranking.query.named_things import things_named
from ranking.query.query import Alternative, Slot
from ranking.query.said_names import by_said_names
from ranking.query.type_wish import NO_WISH, TypeWish, wish_for

LEAST_OF_THING: Final = 0.08
"""Root of a type's share of the titles with a thing's name."""
LEAST_OF_KNOWN: Final = 1.5
"""Titles that must speak for a thing whose kind is generally known."""
MOST_FITTING: Final = 0.2
"""Share of a kind's titles that say what they fit, from which it is an accessory."""
MOST_TYPES: Final = 6


def by_known_things(asked: Asked, head: Head | None, snapshot: Snapshot) -> TypeWish:
    """`ipod` is an mp3 player, where the catalogue has some that are; an `ipod case` is none.

    head: what names kinds by itself.
    """
    if head is not None and len(asked.stems) > 1:
        kinds, chances = snapshot.types.named(head.word)
        if float(snapshot.types.accessory[kinds] @ chances) > MOST_FITTING:
            return NO_WISH
    if not snapshot.config.general_kinds:
        return NO_WISH
    names = kinds_of_thing(asked.stems, snapshot.analyzer)
    if not names:
        return NO_WISH
    known = np.zeros(len(snapshot.types), dtype=np.float32)
    for name in names:
        raise_called(known, name, asked.head_first, snapshot)
        if not known.any() or len(name) > 1:
            _raise_noun(known, name[0] if asked.head_first else name[-1], snapshot)
    terms = [snapshot.index.lexicon.id_of(stem) for stem in asked.stems]
    kinds, weights = things_named(terms, snapshot)
    total = np.zeros(len(snapshot.types), dtype=np.float32)
    inside = kinds >= 0
    total[kinds[inside]] = weights[inside]
    total[known <= 0] = 0.0
    if total.sum() < LEAST_OF_KNOWN:
        return NO_WISH
    wish = wish_for(snapshot, total, asked.stems, " ".join(asked.stems), "thing", 1.0)
    return replace(wish, single=True)


def _raise_noun(known: Float32Array, noun: str, snapshot: Snapshot) -> None:
    """Raise, in float32[types], kinds of a noun that are no accessories: `PSP Core Pack System`."""
    kinds = types_of(noun, snapshot)
    kinds = kinds[snapshot.types.accessory[kinds] <= MOST_FITTING]
    known[kinds] = np.maximum(known[kinds], BARE_NOUN)


def by_thing_alone(asked: Asked, slots: tuple[Slot, ...], snapshot: Snapshot) -> TypeWish:
    """The query is a known thing and nothing else: what is called so, or else its kinds."""
    if not snapshot.config.general_kinds or asked.stems not in known_things(snapshot.analyzer):
        return NO_WISH
    wish = by_things(slots, snapshot, model=False)
    if wish.certainty >= CLEAR_THING:
        return wish
    total = np.zeros(len(snapshot.types), dtype=np.float32)
    names = kinds_of_thing(asked.stems, snapshot.analyzer)
    for name in names:
        raise_called(total, name, asked.head_first, snapshot)
    if not total.any():
        return by_said_names(General(asked.stems, names), asked.stems[-1], total > 0, snapshot)
    wish = wish_for(snapshot, total, asked.stems, " ".join(asked.stems), "thing", 1.0)
    return replace(wish, single=True) if wish else wish


def by_things(slots: tuple[Slot, ...], snapshot: Snapshot, model: bool) -> TypeWish:
    """Types of products at the head of whose titles the words stand: `macbook pro`.

    model: they are model numbers, of which one title is enough.
    """
    required = [slot for slot in slots if slot.weight > 0]
    if not all(slot.alternatives for slot in required):
        return NO_WISH
    names = [[term for slot in required for term in slot.alternatives[0].term_ids]]
    if model and len(required) == 1:  # `ps4` is a playstation 4 too
        names += [list(other.term_ids) for other in _synonyms_of(required[0])]
    total = np.zeros(len(snapshot.types) + 1, dtype=np.float32)
    known = snapshot.config.general_kinds and tuple(slot.text for slot in required) in known_things(
        snapshot.analyzer
    )
    for name in names:
        kinds, weights = things_named(
            name, snapshot, side_by_side=len(name) > 1 and (model or known)
        )
        total[kinds] += weights
    if known:
        total = _no_accessories(total, snapshot)
    held = np.flatnonzero(total)
    found = held[np.argsort(-total[held], kind="stable")]
    if not len(found):
        return NO_WISH
    kinds = np.where(found == len(snapshot.types), NO_TYPE, found).astype(np.int32)
    weights = total[found]
    shares = weights / weights.sum()
    chances = np.sqrt(shares).astype(np.float32)
    kept = chances >= LEAST_OF_THING
    certainty = float(shares[:MOST_TYPES].sum())
    if not model:
        certainty *= min(1.0, float(weights.sum()) / LEAST_TITLES)
    words = tuple(slot.text for slot in required)
    return TypeWish(
        kinds[kept], chances[kept], " ".join(words), "thing",
        certainty if kept.any() else 0.0, words, single=True,
        unsaid=0.0 if model else 0.5,
    )  # fmt: skip


def _no_accessories(total: Float32Array, snapshot: Snapshot) -> Float32Array:
    """float32[types + 1]: a thing that is generally known is no accessory: `psp` is no game."""
    others = total.copy()
    others[:-1][snapshot.types.accessory > MOST_FITTING] = 0
    return others if others[:-1].any() else total


def _synonyms_of(slot: Slot) -> tuple[Alternative, ...]:
    """Three at most."""
    return tuple(other for other in slot.alternatives[1:] if other.origin == "synonym")[:3]
