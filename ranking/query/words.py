"""A query's tokens with their places in the text and their term ids, looked up once."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from string import ascii_lowercase
from typing import Final

from indexing.analysis.analyzer import Analyzer
from indexing.analysis.chunks import CHUNK, Kind, Token, is_cjk
from indexing.analysis.folding import fold
from indexing.analysis.identifiers import IDENTIFIER_SIGN, is_shaped
from indexing.analysis.units import other_measures
from indexing.postings.lexicon import UNKNOWN, Lexicon

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class QueryWords:
    """text: prepared for analysis. tokens: as the analyzer cuts them. spans: of each position,
    text[start:end].

    A compound's parts share the span of the whole chunk. ids: term → term id, -1 if unknown;
    also of the identifiers that they may be, and of measures in other units.
    primary: term id of the first token at each position.
    """

    text: str
    tokens: tuple[Token, ...]
    spans: tuple[Span, ...]
    ids: dict[str, int]
    primary: tuple[int, ...]

    @classmethod
    def of(cls, text: str, analyzer: Analyzer, lexicon: Lexicon) -> "QueryWords":
        text = analyzer.prepared(text)
        tokens = tuple(analyzer.tokens(text))
        terms = {token.term for token in tokens}
        terms |= {IDENTIFIER_SIGN + term for term in terms if is_shaped(term)}
        terms |= {other for t in tokens if t.kind == Kind.WHOLE for other in other_measures(t.term)}
        stops = analyzer.stop_words
        terms |= {
            named for word in _before_articles(tokens, stops) for named in _named(word, stops)
        }
        ids = {term: lexicon.id_of(term) for term in terms}
        first: dict[int, int] = {}
        for token in tokens:
            if token.kind in (Kind.WORD, Kind.CHAR):
                first.setdefault(token.position, ids[token.term])
        primary = tuple(first[position] for position in range(len(first)))
        return cls(text, tokens, _spans(text, analyzer), ids, primary)

    def known(self, *terms: str) -> list[int]:
        """Ids of those that the catalogue knows, as words and as identifiers."""
        both = [each for term in terms for each in (term, IDENTIFIER_SIGN + term)]
        return [self.ids[each] for each in both if self.ids.get(each, UNKNOWN) != UNKNOWN]

    def measures(self, term: str) -> list[int]:
        """Ids of the same measure in other units."""
        return [self.ids[each] for each in other_measures(term) if self.ids[each] != UNKNOWN]

    def before_letters(self, position: int, stops: frozenset[str]) -> bool:
        """Whether the catalogue has the word before a letter that is no word: vitamin c.

        Known of words before letters that are stop words.
        """
        word = self.term_at(position)
        return any(self.ids.get(named, UNKNOWN) != UNKNOWN for named in _named(word, stops))

    def positions(self, start: int, end: int) -> frozenset[int]:
        """Positions that lie inside text[start:end]."""
        return frozenset(
            place for place, (low, high) in enumerate(self.spans) if start <= low and high <= end
        )

    def term_at(self, position: int) -> str:
        """The primary term there."""
        return next(
            token.term
            for token in self.tokens
            if token.position == position and token.kind in (Kind.WORD, Kind.CHAR)
        )

    def folded(self, position: int) -> str:
        """One position's text, folded."""
        return fold(self.said(position, 1))

    def said(self, position: int, count: int) -> str:
        """The text of `count` positions."""
        return self.text[self.spans[position][0] : self.spans[position + count - 1][1]]


NO_WORDS: Final = QueryWords("", (), (), {}, ())


def _before_articles(tokens: Sequence[Token], stops: frozenset[str]) -> list[str]:
    """The words before stop words of one letter."""
    said = [token for token in tokens if token.kind == Kind.WORD]
    return [
        before.term
        for before, token in pairwise(said)
        if len(token.term) == 1 and token.term in stops and before.term not in stops
    ]


def _named(word: str, stops: frozenset[str]) -> list[str]:
    """The word and each letter that is no word, as analysis writes such names in one."""
    return [word + letter for letter in ascii_lowercase if letter not in stops]


def _spans(text: str, analyzer: Analyzer) -> tuple[Span, ...]:
    spans: list[Span] = []
    for found in CHUNK.finditer(text):
        tokens = analyzer.chunk_tokens(found.group())
        if not tokens:
            continue
        count = tokens[-1].position + 1
        if is_cjk(found.group()) and count == found.end() - found.start():
            spans += [(found.start() + place, found.start() + place + 1) for place in range(count)]
        else:
            spans += [found.span()] * count
    return tuple(spans)
