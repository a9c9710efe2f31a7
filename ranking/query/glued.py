"""Words typed without the space between them, where digits are among them: 55inchtv."""

import re
from typing import Final

from indexing.analysis.folding import fold
from indexing.analysis.units import CANONICAL
from indexing.snapshot import Snapshot
from ranking.query.correct import Change, Correction

_CHUNK = re.compile(r"\S*\d\S*")
_PIECES = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_]+")
_LEAST: Final = 3  # letters of a word that is not a unit
_MOST_LETTERS: Final = 24


def apart(text: str, snapshot: Snapshot) -> Correction | None:
    """The text with its glued words apart, each a number, a unit or a word that the shop uses.

    None if nothing is glued, or a part is none of them: model numbers stay whole.
    """
    changes: list[Change] = []

    def parted(found: re.Match[str]) -> str:
        words = _words(found.group(), snapshot)
        if len(words) < 2:
            return found.group()
        changes.append(Change(found.group(), " ".join(words), "split"))
        return changes[-1].meant

    made = _CHUNK.sub(parted, text)
    return Correction(made, tuple(changes)) if changes else None


def _words(chunk: str, snapshot: Snapshot) -> list[str]:
    """The words of a chunk; empty if it is not made of words, or has no letters."""
    folded = fold(chunk)
    pieces = _PIECES.findall(folded)
    if "".join(pieces) != folded or all(piece[0].isdigit() for piece in pieces):
        return []
    words: list[str] = []
    for place, piece in enumerate(pieces):
        if piece[0].isdigit():
            words.append(piece)
            continue
        found = _cut(piece, place > 0, snapshot)
        if not found:
            return []
        words += found
    return words


def _cut(letters: str, behind_number: bool, snapshot: Snapshot) -> list[str]:
    """Letters as one word, a unit, a unit or word and another word (the longest first part), or a
    unit and two words: gb memory card.
    """
    if len(letters) > _MOST_LETTERS:
        return []
    units = CANONICAL if behind_number else ()
    if letters in units or _is_word(letters, snapshot):
        return [letters]
    for end in range(len(letters) - 1, 0, -1):
        first, rest = letters[:end], letters[end:]
        if (first in units or _is_word(first, snapshot)) and _is_word(rest, snapshot):
            return [first, rest]
    for end in range(len(letters) - 1, 0, -1) if units else ():
        first, rest = letters[:end], letters[end:]
        if first in units and (cut := _two_words(rest, snapshot)):
            return [first, *cut]
    return []


def _two_words(letters: str, snapshot: Snapshot) -> list[str]:
    """Two words of three letters or more that stand side by side in the shop."""
    cut = snapshot.spelling.split(letters)
    if cut is None or cut.together == 0 or min(len(cut.left), len(cut.right)) < _LEAST:
        return []
    return [cut.left, cut.right]


def _is_word(letters: str, snapshot: Snapshot) -> bool:
    """Short ones must stand in titles more than once by themselves: tv, pc."""
    frequency = snapshot.spelling.frequency(letters)
    return frequency > 0 and (len(letters) >= _LEAST or (len(letters) == 2 and frequency > 1))
