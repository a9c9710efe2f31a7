"""Ways from the names of kinds to kinds of things; docs/types.md lists all ways in order."""

from typing import Final

import numpy as np

from indexing.arrays import Int64Array
from indexing.postings.lexicon import UNKNOWN
from indexing.snapshot import Snapshot
from indexing.types.general_kinds import UNKNOWN_NAME, General, Stems, general_names
from ranking.query.called_kinds import (
    LEAST_HEAD,
    LEAST_TITLES,
    SIBLING,
    known_otherwise,
    long_named,
    raise_called,
    raise_things,
)
from ranking.query.heads import Asked, Head
from ranking.query.said_names import by_said_names
from ranking.query.type_wish import NO_WISH, TypeWish, wish_for

BARE_NOUN: Final = 0.5
"""Of the chance of what is only called by the noun, where most is called by another name: among
smartphones, what is called phone may be any other one than the `mobile phone` that is meant.
"""
OTHERWISE: Final = 0.1
"""Chance of the noun's kinds that generally are another thing: no coffee machine washes."""
NOUN_TRUST: Final = 0.8
MOSTLY: Final = 1.5
"""So many times as many products of another name's kinds, and they are what is meant: in a shop
that says bicycle, `bike` is no exercise bike.
"""


def by_compound(asked: Asked, head: Head, snapshot: Snapshot) -> TypeWish:
    """`memory card`: cards of that kind, and less so the other ones."""
    model, name = snapshot.types, asked.name(head)
    kinds, chances = model.named(name) if head.beside else (model.word_types[:0],) * 2
    share = model.head_share(name)
    if not len(kinds) or share < LEAST_HEAD:
        return NO_WISH
    total = np.zeros(len(model), dtype=np.float32)
    total[kinds] = chances
    siblings = types_of(head.word, snapshot)
    siblings = siblings[~long_named(siblings, head, snapshot)]
    worth = np.where(known_otherwise(siblings, head.word, snapshot), OTHERWISE, SIBLING)
    total[siblings] = np.maximum(total[siblings], worth * total.max())
    known = _general(asked, head, snapshot)
    said = known.said
    if len(said) > 1:
        best = float(total.max())
        for other in known.names:
            raise_called(total, other, asked.head_first, snapshot, best)
    phrase = said if len(said) > 1 else (head.beside, head.word)
    return wish_for(snapshot, total, phrase, head.word, "name", min(1.0, 2.0 * share))


def by_name(asked: Asked, head: Head, snapshot: Snapshot) -> TypeWish:
    """Kinds that the head names, those of two words too."""
    model = snapshot.types
    kinds, chances = model.named(head.word)
    share = model.head_share(head.word)
    if not len(kinds) or share < LEAST_HEAD:
        return NO_WISH
    total = np.zeros(len(model), dtype=np.float32)
    total[kinds] = chances
    siblings = types_of(head.word, snapshot)
    other = model.head_terms[kinds[:3]] != snapshot.index.lexicon.id_of(head.word)
    surest = float(total[siblings].sum() + chances[:3][other].sum())
    certainty = min(1.0, 2.0 * share) * min(1.0, surest)
    best = float(total.max())
    names, mostly = _other_names(head, snapshot), np.False_
    others = np.zeros(len(model) if names else 0, dtype=np.float32)
    for name in names:
        raise_called(others, name, asked.head_first, snapshot)
    if names:
        others[siblings] = 0.0
        mostly = model.sizes @ others > MOSTLY * model.sizes[siblings].sum()
    if mostly:
        others /= others.max()
    narrow = mostly & (model.beside_terms[siblings] != UNKNOWN)
    if _general(asked, head, snapshot).said == (head.word,):
        narrow |= known_otherwise(siblings, head.word, snapshot)
    total[siblings] = np.where(narrow, SIBLING * best, best)
    if names:
        total = np.maximum(total, others * best * (1.0 if mostly else SIBLING))
    return wish_for(snapshot, total, (head.word,), head.word, "name", certainty)


def by_noun(head: Head, snapshot: Snapshot) -> TypeWish:
    """Kinds of that noun, though most titles with the word are of others: `camera`."""
    model, total = snapshot.types, np.zeros(len(snapshot.types), dtype=np.float32)
    siblings = types_of(head.word, snapshot)
    if model.sizes[siblings].sum() < LEAST_TITLES:
        return NO_WISH
    total[siblings] = 1.0
    return wish_for(snapshot, total, (head.word,), head.word, "name", NOUN_TRUST)


def by_general_names(asked: Asked, head: Head, snapshot: Snapshot, several: bool) -> TypeWish:
    """Types that the catalogue calls by another of the names that the thing has everywhere.

    several: names of several words, that end with the head.
    """
    known = _general(asked, head, snapshot)
    if not known.said or (len(known.said) > 1) != several:
        return NO_WISH
    model = snapshot.types
    total, bare = np.zeros((2, len(model)), dtype=np.float32)
    for name in known.names if several else (known.said, *known.names):
        only_noun = several and name == (head.word,)
        raise_called(bare if only_noun else total, name, asked.head_first, snapshot)
    raise_things(total, known, snapshot)
    if bare.any():
        if model.sizes @ (total > 0) > MOSTLY * (model.sizes @ (bare > 0)):
            bare *= BARE_NOUN
        total = np.maximum(total, bare)
    return wish_for(snapshot, total, known.said, head.word, "synonym", 1.0)


def by_names_said(asked: Asked, head: Head, snapshot: Snapshot) -> TypeWish:
    """A name of several words that is generally known, but is no kind's here."""
    known = _general(asked, head, snapshot)
    if len(known.said) < 2:
        return NO_WISH
    siblings = np.zeros(len(snapshot.types), dtype=np.bool_)
    siblings[types_of(head.word, snapshot)] = True
    return by_said_names(known, head.word, siblings, snapshot)


def by_other_nouns(asked: Asked, head: Head, snapshot: Snapshot) -> TypeWish:
    """Kinds of the nouns of other names, where the query's own noun is no kind's: `car amp`."""
    known = _general(asked, head, snapshot)
    if len(known.said) < 2 or len(types_of(head.word, snapshot)):
        return NO_WISH
    total = np.zeros(len(snapshot.types), dtype=np.float32)
    for name in known.names:
        total[types_of(name[0] if asked.head_first else name[-1], snapshot)] = 1.0
    return wish_for(snapshot, total, (head.word,), head.word, "synonym", NOUN_TRUST)


def types_of(word: str, snapshot: Snapshot) -> Int64Array:
    """Types whose noun is this stem."""
    return snapshot.types.of_noun(snapshot.index.lexicon.id_of(word))


def _other_names(head: Head, snapshot: Snapshot) -> tuple[Stems, ...]:
    if not snapshot.config.general_kinds:
        return ()
    return general_names((head.word,), snapshot.analyzer).names


def _general(asked: Asked, head: Head, snapshot: Snapshot) -> General:
    if not snapshot.config.general_kinds:
        return UNKNOWN_NAME
    until = asked.stems.index(head.word) + 1
    return general_names(asked.stems[:until], snapshot.analyzer)
