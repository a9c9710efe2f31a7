"""A query's words as a phrase, and which of them may be what is asked for."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from indexing.analysis.analyzer import Analyzer
from indexing.types.candidates import ANY_NOUN, MOST, title_candidates
from indexing.types.general_kinds import Stems, long_names
from indexing.types.pairs import NO_PAIRS
from indexing.types.phrases import COLOUR, FILLER, MODEL, NUMBER, PLUS, Titles

SAYING: Final = (NUMBER, MODEL, COLOUR, FILLER)
"""Signs for words that say something beside the kind."""


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
    said: words before `with`, which says what comes with it; numbers: those of them that are
    numbers or model numbers.
    """

    stems: Stems
    heads: tuple[Head, ...]
    said: int
    numbers: int
    head_first: bool

    def name(self, head: Head) -> str:
        """The head with what describes it, as the catalogue's kinds are named."""
        both = head.beside, head.word
        return " ".join(both[::-1] if self.head_first else both)


def asked_in(text: str, titles: Titles, head_first: bool) -> Asked:
    """titles: empty, of the snapshot's analyzer."""
    signs = titles.codes_of(text.lower())
    codes = np.array(signs, dtype=np.int32)
    places, chances = np.empty(MOST, dtype=np.int64), np.empty(MOST, dtype=np.float32)
    count = title_candidates(
        codes, head_first, NO_PAIRS.keys, NO_PAIRS.counts, ANY_NOUN, places, chances
    )
    words = list(titles.words)
    heads = []
    for place, chance in zip(places[:count].tolist(), chances[:count].tolist(), strict=True):
        other = place + 1 if head_first else place - 1
        known = 0 <= other < len(signs) and signs[other] >= 0
        heads.append(Head(words[signs[place]], words[signs[other]] if known else "", chance))
    heads.sort(key=lambda head: -head.chance)
    stems = tuple(words[code] for code in signs if code >= 0)
    before = signs[: signs.index(PLUS)] if PLUS in signs else signs
    numbers = sum(code in (NUMBER, MODEL) for code in before)
    return Asked(stems, tuple(heads), words_in(before), numbers, head_first)


def with_long_names(asked: Asked, analyzer: Analyzer) -> Asked:
    """The first word of a known name of three describes its last one, as in the type model."""
    long = long_names(analyzer.languages)
    if asked.head_first or len(asked.stems) < 3:
        return asked
    for first, middle, last in zip(asked.stems, asked.stems[1:], asked.stems[2:], strict=False):
        if long.get((first, last)) == (first, middle, last):
            heads = tuple(
                replace(head, beside=first) if (head.beside, head.word) == (middle, last) else head
                for head in asked.heads
            )
            asked = replace(asked, heads=heads)
    return asked


def words_in(signs: list[int]) -> int:
    """Words, numbers and colours."""
    return sum(code >= 0 or code in SAYING for code in signs)
