"""Which rules a search asked, which fired, and why the others did not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from indexing.snapshot import Snapshot
from ranking.filters.filters import Filter
from ranking.rules.decision import Decision
from ranking.rules.merchandising import Merchandising
from ranking.rules.query_words import words_of
from ranking.rules.rule import Rule
from ranking.rules.rule_file import Kept
from ranking.rules.rules import Rules
from ranking.rules.situation import Situation, chosen_values, in_share

MOST_TOLD = 200


@dataclass(frozen=True, slots=True)
class AskedRule:
    """why_not: None if it fired."""

    rule: Rule
    why_not: str | None

    def facts(self) -> dict[str, Any]:
        return {
            "id": self.rule.id, "name": self.rule.name, "fired": self.why_not is None,
            "why_not": self.why_not,
        }  # fmt: skip


def with_drafts(
    rules: Rules, kept: Iterable[Kept], drafts: Iterable[Rule], snapshot: Snapshot
) -> Rules:
    """As if the drafts had been put in force."""
    by_id = {each.rule.id: each.rule for each in kept} | {draft.id: draft for draft in drafts}
    return replace(rules, merchandising=Merchandising.of(by_id.values(), snapshot))


def asked_rules(
    rules: Iterable[Rule],
    text: str,
    filters: Sequence[Filter],
    situation: Situation,
    decision: Decision,
    now: float,
    snapshot: Snapshot,
) -> tuple[AskedRule, ...]:
    """Rules whose query, filters, context, segment, region and device hold, in the order they are
    asked. rules: those that are switched off among them. now: as `Situation.at` says it.
    """
    by_id = {rule.id: rule for rule in rules}
    on = (rule.model_copy(update={"enabled": True}) for rule in by_id.values())
    every = Merchandising.of(on, snapshot)
    told: dict[int, AskedRule] = {}
    texts = [text] if decision.text is None else [text, decision.text]
    for said_text in texts:
        words = words_of(said_text, snapshot.analyzer)
        said = every.said(words, chosen_values(filters), situation)
        for place in every.index.candidates(said):
            if said.holds(every.index.prepared[place])[0]:
                rule = by_id[every.rules[place].id]
                told[place] = AskedRule(rule, _why_not(rule, situation, decision, now))
    return tuple(told[place] for place in sorted(told))[:MOST_TOLD]


def _why_not(rule: Rule, situation: Situation, decision: Decision, now: float) -> str | None:
    if rule.id in decision.fired:
        return None
    if situation.off:
        return "rules are off for this search"
    if not rule.enabled:
        return "it is switched off"
    if rule.id in situation.without:
        return "it is left out of this preview"
    if now < rule.when.begins:
        return f"it begins at {rule.when.from_}"
    if now >= rule.when.ends:
        return f"it ended at {rule.when.to}"
    if not in_share(rule.id, situation.who, rule.when.share):
        if situation.who is None:
            return "it is for a share of the sessions, and the search names none"
        return "this session is not in its share"
    return "it cannot be used in this index; see its problems"
