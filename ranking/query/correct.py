"""Correction: what a query with mistyped words was meant to be."""

import math
import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from indexing.analysis.chunks import Kind
from indexing.analysis.pinyin import is_han
from indexing.analysis.surface_words import SurfaceWord, surface_words
from indexing.analysis.units import CANONICAL
from indexing.postings.lexicon import UNKNOWN
from indexing.postings.postings import BITS, MAX_TF, Field
from indexing.snapshot import Snapshot
from indexing.spelling.general_words import is_general_word
from indexing.spelling.spelling import Candidate, Spelling, confident, has_digit
from ranking.query.price_currencies import UNIT

CANDIDATES = 5
FIT = 0.5
"""Worth of neighbours that were seen together: so much times ln(1 + times)."""
MAX_FIT = 3.0
LEAST_FIT_GENERAL = 0.8
RARE = 1 / 8_000
"""Share of all words; a known word above it cannot be far rarer than its correction."""
MIN_PINYIN = 4  # letters: shorter ones are English words too often
_BRAND = np.uint32(BITS * Field.BRAND)


@dataclass(frozen=True, slots=True)
class Change:
    """kind: `spelling`, `split`, `join`, `sound` (Chinese homophone) or `pinyin`."""

    typed: str
    meant: str
    kind: str


@dataclass(frozen=True, slots=True)
class Correction:
    """text: the whole query as it was probably meant."""

    text: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class _Edit:
    start: int
    end: int
    change: Change


def propose(
    text: str,
    snapshot: Snapshot,
    known: Container[str] = frozenset(),
    understood: tuple[int, int] = (0, 0),
) -> Correction | None:
    """The likeliest correction of the query's unknown and far too rare words, if there is one.

    Never of words with digits, known brands, words under three letters, or those in `known` (of
    synonyms), nor of what is understood already: units behind numbers, and the words of a price,
    text[start:end]. Nothing is decided here:
    whether the query is replaced depends on what both find (`understand`).
    """
    words = list(surface_words(text))
    edits: list[_Edit] = []
    taken = {
        place
        for place, word in enumerate(words)
        if understood[0] <= word.start < understood[1] or _is_unit(place, words)
    }
    for place, edit in _joins(text, words, snapshot):
        pair = words[place].word in known or words[place + 1].word in known
        if not pair and taken.isdisjoint((place, place + 1)):
            taken |= {place, place + 1}
            edits.append(edit)
    for place, word in enumerate(words):
        if place not in taken and not has_digit(word.word) and word.word not in known:
            change = _changed(place, words, snapshot)
            if change is not None:
                edits.append(_Edit(word.start, word.end, change))
    if not edits:
        return None
    edits.sort(key=lambda edit: edit.start)
    pieces, changes, end = [], [], 0
    for edit in edits:
        meant = snapshot.written.shown(edit.change.meant)
        changes.append(replace(edit.change, meant=meant))
        pieces += [text[end : edit.start], meant]
        end = edit.end
    return Correction("".join([*pieces, text[end:]]), tuple(changes))


def _joins(
    text: str, words: Sequence[SurfaceWord], snapshot: Snapshot
) -> Iterator[tuple[int, _Edit]]:
    """Neighbours that the catalogue writes as one, more often than apart: `sun glasses`."""
    for place, (left, right) in enumerate(pairwise(words)):
        if text[left.end : right.start] != " " or is_han(left.word) or is_han(right.word):
            continue
        joined = snapshot.spelling.join(left.word, right.word)
        if (
            joined is None
            or len(joined.word) < MIN_PINYIN
            or 1 in (len(left.word), len(right.word))
        ):
            continue  # `blouse s` is a blouse in size s
        unknown = min(_frequency(left.word, snapshot), _frequency(right.word, snapshot)) == 0
        if unknown or joined.frequency > 2 * snapshot.spelling.bigram(left.word, right.word):
            typed = text[left.start : right.end]
            yield place, _Edit(left.start, right.end, Change(typed, joined.word, "join"))


