"""What a suggestion is found by: its text from every word start on, and its pinyin.

A key is not stored: it is a place in a text, and reaches to the text's end. Texts end with a
zero byte, which sorts before every other byte and never matches a typed one.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

import numpy as np
from numba import njit

from indexing.analysis.folding import fold
from indexing.analysis.pinyin import han_words, has_han, initials, syllables
from indexing.arrays import Int64Array, UInt8Array, UInt32Array, UInt64Array

MAX_TEXT: Final = 120  # characters; longer texts are not suggestions
MAX_STARTS: Final = 8  # word starts of one text that become keys

KINDS: Final = ("prefix", "word", "pinyin", "pinyin_word", "initials", "initials_word")
PREFIX, WORD, PINYIN, PINYIN_WORD, INITIALS, INITIALS_WORD = range(len(KINDS))

_KEPT_SIGNS: Final = frozenset("+&#%$€£¥./")
_DROPPED_SIGNS: Final = frozenset("'\u2019\u2018`\u02bc")  # women's = womens
_LONE_POINT = re.compile(r"(?<!\d)[./]|[./](?!\d)")  # but 15.6 and 3/4 stay


class _SignFolds(dict[int, str]):
    """Letters, marks and digits stay, signs that shoppers mean stay, all others are gaps."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if character in _DROPPED_SIGNS:
            folded = ""
        elif unicodedata.category(character)[0] in "LMN" or character in _KEPT_SIGNS:
            folded = character
        else:
            folded = " "
        self[code] = folded
        return folded


_SIGN_FOLDS = _SignFolds()


def typing_key(text: str) -> str:
    """One form for all ways of typing a text.

    Folded as words are looked up (accents, ø, ł, ı, kana, traditional signs), apostrophes dropped,
    other punctuation and runs of space one space.
    """
    return _without_signs(fold(text))


def older_typing_key(text: str) -> str:
    """The same as snapshots of the version before have it: ø, ł, ı, kana and the like stay."""
    if text.isascii():
        return typing_key(text)
    text = unicodedata.normalize("NFKC", text).casefold()
    bare = (c for c in unicodedata.normalize("NFD", text) if not "\u0300" <= c <= "\u036f")
    return _without_signs(unicodedata.normalize("NFC", "".join(bare)))


def _without_signs(text: str) -> str:
    text = text.translate(_SIGN_FOLDS)
    if "." in text or "/" in text:
        text = _LONE_POINT.sub(" ", text)
    return " ".join(text.split())


def fold_prefix(typed: str) -> tuple[str, bool]:
    """The folded text, and whether its last word was ended by a space."""
    folded = typing_key(typed)
    return folded, bool(folded) and typed[-1].isspace()


def key_rows(folded: str) -> Iterator[tuple[bytes, int, list[int]]]:
    """(row, kind, byte places in the row where a key begins) for one folded text.

    The first place of a row is 0 and is of the row's kind, the others of kind + 1. Chinese
    texts have three rows: as written, in pinyin, in initials.
    """
    if not has_han(folded):
        row = folded.encode()
        yield row, PREFIX, _after_spaces(row)
        return
    words = han_words(folded)
    yield _row([word.encode() for word in words], PREFIX)
    yield _row(["".join(syllables(word)).encode() for word in words], PINYIN)
    yield _row([initials(word).encode() for word in words], INITIALS)


def pinyin_of(folded: str) -> str:
    return "".join("".join(syllables(word)) for word in han_words(folded))


def _after_spaces(row: bytes) -> list[int]:
    starts = [0]
    place = row.find(b" ")
    while place >= 0 and len(starts) < MAX_STARTS:
        starts.append(place + 1)
        place = row.find(b" ", place + 1)
    return starts


def _row(words: list[bytes], kind: int) -> tuple[bytes, int, list[int]]:
    starts: list[int] = []
    place = 0
    for word in words:
        if word != b" " and len(starts) < MAX_STARTS:
            starts.append(place)
        place += len(word)
    return b"".join(words), kind, starts


@njit(nogil=True, cache=True)
def _pack(
    blob: UInt8Array, starts: UInt32Array, depth: int, packed: UInt64Array
) -> None:  # pragma: no cover
    for number in range(len(starts)):
        place = int(starts[number]) + depth
        value = np.uint64(0)
        ended = False
        for _ in range(8):
            value = value << np.uint64(8)
            if not ended:
                byte = blob[place]
                ended = byte == 0
                value |= np.uint64(byte)
                place += 1
        packed[number] = value


def sort_keys(blob: UInt8Array, starts: UInt32Array) -> Int64Array:
    """Order of the keys by their bytes; equal keys keep the order they came in.

    Eight bytes at a time as one number; only keys that are still equal, and not yet at their
    end, are looked at again.
    """
    packed = np.empty(len(starts), dtype=np.uint64)
    _pack(blob, starts, 0, packed)
    order = np.argsort(packed, kind="stable")
    packed = packed[order]
    group = np.zeros(len(starts), dtype=np.int64)
    places = np.arange(len(starts))
    depth = 0
    while True:
        differs = np.ones(len(places), dtype=np.bool_)
        differs[1:] = (packed[1:] != packed[:-1]) | (group[1:] != group[:-1])
        alone = differs.copy()
        alone[:-1] &= differs[1:]
        open_ = ~alone & ((packed & np.uint64(0xFF)) != 0)
        if not open_.any():
            return order
        group = np.cumsum(differs)[open_]
        places = places[open_]
        depth += 8
        packed = np.empty(len(places), dtype=np.uint64)
        _pack(blob, starts[order[places]], depth, packed)
        resorted = np.lexsort((packed, group))
        order[places] = order[places][resorted]
        packed = packed[resorted]


@njit(nogil=True, cache=True)
def hash_rows(blob: UInt8Array, starts: UInt32Array) -> UInt64Array:  # pragma: no cover
    """FNV-1a, 64 bits, of the zero-ended text at each start."""
    hashes = np.empty(len(starts), dtype=np.uint64)
    for number in range(len(starts)):
        value = np.uint64(14695981039346656037)
        place = int(starts[number])
        while blob[place] != 0:
            value = (value ^ np.uint64(blob[place])) * np.uint64(1099511628211)
            place += 1
        hashes[number] = value
    return hashes
