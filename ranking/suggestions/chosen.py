"""Choosing the items of one answer, and what no surface may show."""

import re
from typing import Any, Final

from rapidfuzz.distance import OSA

from indexing.analysis.analyzer import Analyzer
from indexing.analysis.pinyin import has_han
from indexing.completions.keys import typing_key
from indexing.postings.strict_match import StrictMatch, query_words
from indexing.query_log.table import QueryTable, signature_of
from ranking.generation import Generation
from ranking.suggestions.item import QueryItem

_MOST_CHECKS: Final = 20
"""Of one answer; what comes behind is offered without one."""
_LONG_HAN: Final = 4
_LONG: Final = 9
_DIGITS: Final = re.compile(r"\d+")


def signature(text: str, analyzer: Analyzer) -> int:
    """Equal for texts of the same words in any order and inflection."""
    return signature_of(query_words(text, analyzer))


class Chosen:
    """The items of one answer: at most `limit`, none blocked, none a rewording of another.

    Nor a rewording of what it was told to avoid, such as the query just asked. With `apart` also
    none that is spelt almost like another (`almost`).
    """

    def __init__(
        self, surface: str, limit: int, generation: Generation, apart: bool = False
    ) -> None:
        self._apart = apart
        self._surface = surface
        self._limit = limit
        self._generation = generation
        self._signatures: set[int] = set()
        self._letters: set[str] = set()
        self._checks = 0
        self.items: list[QueryItem] = []
        self.signs: list[int] = []
        """Of each item."""

    @property
    def full(self) -> bool:
        return len(self.items) >= self._limit

    @property
    def _table(self) -> QueryTable:
        return self._generation.snapshot.queries

    def avoid(self, text: str) -> None:
        if text.strip():
            self._signatures.add(signature(text, self._generation.snapshot.analyzer))
            self._letters.add(letters(text))
            row = self._table.row_of(text)
            if row >= 0:  # a variant stands for the same query
                self._signatures.add(int(self._table.signatures[row]))

    def offer_row(self, row: int, **more: Any) -> bool:
        """Take a row of the query table; False if it may not be shown, or there is no room."""
        text = self._table.text(row)
        return self._take(text, self._table.source(row), int(self._table.signatures[row]), more)

    def offer(self, text: str, source: str, **more: Any) -> bool:
        return self._take(text, source, signature(text, self._generation.snapshot.analyzer), more)

    def offer_signed(self, text: str, sign: int, source: str, **more: Any) -> bool:
        """`offer` where the text's signature is known."""
        return self._take(text, source, sign, more)

    def _take(self, text: str, source: str, sign: int, more: dict[str, Any]) -> bool:
        bare = letters(text)
        if self.full or sign in self._signatures or bare in self._letters:
            return False
        if self._generation.rules.blocklist.blocks(text):
            return False
        if self._apart and any(almost(bare, other) for other in self._letters):
            return False
        if not self._finds(text):
            return False
        self._signatures.add(sign)
        self._letters.add(bare)
        self.signs.append(sign)
        self.items.append(QueryItem.of(self._surface, text, source, **more))
        return True

    def _finds(self, text: str) -> bool:
        """Whether it still finds a product. A build saw to it; since then products may be gone."""
        segments = self._generation.segments
        if self._checks >= _MOST_CHECKS or all(each.gone is None for each in segments):
            return True
        self._checks += 1
        strict = (StrictMatch(each.analyzer, each.index) for each in segments)
        return any(bool(terms := each.terms(text)) and each.finds(terms) for each in strict)


def letters(text: str) -> str:
    """A text without its spaces: `sun glasses` and `sunglasses` are one query."""
    return typing_key(text).replace(" ", "")


def almost(left: str, right: str) -> bool:
    """Whether two long texts (`letters`) are one edit apart: 厨房物架, 厨房置物架.

    Long: of four Chinese characters, or nine others. Never if their digits differ.
    """
    if min(len(left), len(right)) < (_LONG_HAN if has_han(left) else _LONG):
        return False
    digits = [_DIGITS.findall(text) for text in (left, right)]
    return digits[0] == digits[1] and OSA.distance(left, right, score_cutoff=1) <= 1
