"""While building: a title as numbers, its words with what stands between them.

`HP - Pavilion Laptop / 4GB Memory - Black` → hp CUT pavilion laptop CUT NUMBER memory CUT COLOUR.
"""

import re
from array import array
from collections.abc import Sequence, Set
from functools import lru_cache
from typing import Final

import numpy as np

from indexing.analysis.analyzer import Analyzer
from indexing.analysis.chunks import CHUNK, Kind, is_cjk
from indexing.analysis.folding import fold
from indexing.analysis.memory import remember_chunk
from indexing.analysis.pinyin import han_words, has_han
from indexing.analysis.stopwords import STOP_WORDS
from indexing.analysis.units import CANONICAL
from indexing.arrays import Int32Array, Int64Array
from indexing.types.signs import (
    CAPITAL_NOUNS,
    COLOURS,
    DIRECTED,
    FILLERS,
    HAN_COLOURS,
    HAN_FILLERS,
    HAN_PURPOSE,
    JOIN,
    MATERIALS,
    NAMED_FILLERS,
    OF,
    OF_IN,
    PARTICLES,
    PURPOSE,
    PURPOSE_IN,
    PURPOSE_SIGNS,
    SHADES,
    WITH,
)

CUT, DASH, OPEN, CLOSE, FOR, PLUS, OFF, AND, NUMBER, MODEL, COMMON, COLOUR, FILLER = range(
    -1, -14, -1
)
"""CUT a comma or slash, DASH ` - `, OPEN and CLOSE brackets; FOR what it fits, PLUS what comes
with it, OFF `of` or `by`; AND joins; NUMBER digits, MODEL another word with a digit; COMMON stands
behind words in small letters that follow some in capitals: `Brother FAX-275 fax machine Thermal`;
FILLER a word that names nothing. Those from COLOUR down do not end a phrase.
"""
ENGLISH: Final = "en"
MAX_WORDS: Final = 40
MAX_WORD_KINDS: Final = 1_000_000
_OPENING, _CLOSING = re.compile(r"[(\[{【（]"), re.compile(r"[)\]}】）]")
_DASH = re.compile(r"\s[-–—|•·:]+\s|[|•–—:：]|\s{2,}|\\?\"?,\S")
_CUT = re.compile(r"[,;，、。；！!]|\s/\s|\n")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)?")
_SPLIT = re.compile(r"[-/'’&+_,.]")
LEAST_BESIDE_DIGITS: Final = 4
"""Letters of a word that is one though a number hangs on it: `paper-1524`, not `tk-350`."""
_UNIT: Final = (FILLER,)
_SPOKEN = re.compile(r"[\u3041-\u30fa\uff66-\uff9f\uac00-\ud7a3]")
"""Kana and Hangul."""
_SCRIPTS = re.compile(
    r"[\u30a1-\u30ff\uff66-\uff9f]+|[\u3041-\u309f]+|[\uac00-\ud7a3]+"
    r"|[^\u3041-\u30ff\uff66-\uff9f\uac00-\ud7a3]+"
)


