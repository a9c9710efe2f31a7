"""Conditions of a rule and what a search says, in the forms in which they are compared."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from indexing.analysis.analyzer import Analyzer
from indexing.columns.keyword import folded_path, folded_value
from ranking.filters.filters import AnyOf
from ranking.filters.url_syntax import parse_filters
from ranking.rules.query_words import (
    Captured,
    Pattern,
    Values,
    Words,
    pattern_of,
    reading,
    words_of,
)
from ranking.rules.rule import Rule
from ranking.rules.situation import CATEGORY, Chosen, chosen_values, paths_above

MOST_READ: Final = 20
"""Words of a query that placeholders are read into; longer ones match no pattern."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A rule's conditions in the form they are compared in.

    is_, contains: terms with a space between, contains with one around.
    filters: a clause each, field → folded values. begins, ends: epoch seconds.
    """

    rule: Rule
    is_: frozenset[str]
    contains: tuple[str, ...]
    matches: tuple[Pattern, ...]
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
            tuple(patterns),
            frozenset(map(folded_path, when.category)),
            tuple((each.field, _folded(each)) for each in clauses),
            tuple((name, frozenset(map(folded_value, said))) for name, said in told if said),
            when.begins,
            when.ends,
        )

    @property
    def shapes(self) -> tuple[tuple[str, ...], ...]:
        """Names of the placeholders of each pattern."""
        return tuple(pattern.names for pattern in self.matches)

    def lookups(self) -> list[list[str]]:
        """One list for each condition that can be looked up, of its alternatives."""
        query = [f"is\0{text}" for text in self.is_]
        query += [f"has\0{text.strip()}" for text in self.contains]
        query += [
            f"has\0{run}" if (run := pattern.longest_run()) else f"like\0{pattern.shape}"
            for pattern in self.matches
        ]
        groups = [query, [f"{CATEGORY}\0{path}" for path in self.categories]]
        groups += [[f"field\0{name}\0{value}" for value in said] for name, said in self.filters]
        groups += [[f"{name}\0{value}" for value in said] for name, said in self.told]
        return [group for group in groups if group]


def _joined(text: str, analyzer: Analyzer) -> str:
    return " ".join(words_of(text, analyzer).terms)


def _folded(clause: AnyOf) -> frozenset[str]:
    return chosen_values((clause,))[clause.field]


@dataclass(frozen=True, slots=True)
class Said:
    """A search as conditions see it.

    text: terms with a space between.
    """

    words: Words
    text: str
    chosen: Chosen
    told: Mapping[str, frozenset[str]]
    values: Values
    _read: dict[str, Captured | None] = field(default_factory=dict, init=False)

    def read(self, pattern: Pattern) -> Captured | None:
        """What its placeholders stand for; None if it is not this query. Once for all rules that
        have it.
        """
        if len(self.words) > MOST_READ:
            return None
        shape = pattern.shape
        if shape not in self._read:
            self._read[shape] = reading(pattern, self.words, self.values)
        return self._read[shape]

    def holds(self, prepared: Prepared) -> tuple[bool, Captured | None]:
        """Whether all but time, share and switch hold; and what placeholders stand for."""
        for name, wanted in prepared.told:
            if self.told[name].isdisjoint(wanted):
                return False, None
        if prepared.categories and not self._in(CATEGORY, prepared.categories):
            return False, None
        if not all(self._in(name, values) for name, values in prepared.filters):
            return False, None
        if not prepared.rule.when.query:
            return True, None
        for pattern in prepared.matches:
            captured = self.read(pattern)
            if captured is not None:
                return True, captured
        padded = f" {self.text} "
        said = self.text in prepared.is_ or any(text in padded for text in prepared.contains)
        return said, None

    def _in(self, name: str, wanted: frozenset[str]) -> bool:
        chosen = self.chosen.get(name)
        if not chosen:
            return False
        if name == CATEGORY:
            return all(wanted.intersection(paths_above(path)) for path in chosen)
        return chosen <= wanted
