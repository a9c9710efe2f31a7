"""Where the query's terms stand in a text that is shown."""

import re
from html import escape
from typing import Any

from indexing.analysis.analyzer import Analyzer, Cut
from indexing.analysis.chunks import CJK, Kind
from indexing.analysis.folding import fold

MARKED_FIELDS = {"title": 1_000, "brand": 200, "description": 160}
"""Fields that are marked, and how much of each is looked at, in characters."""

Spans = list[tuple[int, int]]

_SHORT = 8
_CJK_RUN = re.compile(rf"[{CJK}\u3000-\u3003\uff01\uff0c\uff1a\uff1b\uff1f]+")
"""With the signs that stand between such runs in a sentence."""

_UNSAFE = re.compile(r"[&<>\"']")
"""What HTML needs escaped; most texts hold none of it."""


class Highlighter:
    """Marks the terms of one query in many texts.

    No chunk reaches over white space, so texts are cut there first, and each word is looked at
    once: of a page's words most are known from other pages, and few are marked.
    """

    def __init__(self, terms: frozenset[str], analyzer: Analyzer) -> None:
        self._terms = terms
        self._analyzer = analyzer
        self._words_asked = any(len(term) == 2 and not term.isascii() for term in terms)
        self._seen: set[str] = set()
        self._marked: dict[str, Spans] = {}
        self._found: dict[str, set[str]] = {}

    def highlights(self, product: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """Field → {`text`: escaped HTML with <em>, `offsets`: [start, end) in code points}.

        Fields without a match are left out; long ones are cut.
        """
        marked = {}
        for name, limit in MARKED_FIELDS.items():
            text = product.get(name)
            if isinstance(text, str):
                spans = self.spans(text[:limit])
                if spans:
                    marked[name] = {
                        "text": mark(text[:limit], spans) + ("…" if len(text) > limit else ""),
                        "offsets": [list(span) for span in spans],
                    }
        return marked

    def spans(self, text: str) -> Spans:
        """Ascending, not overlapping. CJK is marked by bigrams where the query has any."""
        if not self._terms:  # browsing, recommendations
            return []
        words, marked = set(text.split()), self._marked
        unseen = words - self._seen
        if unseen:
            self._seen |= unseen
            self._look_at(unseen)
        return sorted(
            (begin + start, begin + stop)
            for word in words.intersection(marked)
            for begin in _places(word, text)
            for start, stop in marked[word]
        )

    def _look_at(self, words: set[str]) -> None:
        """Note which of the words, seen for the first time, hold terms, and where."""
        terms, cuts = self._terms, self._analyzer.cuts
        for word in words:
            if len(word) > _SHORT and self._is_foreign(word):
                continue
            for cut in cuts(word):
                if terms.isdisjoint(cut.terms):
                    continue
                inside = self._within(cut)
                if inside:
                    self._marked[word] = [*self._marked.get(word, ()), *inside]
                    self._found.setdefault(word, set()).update(terms.intersection(cut.terms))

    def terms_in(self, text: str) -> set[str]:
        """Which of the terms the text holds."""
        self.spans(text)
        return set().union(*(self._found.get(word, ()) for word in text.split()))

    def _is_foreign(self, word: str) -> bool:
        """Whether it is a run of CJK that holds none of the terms: these are parts of it as it is
        folded. Most runs of descriptions are, and taking them apart is dear.
        """
        if not _CJK_RUN.fullmatch(word):
            return False
        folded = fold(word)
        return not any(term in folded for term in self._terms)

    def _within(self, cut: Cut) -> Spans:
        """Spans inside a word: all of a chunk, or the matching part of a CJK run."""
        hits = [
            token
            for token in cut.tokens
            if token.term in self._terms and not (self._words_asked and token.kind == Kind.CHAR)
        ]
        if not hits:
            return []
        if hits[0].kind not in (Kind.CHAR, Kind.BIGRAM):
            return [(cut.start, cut.end)]
        spans: Spans = []
        for token in hits:
            start = cut.start + token.position
            stop = start + token.span
            if spans and start <= spans[-1][1]:
                spans[-1] = (spans[-1][0], max(stop, spans[-1][1]))
            else:
                spans.append((start, stop))
        return spans


def _places(word: str, text: str) -> list[int]:
    """Where the word stands between white space."""
    places, size = [], len(word)
    begin = text.find(word)
    while begin >= 0:
        end = begin + size
        before, behind = text[begin - 1 : begin], text[end : end + 1]  # empty at either end
        if not before.strip() and not behind.strip():
            places.append(begin)
        begin = text.find(word, end)
    return places


def mark(text: str, spans: Spans) -> str:
    """HTML-escaped text with <em> around the spans."""
    pieces, end = [], 0
    for start, stop in spans:
        pieces += [text[end:start], "<em>", text[start:stop], "</em>"]
        end = stop
    pieces.append(text[end:])
    if _UNSAFE.search(text):
        pieces[::2] = map(escape, pieces[::2])
    return "".join(pieces)
