"""Query → which kinds of things are meant: by name, by the names of things, by other words.

`laptop bag` names bags; `macbook` stands at the head of titles of laptops; in a shop that says
notebook, `laptop` means notebooks. See docs/types.md.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from indexing.arrays import Float32Array, Int32Array, Int64Array
from indexing.postings.lexicon import UNKNOWN
from indexing.snapshot import Snapshot
from indexing.types.candidates import MOST, title_candidates
from indexing.types.pairs import NO_PAIRS
from indexing.types.phrases import COLOUR, FILLER, MODEL, NUMBER, Titles
from indexing.types.signs import HEAD_FIRST
from ranking.query.general_kinds import General, Stems, general_names
from ranking.query.named_things import things_named
from ranking.query.query import Slot
from ranking.query.type_wish import NO_WISH, TypeWish

LEAST_HEAD: Final = 0.15
"""Share of a word's titles whose product it names, or it names nothing."""
LEAST_CHANCE: Final = 0.04
"""Of a type over the likeliest one's, among those that are meant."""
SIBLING: Final = 0.5
"""Chance of the other kinds of a noun, over that of the kind of two words that is meant."""
LEAST_OF_THING: Final = 0.08
"""Root of the share of a type among the titles with a thing's name."""
CLEAR_THING: Final = 0.4
"""Share of the titles with a thing's name that are of a type."""
NOUN_TRUST: Final = 0.8
MOSTLY: Final = 1.5
"""So many times as many products of another name's kinds, and they are what is meant: in a shop
that says bicycle, `bike` is no exercise bike.
"""
LEAST_LIKENESS: Final = 0.36
"""Cosine of two names from which one may stand for the other."""
SHARPNESS: Final = 12.0
FITTING: Final = 2.0
"""A type of which half say what they fit has no general name of another thing."""
MOST_TYPES: Final = 6
SAYING: Final = (NUMBER, MODEL, COLOUR, FILLER)
"""Signs for words that say something beside the kind."""
LEAST_NOUN: Final = 5
"""Products of a noun's kinds from which it names them, whatever else its titles are."""
LEAST_TITLES: Final = 3
"""Titles that must speak for what a name means."""


@dataclass(frozen=True, slots=True)
class Head:
    """A word that may be what is asked for, the word that describes it or "", and its chance by
    place.
    """

    word: str
    beside: str
    chance: float


@dataclass(frozen=True, slots=True)
class Asked:
    """stems: of the words, without numbers, colours and signs. heads: likeliest by place first.
    said: words in all.
    """

    stems: Stems
    heads: tuple[Head, ...]
    said: int
    head_first: bool

    def name(self, head: Head) -> str:
        """The head with what describes it, as the catalogue's kinds are named."""
        both = head.beside, head.word
        return " ".join(both[::-1] if self.head_first else both)


def wish_of(text: str, slots: tuple[Slot, ...], snapshot: Snapshot, thing: str) -> TypeWish:
    """text: the query without prices and what is denied. slots: what must match. thing: the text
    without brands too.

    The snapshot's titles say what names mean, for products of other segments too.
    """
    if not len(snapshot.types) or not text.strip():
        return NO_WISH
    titles = Titles(snapshot.analyzer)
    asked = asked_in(thing, titles, snapshot.analyzer.languages[0] in HEAD_FIRST)
    words = asked.said if thing == text else words_in(titles.codes_of(text))
    head = _named_head(asked, snapshot) or (asked.heads[0] if asked.heads else None)
    if head is None:
        wish = _by_things(slots, snapshot)
    else:
        wish = (
            _by_compound(asked, head, snapshot)
            or _by_general_names(asked, head, snapshot, several=True)
            or _by_name(asked, head, snapshot)
            or _by_general_names(asked, head, snapshot, several=False)
            or _by_noun(head, snapshot)
            or _by_things(slots, snapshot)
            or _by_likeness(head, snapshot)
        )
    others = asked.said - len(wish.phrase)
    if wish.how in ("thing", "likeness"):
        others = words - 1
    return replace(wish, others=max(others, 0), words=max(words, 1))


