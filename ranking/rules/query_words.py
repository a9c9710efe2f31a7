"""Queries as rules compare them: words in one form, and what they name."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from indexing.analysis.analyzer import Analyzer
from indexing.catalogue.attributes import PREFIX
from indexing.columns import Columns
from indexing.columns.keyword import SEPARATOR
from indexing.completions.keys import typing_key
from ranking.rules.rule import PLACEHOLDER

ANY, WORD, NUMBER = "any", "word", "number"
"""Placeholders of no field: none to many words, one word, a number."""
LONGEST_NAME: Final = 6
"""Words of a value that a placeholder stands for."""
MOST_VALUES: Final = 100_000
# Words as they stand, Chinese, Japanese and Korean texts character by character.
_PIECES = re.compile(r"[\u2e80-\U0003134f]|[^\s\u2e80-\U0003134f]+")
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Words:
    """written: as the shopper spelled them, folded. terms: their stems, which are compared."""

    written: tuple[str, ...]
    terms: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.terms)


def words_of(text: str, analyzer: Analyzer) -> Words:
    """`Desk Lamps!` and `desk lamp` have the same terms."""
    written = tuple(_PIECES.findall(typing_key(text)))
    return Words(written, tuple(map(analyzer.stem, written)))


@dataclass(frozen=True, slots=True)
class Pattern:
    """parts: a term, or the placeholder `{name}`. names: of its placeholders, in order."""

    parts: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def shape(self) -> str:
        return " ".join(self.parts)

    def longest_run(self) -> str:
        """Its most words without a placeholder between them, with spaces between; may be none."""
        runs, run = [""], [""]
        for part in (*self.parts, "{}"):
            if not part.startswith("{"):
                run.append(part)
                continue
            runs.append(" ".join(run).strip())
            run = [""]
        return max(runs, key=lambda text: text.count(" ") + bool(text))


def pattern_of(text: str, analyzer: Analyzer) -> Pattern:
    parts: list[str] = []
    names: list[str] = []
    end = 0
    for found in PLACEHOLDER.finditer(text):
        parts += words_of(text[end : found.start()], analyzer).terms
        parts.append(found[0])
        names.append(found[1])
        end = found.end()
    parts += words_of(text[end:], analyzer).terms
    return Pattern(tuple(parts), tuple(names))


def field_named(name: str, columns: Columns) -> str | None:
    """The text field that a placeholder names; None if there is none."""
    for field in (name, PREFIX + name):
        if field in columns.keywords:
            return field
    return None


def values_by_terms(field: str, columns: Columns, analyzer: Analyzer) -> dict[str, str]:
    """Terms of a value, with spaces between → the value; of a category, of its last level.

    Of two values with the same terms the more frequent one. O(values).
    """
    column = columns.keywords[field]
    freqs = column.table.freqs
    found: dict[str, tuple[int, str]] = {}
    for ordinal in range(column.first, min(column.last, column.first + MOST_VALUES)):
        value = column.values[ordinal]
        name = value.rpartition(SEPARATOR)[2] if column.kind == "category" else value
        terms = words_of(name, analyzer).terms
        if not 1 <= len(terms) <= LONGEST_NAME:
            continue
        key, often = " ".join(terms), int(freqs[ordinal])
        if key not in found or often > found[key][0]:
            found[key] = often, value
    return {key: value for key, (_, value) in found.items()}


Captured = dict[str, str]
"""Placeholder → what it stands for: a value of the field, or words as they were typed."""


def spans_of(
    name: str, words: Words, values: Callable[[str], dict[str, str]]
) -> list[tuple[int, int, str]]:
    """Where a placeholder may stand: first word, end, and what it stands for then."""
    size = len(words)
    if name == WORD:
        return [(place, place + 1, words.written[place]) for place in range(size)]
    if name == NUMBER:
        return [
            (place, place + 1, word)
            for place, word in enumerate(words.written)
            if _NUMBER.fullmatch(word)
        ]
    if name == ANY:
        return [
            (begin, end, " ".join(words.written[begin:end]))
            for begin in range(size + 1)
            for end in range(begin, size + 1)
        ]
    known = values(name)
    return [
        (begin, end, known[key])
        for begin in range(size)
        for end in range(begin + 1, min(begin + LONGEST_NAME, size) + 1)
        if (key := " ".join(words.terms[begin:end])) in known
    ]


Ways = Callable[[str], dict[int, list[tuple[int, str]]]]
"""Of a placeholder: first word → the ends that it may have there, and what it stands for then."""


def reading(pattern: Pattern, terms: Sequence[str], ways: Ways) -> Captured | None:
    """What the placeholders stand for, the shortest first, if the pattern is all of these words.

    O(parts · words · ways), as what cannot be read from a word on is tried once.
    """
    edges = (terms[0], terms[-1]) if terms else ("", "")
    for part, edge in zip((pattern.parts[0], pattern.parts[-1]), edges, strict=True):
        if part[0] != "{" and part != edge:
            return None  # most are told by this
    failed: set[tuple[int, int]] = set()

    def rest(part: int, begin: int) -> Captured | None:
        if part == len(pattern.parts):
            return {} if begin == len(terms) else None
        if (part, begin) in failed:
            return None
        text = pattern.parts[part]
        if text.startswith("{"):
            name = text[1:-1]
            for end, value in ways(name).get(begin, ()):
                found = rest(part + 1, end)
                if found is not None:
                    return {name: value, **found}
        elif begin < len(terms) and terms[begin] == text:
            found = rest(part + 1, begin + 1)
            if found is not None:
                return found
        failed.add((part, begin))
        return None

    return rest(0, 0)


def filled(text: str, captured: Captured) -> str:
    """The text with every placeholder replaced."""
    return PLACEHOLDER.sub(lambda found: captured.get(found[1], ""), text)
