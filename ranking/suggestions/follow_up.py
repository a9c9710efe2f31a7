"""Words that shoppers add to a query."""

from collections.abc import Iterator
from dataclasses import dataclass

from indexing.analysis.pinyin import has_han
from indexing.completions.keys import typing_key
from indexing.postings.strict_match import query_words, strict_terms
from indexing.snapshot import Snapshot

_MOST_ADDED = 2
_LOOKED_AT = 24


@dataclass(frozen=True, slots=True)
class FollowUp:
    """word: what is added, as it was typed. query: the whole longer query. terms: those added.

    lift: 1 … 2, how often it is asked against the most frequent longer query.
    """

    word: str
    query: str
    source: str
    terms: tuple[int, ...]
    lift: float


def follow_ups(text: str, words: frozenset[str], snapshot: Snapshot) -> list[FollowUp]:
    """Known queries that ask for all words of this one and one or two more, heaviest first.

    Of what nobody asked for, only single words: two in a row are pieces of titles.
    """
    rows = _longer(text, snapshot)[:_LOOKED_AT]
    table = snapshot.queries
    heaviest = max((float(table.weights[row]) for row in rows), default=1.0)
    found: list[FollowUp] = []
    for row in rows:
        query = table.text(row)
        added = query_words(query, snapshot.analyzer) - words
        known = [snapshot.index.lexicon.id_of(word) for word in added]
        word = _added_text(text, query, words, snapshot)
        if word and known and min(known) >= 0 and len(added) <= _most(query, row < table.logged):
            share = float(table.weights[row]) / heaviest
            found.append(FollowUp(word, query, table.source(row), tuple(known), 1.0 + share))
    return found


def _most(query: str, asked: bool) -> int:
    """How many words may be added; Chinese is cut into characters, and a word may have four."""
    if has_han(query):
        return 2 * _MOST_ADDED
    return _MOST_ADDED if asked else 1


def _longer(text: str, snapshot: Snapshot) -> list[int]:
    """Rows that are known to have all words of a query, heaviest first."""
    table = snapshot.queries
    terms = strict_terms(text, snapshot.analyzer, snapshot.index.lexicon)
    if not terms:
        return []
    lists = [[row for row, _ in table.words.to(term)] for term in terms]
    common = set(lists[0]).intersection(*lists[1:])
    return sorted(common, key=lambda row: (-float(table.weights[row]), row))


def _added_text(text: str, query: str, words: frozenset[str], snapshot: Snapshot) -> str:
    """What the longer query has beyond the shorter, as it was typed; empty if that is unclear."""
    if has_han(query):
        rest = list(_without(typing_key(query), typing_key(text)))
        return snapshot.written.shown(rest[0]) if len(rest) == 1 and len(rest[0]) > 1 else ""
    analyzer = snapshot.analyzer
    added = (word for word in query.split() if not query_words(word, analyzer) <= words)
    return " ".join(word for word in added if typing_key(word) not in analyzer.stop_words)


def _without(query: str, text: str) -> Iterator[str]:
    """The pieces that are left when the text is cut out."""
    if text and text in query:
        yield from (piece for piece in query.replace(text, " ", 1).split() if piece)
