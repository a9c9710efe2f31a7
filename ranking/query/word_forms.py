"""Other forms of a query's words that products may have: grey for gray."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from indexing.analysis.spellings import other_spellings
from indexing.postings.lexicon import UNKNOWN
from indexing.snapshot import Snapshot
from ranking.query.query import Alternative, Slot
from ranking.query.words import QueryWords

SPELLING_BOOST: Final = 0.95
MOST_FORMS: Final = 50
"""Other forms of one word (contract of the snapshot's tables)."""


def with_forms(slots: tuple[Slot, ...], words: QueryWords, snapshot: Snapshot) -> tuple[Slot, ...]:
    """The slots with the forms that the catalogue knows as alternatives."""
    return tuple(
        _with(slot, list(_forms(slot, words, snapshot)), snapshot) if slot.weight > 0 else slot
        for slot in slots
    )


def _forms(slot: Slot, words: QueryWords, snapshot: Snapshot) -> Iterator[Alternative]:
    find = snapshot.index.lexicon.id_of
    if slot.span == 1 and slot.text.isalpha() and "spellings" in snapshot.config.word_forms:
        analyzer = snapshot.analyzer
        for other in other_spellings(words.folded(slot.position), analyzer.languages):
            yield Alternative((find(analyzer.stem(other)),), SPELLING_BOOST, "form")


def _with(slot: Slot, forms: list[Alternative], snapshot: Snapshot) -> Slot:
    """A word weighs what the commonest of its forms does."""
    known = {alternative.term_ids for alternative in slot.alternatives}
    added: dict[tuple[int, ...], Alternative] = {}
    for form in forms:
        if UNKNOWN not in form.term_ids and form.term_ids not in known:
            added.setdefault(form.term_ids, form)
    if not added:
        return slot
    idf = snapshot.index.statistics.idf
    weight = min(slot.weight, *(max(map(idf, term_ids)) for term_ids in added))
    alternatives = (*slot.alternatives, *list(added.values())[:MOST_FORMS])
    return replace(slot, weight=weight, alternatives=alternatives)
