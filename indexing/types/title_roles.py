"""What a title's words are by their order: what may be the thing, and what it only fits.

`Sacs pour aspirateur` are bags, and fit a vacuum cleaner; of `Aspirateur Vento` the first word is
the thing. Unlike kinds, which products must agree on, this is asked of one title by itself. Words
are told by their positions among the title's terms.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from indexing.analysis.analyzer import Analyzer
from indexing.analysis.chunks import CHUNK, is_cjk
from indexing.analysis.memory import remember_chunk
from indexing.analysis.units import CANONICAL
from indexing.arrays import UInt64Array
from indexing.types.signs import (
    CAPITAL_NOUNS,
    COLOURS,
    COMPOUNDING,
    DIRECTED,
    FILLERS,
    FITTING_CHARACTERS,
    FITTING_PREFIXES,
    JOIN,
    MATERIALS,
    NOUN_FIRST,
    OF,
    OF_IN,
    OWNED,
    PURPOSE,
    PURPOSE_BEHIND,
    PURPOSE_IN,
    QUALITIES,
    WITH,
)

MOST_POSITIONS: Final = 64
MOST_KANA, MOST_SIGNS = 6, 4
"""Signs of a bare noun; longer ones are described by what they begin with: ワイヤレスイヤホン."""
HEADS, FITS = 0, 1
"""Columns of roles."""
_SEGMENT_ENDS = re.compile(r"[,;:|/()\[\]{}•·，、。；！（）【】]|\s[-–—]+\s|\n")
_NUMBER = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class _Word:
    """Positions first ≤ p < end of a title's terms. text: as written; lower: in small letters."""

    first: int
    end: int
    text: str
    lower: str

    @property
    def bits(self) -> int:
        return (1 << self.end) - (1 << self.first)

    @property
    def last_bit(self) -> int:
        return 1 << (self.end - 1)


