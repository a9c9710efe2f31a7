"""What the rules that fire decide together; the higher priority has the say where two disagree."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from ranking.filters.filters import And, AnyOf, Filter, Not, Or
from ranking.rules.query_words import Captured, filled
from ranking.rules.rule import Banner, FacetOrder, Rule

MOST_PLACED: Final = 300
"""Pins of one search, of all rules together."""
PINNED, SPONSORED = "pinned", "sponsored"


@dataclass(frozen=True, slots=True)
class PinnedTo:
    """position: from 1; no two pins have the same."""

    product: str
    position: int
    rule: str


@dataclass(frozen=True, slots=True)
class Pushed:
    """Products that pass all filters count as if their place were `factor` times what it is."""

    filters: tuple[Filter, ...]
    factor: float
    rule: str


@dataclass(frozen=True, slots=True)
class Slots:
    """Places for paid products, in the order of `products`."""

    products: tuple[str, ...]
    label: str
    first: int
    every: int
    most: int
    rule: str


@dataclass(frozen=True, slots=True)
class Decision:
    """fired: ids of the rules, in the order they were asked. text: searched in place of the query,
    if any rule says so; replaced_by: that rule. pins: by position. filters: what is found must pass
    them all.
    until: epoch seconds; when time alone may change the decision.
    """

    fired: tuple[str, ...] = ()
    text: str | None = None
    replaced_by: str | None = None
    pins: tuple[PinnedTo, ...] = ()
    hidden: tuple[str, ...] = ()
    pushes: tuple[Pushed, ...] = ()
    filters: tuple[Filter, ...] = ()
    slots: tuple[Slots, ...] = ()
    redirect: str | None = None
    banners: tuple[Banner, ...] = ()
    data: tuple[dict[str, Any], ...] = ()
    facets: FacetOrder | None = None
    until: float = math.inf

    @property
    def changes_matches(self) -> bool:
        return bool(self.pins or self.hidden or self.filters)

    @property
    def changes_order(self) -> bool:
        return bool(self.pins or self.pushes or self.slots)

    def facts(self) -> dict[str, Any] | None:
        """For the answer; None where no rule fired."""
        if not self.fired:
            return None
        told: dict[str, Any] = {"fired": self.fired}
        if self.text is not None:
            told |= {"query": self.text, "replaced_by": self.replaced_by}
        if self.redirect is not None:
            told["redirect"] = self.redirect
        if self.banners:
            told["banners"] = [banner.model_dump(exclude_none=True) for banner in self.banners]
        if self.data:
            told["data"] = self.data
        if self.facets is not None:
            told["facets"] = self.facets.model_dump(exclude_defaults=True)
        return told


NO_DECISION: Final = Decision()


@dataclass(frozen=True, slots=True)
class Fired:
    """filters, pushes: parsed, placeholders still in them; those the index cannot answer left
    out.
    """

    rule: Rule
    filters: tuple[Filter, ...]
    pushes: tuple[Pushed, ...]
    captured: Captured | None


def decided(fired: Sequence[Fired], instead: tuple[str, str] | None, until: float) -> Decision:
    """fired: the higher priority first. instead: rule, and what it searches for the query."""
    if not fired:
        return NO_DECISION if until == math.inf else Decision(until=until)
    actions = [each.rule.then for each in fired]
    hidden = dict.fromkeys(product for then in actions for product in then.hide)
    banners = tuple(then.banner for then in actions if then.banner is not None)
    return Decision(
        fired=tuple(each.rule.id for each in fired),
        text=None if instead is None else instead[1],
        replaced_by=None if instead is None else instead[0],
        pins=_pins(fired, hidden),
        hidden=tuple(hidden),
        pushes=tuple(
            Pushed(_filled(push.filters, each.captured), push.factor, push.rule)
            for each in fired
            for push in each.pushes
        ),
        filters=tuple(f for each in fired for f in _filled(each.filters, each.captured)),
        slots=tuple(_slots(each.rule) for each in fired if each.rule.then.sponsored is not None),
        redirect=next((then.redirect for then in actions if then.redirect is not None), None),
        banners=tuple(dict.fromkeys(banners)),
        data=tuple(then.data for then in actions if then.data is not None),
        facets=next((then.facets for then in actions if then.facets is not None), None),
        until=until,
    )


def _pins(fired: Sequence[Fired], hidden: dict[str, None]) -> tuple[PinnedTo, ...]:
    """A place that is taken already is given up for the next free one."""
    taken: dict[int, PinnedTo] = {}
    products: set[str] = set()
    for each in fired:
        for pin in each.rule.then.pin:
            if pin.product in hidden or pin.product in products or len(taken) >= MOST_PLACED:
                continue
            position = pin.position
            while position in taken:
                position += 1
            taken[position] = PinnedTo(pin.product, position, each.rule.id)
            products.add(pin.product)
    return tuple(taken[position] for position in sorted(taken))


def _slots(rule: Rule) -> Slots:
    said = rule.then.sponsored
    assert said is not None  # noqa: S101 - for the type checker
    return Slots(said.products, said.label, said.first, said.every, said.most, rule.id)


def _filled(clauses: Sequence[Filter], captured: Captured | None) -> tuple[Filter, ...]:
    if not captured:
        return tuple(clauses)
    return tuple(_with_values(clause, captured) for clause in clauses)


def _with_values(clause: Filter, captured: Captured) -> Filter:
    if isinstance(clause, Not):
        return Not(_with_values(clause.clause, captured))
    if isinstance(clause, And | Or):
        return type(clause)(tuple(_with_values(part, captured) for part in clause.clauses))
    if isinstance(clause, AnyOf):
        values = [filled(v, captured) if isinstance(v, str) else v for v in clause.values]
        return AnyOf(clause.field, tuple(values))
    return clause
