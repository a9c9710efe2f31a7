"""Kinds of things that go by several names everywhere: `general_kinds.txt`, by stems."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from indexing.analysis.analyzer import Analyzer
from indexing.types.phrases import Titles

_FILE: Final = Path(__file__).with_name("general_kinds.txt")
Stems = tuple[str, ...]


def other_names(phrase: Stems, analyzer: Analyzer) -> tuple[Stems, ...]:
    """What else the thing at the end of a phrase is called; of the longest name that is known."""
    known = _names(analyzer.languages)
    for begin in range(len(phrase)):
        found = known.get(phrase[begin:])
        if found is not None:
            return found
    return ()


@lru_cache(maxsize=16)
def _names(languages: tuple[str, ...]) -> Mapping[Stems, tuple[Stems, ...]]:
    """Name → the others of its lines, all in stems of these languages."""
    analyzer = Analyzer(languages)
    found: dict[Stems, list[Stems]] = {}
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        names = [stems_of(name, analyzer) for name in line.split(",")]
        for name in names:
            others = found.setdefault(name, [])
            others += [other for other in names if other not in (name, *others)]
    return {name: tuple(others) for name, others in found.items()}


def stems_of(text: str, analyzer: Analyzer) -> Stems:
    """The words of a text as the type model has them, without numbers and signs."""
    titles = Titles(analyzer)
    codes = titles.codes_of(text.strip())
    words = list(titles.words)
    return tuple(words[code] for code in codes if code >= 0)
