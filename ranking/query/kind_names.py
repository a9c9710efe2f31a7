"""What the catalogue calls the kind that is meant, beside the word that the query has for it."""

from collections.abc import Set
from dataclasses import replace
from typing import Final

import numpy as np

from indexing.arrays import Int32Array
from indexing.postings.lexicon import UNKNOWN
from indexing.snapshot import Snapshot
from indexing.types.general_kinds import general_names, written_names
from indexing.types.type_model import NO_TYPE
from ranking.query.query import Alternative, Expansion, Slot
from ranking.query.type_wish import LIKENESS, TypeWish
from ranking.query.words import QueryWords

BOOST: Final = 0.8
"""Worth of the catalogue's name beside the query's."""
MOST_NAMES: Final = 3
LEAST_CHANCE: Final = 0.3
"""Of a type, over the likeliest one's, to lend its name."""
LEAST_SAID: Final = 3
LEAST_SAID_SHARE: Final = 0.02
"""Products of a kind that say a word, and their share of it, from which it tells them apart."""
LENT: Final = ("synonym", LIKENESS)
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
    places = [i for i, slot in enumerate(slots) if slot.text in wish.phrase]
    if not wish:
        return _generally(slots, words, snapshot)
    if wish.names:
        return _said_otherwise(slots, places, wish, words, snapshot)
    if not places or wish.how not in LENT or any(slots[i].position in ruled for i in places):
        return slots, ()
    model = snapshot.types
    likely = wish.types[(wish.chances >= LEAST_CHANCE * wish.chances.max())][:MOST_NAMES]
    lent = [
        i for i in places if slots[i].text == wish.word or not _said(slots[i], likely, snapshot)
    ]
    widened, told = list(slots), []
    for kind in likely.tolist():
        if kind == NO_TYPE or model.head_terms[kind] == UNKNOWN:
            continue
        terms = tuple(
            int(term)
            for term in (model.beside_terms[kind], model.head_terms[kind])
            if term != UNKNOWN
        )
        new = [
            place
            for place in lent
            if not any(set(each.term_ids) <= set(terms) for each in widened[place].alternatives)
        ]
        for place in new:
            more = (*widened[place].alternatives, Alternative(terms, BOOST, "synonym"))
            widened[place] = replace(widened[place], alternatives=more)
        if new:
            first, last = slots[places[0]], slots[places[-1]]
            said = words.said(first.position, last.position + last.span - first.position)
            told.append(Expansion(said, model.names[kind]))
    return tuple(widened), tuple(told)


def _said(slot: Slot, types: Int32Array, snapshot: Snapshot) -> bool:
    """Whether products of the types say the word beside their noun: some hdtv is an `led` one."""
    model = snapshot.types
    term = snapshot.index.lexicon.id_of(slot.text)
    if term == UNKNOWN:
        return False
    kinds = model.type_of[snapshot.index.postings(term)[0]]
    said = np.count_nonzero(np.isin(kinds, types[types != NO_TYPE]))
    return bool(said >= max(LEAST_SAID, LEAST_SAID_SHARE * model.sizes[types].sum()))


def _said_otherwise(
    slots: tuple[Slot, ...],
    places: list[int],
    wish: TypeWish,
    words: QueryWords,
    snapshot: Snapshot,
) -> tuple[tuple[Slot, ...], tuple[Expansion, ...]]:
    """The slots of a name that no kind is called, satisfied by other names that titles say."""
    if "words" not in snapshot.config.word_forms or not places:
        return slots, ()
    widened, told = list(slots), []
    first, last = slots[places[0]], slots[places[-1]]
    said = words.said(first.position, last.position + last.span - first.position)
    written = written_names(snapshot.analyzer.languages)
    for name in [name for name in wish.names if name != wish.phrase][:MOST_NAMES]:
        terms = tuple(snapshot.index.lexicon.id_of(stem) for stem in name)
        for place in places:
            if any(set(each.term_ids) <= set(terms) for each in widened[place].alternatives):
                continue
            more = (*widened[place].alternatives, Alternative(terms, BOOST, "synonym"))
            widened[place] = replace(widened[place], alternatives=more)
        told.append(Expansion(said, written[name]))
    return tuple(widened), tuple(told)


def _generally(
    slots: tuple[Slot, ...], words: QueryWords, snapshot: Snapshot
) -> tuple[tuple[Slot, ...], tuple[Expansion, ...]]:
    """A word that no product has, or that is the whole query, is satisfied by what its kind is
    generally called besides: in a shop with too few phones to learn a kind from, `handy` finds a
    smartphone.
    """
    if not snapshot.config.general_kinds or "words" not in snapshot.config.word_forms:
        return slots, ()
    widened, told = list(slots), []
    for place, slot in enumerate(slots):
        if slot.alternatives and len(slots) > 1:
            continue
        names = general_names((slot.text,), snapshot.analyzer).names
        terms = {name: tuple(snapshot.index.lexicon.id_of(stem) for stem in name) for name in names}
        known = [name for name, ids in terms.items() if ids and UNKNOWN not in ids][:MOST_NAMES]
        if known:
            also = tuple(Alternative(terms[name], BOOST, "synonym") for name in known)
            widened[place] = replace(slot, alternatives=(*slot.alternatives, *also))
            said = words.said(slot.position, slot.span)
            written = written_names(snapshot.analyzer.languages)
            told += [Expansion(said, written[name]) for name in known]
    return tuple(widened), tuple(told)
