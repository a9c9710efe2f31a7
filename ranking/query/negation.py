"""What a query denies: `handbag without leather`, `sugar free gum`, `shirt -white`, 不含糖."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import Final

from indexing.analysis.folding import fold
from indexing.postings.lexicon import UNKNOWN
from indexing.postings.postings import InvertedIndex
from indexing.snapshot import Snapshot
from ranking.query.cjk_denials import denied_in_cjk
from ranking.query.denial_words import (
    AMBIGUOUS,
    ENDS,
    OFTEN_WORDS,
    free_endings,
    two_words,
    words_after,
    words_before,
    words_between,
    words_or,
)
from ranking.query.entities import find_entities
from ranking.query.number_values import unit_after
from ranking.query.predict import Prediction
from ranking.query.query import Alternative, Denial, Slot
from ranking.query.words import QueryWords
from ranking.recall.lexical import count_strict

MOST: Final = 4
"""Things that one query denies; what is said beyond them is asked for like any word."""
REACH: Final = 2
"""Words that one denial denies, unless another word ends it before."""
_PIECE: Final = re.compile(r"[^\W_]+")
_SIGN: Final = re.compile(r"(?<!\S)(?:[-\u2212\u2013]|[wW]/[oO]\s+)(?=[^\W\d_])")
_LEAST_BARE: Final = 4
_ORIGINS: Final = frozenset(("literal", "form", "synonym"))


@dataclass(frozen=True, slots=True)
class _Denied:
    """Positions of the denying words, and of the denied ones, ascending."""

    denying: tuple[int, ...]
    denied: tuple[int, ...]
    bare: str = ""
    """What is denied of one word: zucker of zuckerfrei."""

    @property
    def places(self) -> set[int]:
        """Those of the words between, too: without any added sugar."""
        all_of_it = (*self.denying, *self.denied)
        return set(range(min(all_of_it), max(all_of_it) + 1)) if all_of_it else set()


def find_denials(
    words: QueryWords,
    slots: Sequence[Slot],
    snapshot: Snapshot,
    taken: frozenset[int],
    indexes: Sequence[InvertedIndex],
) -> tuple[Denial, ...]:
    """What the words deny, in order; none where nothing would be left to look for.

    slots: of the words, for the ways in which the denied ones may be said. taken: positions that
    mean something else (prices). indexes: of all segments. Words within a longer name of the
    catalogue, `No Name`, deny nothing.
    """
    count = len(words.primary)
    if count < 2:
        return ()
    signs = tuple(_by_signs(words))
    meant = taken.union(*((*each.denying, *each.denied) for each in signs))
    told = (
        *signs, *_by_words(words, snapshot, meant), *_by_endings(words, snapshot),
        *(_Denied(*places) for places in denied_in_cjk(words)),
    )  # fmt: skip
    if not told:
        return ()
    hits = snapshot.entities.find(words.primary)
    named = {p for hit in hits if hit.length > 1 for p in range(hit.start, hit.start + hit.length)}
    found: list[Denial] = []
    used: set[int] = set(taken)
    for each in told:
        places = each.places
        if len(found) == MOST or not each.denied or used & places or named & {*each.denying}:
            continue
        slot = _slot(each, words, slots, snapshot)
        asked = {words.primary[p] for p in range(count) if p not in places}
        if any(asked >= {*way.term_ids} for way in slot.alternatives):
            continue  # a tool case without tools is still a tool case
        if len(used | places) >= count or _is_name(each, words, indexes):
            continue  # nothing would be left to look for, or nothing is denied
        used |= places
        low, high = min(places), max(places)
        text = words.said(low, high - low + 1)
        found.append(Denial(text, frozenset(places), frozenset(each.denied), slot))
    return tuple(sorted(found, key=lambda denial: min(denial.places)))


def _is_name(denied: _Denied, words: QueryWords, indexes: Sequence[InvertedIndex]) -> bool:
    """Whether `no` and `not` are part of what a product says with all of the query's words.

    Not where others say the same without it: of `no grain dog food` some have grain.
    """
    if not denied.denying or words.folded(denied.denying[0]) not in AMBIGUOUS:
        return False
    if UNKNOWN in words.primary:
        return False
    every = dict.fromkeys(words.primary)
    rest = [term for term in every if term != words.primary[denied.denying[0]]]
    named, others = (
        count_strict((Slot("", 1.0, (Alternative(tuple(terms), 1.0),), 0),), indexes)
        for terms in (every, rest)
    )
    return 0 < named == others


def _by_signs(words: QueryWords) -> Iterator[_Denied]:
    """A minus before a word, as search engines have it, and w/o, which is cut at its slash."""
    for sign in _SIGN.finditer(words.text):
        first = [p for p, (start, _) in enumerate(words.spans) if start == sign.end()]
        if first:
            yield _Denied(tuple(sorted(words.positions(*sign.span()))), tuple(first))


def _by_words(words: QueryWords, snapshot: Snapshot, taken: frozenset[int]) -> Iterator[_Denied]:
    languages = snapshot.analyzer.languages
    before, after, between = (of(languages) for of in (words_before, words_after, words_between))
    ors, twos = words_or(languages), two_words(languages)
    said = _pieces(words)
    pairs = [*pairwise(said), ("", "")]
    if before.isdisjoint(said) and after.isdisjoint(said) and twos.isdisjoint(pairs):
        return  # as most queries; stop words are many
    stops = snapshot.analyzer.stop_words | ENDS | before | ors
    for place, word in enumerate(said):
        # A price ends what is denied, and a sign does: without laces under 80, no laces -red.
        rest = said[: min((p for p in taken if p > place), default=len(said))]
        if word in before or pairs[place] in twos:
            denying = (place, place + 1) if pairs[place] in twos else (place,)
            denied = _measure(denying[-1] + 1, words, rest) if word != "no" else ()
            denied = denied or _following(denying[-1] + 1, rest, stops, between, begins=not place)
            yield _Denied(denying, denied)
            while denied and denied[-1] + 2 < len(rest) and rest[denied[-1] + 1] in ors:
                denied = (denied[-1] + 2,)
                yield _Denied((denied[0] - 1,), denied)
        elif word in after and place and said[place - 1] not in stops:
            yield _Denied((place,), (place - 1,))


def _by_endings(words: QueryWords, snapshot: Snapshot) -> Iterator[_Denied]:
    """Zuckerfreie, sugarfree: one word that lacks what the catalogue knows by the rest of it."""
    endings = free_endings(snapshot.analyzer.languages)
    find, stem = snapshot.index.lexicon.id_of, snapshot.analyzer.stem
    for place in range(len(words.primary)):
        word = words.folded(place)
        ending = next((end for end in endings if word.endswith(end)), "")
        bare = word.removesuffix(ending).rstrip("-")
        known = ending in OFTEN_WORDS and words.primary[place] != UNKNOWN
        if ending and not known and len(bare) >= _LEAST_BARE and find(stem(bare)) != UNKNOWN:
            yield _Denied((), (place,), bare)


def _pieces(words: QueryWords) -> list[str]:
    """What is said at each position, folded; the parts of `sugar-free` one by one."""
    said = [words.folded(place) for place in range(len(words.primary))]
    place = 0
    for span, same in groupby(words.spans):
        count = len(list(same))
        if count > 1:
            pieces = _PIECE.findall(fold(words.text[span[0] : span[1]]))
            if len(pieces) == count:
                said[place : place + count] = pieces
        place += count
    return said


def _following(
    place: int, said: Sequence[str], stops: frozenset[str], between: frozenset[str], begins: bool
) -> tuple[int, ...]:
    """The denied words from here: articles and the like are passed over, then up to `REACH`.

    Of a query that begins with the denial only one: `no salt crackers` asks for crackers.
    """
    while place < len(said) - 1 and (said[place] in stops or said[place] in between):
        place += 1
    if place >= len(said) or said[place][0].isdigit() or len(said[place]) == 1:
        return ()  # No 5, no. 7
    end = place
    while end < len(said) and end - place < (1 if begins else REACH) and said[end] not in stops:
        end += 1
    return tuple(range(place, end))


def _measure(place: int, words: QueryWords, said: Sequence[str]) -> tuple[int, ...]:
    """Positions of a number with its unit, which are denied together: without 18v, außer 25 l.

    A number alone is none, nor anything behind `no`, which may be short for one: no. 7 is a name.
    """
    if place >= len(said) or not said[place][0].isdigit():
        return ()
    end = place + 1
    while end < len(said) and words.spans[end] == words.spans[place]:
        end += 1
    if end == place + 1:
        end += unit_after(place, words)[1]
    return tuple(range(place, end)) if place + 1 < end <= len(said) else ()


def _slot(each: _Denied, words: QueryWords, slots: Sequence[Slot], snapshot: Snapshot) -> Slot:
    """One slot of all denied words: their own forms where it is one, or a measure, else all."""
    denied = each.denied
    if each.bare:
        term_id = snapshot.index.lexicon.id_of(snapshot.analyzer.stem(each.bare))
        return Slot(each.bare, 0.0, (Alternative((term_id,), 1.0),), denied[0])
    text = fold(words.said(denied[0], denied[-1] - denied[0] + 1))
    for slot in slots if len(denied) == 1 or text[0].isdigit() else ():
        if slot.position == denied[0] and slot.span == len(denied):
            own = tuple(each for each in slot.alternatives if each.origin in _ORIGINS)
            if own:
                return Slot(text, 0.0, own, denied[0], len(denied))
    term_ids = tuple(words.primary[place] for place in denied)
    ways = () if UNKNOWN in term_ids else (Alternative(term_ids, 1.0),)
    return Slot(text, 0.0, ways, denied[0], len(denied))


def without_denied(slots: tuple[Slot, ...], denied: Sequence[Denial]) -> tuple[Slot, ...]:
    """What is left to ask for."""
    places = {place for each in denied for place in each.places}
    return tuple(
        slot for slot in slots if places.isdisjoint(range(slot.position, slot.position + slot.span))
    )


def named_denials(
    denied: Sequence[Denial], words: QueryWords, snapshot: Snapshot, predicted: Prediction
) -> tuple[Denial, ...]:
    """With the attribute values that they name and nothing else."""
    every = set(range(len(words.primary)))
    made = []
    for each in denied:
        found = find_entities(words, snapshot, predicted, frozenset(every - each.said))
        whole = [e for e in found if e.length == len(each.said) and e.kind == "attribute"]
        best = whole[0].best if whole and whole[0].clear else None
        made.append(replace(each, value=best if best is not None and best.ordinals else None))
    return tuple(made)
