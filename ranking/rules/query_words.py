"""Queries as rules compare them: words in one form, and what they name."""

import re
from collections.abc import Callable, Iterable
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


Values = Callable[[str], dict[str, str]]
"""Of a placeholder that names a field: terms with spaces between → the value."""


def ends_of(name: str, begin: int, words: Words, values: Values) -> Iterable[int]:
    """Where a placeholder that begins at this word may end, the shortest first."""
    size = len(words)
    if name == ANY:
        return range(begin, size + 1)
    if begin == size:
        return ()
    if name == WORD:
        return (begin + 1,)
    if name == NUMBER:
        return (begin + 1,) if _NUMBER.fullmatch(words.written[begin]) else ()
    known = values(name)
    ends = range(begin + 1, min(begin + LONGEST_NAME, size) + 1)
    return [end for end in ends if " ".join(words.terms[begin:end]) in known]


def meant(name: str, begin: int, end: int, words: Words, values: Values) -> str:
    """What a placeholder over these words stands for."""
    if name in (ANY, WORD, NUMBER):
        return " ".join(words.written[begin:end])
    return values(name)[" ".join(words.terms[begin:end])]


def reading(pattern: Pattern, words: Words, values: Values) -> Captured | None:
    """What the placeholders stand for, the shortest first, if the pattern is all of these words.

    O(parts · words²), as what cannot be read from a word on is tried once.
    """
    parts, terms, size = pattern.parts, words.terms, len(words)
    edges = (terms[0], terms[-1]) if terms else ("", "")
    for part, edge in zip((parts[0], parts[-1]), edges, strict=True):
        if part[0] != "{" and part != edge:
            return None  # most are told by this
    failed: set[tuple[int, int]] = set()

    def rest(at: int, begin: int) -> Captured | None:
        while at < len(parts) and parts[at][0] != "{":
            if begin == size or terms[begin] != parts[at]:
                return None
            at, begin = at + 1, begin + 1
        if at == len(parts):
            return {} if begin == size else None
        if (at, begin) in failed:
            return None
        name = parts[at][1:-1]
        for end in ends_of(name, begin, words, values):
            found = rest(at + 1, end)
            if found is not None:
                return {name: meant(name, begin, end, words, values), **found}
        failed.add((at, begin))
        return None

    return rest(0, 0)


def filled(text: str, captured: Captured) -> str:
    """The text with every placeholder replaced."""
    return PLACEHOLDER.sub(lambda found: captured.get(found[1], ""), text)
