"""Does any product hold all words of a text, and which? What finds nothing is never suggested."""

import re
from itertools import pairwise
from typing import Final

import numpy as np

from indexing.analysis.analyzer import Analyzer
from indexing.analysis.chunks import CHUNK, is_cjk
from indexing.analysis.folding import fold
from indexing.analysis.pinyin import han_words, has_han
from indexing.arrays import BoolArray, UInt32Array
from indexing.catalogue.index_config import IndexConfig
from indexing.columns import Columns
from indexing.postings.doc_sets import intersect
from indexing.postings.lexicon import UNKNOWN, Lexicon
from indexing.postings.postings import BITS, MAX_TF, Field, InvertedIndex

# What a product is, apart from what its description mentions.
_ABOUT = (Field.TITLE, Field.BRAND, Field.CATEGORY, Field.ATTRIBUTES)
_ABOUT_MASK: Final = np.uint32(sum(MAX_TF << BITS * field for field in _ABOUT))
_GLUED: Final = re.compile(r"\d[^\W\d_]|[^\W\d_]\d")
_CACHED_DOCS: Final = 50_000_000


def query_words(text: str, analyzer: Analyzer) -> frozenset[str]:
    """The distinct terms that a query asks for, stop words aside if there are others."""
    words = _all_words(text, analyzer)
    return words - analyzer.stop_words or words


def _all_words(text: str, analyzer: Analyzer) -> frozenset[str]:
    firsts: dict[int, str] = {}
    for token in analyzer.tokens(text):
        firsts.setdefault(token.position, token.term)
    return frozenset(firsts.values())


def strict_words(text: str, analyzer: Analyzer) -> frozenset[str]:
    """The terms that a product must hold to be offered for a query.

    The query's words. Of Chinese, where words are single characters, also the pairs inside one
    word: that 液 and 体 stand somewhere in a title does not make it 液体. Stop words count where
    they are names: in Chinese (an皂), and beside digits without a space (3an).
    """
    terms = set(query_words(text, analyzer))
    if has_han(text) or _GLUED.search(text):
        terms |= _all_words(text, analyzer)
    for chunk in CHUNK.findall(text):
        if is_cjk(chunk):
            for word in han_words(fold(chunk)):
                terms.update(left + right for left, right in pairwise(word))
    return frozenset(terms)


def telling_words(text: str, analyzer: Analyzer) -> frozenset[str]:
    """The terms by which queries are alike: of a Chinese word its pairs, not its characters.

    衣柜 and 连衣裙 have a character in common, and nothing else.
    """
    words = strict_words(text, analyzer)
    terms = set(words)
    for chunk in CHUNK.findall(text):
        if is_cjk(chunk):
            for word in han_words(fold(chunk)):
                terms.difference_update(word if len(word) > 1 else "")
    return frozenset(terms) or words


def strict_terms(text: str, analyzer: Analyzer, lexicon: Lexicon) -> list[int]:
    """Ids of `strict_words`, ascending; of an identifier the one id that it has. Empty if the
    catalogue knows neither.
    """
    ids = {lexicon.id_of(term) for term in strict_words(text, analyzer)}
    if UNKNOWN not in ids:
        return sorted(ids)
    whole = lexicon.id_of(analyzer.identifier_term(text))
    return [] if whole == UNKNOWN else [whole]


def hidden_products(columns: Columns, config: IndexConfig) -> BoolArray | None:
    """bool[n], the products that no search shows, or None if there are none of them."""
    stock = columns.numeric("stock")
    if config.out_of_stock != "hide" or stock is None:
        return None
    hidden: BoolArray = stock.all() <= 0  # NaN, which is unknown, compares false
    return hidden if hidden.any() else None


class StrictMatch:
    """Products by all words of a text. Word lists once asked for are kept (bounded)."""

    def __init__(
        self, analyzer: Analyzer, index: InvertedIndex, hidden: BoolArray | None = None
    ) -> None:
        """hidden: bool[n], products that count as not there (`hidden_products`)."""
        self._analyzer = analyzer
        self._index = index
        self._hidden = hidden
        self._about: dict[int, UInt32Array] = {}
        self._cached = 0

    def terms(self, text: str) -> list[int]:
        """`strict_terms` of a query."""
        return strict_terms(text, self._analyzer, self._index.lexicon)

    def finds(self, terms: list[int]) -> bool:
        """True if one product holds every term. O(rarest term's postings)."""
        return len(self._all([self._index.postings(term)[0] for term in terms])) > 0

    def documents(self, terms: list[int]) -> UInt32Array:
        """uint32[m], ascending: products that are about all terms; if there are none, those
        that mention them anywhere.
        """
        found = self._all([self._about_list(term) for term in terms])
        if len(found):
            return found
        return self._all([self._index.postings(term)[0] for term in terms])

    def _about_list(self, term: int) -> UInt32Array:
        known = self._about.get(term)
        if known is None:
            docs, tfs = self._index.postings(term)
            known = docs[(tfs & _ABOUT_MASK) != 0]
            if self._cached > _CACHED_DOCS:
                self._about.clear()
                self._cached = 0
            self._about[term] = known
            self._cached += len(known)
        return known

    def _all(self, lists: list[UInt32Array]) -> UInt32Array:
        if not lists:
            return np.empty(0, dtype=np.uint32)
        lists.sort(key=len)
        found = lists[0]
        for docs in lists[1:]:
            if not len(found):
                break
            found = intersect(found, docs)
        found = self._index.there(found)
        return found if self._hidden is None else found[~self._hidden[found]]
