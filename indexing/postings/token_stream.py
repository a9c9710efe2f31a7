"""While building: the products' texts as streams of provisional term ids on disk."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexing.analysis.analyzer import Analyzer
from indexing.analysis.chunks import CHUNK, Token
from indexing.analysis.memory import remember_chunk, remember_text
from indexing.arrays import Int64Array, UInt32Array
from indexing.postings.postings import Field

EXTRA = 1 << 31
"""Flag of a token that shares the position of the one before it."""

_SPILL = 1 << 20
_REPEATED = (Field.BRAND, Field.CATEGORY, Field.ATTRIBUTES)
"""Fields in which many products have the same text."""


class TermNumbers:
    """Provisional ids in order of first sight, and what each chunk of text becomes."""

    def __init__(self, analyzer: Analyzer) -> None:
        self.analyzer = analyzer
        self.ids: dict[str, int] = {}
        self._chunks: dict[str, tuple[tuple[Token, ...], array[int], bool]] = {}
        self._texts: dict[str, array[int]] = {}

    def number(self, term: str) -> int:
        return self.ids.setdefault(term, len(self.ids))

    def coded(self, tokens: Sequence[Token]) -> "array[int]":
        """uint32 codes in order of position; extras carry the flag."""
        codes = array("I")
        position = -1
        for token in tokens:
            extra = EXTRA if token.position == position else 0
            codes.append(self.number(token.term) | extra)
            position = token.position
        return codes

    def append(self, text: str, codes: "array[int]") -> None:
        """Append the text's codes; equal to `coded(analyzer.tokens(text))`, only faster."""
        before: tuple[Token, ...] = ()
        for chunk in CHUNK.findall(self.analyzer.prepared(text)):
            known = self._chunks.get(chunk)
            if known is None:
                tokens = self.analyzer.chunk_tokens(chunk)
                known = (tokens, self.coded(tokens), self.analyzer.may_join(tokens))
                remember_chunk(self._chunks, chunk, known)
            tokens, made, joins = known
            if not tokens:
                continue
            if joins and (joined := self.analyzer.join(before, tokens)) is not None:
                place = _primary(codes, joined.back) + 1
                codes.insert(place, self.number(joined.whole) | EXTRA)
                codes.append(self.number(joined.term))
                before = (tokens[0]._replace(term=joined.term),)
                continue
            codes.extend(made)
            before = tokens

    def append_identifier(self, text: str, codes: "array[int]") -> None:
        """An identifier is one term, and no word."""
        codes.append(self.number(self.analyzer.identifier_term(text)))

    def append_repeated(self, text: str, codes: "array[int]") -> None:
        """The same for a text that is likely to come again."""
        made = self._texts.get(text)
        if made is None:
            made = array("I")
            self.append(text, made)
            remember_text(self._texts, text, made)
        codes.extend(made)


def _primary(codes: "array[int]", back: int) -> int:
    """Index of the primary token `back` positions before the end."""
    place = len(codes)
    while back:
        place -= 1
        if not codes[place] & EXTRA:
            back -= 1
    return place


class TokenStream:
    """All fields of all products: codes in one file, and where each field of each row ends."""

    def __init__(self, path: Path, fields: int) -> None:
        self._path = path
        self._fields = fields
        self._file = path.open("wb")
        self._pending = array("I")
        self._written = 0
        self._ends = array("q", [0])

    def add(self, numbers: TermNumbers, row: Sequence[Sequence[str]]) -> None:
        """The texts of each field of one row; between two texts nothing joins."""
        for field, texts in enumerate(row):
            append = numbers.append_repeated if field in _REPEATED else numbers.append
            if field == Field.IDENTIFIERS:
                append = numbers.append_identifier
            for text in texts:
                append(text, self._pending)
            self._ends.append(self._written + len(self._pending))
        if len(self._pending) >= _SPILL:
            self._spill()

    def close(self) -> None:
        self._file.close()

    def finish(self) -> "Tokens":
        """All that was added, mapped."""
        self._spill()
        self.close()
        bounds = np.frombuffer(self._ends, dtype=np.int64)
        if not self._written:
            return Tokens(np.zeros(0, dtype=np.uint32), bounds, self._fields)
        codes = np.memmap(self._path, dtype=np.uint32, mode="r+").view(np.ndarray)
        return Tokens(codes, bounds, self._fields)

    def _spill(self) -> None:
        self._pending.tofile(self._file)
        self._written += len(self._pending)
        self._pending = array("I")


@dataclass(frozen=True, slots=True)
class Tokens:
    """codes: uint32, provisional ids with flags. bounds: int64[rows * fields + 1]."""

    codes: UInt32Array
    bounds: Int64Array
    fields: int
