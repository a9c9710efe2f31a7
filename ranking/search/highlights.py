"""Where the query's terms stand in a text that is shown."""

from html import escape
from typing import Any

from indexing.analysis.analyzer import Analyzer
from indexing.analysis.chunks import CHUNK, Kind

MARKED_FIELDS = {"title": 1_000, "brand": 200, "description": 160}
"""Fields that are marked, and how much of each is looked at, in characters."""

Spans = list[tuple[int, int]]


class Highlighter:
    """Marks the terms of one query in many texts; what each chunk comes to is remembered."""

    def __init__(self, terms: frozenset[str], analyzer: Analyzer) -> None:
        self._terms = terms
        self._analyzer = analyzer
        self._words_asked = any(len(term) == 2 and not term.isascii() for term in terms)
        self._known: dict[str, Spans] = {}

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
        found: Spans = []
        known = self._known
        for chunk in CHUNK.finditer(text):
            word = chunk.group()
            inside = known.get(word)
            if inside is None:
                inside = known[word] = self._within(word)
            if inside:
                begin = chunk.start()
                found.extend((begin + start, begin + end) for start, end in inside)
        return found

    def _within(self, chunk: str) -> Spans:
        """Spans inside one chunk: all of a word, or the matching part of a CJK run."""
        hits = [
            token
            for token in self._analyzer.chunk_tokens(chunk)
            if token.term in self._terms and not (self._words_asked and token.kind == Kind.CHAR)
        ]
        if not hits:
            return []
        if hits[0].kind not in (Kind.CHAR, Kind.BIGRAM):
            return [(0, len(chunk))]
        spans: Spans = []
        for token in hits:
            start, end = token.position, token.position + token.span
            if spans and start <= spans[-1][1]:
                spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
            else:
                spans.append((start, end))
        return spans


def mark(text: str, spans: Spans) -> str:
    """HTML-escaped text with <em> around the spans."""
    pieces = []
    end = 0
    for start, stop in spans:
        pieces += [escape(text[end:start]), "<em>", escape(text[start:stop]), "</em>"]
        end = stop
    return "".join([*pieces, escape(text[end:])])
