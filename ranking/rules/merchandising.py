"""Merchandising rules in force over one snapshot: which of them fire, and what they decide."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from indexing.analysis.analyzer import Analyzer
from indexing.columns import Columns
from indexing.errors import RulesError
from indexing.snapshot import Snapshot
from ranking.filters.filters import Filter, FilterError, evaluate
from ranking.filters.url_syntax import parse_filters
from ranking.rules.conditions import Prepared, Said
from ranking.rules.decision import NO_DECISION, Decision, Fired, Pushed, decided
from ranking.rules.query_words import (
    ANY,
    NUMBER,
    WORD,
    Captured,
    Words,
    field_named,
    filled,
    values_by_terms,
    words_of,
)
from ranking.rules.rule import PLACEHOLDER, Rule
from ranking.rules.rule_file import read_kept
from ranking.rules.rule_index import RuleIndex
from ranking.rules.situation import Chosen, Situation, chosen_values, in_share

MOST_FIRED: Final = 50
"""Rules of one search; of more those with the highest priority."""
_NO_DOCS = np.empty(0, dtype=np.uint32)
_OWN = (ANY, WORD, NUMBER)


@dataclass(frozen=True, slots=True)
class Merchandising:
    """rules: those that are switched on and can be used, in the order they are asked. actions:
    beside them. problems: by rule, what of it is not in force and why; "" for the whole file.
    """

    rules: tuple[Rule, ...] = ()
    index: RuleIndex = field(default_factory=RuleIndex, repr=False)
    actions: tuple[Fired, ...] = field(default=(), repr=False)
    names: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)
    problems: tuple[tuple[str, str], ...] = ()
    analyzer: Analyzer | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, text: str, snapshot: Snapshot) -> "Merchandising":
        """What the file says; a rule that cannot be read is left out and told."""
        if not text.strip():
            return NO_RULES
        try:
            kept, problems = read_kept(text)
        except RulesError as error:  # shoppers go on being served
            return cls(problems=(("", str(error)),))
        made = cls.of((each.rule for each in kept), snapshot)
        told = tuple(("", problem) for problem in problems)
        return replace(made, problems=(*told, *made.problems))

    @classmethod
    def of(cls, rules: Iterable[Rule], snapshot: Snapshot) -> "Merchandising":
        analyzer, columns = snapshot.analyzer, snapshot.columns
        problems: list[tuple[str, str]] = []
        used, prepared, actions = [], [], []
        asked = sorted((r for r in rules if r.enabled), key=lambda r: (-r.priority, r.id))
        for rule in asked:
            conditions = Prepared.of(rule, analyzer)
            why_not = _unusable(rule, conditions, columns)
            if why_not is not None:
                problems.append((rule.id, why_not))
                continue
            used.append(rule)
            prepared.append(conditions)
            made, told = _actions(rule, columns)
            actions.append(made)
            problems += [(rule.id, each) for each in told]
        index = RuleIndex.of(prepared)
        problems += [
            (used[place].id, "is left out: too many rules with the same conditions. Give them "
             "conditions of their own, or join them") for place in index.left_out
        ]  # fmt: skip
        names = {
            name: values_by_terms(found, columns, analyzer)
            for shape in index.shapes
            for name in shape
            if name not in _OWN and (found := field_named(name, columns)) is not None
        }
        return cls(tuple(used), index, tuple(actions), names, tuple(problems), analyzer)

    def decide(
        self, text: str, filters: Sequence[Filter], situation: Situation, now: float
    ) -> Decision:
        """What fires for a search. now: seconds since the epoch.

        A rule may replace the query once: then rules are asked again, with the new text, and those
        that fired before stay; what is replaced is not replaced again, so that no rules can loop.
        """
        if not self.rules or situation.off or self.analyzer is None:
            return NO_DECISION
        at = now if situation.at is None else situation.at
        chosen = chosen_values(filters)
        fired, until = self._fire(words_of(text, self.analyzer), chosen, situation, at)
        instead = next(
            (
                (self.rules[place].id, replacement)
                for place, captured in fired.items()
                if (replacement := self._replacement(place, captured)) not in (None, text)
            ),
            None,
        )
        if instead is not None:
            words = words_of(instead[1], self.analyzer)
            again, later = self._fire(words, chosen, situation, at)
            fired, until = again | fired, min(until, later)
        asked = [
            self.actions[place]
            if fired[place] is None
            else replace(self.actions[place], captured=fired[place])
            for place in sorted(fired)[:MOST_FIRED]
        ]
        return decided(asked, instead, until)

    def _replacement(self, place: int, captured: Captured | None) -> str | None:
        instead = self.rules[place].then.query
        if instead is None:
            return None
        return " ".join(filled(instead, captured or {}).split()) or None

    def _fire(
        self, words: Words, chosen: Chosen, situation: Situation, at: float
    ) -> tuple[dict[int, Captured | None], float]:
        """Place of each rule that fires → its placeholders, in order; when that may change."""
        said = self.said(words, chosen, situation)
        fired: dict[int, Captured | None] = {}
        until = math.inf
        for place in self.index.candidates(said):
            prepared = self.index.prepared[place]
            holds, captured = said.holds(prepared)
            if not holds or at >= prepared.ends:
                continue
            rule = prepared.rule
            if rule.id in situation.without:
                continue
            if not in_share(rule.id, situation.who, rule.when.share):
                continue
            if at < prepared.begins:
                until = min(until, prepared.begins)
                continue
            until = min(until, prepared.ends)
            fired[place] = captured
        return fired, until

    def said(self, words: Words, chosen: Chosen, situation: Situation) -> Said:
        return self.index.said(words, chosen, situation, self._names)

    def _names(self, placeholder: str) -> dict[str, str]:
        return self.names.get(placeholder, {})


NO_RULES = Merchandising()


def _unusable(rule: Rule, conditions: Prepared, columns: Columns) -> str | None:
    """Why a rule must not fire at all: conditions that nothing can be held against."""
    for text in rule.when.query:
        said = text.is_ or text.contains or text.matches or ""
        if said.strip() and not any(sign.isalnum() for sign in said):
            return f"is not in force: {said[:40]!r} has no letter or digit"
    for shape in conditions.shapes:
        for name in shape:
            if name not in _OWN and field_named(name, columns) is None:
                return f"is not in force: {{{name}}} names no text field of this index"
    for name, _ in conditions.filters:
        if name not in columns.keywords and name not in columns.numbers:
            return f"is not in force: this index has no field {name!r} to be filtered by"
    return None


def _actions(rule: Rule, columns: Columns) -> tuple[Fired, list[str]]:
    """What it does, less the filters that this index cannot answer; and these."""
    problems: list[str] = []

    def usable(texts: Sequence[str]) -> tuple[Filter, ...]:
        kept: list[Filter] = []
        for text in texts:
            try:
                for clause in parse_filters((_stand_in(text),)):
                    evaluate(clause, columns, _NO_DOCS)
                kept += parse_filters((text,))
            except FilterError as error:
                problems.append(f"filter {text[:60]!r} is not in force: {error.problem}")
        return tuple(kept)

    pushes = []
    then = rule.then
    for push, factor in (
        *((push, 1.0 / (1.0 + push.strength)) for push in then.boost),
        *((push, 1.0 + push.strength) for push in then.bury),
    ):
        filters = usable(push.filter)
        if len(filters) == len(push.filter):
            pushes.append(Pushed(filters, factor, rule.id))
    return Fired(rule, usable(then.filter), tuple(pushes), None), problems


def _stand_in(text: str) -> str:
    """Placeholders as a value of their kind."""
    return PLACEHOLDER.sub(lambda found: "1" if found[1] == NUMBER else "x", text)
