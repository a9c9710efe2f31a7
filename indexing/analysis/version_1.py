"""The analyzer of version 1, for snapshots that were built with it. Goes when version 3 comes.

A copy of what analysis was then: it must go on saying what it said, whatever is learnt since.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence

from indexing.analysis.analyzer import Analyzer, Joined
from indexing.analysis.chunks import Kind, Token
from indexing.analysis.memory import remember_chunk

_CJK = (
    "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\uff66-\uff9f\uac00-\ud7af\U00020000-\U0003134f"
)
_MARKS = "\u0300-\u036f\u0591-\u05c7\u064b-\u0655\u0900-\u0d7f\u0e00-\u0e7f"
_ALNUM = rf"[^\W_{_CJK}{_MARKS}]"
_LETTER = rf"(?:{_ALNUM}[{_MARKS}]*|[\u0900-\u0d7f\u0e00-\u0e7f])"
_CHUNK = re.compile(rf"[{_CJK}]+|{_LETTER}+(?:[-./'’&+_,\u2010-\u2015\u2044]{_LETTER}+)*[\"″”]?")

_MAX_TERM = 48
_FINEST = re.compile(r"\d+(?:\.\d+)?|[^\W\d_]+")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?:\D|$))")
_FRACTION = re.compile(r"\d{1,3}/\d{1,3}")
_CJK_CHUNK = re.compile(rf"[{_CJK}]")
_PLAIN = str.maketrans(
    {
        "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ı": "i",
        "\u2044": "/", "\u2215": "/", "×": "x",
        "\u2019": "'", "\u2018": "'", "\u02bc": "'", "\u2032": "'", "\uff07": "'",
        "\u201c": '"', "\u201d": '"', "\u2033": '"', "\uff02": '"',
        "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-",
    }
)  # fmt: skip

_VULGAR = re.compile(r"(?<=\d)(?=[\u00bc-\u00be\u2150-\u215e])")

_SPELLINGS = {
    "in": "inch inches",
    "ft": "foot feet",
    "yd": "yard yards yds",
    "mm": "millimeter millimeters millimetre millimetres",
    "cm": "centimeter centimeters centimetre centimetres",
    "m": "meter meters metre metres",
    "ml": "milliliter milliliters millilitre millilitres",
    "l": "liter liters litre litres ltr",
    "gal": "gallon gallons",
    "qt": "quart quarts",
    "oz": "ounce ounces",
    "lb": "lbs pound pounds",
    "g": "gram grams gm gms",
    "kg": "kilogram kilograms kgs",
    "mg": "milligram milligrams",
    "w": "watt watts",
    "v": "volt volts",
    "amp": "amps ampere amperes",
    "mah": "",
    "hp": "horsepower",
    "btu": "btus",
    "psi": "",
    "gb": "gigabyte gigabytes",
    "tb": "terabyte terabytes",
    "mb": "megabyte megabytes",
    "hz": "hertz",
    "ghz": "",
    "mhz": "",
    "mp": "megapixel megapixels",
    "k": "",
    "pack": "pk packs",
    "ct": "count cnt",
    "pc": "pcs piece pieces",
    "sqft": "",
}
_CANONICAL: dict[str, str] = {unit: unit for unit in _SPELLINGS} | {
    spelling: unit for unit, spellings in _SPELLINGS.items() for spelling in spellings.split()
}
_LISTS = {
    "en": "a an and are as at be by for from has have in into is it its of on or that the their "
    "this to was with your you my i me we our",
    "de": "der die das den dem des ein eine einer und oder mit für von im in am zu",
    "fr": "le la les un une des de du et ou avec pour en dans sur au aux",
    "es": "el la los las un una de del y o con para en por al",
    "it": "il lo la i gli le un una di del della e o con per in da al",
    "pt": "o a os as um uma de do da e ou com para em por ao",
    "nl": "de het een en of met voor van in op aan te",
}

_STOP_WORDS: dict[str, frozenset[str]] = {
    language: frozenset(words.split()) for language, words in _LISTS.items()
}


class AnalyzerVersion1(Analyzer):
    """As `Analyzer`, in its first version."""

    version = 1

    def __init__(self, languages: Sequence[str] = ("en",)) -> None:
        super().__init__(languages)
        self.stop_words = frozenset().union(
            *(_STOP_WORDS.get(name, frozenset()) for name in languages)
        )
        self._chunks_1: dict[str, tuple[Token, ...]] = {}

    def chunk_tokens(self, chunk: str) -> tuple[Token, ...]:
        """The tokens of one chunk that `CHUNK` found, positions from 0."""
        known = self._chunks_1.get(chunk)
        if known is None:
            folded = _fold(chunk)
            made = _cjk_tokens(folded) if _is_cjk(folded) else _word_tokens(folded, self.stem)
            known = tuple(made)
            remember_chunk(self._chunks_1, chunk, known)
        return known

    @staticmethod
    def prepared(text: str) -> str:
        return text

    def tokens(self, text: str) -> list[Token]:
        """All tokens in order of position; the first at each position is the primary one."""
        tokens: list[Token] = []
        base = 0
        before: tuple[Token, ...] = ()
        for chunk in _CHUNK.findall(text):
            found = self.chunk_tokens(chunk)
            if not found:
                continue
            joined = _join(before, found)
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
        """Identifiers stood among the words."""
        return re.sub(r"[\W_]+", "", _fold(text))

    def stem(self, word: str) -> str:
        if self._stemmer is None or len(word) < 3 or not word.isalpha():
            return word
        return str(self._stemmer.stemWord(word))[:_MAX_TERM]


def _fold(text: str) -> str:
    """NFKC, case folding, Latin/Greek/Cyrillic accents removed; kana voicing marks stay."""
    if text.isascii():
        return text.lower()
    text = _VULGAR.sub("-", text)  # 1½ is 1-1/2, not 11/2
    text = unicodedata.normalize("NFKC", text).casefold().translate(_PLAIN)
    decomposed = unicodedata.normalize("NFD", text)
    bare = "".join(sign for sign in decomposed if not "\u0300" <= sign <= "\u036f")
    return unicodedata.normalize("NFC", bare)


def _is_cjk(chunk: str) -> bool:
    return bool(_CJK_CHUNK.match(chunk))


def _cjk_tokens(chunk: str) -> list[Token]:
    """Characters, each followed by the bigram that it begins."""
    tokens: list[Token] = []
    for place, character in enumerate(chunk):
        tokens.append(Token(character, place, Kind.CHAR))
        if place + 1 < len(chunk):
            tokens.append(Token(chunk[place : place + 2], place, Kind.BIGRAM, 2))
    return tokens


def _word_tokens(chunk: str, stem: Callable[[str], str]) -> list[Token]:
    """The tokens of a folded chunk that is not CJK; positions from 0."""
    if chunk.isalpha() or chunk.isdigit():
        return [Token(stem(chunk[:_MAX_TERM]), 0, Kind.WORD)]
    inches = chunk.endswith('"')
    chunk = _THOUSANDS.sub("", chunk.rstrip('"'))
    if chunk.endswith("'s"):
        chunk = chunk[:-2]
    if _FRACTION.fullmatch(chunk):
        left, right = chunk.split("/")
        tokens = [Token(left, 0, Kind.WORD), Token(chunk, 0, Kind.WHOLE, 2),
                  Token(right, 1, Kind.WORD)]  # fmt: skip
        return _measured(tokens, chunk) if inches else tokens
    pieces = [_FINEST.findall(piece) for piece in _split(chunk)]
    pieces = [piece for piece in pieces if piece]
    parts = [part[:_MAX_TERM] for piece in pieces for part in piece]
    if not parts:
        return []
    canonical = _canonical(parts)
    tokens = []
    place = 0
    for piece in pieces:
        for inside, _ in enumerate(piece):
            term = canonical[place]
            tokens.append(Token(stem(term), place, Kind.WORD))
            if place == 0 and len(parts) > 1:
                tokens.append(_whole(canonical, 0, stem))
            if inside == 0 and 1 < len(piece) < len(parts):
                tokens.append(_whole(canonical[place : place + len(piece)], place, stem))
            place += 1
    if inches and _NUMBER.fullmatch(parts[-1]):
        tokens = _measured(tokens, parts[-1])
    return tokens


def _split(chunk: str) -> list[str]:
    """At connectors, but a point between digits stays."""
    return [piece for piece in re.split(r"(?<!\d)\.|\.(?!\d)|[-/'&+_,]", chunk) if piece]


def _canonical(parts: list[str]) -> list[str]:
    """Units after numbers in their one spelling."""
    return [
        _CANONICAL.get(part, part) if place and parts[place - 1][-1].isdigit() else part
        for place, part in enumerate(parts)
    ]


def _whole(parts: list[str], place: int, stem: Callable[[str], str]) -> Token:
    return Token(stem("".join(parts)[:_MAX_TERM]), place, Kind.WHOLE, len(parts))


def _measured(tokens: list[Token], number: str) -> list[Token]:
    """Add the inches that a double prime says."""
    last = tokens[-1].position
    first = 0 if "/" in number else last
    whole = Token(f"{number}in", first, Kind.WHOLE, last - first + 2)
    return [*tokens, whole, Token("in", last + 1, Kind.WORD)]


def _may_join(found: tuple[Token, ...]) -> bool:
    """Whether `join` could say anything of these tokens behind others; asked once a chunk."""
    if len(found) != 1 or found[0].kind != Kind.WORD:
        return False
    term = found[0].term
    return len(term) == 1 or term in _CANONICAL or f"{term}s" in _CANONICAL


def _join(before: tuple[Token, ...], found: tuple[Token, ...]) -> Joined | None:
    """Neighbours that shops write with and without a space: `500 ml`, `3/4 in`, `usb c`."""
    if not before or not _may_join(found):
        return None
    term = found[0].term
    number = _number(before)
    if number is not None:
        unit = _CANONICAL.get(term) or _CANONICAL.get(f"{term}s")
        return None if unit is None else Joined(number + unit, before[-1].position + 1, unit)
    letter = len(term) == 1 and term.isalpha() and term not in "axi"
    if letter and len(before) == 1 and before[0].kind == Kind.WORD:
        return Joined(f"{before[0].term}{term}"[:_MAX_TERM], 1, term)
    return None


def _number(tokens: tuple[Token, ...]) -> str | None:
    """The number or fraction that a chunk is, if it is one."""
    text = tokens[1].term if len(tokens) == 3 and "/" in tokens[1].term else tokens[0].term
    if len(tokens) == 1 or "/" in text:
        return text if text[-1].isdigit() and text[0].isdigit() else None
    return None
