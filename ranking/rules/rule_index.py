"""Which of many rules may fire for a search: looked up by what they ask for, never one by one.

A rule lies under one of its conditions: the one that the fewest rules share. A search makes the
keys that its query, filters and situation answer to, and looks each of them up.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from indexing.analysis.analyzer import Analyzer
from indexing.columns.keyword import folded_path, folded_value
from ranking.filters.filters import AnyOf
from ranking.filters.url_syntax import parse_filters
from ranking.rules.query_words import Captured, Pattern, Words, pattern_of, spans_of, words_of
from ranking.rules.rule import Rule
from ranking.rules.situation import CATEGORY, Chosen, Situation, chosen_values, paths_above

MOST_SKELETONS: Final = 500
"""Ways to read placeholders into one query."""
MOST_SHAPES: Final = 30
"""Different combinations of placeholders."""
MOST_ALIKE: Final = 300
"""Rules that can be told apart by nothing that is looked up."""
MOST_READ: Final = 20
"""Words of a query that placeholders are read into; longer ones match no pattern."""
_ALWAYS: Final = ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A rule's conditions in the form they are compared in.

    is_, contains: terms with a space between, contains with one around; matches: patterns so.
    filters: a clause each, field → folded values. begins, ends: epoch seconds.
    """

    rule: Rule
    is_: frozenset[str]
    contains: tuple[str, ...]
    matches: tuple[str, ...]
    shapes: tuple[tuple[str, ...], ...]
    categories: frozenset[str]
    filters: tuple[tuple[str, frozenset[str]], ...]
    told: tuple[tuple[str, frozenset[str]], ...]
    begins: float
    ends: float

    @classmethod
    def of(cls, rule: Rule, analyzer: Analyzer) -> "Prepared":
        when = rule.when
        patterns = [pattern_of(q.matches, analyzer) for q in when.query if q.matches is not None]
        clauses = [each for each in parse_filters(when.filter) if isinstance(each, AnyOf)]
        told = (
            ("context", when.context), ("segment", when.segment), ("region", when.region),
            ("device", when.device),
        )  # fmt: skip
        return cls(
            rule,
            frozenset(_joined(q.is_, analyzer) for q in when.query if q.is_ is not None),
            tuple(f" {_joined(q.contains, analyzer)} " for q in when.query if q.contains),
            tuple(map(skeleton, patterns)),
            tuple(pattern.names for pattern in patterns),
            frozenset(map(folded_path, when.category)),
            tuple((each.field, _folded(each)) for each in clauses),
            tuple((name, frozenset(map(folded_value, said))) for name, said in told if said),
            when.begins,
            when.ends,
        )

    def lookups(self) -> list[list[str]]:
        """One list for each condition that can be looked up, of its alternatives."""
        query = [f"is\0{text}" for text in self.is_]
        query += [f"has\0{text.strip()}" for text in self.contains]
        query += [f"like\0{text}" for text in self.matches]
        groups = [query, [f"{CATEGORY}\0{path}" for path in self.categories]]
        groups += [[f"field\0{name}\0{value}" for value in said] for name, said in self.filters]
        groups += [[f"{name}\0{value}" for value in said] for name, said in self.told]
        return [group for group in groups if group]


def _joined(text: str, analyzer: Analyzer) -> str:
    return " ".join(words_of(text, analyzer).terms)


def _folded(clause: AnyOf) -> frozenset[str]:
    return chosen_values((clause,))[clause.field]


def skeleton(pattern: Pattern) -> str:
    return " ".join(pattern.parts)


@dataclass(frozen=True, slots=True)
class Said:
    """A search as conditions see it.

    text: terms with a space between. readings: skeleton → what its placeholders stand for.
    """

    words: Words
    text: str
    readings: Mapping[str, Captured]
    chosen: Chosen
    told: Mapping[str, frozenset[str]]

    def holds(self, prepared: Prepared) -> tuple[bool, Captured | None]:
        """Whether all but time, share and switch hold; and what placeholders stand for."""
        captured: Captured | None = None
        if prepared.rule.when.query:
            padded = f" {self.text} "
            read = next((m for m in prepared.matches if m in self.readings), None)
            if read is not None:
                captured = self.readings[read]
            elif self.text not in prepared.is_ and not any(
                text in padded for text in prepared.contains
            ):
                return False, None
        if prepared.categories and not self._in(CATEGORY, prepared.categories):
            return False, None
        if not all(self._in(name, values) for name, values in prepared.filters):
            return False, None
        for name, wanted in prepared.told:
            if not self.told[name] & wanted:
                return False, None
        return True, captured

    def _in(self, name: str, wanted: frozenset[str]) -> bool:
        chosen = self.chosen.get(name)
        if not chosen:
            return False
        if name == CATEGORY:
            return all(wanted.intersection(paths_above(path)) for path in chosen)
        return chosen <= wanted


