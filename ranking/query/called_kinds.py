"""Which kinds of a catalogue a general name stands for."""

from typing import Final

import numpy as np

from indexing.arrays import BoolArray, Float32Array, Int64Array
from indexing.postings.lexicon import UNKNOWN
from indexing.snapshot import Snapshot
from indexing.types.general_kinds import General, Stems, general_names, long_names
from ranking.query.heads import Head
from ranking.query.named_things import things_named

LEAST_HEAD: Final = 0.15
"""Share of a word's titles whose product it names, or it names nothing."""
SIBLING: Final = 0.5
"""Chance of the other kinds of a noun, over that of the kind of two words that is meant."""
CLEAR_THING: Final = 0.4
"""Share of the titles with a thing's name that are of a type."""
LEAST_OF_KIND: Final = 0.01
"""Share of a type's products that its things make up: no CD is a phone, for being of a Moto."""
FITTING: Final = 2.0
"""A type of which half say what they fit has no general name of another noun."""
OWN_NOUN: Final = 0.25
"""Least worth of a name for kinds of its noun: wall mounts, all of which fit something."""
LEAST_TITLES: Final = 3
"""Titles that must speak for what a name means."""


def raise_things(total: Float32Array, known: General, snapshot: Snapshot) -> None:
    """Raise, in float32[types], kinds that most of the titles with a thing's name are of."""
    for thing in known.things:
        terms = [snapshot.index.lexicon.id_of(stem) for stem in thing]
        kinds, weights = things_named(terms, snapshot, side_by_side=True)
        if not len(kinds) or weights.sum() < LEAST_TITLES:
            continue
        clear = (weights >= CLEAR_THING * weights.sum()) & (kinds >= 0)
        clear &= weights >= LEAST_OF_KIND * snapshot.types.sizes[kinds]
        for kind in kinds[clear].tolist():
            standing = _standing(float(snapshot.types.accessory[kind]), own=False)
            total[kind] = max(float(total[kind]), standing)


def raise_called(
    total: Float32Array, name: Stems, head_first: bool, snapshot: Snapshot, worth: float = 1.0
) -> None:
    """Raise, in float32[types], the kinds that a name stands for here to their chances × worth."""
    model = snapshot.types
    tail = name[:2] if head_first else name[-2:]
    if (
        len(name) == 3
        and not head_first
        and long_names(snapshot.analyzer.languages).get((name[0], name[2])) == name
    ):
        tail = name = (name[0], name[2])
    whole = " ".join(tail)
    kinds, chances = model.named(whole)
    if len(kinds) and model.head_share(whole) < LEAST_HEAD:
        kinds, chances = kinds[:0], chances[:0]
    if len(name) > 1 and not len(kinds):
        return
    if tail != name:
        said = general_names(tail, snapshot.analyzer)
        if said.said == tail and name not in said.names:
            return  # an uninterruptible power supply is no charger
    noun, best = snapshot.index.lexicon.id_of(name[0] if head_first else name[-1]), 0.0
    for kind, chance in zip(kinds.tolist(), chances.tolist(), strict=True):
        own = int(model.head_terms[kind]) == noun
        if own or tail == name:  # a `tv wall mount` is no `wall mount rack`
            exact = own and len(name) > 1  # game controllers fit something, and are meant
            standing = 1.0 if exact else _standing(float(model.accessory[kind]), own)
            total[kind] = max(float(total[kind]), worth * chance * standing)
            best = max(best, chance)
    if len(name) == 1:
        siblings = model.of_noun(noun)
        if model.sizes[siblings].sum() >= LEAST_TITLES:
            siblings = siblings[~known_otherwise(siblings, name[0], snapshot)]
            others = _beside_others(siblings, name, head_first, snapshot)
            for kind, other in zip(siblings.tolist(), others.tolist(), strict=True):
                standing = _standing(float(model.accessory[kind]), own=True)
                standing *= SIBLING if other else 1.0
                total[kind] = max(float(total[kind]), worth * max(best, SIBLING) * standing)


def _beside_others(
    siblings: Int64Array, name: Stems, head_first: bool, snapshot: Snapshot
) -> BoolArray:
    """bool[s]: kinds of two words that are not those of the noun that are generally meant by it:
    a controller is a game controller, where the catalogue has some, sooner than a MIDI one.
    """
    model, lexicon = snapshot.types, snapshot.index.lexicon
    known = general_names(name, snapshot.analyzer).names
    pairs = {other for other in known if len(other) == 2 and other[not head_first] == name[0]}
    besides = [lexicon[other] if other != UNKNOWN else "" for other in
               model.beside_terms[siblings].tolist()]  # fmt: skip
    both = [(name[0], other) if head_first else (other, name[0]) for other in besides]
    meant = np.array([not beside or pair in pairs for beside, pair in
                      zip(besides, both, strict=True)], dtype=np.bool_)  # fmt: skip
    if not any(pair in pairs for pair in both):
        return np.zeros(len(siblings), dtype=np.bool_)
    return ~meant


def _standing(accessory: float, own: bool) -> float:
    """Worth of a name, less for kinds that say what they fit: cases say `mobile phone`.

    own: whether the kind's noun is the name's own one.
    """
    return max(1.0 - accessory, OWN_NOUN) if own else max(1.0 - FITTING * accessory, 0.0)


def long_named(siblings: Int64Array, head: Head, snapshot: Snapshot) -> BoolArray:
    """bool[s]: kinds that have a name of three words: no power supply is an uninterruptible one."""
    found = np.zeros(len(siblings), dtype=np.bool_)
    if not snapshot.config.general_kinds:
        return found
    long, lexicon = long_names(snapshot.analyzer.languages), snapshot.index.lexicon
    for place, beside in enumerate(snapshot.types.beside_terms[siblings].tolist()):
        if beside != UNKNOWN:
            found[place] = (lexicon[beside], head.word) in long
    return found


def known_otherwise(siblings: Int64Array, noun: str, snapshot: Snapshot) -> BoolArray:
    """bool[s]: kinds of two words that generally are another kind: a mobile workstation is no
    workstation.
    """
    model, lexicon = snapshot.types, snapshot.index.lexicon
    known = np.zeros(len(siblings), dtype=np.bool_)
    if not snapshot.config.general_kinds:
        return known
    for place, beside in enumerate(model.beside_terms[siblings].tolist()):
        if beside != UNKNOWN:
            name = (lexicon[beside], noun)
            said = general_names(name, snapshot.analyzer)
            known[place] = said.said == name and (noun,) not in said.names
    return known
