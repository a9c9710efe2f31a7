"""`_highlightResult` and `_snippetResult`: texts with any tags, in unescaped text.

The client escapes the whole text itself and then swaps the tags for elements.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from app.api.algolia.records import covers
from ranking.search.highlights import Highlighter, Spans
from ranking.search.snippets import snippet

MOST_READ: Final = 2_000
"""Characters of a text that are looked at; what follows is shown unmarked, and in no snippet."""
UNMARKED: Final = frozenset({
    "objectID", "id", "image", "images", "url", "currency", "group_id", "created_at",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Marking:
    """How one query wants its texts. highlighted: None for all. snippets: (attribute, words)."""

    before: str = "<em>"
    after: str = "</em>"
    highlighted: tuple[str, ...] | None = None
    snippets: tuple[tuple[str, int], ...] = ()
    ellipsis: str = "…"


@dataclass(frozen=True, slots=True)
class Marker:
    """wanted: each word of the query, and the terms that may have matched it."""

    marking: Marking
    highlighter: Highlighter
    wanted: Sequence[tuple[str, frozenset[str]]]

    def highlights(self, record: dict[str, Any]) -> dict[str, Any]:
        """Of a flat record: every text that may be highlighted, matched or not."""
        asked = self.marking.highlighted
        found = {}
        for name, value in record.items():
            if (name not in UNMARKED) if asked is None else covers(asked, name):
                made = _each(value, self._highlight)
                if made is not None:
                    found[name] = made
        return found

    def snippets(self, record: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for asked, words in self.marking.snippets:
            for name, value in record.items():
                named = name not in UNMARKED if asked == "*" else covers((asked,), name)
                if named and name not in found:
                    made = _each(value, partial(self._snippet, words))
                    if made is not None:
                        found[name] = made
        return found

    def _highlight(self, text: str) -> dict[str, Any]:
        spans, words, level = self._matched(text)
        made: dict[str, Any] = {"value": self._tagged(text, spans), "matchLevel": level}
        made["matchedWords"] = words
        if spans:
            marked = sum(end - start for start, end in spans)
            made["fullyHighlighted"] = marked == len("".join(text.split()))
        return made

    def _snippet(self, words: int, text: str) -> dict[str, str]:
        spans, _, level = self._matched(text)
        start, end = snippet(text[:MOST_READ], spans, words)
        inside = [(a - start, b - start) for a, b in spans if start <= a and b <= end]
        value = self._tagged(text[start:end], inside)
        left, right = self.marking.ellipsis * (start > 0), self.marking.ellipsis * (end < len(text))
        return {"value": f"{left}{value}{right}", "matchLevel": level}

    def _matched(self, text: str) -> tuple[Spans, list[str], str]:
        """Spans, words of the query, and whether none, some or all of them are in the text."""
        read = text[:MOST_READ]
        spans = self.highlighter.spans(read)
        if not spans:
            return spans, [], "none"
        terms = self.highlighter.terms_in(read)
        words = [word for word, meant in self.wanted if not terms.isdisjoint(meant)]
        return spans, words, "full" if len(words) == len(self.wanted) else "partial"

    def _tagged(self, text: str, spans: Spans) -> str:
        pieces, end = [], 0
        for start, stop in spans:
            pieces += [text[end:start], self.marking.before, text[start:stop], self.marking.after]
            end = stop
        return "".join([*pieces, text[end:]])


def _each(value: Any, of: Callable[[str], dict[str, Any]]) -> Any:
    """A text, or each of a list of texts; None for anything else."""
    if isinstance(value, str):
        return of(value)
    if isinstance(value, list) and value and all(isinstance(part, str) for part in value):
        return [of(part) for part in value]
    return None