def asked_in(text: str, titles: Titles, head_first: bool) -> Asked:
    """titles: empty, of the snapshot's analyzer."""
    signs = titles.codes_of(text)
    codes = np.array(signs, dtype=np.int32)
    places, chances = np.empty(MOST, dtype=np.int64), np.empty(MOST, dtype=np.float32)
    count = title_candidates(codes, head_first, NO_PAIRS.keys, NO_PAIRS.counts, places, chances)
    words = list(titles.words)
    heads = []
    for place, chance in zip(places[:count].tolist(), chances[:count].tolist(), strict=True):
        other = place + 1 if head_first else place - 1
        known = 0 <= other < len(signs) and signs[other] >= 0
        heads.append(Head(words[signs[place]], words[signs[other]] if known else "", chance))
    heads.sort(key=lambda head: -head.chance)
    stems = tuple(words[code] for code in signs if code >= 0)
    return Asked(stems, tuple(heads), words_in(signs), head_first)


def words_in(signs: list[int]) -> int:
    """Words, numbers and colours."""
    return sum(code >= 0 or code in SAYING for code in signs)


def _named_head(asked: Asked, snapshot: Snapshot) -> Head | None:
    """The likeliest head that names types; an accessory that is named is what is wanted."""
    model, best, chosen = snapshot.types, 0.0, None
    for head in asked.heads:
        kinds, chances = model.named(head.word)
        share = model.head_share(head.word)
        if share < LEAST_HEAD and model.sizes[_of_noun(head.word, snapshot)].sum() >= LEAST_NOUN:
            share = LEAST_HEAD
        if not len(kinds) or share < LEAST_HEAD:
            continue
        fits = float(model.accessory[kinds] @ chances)
        worth = float(np.sqrt(head.chance)) * (0.3 + share) * (1.0 + fits)
        if worth > best:
            best, chosen = worth, head
    return chosen


def _by_compound(asked: Asked, head: Head, snapshot: Snapshot) -> TypeWish:
    """`memory card`: cards of that kind, and less so the other ones."""
    model, name = snapshot.types, asked.name(head)
    kinds, chances = model.named(name) if head.beside else (model.word_types[:0],) * 2
    share = model.head_share(name)
    if not len(kinds) or share < LEAST_HEAD:
        return NO_WISH
    total = np.zeros(len(model), dtype=np.float32)
    total[kinds] = chances
    siblings = _of_noun(head.word, snapshot)
    total[siblings] = np.maximum(total[siblings], SIBLING * total.max())
    return _wish(
        snapshot, total, (head.beside, head.word), head.word, "name", min(1.0, 2.0 * share)
    )


def _by_name(asked: Asked, head: Head, snapshot: Snapshot) -> TypeWish:
    """Kinds that the head names, those of two words too."""
    model = snapshot.types
    kinds, chances = model.named(head.word)
    share = model.head_share(head.word)
    if not len(kinds) or share < LEAST_HEAD:
        return NO_WISH
    total = np.zeros(len(model), dtype=np.float32)
    total[kinds] = chances
    siblings = _of_noun(head.word, snapshot)
    other = model.head_terms[kinds[:3]] != snapshot.index.lexicon.id_of(head.word)
    surest = float(total[siblings].sum() + chances[:3][other].sum())
    certainty = min(1.0, 2.0 * share) * min(1.0, surest)
    best = float(total.max())
    others = np.zeros(len(model), dtype=np.float32)
    for name in _other_names(head, snapshot):
        others = np.maximum(others, _kinds_called(name, asked.head_first, snapshot))
    others[siblings] = 0.0
    mostly = model.sizes @ others > MOSTLY * model.sizes[siblings].sum()
    narrow = mostly & (model.beside_terms[siblings] != UNKNOWN)
    total[siblings] = np.where(narrow, SIBLING * best, best)
    total = np.maximum(total, others * best * (1.0 if mostly else SIBLING))
    return _wish(snapshot, total, (head.word,), head.word, "name", certainty)


def _by_noun(head: Head, snapshot: Snapshot) -> TypeWish:
    """Kinds of that noun, though most titles with the word are of others: `camera`."""
    model, total = snapshot.types, np.zeros(len(snapshot.types), dtype=np.float32)
    siblings = _of_noun(head.word, snapshot)
    if model.sizes[siblings].sum() < LEAST_TITLES:
        return NO_WISH
    total[siblings] = 1.0
    return _wish(snapshot, total, (head.word,), head.word, "name", NOUN_TRUST)


