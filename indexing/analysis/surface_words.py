"""Words as they are written, folded but not stemmed: what spelling is about."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from indexing.analysis.chunks import CHUNK, is_cjk
from indexing.analysis.folding import IGNORED, VOWELS, fold
from indexing.analysis.pinyin import han_words

_PIECE = re.compile(rf"[^\W_](?:[^\W_]|[{VOWELS}{IGNORED}\u0300-\u036f])*")
_POSSESSIVE = re.compile(r"['\u2019\u02bc]s$", re.IGNORECASE)


class SurfaceWord(NamedTuple):
    """A folded word, and its place in the text: text[start:end]."""

    word: str
    start: int
    end: int


def surface_words(text: str) -> Iterator[SurfaceWord]:
    """The words in order; compounds fall apart at their signs, Chinese is cut into words.

    Words with digits are among them: they are never misspelt, but stand between others.
    """
    for found in CHUNK.finditer(text):
        for word, start, end in chunk_words(found.group()):
            yield SurfaceWord(word, found.start() + start, found.start() + end)


def chunk_words(chunk: str) -> Iterator[SurfaceWord]:
    """The words of one chunk that `CHUNK` found."""
    if is_cjk(chunk):
        start = 0
        folded = fold(chunk)  # jieba's words are of simplified characters
        for word in han_words(folded if len(folded) == len(chunk) else chunk):
            yield SurfaceWord(fold(word), start, start + len(word))
            start += len(word)
        return
    for piece in _PIECE.finditer(_POSSESSIVE.sub("", chunk)):
        folded = fold(piece.group())
        if folded:
            yield SurfaceWord(folded, piece.start(), piece.end())
