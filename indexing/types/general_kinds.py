"""Kinds of things that go by several names everywhere: `general_kinds.txt`, by stems."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from indexing.analysis.analyzer import Analyzer
from indexing.analysis.chunks import Kind
from indexing.analysis.folding import fold
from indexing.types.phrases import Titles

_FILE: Final = Path(__file__).with_name("general_kinds.txt")
Stems = tuple[str, ...]
MOST_WORDS: Final = 3
"""Words of a thing's name."""
LEAST_LINES: Final = 2
"""In which two nouns stand in one place, from which they do so elsewhere."""


@dataclass(frozen=True, slots=True)
class General:
    """said: the name, as stems. names: what else it is called. things: names of single ones, as
    `iphone` of a phone.
    """

    said: Stems = ()
    names: tuple[Stems, ...] = ()
    things: tuple[Stems, ...] = ()


UNKNOWN_NAME: Final = General()


def kinds_of_thing(phrase: Stems, analyzer: Analyzer) -> tuple[Stems, ...]:
    """What kinds the thing is that a phrase begins with the name of, by their names."""
    known = _things(analyzer.languages)
    found = (known.get(phrase[:end]) for end in range(min(len(phrase), MOST_WORDS), 0, -1))
    return next((names for names in found if names is not None), ())


def places_of_things(phrase: Stems, analyzer: Analyzer) -> frozenset[int]:
    """Places of the words of a phrase that name single things."""
    known = _things(analyzer.languages)
    return frozenset(
        place
        for begin in range(len(phrase))
        for end in range(begin + 1, min(begin + MOST_WORDS, len(phrase)) + 1)
        if phrase[begin:end] in known
        for place in range(begin, end)
    )


def general_names(phrase: Stems, analyzer: Analyzer) -> General:
    """Of the longest name that a phrase ends with; without a name if none is known."""
    known = _names(analyzer.languages)
    for begin in range(len(phrase)):
        found = known.get(phrase[begin:])
        if found is not None:
            return found
    return UNKNOWN_NAME


def known_names(analyzer: Analyzer) -> tuple[Stems, ...]:
    """All names of kinds, of single things none."""
    return tuple(name for name in _names(analyzer.languages) if name)


def known_things(analyzer: Analyzer) -> Mapping[Stems, tuple[Stems, ...]]:
    """Name of each single thing → the names of its kind."""
    return _things(analyzer.languages)


@lru_cache(maxsize=16)
def _names(languages: tuple[str, ...]) -> Mapping[Stems, General]:
    """All in stems of these languages."""
    analyzer = Analyzer(languages)
    names: dict[Stems, list[Stems]] = {}
    things: dict[Stems, list[Stems]] = {}
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        kinds, _, single = line.partition(":")
        said = [_name_of(name, analyzer) for name in kinds.split(",")]
        for name in said:
            others = names.setdefault(name, [])
            others += [other for other in said if other not in (name, *others)]
            things.setdefault(name, []).extend(
                stems_of(thing, analyzer) for thing in single.split(",") if thing.strip()
            )
    return {
        name: General(name, tuple(others), tuple(things[name])) for name, others in names.items()
    }


@lru_cache(maxsize=16)
def long_names(languages: tuple[str, ...]) -> Mapping[tuple[str, str], Stems]:
    """Names of three words by the first and the last of them, where the last two are another
    thing: an uninterruptible power supply is no power supply.
    """
    known = _names(languages)
    return {
        (name[0], name[2]): name
        for name, general in known.items()
        if len(name) == 3 and name[1:] in known and name[1:] not in general.names
    }


@lru_cache(maxsize=16)
def nouns_alike(languages: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """Noun → those that stand in its place behind the same word, in two lines at least: machine and
    maker, as a bread machine is a bread maker and a coffee machine a coffee maker. Nearest first.
    """
    lines: Counter[tuple[str, str]] = Counter()
    seen: set[frozenset[Stems]] = set()
    for known in _names(languages).values():
        group = frozenset((known.said, *known.names))
        if group not in seen:
            seen.add(group)
            lines.update(_in_one_place(group))
    found: dict[str, list[str]] = {}
    for (noun, other), _ in sorted(lines.items(), key=lambda pair: (-pair[1], pair[0])):
        if lines[noun, other] >= LEAST_LINES:
            found.setdefault(noun, []).append(other)
    return {noun: tuple(others) for noun, others in found.items()}


def _in_one_place(names: Iterable[Stems]) -> set[tuple[str, str]]:
    """Nouns of the names of two words that differ in it only."""
    nouns: dict[str, list[str]] = {}
    for name in names:
        if len(name) == 2:
            nouns.setdefault(name[0], []).append(name[1])
    return {(a, b) for same in nouns.values() for a in same for b in same if a != b}


@lru_cache(maxsize=16)
def written_names(languages: tuple[str, ...]) -> Mapping[Stems, str]:
    """The names by their stems, as they are written."""
    analyzer = Analyzer(languages)
    lines = _FILE.read_text(encoding="utf-8").splitlines()
    names = (
        name.strip()
        for line in lines
        if not line.startswith("#")
        for name in line.partition(":")[0].split(",")
    )
    return {_name_of(name, analyzer): name for name in reversed(list(names)) if name}


@lru_cache(maxsize=16)
def _things(languages: tuple[str, ...]) -> Mapping[Stems, tuple[Stems, ...]]:
    """Name of a thing → the names of its kind."""
    return {
        thing: (known.said, *known.names)
        for known in _names(languages).values()
        for thing in known.things
    }


def _name_of(text: str, analyzer: Analyzer) -> Stems:
    """A name as stems, its numbers too: an `mp3 player` is not any player."""
    text = text.strip()
    if not any(sign.isdigit() for sign in text):
        return stems_of(text, analyzer)
    tokens = (token for word in text.split() for token in analyzer.chunk_tokens(fold(word)))
    return tuple(token.term for token in tokens if token.kind == Kind.WORD)


def stems_of(text: str, analyzer: Analyzer) -> Stems:
    """The words of a text as the type model has them, without numbers and signs."""
    titles = Titles(analyzer)
    codes = titles.codes_of(text.strip())
    words = list(titles.words)
    return tuple(words[code] for code in codes if code >= 0)