def _other_names(head: Head, snapshot: Snapshot) -> tuple[Stems, ...]:
    if not snapshot.config.general_kinds:
        return ()
    return general_names((head.word,), snapshot.analyzer).names


def _of_noun(word: str, snapshot: Snapshot) -> Int64Array:
    """Types whose noun is this stem."""
    return snapshot.types.of_noun(snapshot.index.lexicon.id_of(word))


def _by_general_names(asked: Asked, head: Head, snapshot: Snapshot, several: bool) -> TypeWish:
    """Types that the catalogue calls by another of the names that the thing has everywhere.

    several: names of several words, that end with the head.
    """
    if not snapshot.config.general_kinds:
        return NO_WISH
    until = asked.stems.index(head.word) + 1
    known = general_names(asked.stems[:until], snapshot.analyzer)
    if not known.said or (len(known.said) > 1) != several:
        return NO_WISH
    model = snapshot.types
    total = np.zeros(len(model), dtype=np.float32)
    for name in known.names if several else (known.said, *known.names):
        total = np.maximum(total, _kinds_called(name, asked.head_first, snapshot))
    total = np.maximum(total, _kinds_of_things(known, snapshot))
    total *= np.maximum(1.0 - FITTING * model.accessory, 0.0)  # `mobile phone` in cases
    return _wish(snapshot, total, known.said, head.word, "synonym", 1.0)


def _kinds_of_things(known: General, snapshot: Snapshot) -> Float32Array:
    """float32[types]: chances of those that most of the titles with a thing's name are of."""
    total = np.zeros(len(snapshot.types), dtype=np.float32)
    for thing in known.things:
        terms = [snapshot.index.lexicon.id_of(stem) for stem in thing]
        kinds, weights = things_named(terms, snapshot, side_by_side=True)
        if not len(kinds) or weights.sum() < LEAST_TITLES:
            continue
        shares = weights / weights.sum()
        clear = (shares >= CLEAR_THING) & (kinds >= 0)
        total[kinds[clear]] = 1.0
    return total


def _kinds_called(name: Stems, head_first: bool, snapshot: Snapshot) -> Float32Array:
    """float32[types]: chances of those that a name stands for in this catalogue."""
    model = snapshot.types
    total = np.zeros(len(model), dtype=np.float32)
    noun = name[0] if head_first else name[-1]
    whole = " ".join(name[:2] if head_first else name[-2:])
    kinds, chances = model.named(whole)
    if len(kinds) and model.head_share(whole) >= LEAST_HEAD:
        total[kinds] = chances
    if len(name) == 1:
        siblings = _of_noun(noun, snapshot)
        if model.sizes[siblings].sum() >= LEAST_TITLES:
            total[siblings] = max(float(total.max()), SIBLING)
    return total


def _by_things(slots: tuple[Slot, ...], snapshot: Snapshot) -> TypeWish:
    """Types of products at the head of whose titles the words stand: `macbook pro`."""
    required = [slot for slot in slots if slot.weight > 0]
    if not all(slot.alternatives for slot in required):
        return NO_WISH
    terms = [term for slot in required for term in slot.alternatives[0].term_ids]
    kinds, weights = things_named(terms, snapshot)
    if not len(kinds):
        return NO_WISH
    chances = np.sqrt(weights / weights.sum()).astype(np.float32)
    words = tuple(slot.text for slot in required)
    shares = weights / weights.sum()
    certainty = float(shares[:MOST_TYPES].sum()) * min(1.0, float(weights.sum()) / 3.0)
    kept = chances >= 0.08
    return TypeWish(
        kinds[kept],
        chances[kept],
        " ".join(words),
        "thing",
        certainty if kept.any() else 0.0,
        phrase=words,
    )


def _by_likeness(head: Head, snapshot: Snapshot) -> TypeWish:
    """Types whose names mean about the same as the head of the query."""
    model = snapshot.types
    if not model.name_vectors.shape[1]:
        return NO_WISH
    term = snapshot.index.lexicon.id_of(head.word)
    if term == UNKNOWN or snapshot.index.statistics.doc_freqs[term] < LEAST_TITLES:
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
