"""Collecting the rows of the query table, each with the products that it finds."""

import re
from array import array
from typing import Final

import numpy as np

from indexing.analysis.analyzer import Analyzer
from indexing.arrays import Float32Array, UInt32Array
from indexing.columns import Columns
from indexing.completions.keys import MAX_TEXT, typing_key
from indexing.postings.strict_match import StrictMatch, query_words
from indexing.query_log.scopes import SCOPES, best_of, scopes_of
from indexing.query_log.table import NO_PRODUCT, signature_of

HEAD: Final = 200_000
"""Rows whose products are looked at; the heaviest come first."""
TOPS: Final = 4
_MOST_TERMS: Final = 12

_TIE: Final = 0.01
"""Of queries asked equally often the one with more products comes first; codes come last."""

_SIGNS: Final = r"\s:：,，。;；?？~、·|/\\_"
_EDGE = re.compile(rf"^[{_SIGNS}!！*#-]+(?=\w)|(?<=\w)[{_SIGNS}]+$")
_NAMED = re.compile(r"[^\W\d_\u3400-\u9fff]{3}|[\u3400-\u9fff]{2}")

UNFOUND: Final = -1
"""No product holds all words."""
LEFT_OUT: Final = -2
"""Empty, too long, or known already."""


class RowCollector:
    """Rows in the order in which they are added. Lists are parallel, one entry a row."""

    def __init__(
        self, strict: StrictMatch, analyzer: Analyzer, columns: Columns, merit: Float32Array
    ) -> None:
        """merit: float32[n], what makes one product of a query come before another."""
        self._strict = strict
        self._analyzer = analyzer
        self._columns = columns
        self._category = columns.keywords["category"]
        self._merit = merit
        self._whole = max(float(np.log1p(columns.doc_count)), 1.0)
        self._counts = np.zeros(len(self._category.table), dtype=np.int32)
        self._found = np.zeros(SCOPES, dtype=np.int32)
        self._shares = np.zeros(SCOPES, dtype=np.float32)
        self._best = np.zeros(TOPS, dtype=np.uint32)
        self.numbers: dict[str, int] = {}
        self.texts: list[str] = []
        self.weights = array("f")
        self.sources = array("B")
        self.signatures = array("Q")
        self.tops = array("I")  # TOPS a row of the head
        self.scopes: list[list[tuple[int, float]]] = []
        self.terms = array("I")  # and beside them the rows that have them
        self.term_rows = array("I")

    def __len__(self) -> int:
        return len(self.texts)

    def add(self, text: str, weight: float, source: int) -> int:
        """The new row, or UNFOUND or LEFT_OUT."""
        shown = presentable(text)
        folded = typing_key(shown) if len(shown) <= MAX_TEXT else ""
        if not folded or len(folded) > MAX_TEXT or folded in self.numbers:
            return LEFT_OUT
        terms = self._strict.terms(shown)
        row = len(self.texts)
        if not terms:
            return UNFOUND
        if row < HEAD:
            docs = self._strict.documents(terms)
            if not len(docs):
                return UNFOUND
            self._look_at(docs)
            if not is_code(shown):
                weight *= 1 + _TIE * float(np.log1p(len(docs)) / self._whole)
        elif self._strict.finds(terms):
            self.scopes.append([])
        else:
            return UNFOUND
        self.numbers[folded] = row
        self.texts.append(shown)
        self.weights.append(weight)
        self.sources.append(source)
        self.signatures.append(signature_of(query_words(shown, self._analyzer)))
        self.terms.extend(terms[:_MOST_TERMS])
        self.term_rows.extend([row] * len(terms[:_MOST_TERMS]))
        return row

    def _look_at(self, docs: UInt32Array) -> None:
        category = self._category
        size = scopes_of(
            docs, category.offsets, category.ordinals, category.parents,
            self._counts, self._found, self._shares,
        )  # fmt: skip
        found, shares = self._found[:size].tolist(), self._shares[:size].tolist()
        self.scopes.append(list(zip(found, shares, strict=True)))
        size = best_of(docs, self._merit, self._columns.group_of, self._best)
        self.tops.extend(self._best[:size].tolist() + [NO_PRODUCT] * (TOPS - size))


def presentable(text: str) -> str:
    """A query without doubled spaces and without the signs that slipped in around it."""
    return _EDGE.sub("", " ".join(text.split()))


def is_code(text: str) -> bool:
    """Whether a query names nothing: no word of three letters, no two Chinese characters."""
    return _NAMED.search(text) is None
