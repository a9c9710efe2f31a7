"""Text → terms, one way for building and for querying."""

import hashlib
import re
from collections.abc import Sequence
from typing import NamedTuple

import Stemmer

from indexing.analysis.chunks import CHUNK, MAX_TERM, Kind, Token, cjk_tokens, is_cjk, word_tokens
from indexing.analysis.elision import elided_words
from indexing.analysis.folding import arabic_root, fold, visible
from indexing.analysis.identifiers import IDENTIFIER_SIGN, bare
from indexing.analysis.lemmas import Lemmas
from indexing.analysis.memory import remember_chunk
from indexing.analysis.numbers import COMMA_LANGUAGES, SPACE_LANGUAGES, joined_sizes
from indexing.analysis.stopwords import STOP_WORDS
from indexing.analysis.units import CANONICAL
from indexing.errors import IndexingError

VERSION = 2
"""Raised when the same text yields other terms than before; docs/formats.md says how."""

STEMMERS = {
    "en": "english", "de": "german", "fr": "french", "es": "spanish", "it": "italian",
    "pt": "portuguese", "nl": "dutch", "sv": "swedish", "da": "danish", "no": "norwegian",
    "fi": "finnish", "ro": "romanian", "hu": "hungarian", "tr": "turkish", "ru": "russian",
    "pl": "polish", "cs": "czech", "el": "greek", "ca": "catalan", "et": "estonian",
    "lt": "lithuanian", "sr": "serbian", "hr": "serbian", "bs": "serbian", "ga": "irish",
    "eu": "basque", "hy": "armenian", "hi": "hindi", "id": "indonesian", "fa": "persian",
}  # fmt: skip
UNSTEMMED = frozenset(
    ("ar", "bg", "gl", "he", "is", "lb", "lv", "mk", "mt", "sk", "sl", "sq", "th", "uk", "vi")
)
"""Languages without a stemmer here: words are found as they are written, but for case, accents
and what folding does for their script.
"""


class Cut(NamedTuple):
    """A chunk text[start:end]; its tokens, positions from 0; and their terms."""

    start: int
    end: int
    tokens: tuple[Token, ...]
    terms: frozenset[str]


def knows_language(name: str) -> bool:
    return name in STEMMERS or name in UNSTEMMED or name in _CJK_NAMES