def _is_unit(place: int, words: Sequence[SurfaceWord]) -> bool:
    """Whether the word is a unit, or a currency, beside a number."""
    word = words[place].word
    behind = place > 0 and has_digit(words[place - 1].word)
    beside = behind or (place + 1 < len(words) and has_digit(words[place + 1].word))
    return (behind and word in CANONICAL) or (beside and bool(re.fullmatch(UNIT, word)))


def _changed(place: int, words: Sequence[SurfaceWord], snapshot: Snapshot) -> Change | None:
    word = words[place].word
    spelling = snapshot.spelling
    frequency = _frequency(word, snapshot)
    if frequency > 0 and (
        is_han(word) or frequency > RARE * int(spelling.total[0]) or _names_brand(word, snapshot)
    ):
        return None
    before = words[place - 1].word if place else ""
    after = words[place + 1].word if place + 1 < len(words) else ""
    best = _best(word, frequency, before, after, spelling)
    if best is not None and (best.distance <= 1 or is_han(word)):
        return Change(word, best.word, "sound" if is_han(word) else "spelling")
    if frequency == 0 and not is_han(word):
        cut = spelling.split(word)
        if cut is not None and (cut.together > 0 or best is None):
            return Change(word, f"{cut.left} {cut.right}", "split")
        if best is None and len(word) >= MIN_PINYIN and word.isascii():
            heard = spelling.pinyin_words(word, 1)
            if heard:
                return Change(word, heard[0].word, "pinyin")
    return None if best is None else Change(word, best.word, "spelling")


def _best(
    word: str, frequency: int, before: str, after: str, spelling: Spelling
) -> Candidate | None:
    """The candidate that fits best between its neighbours, if it is sure enough.

    A word that the shop lacks but the language has is no typo; a Chinese one may be, for typing
    goes by sound, if its homophone is known to stand between these neighbours.
    """
    general = frequency == 0 and is_general_word(word)
    if general and not is_han(word):
        return None
    found = [
        replace(candidate, score=candidate.score + _fit(before, candidate.word, after, spelling))
        for candidate in spelling.candidates(word, CANDIDATES)
    ]
    sure = [
        candidate
        for candidate in found
        if confident(word, frequency, candidate, spelling.least_frequency)
        and (candidate.distance < 2 or candidate.word[0] == word[0] or is_han(word))
        and not (general and _fit(before, candidate.word, after, spelling) < LEAST_FIT_GENERAL)
    ]
    return max(sure, key=lambda candidate: candidate.score, default=None)


def _fit(before: str, word: str, after: str, spelling: Spelling) -> float:
    times = (spelling.bigram(before, word) if before else 0) + (
        spelling.bigram(word, after) if after else 0
    )
    return min(FIT * math.log1p(times), MAX_FIT)


def _frequency(word: str, snapshot: Snapshot) -> int:
    """How well the shop knows a word: as written, or (products) by its stem or its characters."""
    written = snapshot.spelling.frequency(word)
    if written:
        return written
    tokens = snapshot.analyzer.tokens(word)
    pairs = [token for token in tokens if token.kind == Kind.BIGRAM]
    freqs = [_products(token.term, snapshot) for token in pairs or tokens]
    return min(freqs, default=0)


def _products(term: str, snapshot: Snapshot) -> int:
    return snapshot.index.statistics.doc_freq(snapshot.index.lexicon.id_of(term))


def _names_brand(word: str, snapshot: Snapshot) -> bool:
    """Whether the (rare) word stands in some product's brand."""
    tokens = snapshot.analyzer.tokens(word)
    term_id = snapshot.index.lexicon.id_of(tokens[0].term) if tokens else UNKNOWN
    if term_id == UNKNOWN:
        return False
    _, tfs = snapshot.index.postings(term_id)
    return bool(((tfs >> _BRAND) & np.uint32(MAX_TF)).any())
