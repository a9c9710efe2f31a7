"""Query → which kinds of things are meant: by name, by the names of things, by other words.

`laptop bag` names bags; `macbook` stands at the head of titles of laptops; in a shop that says
notebook, `laptop` means notebooks. See docs/types.md.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from indexing.arrays import Float32Array, Int32Array
from indexing.postings.lexicon import UNKNOWN
from indexing.snapshot import Snapshot
from indexing.types.candidates import MOST, title_candidates
from indexing.types.pairs import NO_PAIRS
from indexing.types.phrases import COLOUR, FILLER, MODEL, NUMBER, Titles
from indexing.types.signs import HEAD_FIRST
from ranking.query.general_kinds import Stems, other_names
from ranking.query.named_things import things_named
from ranking.query.query import Slot
from ranking.query.type_wish import NO_WISH, TypeWish

LEAST_HEAD: Final = 0.15
"""Share of a word's titles whose product it names, or it names nothing."""
LEAST_CHANCE: Final = 0.08
"""Of a type among those that are meant."""
LEAST_LIKENESS: Final = 0.36
"""Cosine of two names from which one may stand for the other."""
SHARPNESS: Final = 12.0
OTHER_WORDS_TRUST: Final = 1.0
FITTING: Final = 2.0
"""A type of which half say what they fit has no general name of another thing."""
MOST_TYPES: Final = 6
SAYING: Final = (NUMBER, MODEL, COLOUR, FILLER)
"""Signs for words that say something beside the kind."""
LEAST_TITLES: Final = 3
"""Titles that must speak for what a name means."""


def wish_of(text: str, slots: tuple[Slot, ...], snapshot: Snapshot) -> TypeWish:
    """text: the query without what is no part of the thing (prices). slots: what must match.

    The snapshot's titles say what names mean, for products of other segments too.
    """
    if not len(snapshot.types) or not text.strip():
        return NO_WISH
    phrase, heads, words = heads_of(text, snapshot)
    wish = (
        _by_name(heads, snapshot)
        or _by_general_names(phrase, heads, snapshot)
        or _by_things(slots, snapshot)
        or _by_likeness(heads, snapshot)
    )
    return replace(wish, words=words)


def heads_of(text: str, snapshot: Snapshot) -> tuple[Stems, list[tuple[str, float]], int]:
    """The query's words as stems; those that may be its head, with chances by place, best first;
    and how many words there are, numbers and colours too.
    """
    titles = Titles(snapshot.analyzer)
    signs = titles.codes_of(text)
    codes = np.array(signs, dtype=np.int32)
    places, chances = np.empty(MOST, dtype=np.int64), np.empty(MOST, dtype=np.float32)
    first = snapshot.analyzer.languages[0] in HEAD_FIRST
    count = title_candidates(codes, first, NO_PAIRS.keys, NO_PAIRS.counts, places, chances)
    words = list(titles.words)
    found = [(words[codes[places[i]]], float(chances[i])) for i in range(count)]
    phrase = tuple(words[code] for code in signs if code >= 0)
    said = sum(code >= 0 or code in SAYING for code in signs)
    return phrase, sorted(found, key=lambda pair: -pair[1]), said


def _by_name(heads: list[tuple[str, float]], snapshot: Snapshot) -> TypeWish:
    """The likeliest head that names types; an accessory that is named is what is wanted."""
    model, best, chosen = snapshot.types, 0.0, ""
    for word, chance in heads:
        kinds, chances = model.named(word)
        share = model.head_share(word)
        if not len(kinds) or share < LEAST_HEAD:
            continue
        fits = float(model.accessory[kinds] @ chances)
        worth = float(np.sqrt(chance)) * (0.3 + share) * (1.0 + fits)
        if worth > best:
            best, chosen = worth, word
    if not chosen:
        return NO_WISH
    kinds, chances = model.named(chosen)
    certainty = min(1.0, 2.0 * model.head_share(chosen)) * float(chances[:3].sum())
    return _wish(kinds, chances, chosen, "name", certainty)


def _by_general_names(
    phrase: Stems, heads: list[tuple[str, float]], snapshot: Snapshot
) -> TypeWish:
    """Types that the catalogue calls by another of the names that the thing has everywhere."""
    if not heads or not snapshot.config.general_kinds:
        return NO_WISH
    head = heads[0][0]
    until = phrase.index(head) + 1
    model = snapshot.types
    total = np.zeros(len(model) + 1, dtype=np.float32)
    for name in other_names(phrase[:until], snapshot.analyzer):
        if len(name) == 1:
            if model.head_share(name[0]) >= LEAST_HEAD:
                kinds, chances = model.named(name[0])
                total[kinds] += chances
        else:
            kinds, weights = things_named(
                [snapshot.index.lexicon.id_of(stem) for stem in name], snapshot
            )
            if len(kinds) and weights.sum() >= LEAST_TITLES:
                total[kinds] += weights / weights.sum()
    total[:-1] *= np.maximum(1.0 - FITTING * model.accessory, 0.0)  # `mobile phone` in cases
    order = np.argsort(-total[:-1], kind="stable")[:MOST_TYPES]
    order = order[total[order] > 0]
    if not len(order):
        return NO_WISH
    chances = total[order] / total[order].sum()
    return _wish(order.astype(np.int32), chances, head, "synonym", OTHER_WORDS_TRUST)


def _by_things(slots: tuple[Slot, ...], snapshot: Snapshot) -> TypeWish:
    """Types of products at the head of whose titles the words stand: `macbook pro`."""
    required = [slot for slot in slots if slot.weight > 0]
    if not all(slot.alternatives for slot in required):
        return NO_WISH
    terms = [term for slot in required for term in slot.alternatives[0].term_ids]
    kinds, weights = things_named(terms, snapshot)
    if not len(kinds):
        return NO_WISH
    chances = weights / weights.sum()
    word = " ".join(slot.text for slot in slots if slot.weight > 0)
    certainty = float(chances[:MOST_TYPES].sum()) * min(1.0, float(weights.sum()) / 3.0)
    return _wish(kinds, np.sqrt(chances).astype(np.float32), word, "thing", certainty)


def _by_likeness(heads: list[tuple[str, float]], snapshot: Snapshot) -> TypeWish:
    """Types whose names mean about the same as the head of the query."""
    model = snapshot.types
    if not heads or not model.name_vectors.shape[1]:
        return NO_WISH
    word = heads[0][0]
    term = snapshot.index.lexicon.id_of(word)
    if term == UNKNOWN or snapshot.index.statistics.doc_freqs[term] < LEAST_TITLES:
        return NO_WISH  # its vector would be borrowed from words that are spelt like it
    vector = snapshot.encoder.encode_query(word)
    if not vector.any():
        return NO_WISH
    likeness = model.name_vectors @ vector - np.float32(0.1) * model.accessory
    order = np.argsort(-likeness, kind="stable")[:MOST_TYPES]
    order = order[(likeness[order] >= LEAST_LIKENESS) & (model.sizes[order] >= 2)]
    if not len(order):
        return NO_WISH
    weights = np.exp(SHARPNESS * (likeness[order] - likeness[order[0]])).astype(np.float32)
    certainty = OTHER_WORDS_TRUST * min(1.0, 2.0 * float(likeness[order[0]]))
    return _wish(order.astype(np.int32), weights / weights.sum(), word, "likeness", certainty)


def _wish(
    kinds: Int32Array, chances: Float32Array, word: str, how: str, certainty: float
) -> TypeWish:
    kept = chances >= LEAST_CHANCE
    return TypeWish(kinds[kept], chances[kept], word, how, certainty if kept.any() else 0.0)
