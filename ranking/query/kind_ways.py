"""Ways from a query's words to kinds of things; docs/types.md lists them in order."""

from dataclasses import replace
from typing import Final

import numpy as np

from indexing.arrays import Float32Array, Int32Array, Int64Array
from indexing.postings.lexicon import UNKNOWN
from indexing.snapshot import Snapshot
from indexing.types.general_kinds import (
    UNKNOWN_NAME,
    General,
    Stems,
    general_names,
    kinds_of_thing,
    known_things,
)
from indexing.types.type_model import NO_TYPE
from ranking.query.called_kinds import (
    CLEAR_THING,
    LEAST_HEAD,
    LEAST_TITLES,
    SIBLING,
    known_otherwise,
    long_named,
    raise_called,
    raise_things,
)
from ranking.query.heads import Asked, Head
from ranking.query.named_things import things_named
from ranking.query.query import Alternative, Slot
from ranking.query.said_names import by_said_names
from ranking.query.type_wish import NO_WISH, TypeWish

LEAST_CHANCE: Final = 0.04
"""Of a type over the likeliest one's, among those that are meant."""
BARE_NOUN: Final = 0.5
"""Of the chance of what is only called by the noun, where most is called by another name: among
smartphones, what is called phone may be any other one than the `mobile phone` that is meant.
"""
OTHERWISE: Final = 0.1
"""Chance of the noun's kinds that generally are another thing: no coffee machine washes."""
LEAST_OF_THING: Final = 0.08
"""Root of a type's share of the titles with a thing's name."""
LEAST_OF_KNOWN: Final = 1.5
"""Titles that must speak for a thing whose kind is generally known."""
NOUN_TRUST: Final = 0.8
MOSTLY: Final = 1.5
"""So many times as many products of another name's kinds, and they are what is meant: in a shop
that says bicycle, `bike` is no exercise bike.
"""
LEAST_LIKENESS: Final = 0.36
"""Cosine of two names from which one may stand for the other."""
LEAST_LETTERS: Final = 4
"""Of a word that stands for those that begin with it."""
LEAST_REST: Final = 3
"""Letters that such a noun has more, from which they are a word, and it a compound."""
SHARPNESS: Final = 12.0
MOST_FITTING: Final = 0.2
"""Share of a kind's titles that say what they fit, from which it is an accessory."""
MOST_TYPES: Final = 6


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
    return _wish(snapshot, total, phrase, head.word, "name", min(1.0, 2.0 * share))


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
    return _wish(snapshot, total, (head.word,), head.word, "name", certainty)


def by_noun(head: Head, snapshot: Snapshot) -> TypeWish:
    """Kinds of that noun, though most titles with the word are of others: `camera`."""
    model, total = snapshot.types, np.zeros(len(snapshot.types), dtype=np.float32)
    siblings = types_of(head.word, snapshot)
    if model.sizes[siblings].sum() < LEAST_TITLES:
        return NO_WISH
    total[siblings] = 1.0
    return _wish(snapshot, total, (head.word,), head.word, "name", NOUN_TRUST)


def _other_names(head: Head, snapshot: Snapshot) -> tuple[Stems, ...]:
    if not snapshot.config.general_kinds:
        return ()
    return general_names((head.word,), snapshot.analyzer).names


def types_of(word: str, snapshot: Snapshot) -> Int64Array:
    """Types whose noun is this stem."""
    return snapshot.types.of_noun(snapshot.index.lexicon.id_of(word))


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
    return _wish(snapshot, total, known.said, head.word, "synonym", 1.0)


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
    return _wish(snapshot, total, (head.word,), head.word, "synonym", NOUN_TRUST)


def _general(asked: Asked, head: Head, snapshot: Snapshot) -> General:
    if not snapshot.config.general_kinds:
        return UNKNOWN_NAME
    until = asked.stems.index(head.word) + 1
    return general_names(asked.stems[:until], snapshot.analyzer)


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
    wish = _wish(snapshot, total, asked.stems, " ".join(asked.stems), "thing", 1.0)
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
    wish = _wish(snapshot, total, asked.stems, " ".join(asked.stems), "thing", 1.0)
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


def by_beginning(head: Head, snapshot: Snapshot) -> TypeWish:
    """Kinds whose noun begins with the word: `synth` for synthesizers, `book` for no bookcase."""
    model, lexicon = snapshot.types, snapshot.index.lexicon
    if len(head.word) < LEAST_LETTERS or not head.word.isalpha():
        return NO_WISH
    first, end = lexicon.prefix_range(head.word)
    kinds = np.flatnonzero((model.head_terms >= first) & (model.head_terms < end))
    total = np.zeros(len(model), dtype=np.float32)
    for kind in kinds.tolist():
        rest = lexicon[int(model.head_terms[kind])].removeprefix(head.word)
        if len(rest) < LEAST_REST or lexicon.id_of(rest) == UNKNOWN:
            total[kind] = np.sqrt(model.sizes[kind])
    return _wish(snapshot, total, (head.word,), head.word, "likeness", NOUN_TRUST)


def by_likeness(head: Head, snapshot: Snapshot) -> TypeWish:
    """Types whose names mean about the same as the head of the query."""
    model = snapshot.types
    if not model.name_vectors.shape[1]:
        return NO_WISH
    term = snapshot.index.lexicon.id_of(head.word)
    if snapshot.index.statistics.doc_freq(term) < LEAST_TITLES:
        return NO_WISH  # its vector would be borrowed from words that are spelt like it
    vector = snapshot.encoder.encode_query(head.word)
    if not vector.any():
        return NO_WISH
    likeness = model.name_vectors @ vector - np.float32(0.1) * model.accessory
    likeness[(model.sizes < LEAST_TITLES - 1) | (model.beside_terms != UNKNOWN)] = -1
    order = np.argsort(-likeness, kind="stable")[:MOST_TYPES]
    order = order[likeness[order] >= LEAST_LIKENESS]
    if not len(order):
        return NO_WISH
    total = np.zeros(len(model), dtype=np.float32)
    total[order] = np.exp(SHARPNESS * (likeness[order] - likeness[order[0]]))
    certainty = min(1.0, 2.0 * float(likeness[order[0]]))
    return _wish(snapshot, total, (head.word,), head.word, "likeness", certainty)


def _wish(
    snapshot: Snapshot, chances: Float32Array, phrase: Stems, word: str, how: str, certainty: float
) -> TypeWish:
    """chances: float32[types]."""
    sizes = snapshot.types.sizes
    best = float(chances.max(initial=0.0))
    kinds: Int32Array = np.flatnonzero(chances > LEAST_CHANCE * best).astype(np.int32)
    if best <= 0:
        return NO_WISH
    kinds = kinds[np.lexsort((kinds, -sizes[kinds], -chances[kinds]))]
    shares = (chances[kinds] / chances[kinds].sum()).astype(np.float32)
    return TypeWish(kinds, shares, word, how, certainty, phrase=phrase)