class Titles:
    """Titles as one row of numbers: words from 0 up, signs below.

    words: word → its number, in order of appearance; a Latin word is its stem, Chinese is cut
    into words. written: stem → its shortest spelling.
    """

    def __init__(self, analyzer: Analyzer, words: dict[str, int] | None = None) -> None:
        self.words: dict[str, int] = {} if words is None else words
        self._grows = words is None
        self.written: dict[str, str] = {}
        self.analyzer = analyzer
        self._codes = array("i")
        self._ends = array("q")
        self._chunks: dict[str, tuple[int, ...]] = {}
        self._gaps: dict[str, tuple[int, ...]] = {" ": ()}
        self._english = analyzer.languages == (ENGLISH,)
        self._accented = signs_without_accents() if analyzer.languages[0] != ENGLISH else {}
        if analyzer.languages[0] in CAPITAL_NOUNS:
            self._accented = self._accented | dict.fromkeys(MATERIALS, COLOUR)
        self._shades = {self._number(shade) for shade in _shades(analyzer.languages)}
        self._nouns_are_small = analyzer.languages[0] not in CAPITAL_NOUNS
        self._stop_words = _stop_words(analyzer.languages)
        self._purposes = _purposes(analyzer.languages[0])
        self._made_of = OF_IN.get(analyzer.languages[0], frozenset())
        self._japanese = analyzer.languages[0] == "ja"
        self._directed = DIRECTED.get(analyzer.languages[0])

    def add(self, title: str) -> None:
        codes = self._codes
        self._codes.extend(self.codes_of(title))
        self._codes.append(CUT)
        self._ends.append(len(codes))

    def codes_of(self, title: str) -> list[int]:
        """What `add` would add."""
        found: list[int] = []
        end, chunks, gaps = 0, self._chunks, self._gaps
        capitals, common, before = False, False, ""
        for place, match in enumerate(CHUNK.finditer(title)):
            if place >= MAX_WORDS:
                break
            start = match.start()
            signs: tuple[int, ...] = ()
            if start > end:
                gap = title[end:start]
                signs = gaps[gap] if gap in gaps else self._gap(gap)
            chunk = match.group()
            known = chunks.get(chunk)
            if known is None:
                known = self._chunk(chunk)
            small = chunk.islower()
            if common and (signs or not small):
                found.append(COMMON)
                common = False
            found += signs
            if not small:
                capitals = capitals or chunk[0].isupper()
            elif capitals and known and known[-1] >= 0:
                if self._nouns_are_small:
                    common = chunk not in self._stop_words
                else:
                    known = _UNIT  # `Gartenstuhl klappbar`
            if found and len(known) == 1:
                if found[-1] == NUMBER and chunk.lower() in CANONICAL:
                    known = _UNIT
                elif known[0] == COLOUR and found[-1] in self._shades:
                    found[-1] = COLOUR
                elif found[-1] == FILLER and not signs:
                    found[-1] = self._named_filler(before, known[0])
            found += known
            before = chunk.lower()
            end = match.end()
        if common:
            found.append(COMMON)
        return found

    def _named_filler(self, filler: str, noun: int) -> int:
        """Number of a filler as a word, if it makes a name with the noun behind it."""
        named = _named_fillers(self.analyzer.languages).get(filler)
        if named is None or noun not in [self.words.get(each) for each in named[1]]:
            return FILLER
        return self._number(named[0])

    def arrays(self) -> tuple[Int32Array, Int64Array]:
        """codes: int32[c] of all titles. starts: int64[n + 1] into them."""
        starts = np.zeros(len(self._ends) + 1, dtype=np.int64)
        starts[1:] = np.frombuffer(self._ends, dtype=np.int64)
        return np.frombuffer(self._codes, dtype=np.int32).copy(), starts

    def _gap(self, gap: str) -> tuple[int, ...]:
        signs: list[int] = []
        if _CLOSING.search(gap):
            signs.append(CLOSE)
        if _DASH.search(gap):
            signs.append(DASH)
        elif _CUT.search(gap):
            signs.append(CUT)
        elif "&" in gap or "+" in gap or gap == "/":
            signs.append(AND)
        if _OPENING.search(gap):
            signs.append(OPEN)
        if len(self._gaps) < MAX_WORD_KINDS:
            self._gaps[gap] = tuple(signs)
        return tuple(signs)

    def _chunk(self, chunk: str) -> tuple[int, ...]:
        folded = fold(chunk)
        if _SPOKEN.search(chunk) or (self._japanese and is_cjk(folded)):
            made = self._by_script(chunk)
        elif has_han(folded) or is_cjk(folded):
            made = tuple(self._han(word) for word in han_words(folded))
        else:
            made = self._latin(folded)
        remember_chunk(self._chunks, chunk, made)
        return made

    def _by_script(self, chunk: str) -> tuple[int, ...]:
        """Japanese and Korean: signs of one script are a word, particles and what ends in `for`
        (掃除機用) are none.
        """
        made: list[int] = []
        for run in _SCRIPTS.findall(chunk):
            if run in PARTICLES or run.endswith(PURPOSE_SIGNS):
                made.append(FILLER)
            else:
                made.append(self._han(fold(run)))
        return tuple(made)

    def _han(self, word: str) -> int:
        if word in HAN_PURPOSE:
            return FOR
        if word in HAN_COLOURS:
            return COLOUR
        if word in HAN_FILLERS:
            return FILLER
        return self._number(word)

    def _latin(self, folded: str) -> tuple[int, ...]:
        sign = self._sign(folded)
        if sign is not None:
            return (sign,)
        made: list[int] = []
        if self._directed is not None and self._directed.search(folded):
            made.append(FOR)  # pölynimuriin: for a vacuum cleaner
        tokens = self.analyzer.chunk_tokens(folded)
        parts = [token for token in tokens if token.kind == Kind.WORD]
        surfaces = _SPLIT.split(folded)
        plain = [text.isalpha() and len(text) >= LEAST_BESIDE_DIGITS for text in surfaces]
        whole = not any(sign.isdigit() for sign in folded)
        for place, token in enumerate(parts):
            apart = len(surfaces) == len(parts)
            if len(parts) == 1 and _DIGITS.fullmatch(token.term):
                made.append(NUMBER)
                continue
            before = not folded[0].isdigit()  # `paper-1524`, but `10-cycle` counts
            if token.term[0].isdigit() or not (whole or (before and apart and plain[place])):
                if not made or made[-1] != MODEL:
                    made.append(MODEL)
                continue
            surface = surfaces[place] if apart else token.term
            sign = self._sign(surface)
            if sign is None:
                known = self.written.get(token.term, surface)
                self.written[token.term] = min(known, surface, key=lambda word: (len(word), word))
                sign = self._number(token.term)
            made.append(sign)
        return tuple(made)

    def _sign(self, word: str) -> int | None:
        if len(word) == 1 and self._english and word in OF | JOIN:
            return FILLER  # `Class D`
        if word in self._made_of:
            return OFF
        sign = FOR if word in self._purposes else _sign(word)
        return self._accented.get(word) if sign is None else sign

    def add_word(self, stem: str, written: str) -> None:
        """A word that titles need not say by itself."""
        self._number(stem)
        self.written.setdefault(stem, written)

    def _number(self, word: str) -> int:
        known = self.words.get(word)
        if known is None:
            if not self._grows or len(self.words) >= MAX_WORD_KINDS:
                return FILLER if self._grows else UNSEEN
            known = self.words[word] = len(self.words)
        return known


