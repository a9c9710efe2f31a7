"""One chunk of a text (no white space inside) → its tokens.

A chunk is cut into its finest parts, and its whole survives beside them:
`wh-1000xm4` → wh, 1000, xm, 4, and whole: wh1000xm4, 1000xm4.
"""

import re
from collections.abc import Callable, Iterator
from enum import IntEnum
from typing import NamedTuple

from indexing.analysis.folding import IGNORED, VOWELS
from indexing.analysis.numbers import plain_numbers
from indexing.analysis.units import CANONICAL

# Han, kana, Hangul, and their extensions: scripts that are indexed by characters.
CJK = (
    "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\uff66-\uff9f\uac00-\ud7af\U00020000-\U0003134f"
)
_MARKS = f"\u0300-\u036f{VOWELS}\u0900-\u0d7f\u0e00-\u0e7f"
_ALNUM = rf"[^\W_{CJK}{_MARKS}\u0640]"
_LETTER = rf"(?:{_ALNUM}[{_MARKS}{IGNORED}]*|[\u0900-\u0d7f\u0e00-\u0e7f])"
CHUNK = re.compile(
    rf"(?:[{CJK}][{IGNORED}]*)+|{_LETTER}+(?:[-./'’&+_,×\u2010-\u2015\u2044]{_LETTER}+)*"
    r"(?:[\"″”]|(?<=[^\W\d_])(?:\+\+?|#)(?![\w+#]))?"
)
"""What analysis cuts a text into: runs of CJK characters, and words with their connectors.

A plus or a hash right behind letters belongs to them: C++, C#, Disney+.
"""

MAX_TERM = 48
_FINEST = re.compile(r"\d+(?:\.\d+)?|[^\W\d_]+")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_SIGNS = re.compile(r"(?:\+\+?|#)$")
_FRACTION = re.compile(r"\d{1,3}/\d{1,3}")


class Kind(IntEnum):
    """What a token is to a query."""

    WORD = 0  # must match
    WHOLE = 1  # a compound written as one; stands for its parts
    CHAR = 2  # a CJK character; must match, scores little
    BIGRAM = 3  # two neighbouring CJK characters; only scores
    ALSO = 4  # the same word written otherwise: `loreal` for l'oreal


class Token(NamedTuple):
    """A term at a position; `span` is how many positions it covers.

    A WHOLE of span 1 is a word with a sign that must not be missing: `c++`.
    """

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


def word_tokens(
    chunk: str, stem: Stem, comma: bool = False, elided: frozenset[str] = frozenset()
) -> list[Token]:
    """The tokens of a folded chunk that is not CJK; positions from 0.

    comma: whether decimals have one here. elided: what may stand before an apostrophe.
    """
    if chunk.isalpha() or chunk.isdigit():
        return [Token(stem(chunk[:MAX_TERM]), 0, Kind.WORD)]
    inches = chunk.endswith('"')
    signs = _SIGNS.search(chunk)
    chunk = chunk.rstrip('"+#')
    bare = chunk.removesuffix("'s")
    before, apostrophe, after = bare.partition("'")
    if apostrophe and before in elided and len(after) > 1:
        return _elided(before, after, stem, comma)
    chunk, other = plain_numbers(bare, comma)
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
    tokens = _cut(pieces, _canonical(parts), stem)
    if other:
        tokens.append(Token(other, 0, Kind.ALSO))
    if signs and parts[-1].isalpha():
        tokens.insert(
            1, Token("".join(parts)[:MAX_TERM] + signs.group(), 0, Kind.WHOLE, len(parts))
        )
    if inches and _NUMBER.fullmatch(parts[-1]):
        tokens = _measured(tokens, parts[-1])
    return tokens


def _cut(pieces: list[list[str]], parts: list[str], stem: Stem) -> list[Token]:
    """Each part; the whole behind the first; wholes of pieces and of sizes behind theirs."""
    sizes = {place: length for place, length in _sizes(parts) if length < len(parts)}
    tokens = []
    place = 0
    for piece in pieces:
        for inside, _ in enumerate(piece):
            tokens.append(Token(stem(parts[place]), place, Kind.WORD))
            if place == 0 and len(parts) > 1:
                tokens.append(_whole(parts, 0, stem))
            if inside == 0 and 1 < len(piece) < len(parts):
                tokens.append(_whole(parts[place : place + len(piece)], place, stem))
            if place in sizes and not (inside == 0 and sizes[place] == len(piece)):
                tokens.append(_whole(parts[place : place + sizes[place]], place, stem))
            place += 1
    return tokens


def _sizes(parts: list[str]) -> Iterator[tuple[int, int]]:
    """(first place, length) of sizes and of the measures at their ends: 30x40, and 40cm of it."""
    place = 0
    while place < len(parts):
        end = place + 1
        while (
            parts[end : end + 1] == ["x"]
            and parts[end + 1 : end + 2]
            and _is_number(parts[end + 1])
        ):
            end += 2
        if end > place + 1 and _is_number(parts[place]):
            yield place, end - place
            if parts[end : end + 1] and parts[end] in CANONICAL:
                yield end - 1, 2
        place = end


def _is_number(part: str) -> bool:
    return _NUMBER.fullmatch(part) is not None


def _elided(before: str, after: str, stem: Stem, comma: bool) -> list[Token]:
    """Only what stands behind the apostrophe; and the whole, for names: `loreal`."""
    tokens = word_tokens(after, stem, comma)
    if tokens:
        bare = "".join(part for piece in _split(after) for part in _FINEST.findall(piece))
        tokens.insert(1, Token(stem((before + bare)[:MAX_TERM]), 0, Kind.ALSO))
    return tokens


def _split(chunk: str) -> list[str]:
    """At connectors, but a point between digits stays."""
    return [piece for piece in re.split(r"(?<!\d)\.|\.(?!\d)|[-/'&+_,#]", chunk) if piece]


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
