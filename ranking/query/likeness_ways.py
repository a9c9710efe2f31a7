"""Ways from words that are like the names of kinds; docs/types.md lists all ways in order."""

from dataclasses import replace
from typing import Final

import numpy as np

from indexing.postings.lexicon import UNKNOWN
from indexing.snapshot import Snapshot
from indexing.types.general_kinds import nouns_alike
from ranking.query.called_kinds import LEAST_TITLES, SIBLING
from ranking.query.heads import Asked, Head
from ranking.query.kind_ways import NOUN_TRUST, by_compound, types_of
from ranking.query.type_wish import LIKENESS, NO_WISH, TypeWish, wish_for

LEAST_LIKENESS: Final = 0.36
"""Cosine of two names from which one may stand for the other."""
LEAST_LETTERS: Final = 4
"""Of a word that stands for those that begin with it."""
LEAST_REST: Final = 3
"""Letters that such a noun has more, from which they are a word, and it a compound."""
SHARPNESS: Final = 12.0
MOST_TYPES: Final = 6


def by_noun_alike(asked: Asked, head: Head, snapshot: Snapshot) -> TypeWish:
    """A kind of two words whose noun generally stands in the place of the query's: where nothing is
    called `dvi lead` but a dvi cable, as a power lead is a power cable everywhere.
    """
    if not snapshot.config.general_kinds or not head.beside:
        return NO_WISH
    place = asked.stems.index(head.word)
    for noun in nouns_alike(snapshot.analyzer.languages).get(head.word, ()):
        stems = (*asked.stems[:place], noun, *asked.stems[place + 1 :])
        wish = by_compound(replace(asked, stems=stems), replace(head, word=noun), snapshot)
        if wish:
            total = np.zeros(len(snapshot.types), dtype=np.float32)
            total[types_of(head.word, snapshot)] = SIBLING
            total[wish.types] = np.maximum(total[wish.types], wish.chances / wish.chances.max())
            phrase = (head.beside, head.word)
            return wish_for(snapshot, total, phrase, head.word, "synonym", wish.certainty)
    return NO_WISH


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
    return wish_for(snapshot, total, (head.word,), head.word, LIKENESS, NOUN_TRUST)


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
    return wish_for(snapshot, total, (head.word,), head.word, LIKENESS, certainty)