class Analyzer:
    """Cuts, folds, stems. Chunks once seen are remembered (bounded).

    languages: the first one's stemmer is used; the stop words of all. Chinese, Japanese and
    Korean need no entry: they are recognised by script.
    """

    version = VERSION

    def __init__(self, languages: Sequence[str] = ("en",)) -> None:
        unknown = [name for name in languages if not knows_language(name)]
        if unknown:
            known = ", ".join(sorted([*STEMMERS, *UNSTEMMED, *_CJK_NAMES]))
            raise IndexingError(f"language {unknown[0]!r} is not known. Use one of: {known}.")
        self.languages = tuple(languages)
        stemmed = [name for name in languages if name in STEMMERS]
        self._stemmer = Stemmer.Stemmer(STEMMERS[stemmed[0]]) if stemmed else None
        self._lemmas = Lemmas(languages)
        stops = (word for name in languages for word in STOP_WORDS.get(name, ()))
        self.stop_words = frozenset(form for word in stops for form in (word, self.stem(word)))
        self.decimal_comma = self.languages[0] in COMMA_LANGUAGES
        self.elided = elided_words(languages)
        self._spaced = self.languages[0] in SPACE_LANGUAGES
        self._units = CANONICAL | {self.stem(each): unit for each, unit in CANONICAL.items()}
        self._chunks: dict[str, tuple[Token, ...]] = {}
        self._cuts: dict[str, tuple[Cut, ...]] = {}

    @property
    def fingerprint(self) -> str:
        """Equal fingerprints cut every text alike."""
        facts = f"{self.version}|{','.join(self.languages)}"
        return hashlib.blake2b(facts.encode(), digest_size=8).hexdigest()

    def chunk_tokens(self, chunk: str) -> tuple[Token, ...]:
        """The tokens of one chunk that `CHUNK` found, positions from 0."""
        known = self._chunks.get(chunk)
        if known is None:
            folded = fold(chunk)
            if is_cjk(folded):
                made = cjk_tokens(folded)
            else:
                made = word_tokens(folded, self.stem, self.decimal_comma, self.elided)
            known = tuple(made)
            remember_chunk(self._chunks, chunk, known)
        return known

    def cuts(self, word: str) -> tuple[Cut, ...]:
        """The chunks of a text without white space, as they are written, where they begin."""
        known = self._cuts.get(word)
        if known is None:
            known = tuple(map(self._cut, CHUNK.finditer(word)))
            remember_chunk(self._cuts, word, known)
        return known

    def _cut(self, found: re.Match[str]) -> Cut:
        tokens = self.chunk_tokens(found.group())
        terms = frozenset([token.term for token in tokens])
        return Cut(found.start(), found.end(), tokens, terms)

    @staticmethod
    def prepared(text: str) -> str:
        """The text whose chunks are cut: nothing unseen in it, and sizes in one word."""
        return joined_sizes(visible(text))

    def tokens(self, text: str) -> list[Token]:
        """All tokens in order of position; the first at each position is the primary one."""
        tokens: list[Token] = []
        base = 0
        before: tuple[Token, ...] = ()
        for chunk in CHUNK.findall(self.prepared(text)):
            found = self.chunk_tokens(chunk)
            if not found:
                continue
            joined = self.join(before, found)
            if joined is not None:
                start = base - joined.back
                place = next(i for i, t in enumerate(tokens) if t.position == start) + 1
                tokens.insert(place, Token(joined.whole, start, Kind.WHOLE, joined.back + 1))
                found = (found[0]._replace(term=joined.term),)
            tokens += [Token(t.term, base + t.position, t.kind, t.span) for t in found]
            base += found[-1].position + 1
            before = found
        return tokens

    @staticmethod
    def identifier_term(text: str) -> str:
        """The term of an identifier: apart from all words, equal for every way to write it."""
        return IDENTIFIER_SIGN + bare(text)[:MAX_TERM]

    def stem(self, word: str) -> str:
        """The term of a folded word."""
        if len(word) < 3 or not word.isalpha():
            return word
        if not word.isascii():
            word = arabic_root(word)
        word = self._lemmas.of(word)
        return word if self._stemmer is None else str(self._stemmer.stemWord(word))[:MAX_TERM]

    def may_join(self, found: tuple[Token, ...]) -> bool:
        """Whether `join` could say anything of these tokens behind others; asked once a chunk."""
        if len(found) != 1 or found[0].kind != Kind.WORD:
            return False
        term = found[0].term
        return len(term) == 1 or term in self._units or self._ends_thousands(term)

    def _ends_thousands(self, term: str) -> bool:
        return self._spaced and len(term) == 3 and term.isdecimal()

    def join(self, before: tuple[Token, ...], found: tuple[Token, ...]) -> "Joined | None":
        """Neighbours that shops write with and without a space: `500 ml`, `3/4 in`, `usb c`.

        In some languages `1 500` as well.
        """
        if not before or not self.may_join(found):
            return None
        term = found[0].term
        number = _number(before)
        if number is not None and self._ends_thousands(term):
            begins = number.back == 1 == len(before) and len(number.text) <= 3
            return Joined(number.text + term, 1, term) if begins else None
        if number is not None:
            unit = self._units.get(term)
            return None if unit is None else Joined(number.text + unit, number.back, unit)
        letter = len(term) == 1 and term.isalpha() and term not in "axi"
        if letter and len(before) == 1 and before[0].kind == Kind.WORD:
            return Joined(f"{before[0].term}{term}"[:MAX_TERM], 1, term)
        return None


_CJK_NAMES = frozenset({"zh", "ja", "ko"})


class Joined(NamedTuple):
    """`whole` stands beside the token `back` positions before; the word itself becomes `term`."""

    whole: str
    back: int
    term: str


class _Number(NamedTuple):
    text: str
    back: int


def _number(tokens: tuple[Token, ...]) -> _Number | None:
    """The number or fraction that a chunk is, or the last number of a size, and where it begins."""
    primary = [token.term for token in tokens if token.kind == Kind.WORD]
    if not primary:  # Chinese, Japanese, Korean
        return None
    text = primary[-1]
    if len(primary) == 2 and len(tokens) == 3 and "/" in tokens[1].term:
        return _Number(tokens[1].term, 2)
    if len(primary) > 1 and primary[-2] != "x":
        return None
    return _Number(text, 1) if text[-1].isdigit() and text[0].isdigit() else None