class TitleRoles:
    """Reads titles of one index; what is asked of a chunk is remembered (bounded)."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        language = analyzer.languages[0]
        self._noun_first = language in NOUN_FIRST
        self._compounding = language in COMPOUNDING
        self._capital_nouns = language in CAPITAL_NOUNS
        self._purpose = PURPOSE | PURPOSE_IN.get(language, frozenset())
        self._behind = PURPOSE_BEHIND.get(language, frozenset())
        self._made_of = OF | OF_IN.get(language, frozenset())
        self._owned = OWNED.get(language)
        self._directed = DIRECTED.get(language)
        self._qualities = QUALITIES.get(language)
        self._tails: dict[str, int] = {}

    def all_of(self, titles: Iterable[tuple[str, str]]) -> UInt64Array:
        """uint64[n, 2] of titles and their brands: bits of the positions of what may be the thing,
        and of what it only fits; both 0 where nothing is known.
        """
        bits = (each for title, brand in titles for each in self.of(title, brand))
        return np.fromiter(bits, dtype=np.uint64).reshape(-1, 2)

    def of(self, title: str, brand: str = "") -> tuple[int, int]:
        heads = fits = 0
        for place, segment in enumerate(self._segments(title)):
            words = _without_brand(segment, brand) if not place else segment
            main, fitted = self._divided(words)
            fits |= sum(word.bits for word in fitted)
            if not heads:
                heads = sum(word.last_bit for word in self._heads(main))
        return heads & ~fits, fits

    def asked(self, query: str) -> tuple[int, int]:
        """Bits of the word that a query asks for, the last one that may be the head, and of what it
        is to fit; 0 for the first where only words that say nothing stand there (ps4 pro).
        """
        heads, fits = self.of(query)
        thing = 1 << (heads.bit_length() - 1) if heads else 0
        words = (word for segment in self._segments(query) for word in segment)
        if any(word.last_bit == thing and self._says_nothing(word) for word in words):
            thing = 0
        return thing, fits

    def _segments(self, title: str) -> list[list[_Word]]:
        """Words between commas, brackets and the like."""
        text = self._analyzer.prepared(title)
        segments: list[list[_Word]] = [[]]
        position = end = 0
        for match in CHUNK.finditer(text):
            if _SEGMENT_ENDS.search(text, end, match.start()):
                segments.append([])
            chunk, end = match.group(), match.end()
            count = self._tails.get(chunk)
            if count is None:
                tokens = self._analyzer.chunk_tokens(chunk)
                count = tokens[-1].position + 1 if tokens else 0
                remember_chunk(self._tails, chunk, count)
            if count and position + count <= MOST_POSITIONS:
                segments[-1].append(_Word(position, position + count, chunk, chunk.lower()))
            position += count
        return segments

    def _divided(self, words: list[_Word]) -> tuple[list[_Word], list[_Word]]:
        """What may be the thing, and what it fits."""
        for place, word in enumerate(words):
            if is_cjk(word.lower):
                return self._divided_signs(words)
            lower = word.lower
            if lower in self._behind and place:
                return words[place + 1 :], words[:place]
            if lower in self._purpose and place:
                return words[:place], words[place + 1 :]
            if lower in WITH and place:
                return words[:place], []
        if self._directed is not None:
            fitted = [word for word in words if self._directed.search(word.lower)]
            return [word for word in words if word not in fitted], fitted
        return words, []

    def _divided_signs(self, words: list[_Word]) -> tuple[list[_Word], list[_Word]]:
        """Where nothing is written between words: 掃除機用フィルター, 이어폰용 팁."""
        main: list[_Word] = []
        fitted: list[_Word] = []
        for word in words:
            if not is_cjk(word.lower):
                main.append(word)
                continue
            before, after = _fitted_signs(word)
            fitted += before
            main += after
        return main, fitted

    def _heads(self, words: list[_Word]) -> list[_Word]:
        """What may be the thing, of words that stand before what it fits."""
        if any(is_cjk(word.lower) for word in words):
            return _heads_of_signs(words)
        if not self._noun_first:
            words = _before(words, self._made_of)
        words = [word for word in words if not self._says_nothing(word)] or words
        if not words:
            return []
        if self._noun_first:
            return self._first_nouns(words)
        if self._owned is not None:
            owned = [word for word in words[1:] if self._owned.search(word.text)]
            if owned:
                return owned[-1:]
        kept = words if self._capital_nouns else _without_names(words)
        if len(kept) < len(words):
            return kept[-1:]
        return kept[-2:] if self._compounding else kept[-1:]

    def _first_nouns(self, words: list[_Word]) -> list[_Word]:
        """The first word, and the one behind it if it says how that is: Горный велосипед."""
        if self._qualities is None or len(words) == 1:
            return words[:1]
        found = []
        for word in words:
            found.append(word)
            if not self._qualities.search(word.lower):
                break
        return found

    def _says_nothing(self, word: _Word) -> bool:
        lower = word.lower
        return (
            lower in COLOURS
            or lower in FILLERS
            or lower in CANONICAL
            or lower in JOIN
            or lower in self._analyzer.stop_words
            or (self._capital_nouns and lower in MATERIALS)
            or len(lower) == 1
            or _NUMBER.search(lower) is not None
        )


def _without_brand(words: list[_Word], brand: str) -> list[_Word]:
    """Words behind the brand, if they begin with it."""
    names = brand.lower().split()
    if names and [word.lower for word in words[: len(names)]] == names:
        return words[len(names) :]
    return words


def _before(words: list[_Word], ending: frozenset[str]) -> list[_Word]:
    """Words before the first of these, but for one that stands first."""
    ends = (place for place, word in enumerate(words) if place and word.lower in ending)
    return words[: next(ends, len(words))]


def _without_names(words: list[_Word]) -> list[_Word]:
    """Words before the names at the end, in a title that writes nouns small: `drill Borel`."""
    if not any(word.text.islower() for word in words):
        return words
    end = len(words)
    while end > 1 and not words[end - 1].text.islower():
        end -= 1
    return words[:end]


def _fitted_signs(word: _Word) -> tuple[list[_Word], list[_Word]]:
    """Parts of a chunk that say what it fits, and those that may be the thing."""
    text = word.lower
    for sign in FITTING_PREFIXES:
        if text.startswith(sign):
            begin = len(sign)
            end = text.find("的", begin)
            end = len(text) if end < 0 else end
            fitted = _part(word, begin, end)
            return [fitted], [_part(word, end + 1, len(text))] if end + 1 < len(text) else []
    for sign in FITTING_CHARACTERS:
        at = text.find(sign, 1)
        if at > 0:
            end = at + len(sign)
            return [_part(word, 0, at)], [_part(word, end, len(text))] if end < len(text) else []
    return [], [word]


def _part(word: _Word, begin: int, end: int) -> _Word:
    text = word.text[begin:end]
    return _Word(word.first + begin, word.first + end, text, text.lower())


def _heads_of_signs(words: list[_Word]) -> list[_Word]:
    """Ends of what stands together; the first of several describes the second one (이어폰 케이스),
    if nothing describes it itself.
    """
    ends = [word for word in words if is_cjk(word.lower)]
    if len(ends) < 2 or words[0] is not ends[0] or words[1] is not ends[1]:
        return ends
    return ends[1:] if _is_one_word(ends[0].lower) else ends


def _is_one_word(text: str) -> bool:
    """Whether it is likely a bare noun: Hangul, or kanji alone, or kana alone."""
    kinds = {_script(sign) for sign in text}
    return len(kinds) == 1 and len(text) <= (MOST_KANA if kinds == {"kana"} else MOST_SIGNS)


def _script(sign: str) -> str:
    if "\u3040" <= sign <= "\u30ff" or "\uff66" <= sign <= "\uff9f":
        return "kana"
    return "hangul" if "\uac00" <= sign <= "\ud7af" else "han"
