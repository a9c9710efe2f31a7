"""Other forms of a query's words that products may have: grey for gray, compounds."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations
from typing import Final

from indexing.analysis.chunks import is_cjk
from indexing.analysis.spellings import other_spellings
from indexing.forms.compounds import LINKING
from indexing.postings.lexicon import UNKNOWN
from indexing.snapshot import Snapshot
from ranking.query.query import Alternative, Slot
from ranking.query.words import QueryWords

SPELLING_BOOST: Final = 0.95
TOGETHER_BOOST: Final = 0.6
"""For each of two words that a product writes as one."""
COMPOUND_BOOST: Final = 0.7
COMPOUND_PARTS_BOOST: Final = 0.4
"""For each of the two; less together than the compound itself."""
LEAST_PART: Final = 4
"""Letters of each part of a compound that only the query has."""
MOST_TOGETHER: Final = 8
"""Words of a query that are looked at in pairs."""
MOST_FORMS: Final = 50
"""Other forms of one word (contract of the snapshot's tables)."""


def with_forms(slots: tuple[Slot, ...], words: QueryWords, snapshot: Snapshot) -> tuple[Slot, ...]:
    """The slots with the forms that the catalogue knows as alternatives."""
    made = [
        _with(slot, list(_forms(slot, words, snapshot)), snapshot)
        if slot.weight > 0 and not is_cjk(slot.text)
        else slot
        for slot in slots
    ]
    return _together(made, words, snapshot)


def _together(slots: list[Slot], words: QueryWords, snapshot: Snapshot) -> tuple[Slot, ...]:
    """Words that are one word together: `power bank`, and `Holz Schraube` in either order."""
    forms = snapshot.forms
    single = {
        n: words.primary[slot.position]
        for n, slot in enumerate(slots[:MOST_TOGETHER])
        if slot.weight > 0
        and slot.span == 1
        and words.primary[slot.position] != UNKNOWN
        and not is_cjk(slot.text)
    }
    for n, m in permutations(single, 2) if len(forms.pairs) else ():
        whole = forms.whole(single[n], single[m])
        beside = slots[m].position - slots[n].position == 1
        if whole is not None and (beside or forms.parts_of(whole) is not None):
            added = [Alternative((whole,), TOGETHER_BOOST, "form")]
            slots[n], slots[m] = (_with(slots[each], added, snapshot) for each in (n, m))
    return tuple(slots)


def _forms(slot: Slot, words: QueryWords, snapshot: Snapshot) -> Iterator[Alternative]:
    find = snapshot.index.lexicon.id_of
    if slot.span == 1 and slot.text.isalpha() and "spellings" in snapshot.config.word_forms:
        analyzer = snapshot.analyzer
        for other in other_spellings(words.folded(slot.position), analyzer.languages):
            yield Alternative((find(analyzer.stem(other)),), SPELLING_BOOST, "form")
    term_id = words.ids.get(slot.text, UNKNOWN)
    if term_id == UNKNOWN and slot.span == 1 and "compounds" in snapshot.config.word_forms:
        yield from _parts(words.folded(slot.position), snapshot)
    if term_id != UNKNOWN and len(snapshot.forms.split):
        parts = snapshot.forms.parts_of(term_id)
        if parts is not None:
            yield Alternative(parts, COMPOUND_PARTS_BOOST, "form")
        for compound in snapshot.forms.ending_in(term_id):
            yield Alternative((compound,), COMPOUND_BOOST, "form")


def _parts(word: str, snapshot: Snapshot) -> Iterator[Alternative]:
    """Of a compound that the catalogue has not: products with both of its parts, if it knows
    them, cut so that the head is the longest (Kinder-kopfhörer).
    """
    analyzer, find = snapshot.analyzer, snapshot.index.lexicon.id_of
    links = {link for name in analyzer.languages for link in LINKING.get(name, ())}
    if not links or not word.isalpha() or len(word) < 2 * LEAST_PART:
        return
    for end in range(LEAST_PART, len(word) - LEAST_PART + 1):
        head = find(analyzer.stem(word[end:]))
        for link in sorted(links, key=len) if head != UNKNOWN else ():
            bare = word[:end].removesuffix(link)
            modifier = find(analyzer.stem(bare)) if len(bare) >= LEAST_PART else UNKNOWN
            if modifier != UNKNOWN:
                yield Alternative((modifier, head), COMPOUND_PARTS_BOOST, "form")
                return


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
