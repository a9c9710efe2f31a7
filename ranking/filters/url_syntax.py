"""Filters as a URL writes them; docs/filters-and-facets.md has the grammar."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ranking.filters.filters import AnyOf, Exists, Filter, FilterError, Not, Range
from ranking.filters.numbers import number_of

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class FilterLimits:
    """Bounds of one request: clauses (leaves), depth of nesting, values of all clauses."""

    clauses: int = 100
    depth: int = 8
    values: int = 1_000


DEFAULT_LIMITS = FilterLimits()


@dataclass(slots=True)
class FilterBudget:
    """What is left of the limits while one request is read."""

    limits: FilterLimits
    clauses: int = field(default=0)
    values: int = field(default=0)

    def spend(self, where: str, values: int = 0) -> None:
        self.clauses += 1
        self.values += values
        if self.clauses > self.limits.clauses:
            raise FilterError(
                where,
                f"more than {self.limits.clauses} filter clauses",
                "Join values of one field in one clause, as in field:one|two.",
            )
        if self.values > self.limits.values:
            raise FilterError(
                where,
                f"more than {self.limits.values} filter values",
                "Filter on a broader field, such as the category.",
            )


def parse_filters(
    texts: Sequence[str], limits: FilterLimits = DEFAULT_LIMITS
) -> tuple[Filter, ...]:
    """The `filter` parameters of a URL, percent-decoded. All must hold. Raises FilterError."""
    budget = FilterBudget(limits)
    return tuple(_clause(f"filter[{i}]", text.strip(), budget) for i, text in enumerate(texts))


def _clause(where: str, text: str, budget: FilterBudget) -> Filter:
    negative = text.startswith("-")
    body = text[1:] if negative else text
    colon = _unescaped(body, ":")
    if colon < 0:
        raise FilterError(
            where,
            f"{shown(text)} has no ':' between field and values",
            "Write field:value|value, -field:value, field:lo..hi or field:*.",
        )
    name, written = _plain(body[:colon]), body[colon + 1 :].strip()
    if not name:
        raise FilterError(where, f"{shown(text)} names no field", "Write it before the ':'.")
    clause = _condition(where, name, written, budget)
    return Not(clause) if negative else clause


def _condition(where: str, name: str, written: str, budget: FilterBudget) -> Filter:
    if written == "*":
        budget.spend(where)
        return Exists(name)
    dots = _unescaped(written, "..")
    if dots >= 0 and _unescaped(written, "|") < 0:
        budget.spend(where)
        return _range(where, name, written[:dots], written[dots + 2 :])
    values = tuple(text for part in _split(written) if (text := _plain(part)))
    if not values:
        raise FilterError(
            where, f"{name}: has no value", f"Write {name}:value, or {name}:* for any value."
        )
    budget.spend(where, len(values))
    return AnyOf(name, values)


def _range(where: str, name: str, low: str, high: str) -> Range:
    below = high.startswith("<")
    ends = []
    for text, is_high in ((low, False), (high.removeprefix("<"), True)):
        number = number_of(name, text, end_of_day=is_high and not below)
        if text.strip() and number is None:
            raise FilterError(
                where,
                f"{shown(text.strip())} is not a number that a range of {name} can end with",
                f"Write {name}:10..20, {name}:10.. or {name}:..20; "
                "a literal '..' in a value is written '\\..'.",
            )
        ends.append(number)
    lo, hi = ends
    if below and hi is not None:
        hi = math.nextafter(hi, -math.inf)
    return checked_range(where, name, lo, hi)


def checked_range(where: str, name: str, lo: float | None, hi: float | None) -> Range:
    if lo is None and hi is None:
        raise FilterError(
            where, f"the range of {name} has no end", f"Write {name}:10.., or {name}:* for any."
        )
    if lo is not None and hi is not None and lo > hi:
        raise FilterError(
            where, f"the range of {name} begins above its end", "Write the smaller number first."
        )
    return Range(name, lo, hi)


def _unescaped(text: str, sign: str) -> int:
    """Where the sign first stands with no backslash before any part of it; -1 if nowhere."""
    i = 0
    while i < len(text):
        if text[i] == "\\":
            i += 2
        elif text.startswith(sign, i):
            return i
        else:
            i += 1
    return -1


def _split(text: str) -> list[str]:
    parts = []
    while (bar := _unescaped(text, "|")) >= 0:
        parts.append(text[:bar])
        text = text[bar + 1 :]
    return [*parts, text]


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", text.strip())


def shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
