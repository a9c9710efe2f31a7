"""Other forms of a query's words that products may have: grey for gray, compounds."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations
from typing import Final

from indexing.analysis.chunks import is_cjk
from indexing.analysis.spellings import other_spellings
from indexing.forms.compounds import links_of
from indexing.postings.lexicon import UNKNOWN
from indexing.snapshot import Snapshot
from ranking.query.compound_words import apart, cuts_of, names_kind, together
from ranking.query.query import Alternative, Slot
from ranking.query.words import QueryWords

SPELLING_BOOST: Final = 0.95
TOGETHER_BOOST: Final = 0.6
"""For each of two words that a product writes as one."""
COMPOUND_BOOST: Final = 0.7
COMPOUND_PARTS_BOOST: Final = 0.4
"""For each of the two; less together than the compound itself."""
MOST_TOGETHER: Final = 8
"""Words of a query that are looked at in pairs."""
MOST_FORMS: Final = 50
"""Other forms of one word (contract of the snapshot's tables)."""


def with_forms(slots: tuple[Slot, ...], words: QueryWords, snapshot: Snapshot) -> tuple[Slot, ...]:
    """The slots with the forms that the catalogue knows as alternatives."""
    made: list[Slot] = []
    for slot in slots:
        if slot.weight > 0 and not is_cjk(slot.text):
            made += _formed(slot, words, snapshot)
        else:
            made.append(slot)
    return _together(made, words, snapshot)


def _together(slots: list[Slot], words: QueryWords, snapshot: Snapshot) -> tuple[Slot, ...]:
    """Words that are one word together: `power bank`, and `Holz Schraube` in either order."""
    forms = snapshot.forms
    single = {
        n: term
        for n, slot in enumerate(slots[:MOST_TOGETHER])
        if slot.weight > 0 and slot.span == 1 and not is_cjk(slot.text)
        if (term := _single(slot, words)) != UNKNOWN
    }
    for n, m in permutations(single, 2) if len(forms.pairs) else ():
        whole = forms.whole(single[n], single[m])
        gap = slots[m].position - slots[n].position
        beside = gap == 1 or (gap == 0 and m - n == 1)  # parts of one compound
        if whole is not None and (beside or forms.parts_of(whole) is not None):
            added = [Alternative((whole,), TOGETHER_BOOST, "form")]
            slots[n], slots[m] = (_with(slots[each], added, snapshot) for each in (n, m))
    for n, m, compound in _compounds_of_unknown(slots, words, snapshot):
        added = [Alternative((compound,), TOGETHER_BOOST, "form")]
        slots[n], slots[m] = (_with(slots[each], added, snapshot) for each in (n, m))
    return tuple(slots)


def _compounds_of_unknown(
    slots: list[Slot], words: QueryWords, snapshot: Snapshot
) -> list[tuple[int, int, int]]:
    """(slot, slot, term) of two words, one of which the catalogue has in compounds only:
    Papier für Drucker is Druckerpapier.
    """
    analyzer, find = snapshot.analyzer, snapshot.index.lexicon.id_of
    links = links_of(analyzer.languages)
    if not links or "compounds" not in snapshot.config.word_forms:
        return []
    single = [n for n, s in enumerate(slots[:MOST_TOGETHER]) if s.weight > 0 and s.span == 1]
    said = {n: words.folded(slots[n].position) for n in single}
    found = []
    for n, m in permutations(single, 2):
        unknown = sum(not slots[each].alternatives for each in (n, m))
        if unknown and said[n].isalpha() and said[m].isalpha() and said[n] != said[m]:
            wholes = (find(analyzer.stem(said[n] + link + said[m])) for link in sorted(links))
            found += [(n, m, whole) for whole in wholes if whole != UNKNOWN][:1]
    return found


def _single(slot: Slot, words: QueryWords) -> int:
    """The term of a slot of one word, or of one part of a compound that the catalogue has not."""
    term = words.primary[slot.position]
    parts = slot.alternatives[0].term_ids if term == UNKNOWN and slot.alternatives else ()
    return parts[0] if len(parts) == 1 else term


def _formed(slot: Slot, words: QueryWords, snapshot: Snapshot) -> Iterator[Slot]:
    """The slot with its forms; of a compound that the catalogue has not, one slot a part."""
    forms, index = list(_forms(slot, words, snapshot)), snapshot.index
    unknown = slot.span == 1 and words.ids.get(slot.text, UNKNOWN) == UNKNOWN
    cuts: list[tuple[int, ...]] = []
    if unknown and "compounds" in snapshot.config.word_forms:
        cuts = cuts_of(words.folded(slot.position), snapshot.analyzer, index.lexicon)
    held = [cut for cut in cuts if together(cut, index)]
    others = [Alternative(cut, COMPOUND_PARTS_BOOST, "form") for cut in cuts]
    others += [
        Alternative((*cut[:-1], compound), COMPOUND_PARTS_BOOST, "form")
        for cut in cuts
        for compound in snapshot.forms.ending_in(cut[-1])
    ]
    if any(UNKNOWN not in form.term_ids for form in forms):
        yield _with(slot, forms, snapshot)
    elif held or (cuts and names_kind(cuts[0][-1], snapshot)):
        said = slot.said or words.said(slot.position, 1)
        for term in apart((held or cuts)[0], snapshot.forms):
            alone = (Alternative((term,), 1.0, "form"),)
            text, weight = index.lexicon.terms[term], index.statistics.idf(term)
            part = Slot(text, weight, alone, slot.position, said=said)
            yield _with(part, [*_compounds(term, snapshot), *others], snapshot)
    else:
        yield _with(slot, [*forms, *others], snapshot)


def _forms(slot: Slot, words: QueryWords, snapshot: Snapshot) -> Iterator[Alternative]:
    find = snapshot.index.lexicon.id_of
    if slot.span == 1 and slot.text.isalpha() and "spellings" in snapshot.config.word_forms:
        analyzer = snapshot.analyzer
        for other in other_spellings(words.folded(slot.position), analyzer.languages):
            yield Alternative((find(analyzer.stem(other)),), SPELLING_BOOST, "form")
    term_id = words.ids.get(slot.text, UNKNOWN)
    if term_id != UNKNOWN:
        yield from _compounds(term_id, snapshot)


def _compounds(term_id: int, snapshot: Snapshot) -> Iterator[Alternative]:
    """A compound's parts, and the compounds of which the term is the head."""
    if len(snapshot.forms.split):
        parts = snapshot.forms.parts_of(term_id)
        if parts is not None:
            yield Alternative(parts, COMPOUND_PARTS_BOOST, "form")
        for compound in snapshot.forms.ending_in(term_id):
            yield Alternative((compound,), COMPOUND_BOOST, "form")


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