@lru_cache(maxsize=16)
def _shades(languages: tuple[str, ...]) -> tuple[str, ...]:
    """Stems of words before a colour."""
    analyzer = Analyzer(languages)
    return tuple(analyzer.chunk_tokens(shade)[0].term for shade in SHADES)


@lru_cache(maxsize=16)
def _purposes(language: str) -> frozenset[str]:
    """Folded words before what a product fits, of languages other than English."""
    if language == ENGLISH:
        return frozenset()
    return frozenset(map(fold, PURPOSE_IN.get(language, frozenset())))


@lru_cache(maxsize=16)
def _named_fillers(languages: tuple[str, ...]) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Word that else is a filler → its stem, and the stems of nouns that it makes names with."""
    analyzer = Analyzer(languages)

    def stem(word: str) -> str:
        return analyzer.chunk_tokens(word)[0].term

    return {
        filler: (stem(filler), tuple(map(stem, nouns.split()))) for filler, nouns in NAMED_FILLERS
    }


@lru_cache(maxsize=16)
def _stop_words(languages: tuple[str, ...]) -> frozenset[str]:
    return frozenset().union(*(STOP_WORDS.get(each, ()) for each in languages))


UNSEEN: Final = 1 << 30
"""Number of a word that is not among the given ones."""


def _sign(word: str) -> int | None:
    if word in PURPOSE:
        return FOR
    if word in WITH:
        return PLUS
    if word in OF:
        return OFF
    if word in JOIN:
        return AND
    if word in COLOURS:
        return COLOUR
    if _DIGITS.fullmatch(word):
        return NUMBER
    if word in FILLERS or len(word) == 1:
        return FILLER
    return None


def written_in(words: Set[str], analyzer: Analyzer) -> list[str]:
    """Those words that are no other ones in an index's language when they are folded."""
    return sorted(w for w in words if fold(w) == w or analyzer.languages[0] != ENGLISH)


@lru_cache(maxsize=1)
def signs_without_accents() -> dict[str, int]:
    """What is left of `für` and `grün` when titles are folded; in English fur and rod are words."""
    words = PURPOSE | WITH | OF | JOIN | COLOURS | FILLERS
    signs = {fold(word): _sign(word) for word in words if fold(word) != word}
    return {word: sign for word, sign in signs.items() if sign is not None}


def texts_of(words: dict[str, int]) -> Sequence[str]:
    """The words by number."""
    return list(words)