@dataclass(frozen=True, slots=True)
class RuleIndex:
    """by_key: places of rules, which are in the order they are asked in. longest: words of a
    `contains`. shapes: names of the placeholders of each pattern.
    """

    prepared: tuple[Prepared, ...] = ()
    by_key: Mapping[str, Sequence[int]] = field(default_factory=dict)
    longest: int = 0
    shapes: tuple[tuple[str, ...], ...] = ()
    left_out: tuple[int, ...] = ()
    """Places of rules beyond the bounds."""

    @classmethod
    def of(cls, prepared: Sequence[Prepared]) -> "RuleIndex":
        shared = Counter(key for each in prepared for keys in each.lookups() for key in keys)
        by_key: dict[str, list[int]] = {}
        shapes: dict[tuple[str, ...], None] = {}
        longest, left_out = 0, []
        for place, each in enumerate(prepared):
            rarest = min(
                each.lookups(), key=lambda keys: sum(shared[key] for key in keys), default=[_ALWAYS]
            )
            wanted = dict.fromkeys([*shapes, *each.shapes])
            full = any(len(by_key.get(key, ())) >= MOST_ALIKE for key in rarest)
            if full or len(wanted) > MOST_SHAPES:
                left_out.append(place)
                continue
            shapes = wanted
            for key in rarest:
                by_key.setdefault(key, []).append(place)
            longest = max([longest, *(len(text.split()) for text in each.contains)])
        return cls(tuple(prepared), by_key, longest, tuple(shapes), tuple(left_out))

    def said(
        self,
        words: Words,
        chosen: Chosen,
        situation: Situation,
        values: Callable[[str], dict[str, str]],
    ) -> Said:
        told = {
            "context": frozenset(map(folded_value, situation.context)),
            "segment": frozenset(map(folded_value, situation.segment)),
            "region": frozenset(map(folded_value, (situation.region or "",))),
            "device": frozenset(map(folded_value, (situation.device or "",))),
        }
        return Said(words, " ".join(words.terms), self._readings(words, values), chosen, told)

    def candidates(self, said: Said) -> list[int]:
        """Places of the rules that may fire, ascending."""
        found: set[int] = set()
        for key in self._keys(said):
            known = self.by_key.get(key)
            if known is not None:
                found.update(known)
        return sorted(found)

    def _keys(self, said: Said) -> Iterator[str]:
        yield _ALWAYS
        yield f"is\0{said.text}"
        terms = said.words.terms
        for begin in range(len(terms)):
            for end in range(begin + 1, min(begin + self.longest, len(terms)) + 1):
                yield f"has\0{' '.join(terms[begin:end])}"
        for text in said.readings:
            yield f"like\0{text}"
        for name, values in said.chosen.items():
            for value in values:
                if name != CATEGORY:
                    yield f"field\0{name}\0{value}"
                    continue
                for path in paths_above(value):
                    yield f"field\0{CATEGORY}\0{path}"
                    yield f"{CATEGORY}\0{path}"
        for name, values in said.told.items():
            for value in values:
                yield f"{name}\0{value}"

    def _readings(
        self, words: Words, values: Callable[[str], dict[str, str]]
    ) -> dict[str, Captured]:
        """Every way to put placeholders into the query's words, for patterns of these shapes."""
        if not self.shapes or len(words) > MOST_READ:
            return {}
        spans = {
            name: spans_of(name, words, values)
            for name in dict.fromkeys(name for shape in self.shapes for name in shape)
        }
        readings: dict[str, Captured] = {}
        for shape in self.shapes:
            for text, captured in _read(shape, words.terms, spans, 0):
                if len(readings) >= MOST_SKELETONS:
                    return readings
                readings.setdefault(text.strip(), captured)
        return readings


def _read(
    shape: tuple[str, ...],
    terms: tuple[str, ...],
    spans: Mapping[str, list[tuple[int, int, str]]],
    begin: int,
) -> Iterator[tuple[str, Captured]]:
    """Skeletons of the words from `begin` on with the placeholders of the shape, in order."""
    if not shape:
        yield " ".join(terms[begin:]), {}
        return
    for first, end, value in spans[shape[0]]:
        if first < begin:
            continue
        before = "".join(f"{term} " for term in terms[begin:first])
        for rest, captured in _read(shape[1:], terms, spans, end):
            yield f"{before}{{{shape[0]}}} {rest}".rstrip(), {shape[0]: value, **captured}
