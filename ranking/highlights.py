"""Where the query's terms stand in a text that is shown."""

from html import escape
from typing import Any

from indexing.analysis.analyzer import Analyzer
from indexing.analysis.chunks import CHUNK, Kind

MARKED_FIELDS = ("title", "brand", "description")


def highlights(
    product: dict[str, Any], terms: frozenset[str], analyzer: Analyzer
) -> dict[str, dict[str, Any]]:
    """Field → {`text`: escaped HTML with <em>, `offsets`: [start, end) in code points}.

    Fields without a match are left out.
    """
    marked = {}
    for name in MARKED_FIELDS:
        text = product.get(name)
        if isinstance(text, str):
            spans = matching_spans(text, terms, analyzer)
            if spans:
                marked[name] = {"text": mark(text, spans), "offsets": [list(s) for s in spans]}
    return marked


def matching_spans(text: str, terms: frozenset[str], analyzer: Analyzer) -> list[tuple[int, int]]:
    """Ascending, not overlapping. CJK is marked by bigrams, unless single characters were asked."""
    spans: list[tuple[int, int]] = []
    bigrams = any(len(term) == 2 and not term.isascii() for term in terms)
    for chunk in CHUNK.finditer(text):
        tokens = analyzer.chunk_tokens(chunk.group())
        hit = [t for t in tokens if t.term in terms and not (bigrams and t.kind == Kind.CHAR)]
        if not hit:
            continue
        if hit[0].kind in (Kind.CHAR, Kind.BIGRAM):
            found = [(chunk.start() + t.position, chunk.start() + t.position + t.span) for t in hit]
        else:
            found = [(chunk.start(), chunk.end())]
        for start, end in found:
            if spans and start <= spans[-1][1]:
                spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
            else:
                spans.append((start, end))
    return spans


def mark(text: str, spans: list[tuple[int, int]]) -> str:
    """HTML-escaped text with <em> around the spans."""
    pieces = []
    end = 0
    for start, stop in spans:
        pieces += [escape(text[end:start]), "<em>", escape(text[start:stop]), "</em>"]
        end = stop
    return "".join([*pieces, escape(text[end:])])
