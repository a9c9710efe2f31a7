"""One chunk of a text (no white space inside) → its tokens.

A chunk is cut into its finest parts, and its whole survives beside them:
`wh-1000xm4` → wh, 1000, xm, 4, and whole: wh1000xm4, 1000xm4.
"""

import re
from collections.abc import Callable
from enum import IntEnum
from typing import NamedTuple

from indexing.analysis.units import CANONICAL

# Han, kana, Hangul, and their extensions: scripts that are indexed by characters.
CJK = (
    "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\uff66-\uff9f\uac00-\ud7af\U00020000-\U0003134f"
)
_MARKS = "\u0300-\u036f\u0591-\u05c7\u064b-\u0655\u0900-\u0d7f\u0e00-\u0e7f"
_ALNUM = rf"[^\W_{CJK}{_MARKS}]"
_LETTER = rf"(?:{_ALNUM}[{_MARKS}]*|[\u0900-\u0d7f\u0e00-\u0e7f])"
CHUNK = re.compile(rf"[{CJK}]+|{_LETTER}+(?:[-./'’&+_,\u2010-\u2015\u2044]{_LETTER}+)*[\"″”]?")
"""What analysis cuts a text into: runs of CJK characters, and words with their connectors."""

MAX_TERM = 48
_FINEST = re.compile(r"\d+(?:\.\d+)?|[^\W\d_]+")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?:\D|$))")
_FRACTION = re.compile(r"\d{1,3}/\d{1,3}")


class Kind(IntEnum):
    """What a token is to a query."""

    WORD = 0  # must match
    WHOLE = 1  # a compound written as one; stands for its parts
    CHAR = 2  # a CJK character; must match, scores little
    BIGRAM = 3  # two neighbouring CJK characters; only scores


class Token(NamedTuple):
    """A term at a position; `span` is how many positions it covers (2 or more for a WHOLE)."""

    term: str
    position: int
    kind: Kind
    span: int = 1


Stem = Callable[[str], str]


def is_cjk(chunk: str) -> bool:
    return bool(_CJK_CHUNK.match(chunk))


_CJK_CHUNK = re.compile(rf"[{CJK}]")


def cjk_tokens(chunk: str) -> list[Token]:
    """Characters, each followed by the bigram that it begins."""
    tokens: list[Token] = []
    for place, character in enumerate(chunk):
        tokens.append(Token(character, place, Kind.CHAR))
        if place + 1 < len(chunk):
            tokens.append(Token(chunk[place : place + 2], place, Kind.BIGRAM, 2))
    return tokens


def word_tokens(chunk: str, stem: Stem) -> list[Token]:
    """The tokens of a folded chunk that is not CJK; positions from 0."""
    if chunk.isalpha() or chunk.isdigit():
        return [Token(stem(chunk[:MAX_TERM]), 0, Kind.WORD)]
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
    parts = [part[:MAX_TERM] for piece in pieces for part in piece]
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
        CANONICAL.get(part, part) if place and parts[place - 1][-1].isdigit() else part
        for place, part in enumerate(parts)
    ]


def _whole(parts: list[str], place: int, stem: Stem) -> Token:
    return Token(stem("".join(parts)[:MAX_TERM]), place, Kind.WHOLE, len(parts))


def _measured(tokens: list[Token], number: str) -> list[Token]:
    """Add the inches that a double prime says."""
    last = tokens[-1].position
    first = 0 if "/" in number else last
    whole = Token(f"{number}in", first, Kind.WHOLE, last - first + 2)
    return [*tokens, whole, Token("in", last + 1, Kind.WORD)]
