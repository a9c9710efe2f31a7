"""What may be wrong with rules that can be used: told to whoever writes them."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from indexing.snapshot import Snapshot
from ranking.errors import RuleRefusedError
from ranking.rules.addresses import leads_elsewhere
from ranking.rules.merchandising import Merchandising
from ranking.rules.query_words import ANY, NUMBER, WORD, filled
from ranking.rules.rule import PLACEHOLDER, Actions, Conditions, Rule
from ranking.rules.situation import ANYWHERE
from ranking.search.segments import locate

_MOST_STEPS = 20
_MOST_UNKNOWN = 5
_SAMPLES = {ANY: "x", WORD: "x", NUMBER: "1"}


@dataclass(frozen=True, slots=True)
class Doubt:
    """rule: its id; "" of the file."""

    rule: str
    what: str

    def facts(self) -> dict[str, Any]:
        return {"rule": self.rule, "problem": self.what}


def state_of(rule: Rule, now: float) -> str:
    """off, scheduled, ended or active; now: seconds since the epoch."""
    if not rule.enabled:
        return "off"
    if now < rule.when.begins:
        return "scheduled"
    return "ended" if now >= rule.when.ends else "active"


def check_addresses(rules: Iterable[Rule], hosts: Collection[str]) -> None:
    """Raises RuleRefusedError for a rule that leads to a host that is not allowed."""
    for rule in rules:
        addresses = [rule.then.redirect, rule.then.banner.url if rule.then.banner else None]
        for address in addresses:
            host = leads_elsewhere(address, hosts) if address is not None else None
            if host is not None:
                raise RuleRefusedError(
                    f"rule {rule.id!r} leads to {host}, which is not allowed. Write a path as in "
                    "/sale, or add the host to VITRINA_REDIRECT_HOSTS."
                )


def check_loops(rules: Sequence[Rule], snapshot: Snapshot) -> None:
    """Raises RuleRefusedError for rules that replace a query round and round, or make it longer
    and longer. A search would replace it once only; what is meant cannot be that.
    """
    replacing = [rule for rule in rules if rule.enabled and rule.then.query is not None]
    bare = Merchandising.of((_only_query(rule) for rule in replacing), snapshot)
    for rule in bare.rules:
        seen = {rule.id}
        text = _sample(rule.then.query or "", bare)
        for _ in range(_MOST_STEPS):
            decision = bare.decide(text, (), ANYWHERE, 0.0)
            if decision.text is None or decision.text == text:
                break
            if decision.replaced_by in seen:
                others = " and ".join(sorted(seen))
                raise RuleRefusedError(
                    f"rule {rule.id!r} replaces a query by {text!r}, which is replaced again: "
                    f"{others} go round in a loop. Take one of them out."
                )
            seen.add(decision.replaced_by or "")
            text = decision.text


def doubts_of(
    rules: Sequence[Rule], segments: Sequence[Snapshot], now: float
) -> Iterator[Doubt]:  # fmt: skip
    """What is told of each of these rules; products may still come, so nothing is refused."""
    for rule in rules:
        if rule.enabled and now >= rule.when.ends:
            yield Doubt(rule.id, f"its time window closed at {rule.when.to}; it never opens again")
        then = rule.then
        wanted = [*(pin.product for pin in then.pin), *then.hide]
        wanted += then.sponsored.products if then.sponsored is not None else ()
        missing = [product for product in wanted if locate(product, segments) is None]
        if missing:
            named = ", ".join(missing[:_MOST_UNKNOWN])
            others = len(missing) - _MOST_UNKNOWN
            more = f" and {others} more" if others > 0 else ""
            yield Doubt(
                rule.id, f"no product here has the id {named}{more}; it counts once there is one"
            )


def told_of(
    rules: Sequence[Rule], every: Sequence[Rule], segments: Sequence[Snapshot], now: float
) -> list[Doubt]:
    """All that may be wrong with these rules among all rules, once they are in force."""
    wanted = {rule.id for rule in rules}
    found = [
        Doubt(rule, text) for rule, text in Merchandising.of(rules, segments[0]).problems
    ]  # fmt: skip
    found += [*doubts_of(rules, segments, now), *contradictions(every)]
    return [doubt for doubt in found if doubt.rule in wanted]


def contradictions(rules: Iterable[Rule]) -> Iterator[Doubt]:
    """Of rules that fire together for sure, as they have the same conditions."""
    alike: dict[bytes, list[Rule]] = {}
    for rule in rules:
        if rule.enabled:
            key = orjson.dumps(rule.when.model_dump(mode="json"))
            alike.setdefault(key, []).append(rule)
    for group in alike.values():
        for place, rule in enumerate(group):
            for other in group[:place][:_MOST_STEPS]:
                said = _contradiction(rule.then, other.then)
                if said is not None:
                    yield Doubt(rule.id, f"{said} {other.id!r}, which has the same conditions")


def _contradiction(one: Actions, other: Actions) -> str | None:
    pinned = {pin.product: pin.position for pin in one.pin}
    if pinned.keys() & set(other.hide):
        return "pins what is hidden by"
    if set(one.hide) & {pin.product for pin in other.pin}:
        return "hides what is pinned by"
    if {pin.position for pin in one.pin} & {pin.position for pin in other.pin}:
        return "pins to a position that is also taken by"
    if {p.filter for p in one.boost} & {p.filter for p in other.bury}:
        return "boosts what is buried by"
    if {p.filter for p in one.bury} & {p.filter for p in other.boost}:
        return "buries what is boosted by"
    if one.redirect is not None and other.redirect not in (None, one.redirect):
        return "redirects elsewhere than"
    return None


def _only_query(rule: Rule) -> Rule:
    """It replaces what it replaces, whatever else it asks for."""
    when = Conditions.model_construct(query=rule.when.query)
    then = Actions.model_construct(query=rule.then.query)
    return rule.model_copy(update={"when": when, "then": then})


def _sample(text: str, bare: Merchandising) -> str:
    """The text with something that each placeholder may stand for."""
    values = {
        name: _SAMPLES.get(name) or next(iter(bare.names.get(name, {}).values()), "x")
        for name in PLACEHOLDER.findall(text)
    }
    return filled(text, values)
