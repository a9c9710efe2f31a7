"""Filters as a JSON request writes them; docs/filters-and-facets.md has the grammar."""

import math
from typing import Any

from ranking.filters.filters import And, AnyOf, Exists, Filter, FilterError, Not, Or, Range
from ranking.filters.numbers import number_of
from ranking.filters.url_syntax import (
    DEFAULT_LIMITS,
    FilterBudget,
    FilterLimits,
    checked_range,
    shown,
)

_LEAVES = {"any", "range", "exists"}
_JOINS = {"and", "or", "not"}


def parse_filter_tree(tree: Any, limits: FilterLimits = DEFAULT_LIMITS) -> tuple[Filter, ...]:
    """The `filters` of a JSON request: None or one tree. A top-level *and* is taken apart, so
    that each of its clauses can be a facet's own selection. Raises FilterError.
    """
    if tree is None:
        return ()
    clause = _node("filters", tree, 1, FilterBudget(limits))
    return clause.clauses if isinstance(clause, And) else (clause,)


def _node(where: str, tree: Any, depth: int, budget: FilterBudget) -> Filter:
    if depth > budget.limits.depth:
        raise FilterError(
            where,
            f"filters are nested deeper than {budget.limits.depth} levels",
            "Merge an 'and' within an 'and', an 'or' within an 'or'.",
        )
    if not isinstance(tree, dict):
        raise _malformed(where, tree)
    joins = _JOINS & tree.keys()
    if not joins:
        return _leaf(where, tree, budget)
    if len(tree) > 1:
        raise _malformed(where, tree)
    (join,) = joins
    parts = tree[join]
    if not isinstance(parts, list) or (not parts and join == "or"):
        raise FilterError(
            f"{where}.{join}",
            f"{shown(parts)} is not a list of filters",
            'Write {"' + join + '": [{"field": "brand", "any": ["Acme"]}]}.',
        )
    if not parts:
        budget.spend(f"{where}.{join}")  # each costs a mask as a leaf does
    made = tuple(
        _node(f"{where}.{join}[{i}]", part, depth + 1, budget) for i, part in enumerate(parts)
    )
    if join == "and":
        return And(made)
    if join == "or":
        return Or(made)
    return Not(made[0]) if len(made) == 1 else And(tuple(Not(part) for part in made))


def _leaf(where: str, tree: dict[str, Any], budget: FilterBudget) -> Filter:
    kinds = _LEAVES & tree.keys()
    name = tree.get("field")
    if len(tree) != 2 or len(kinds) != 1 or not isinstance(name, str) or not name:
        raise _malformed(where, tree)
    (kind,) = kinds
    asked = tree[kind]
    where = f"{where}.{kind}"
    if kind == "any":
        values = asked if isinstance(asked, list) else []
        if not values:
            raise FilterError(
                where, f"{shown(asked)} is not a list of values", 'Write {"any": ["one", "two"]}.'
            )
        budget.spend(where, len(values))
        return AnyOf(name, tuple(_value(where, value) for value in values))
    budget.spend(where)
    if kind == "range":
        return _json_range(where, name, asked)
    if not isinstance(asked, bool):
        raise FilterError(where, f"{shown(asked)} is neither true nor false", "Write one of them.")
    return Exists(name) if asked else Not(Exists(name))


def _value(where: str, value: Any) -> str | float:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value.strip():
        return value.strip()
    if isinstance(value, int | float) and abs(value) < 1e300:
        return float(value)
    raise FilterError(
        where, f"{shown(value)} is not a value to look for", "Write texts, numbers, true or false."
    )


def _json_range(where: str, name: str, asked: Any) -> Range:
    ends = {"gte", "gt", "lte", "lt"}
    if (
        not isinstance(asked, dict)
        or not asked.keys() <= ends
        or {"gte", "gt"} <= asked.keys()
        or {"lte", "lt"} <= asked.keys()
    ):
        raise FilterError(
            where,
            f"{shown(asked)} is not a range",
            'Write {"gte": 10, "lte": 20} (or "gt", "lt"); either end may be missing.',
        )
    found: dict[str, float] = {}
    for end, raw in asked.items():
        if raw is None:
            continue
        number = None
        if isinstance(raw, str):
            number = number_of(name, raw, end_of_day=end in ("lte", "gt"))
        elif isinstance(raw, int | float) and not isinstance(raw, bool) and abs(raw) < 1e300:
            number = float(raw)
        if number is None:
            raise FilterError(
                f"{where}.{end}", f"{shown(raw)} is not a number", f"Write {name}'s numbers plain."
            )
        found[end] = number
    lo, hi = found.get("gte"), found.get("lte")
    if "gt" in found:
        lo = math.nextafter(found["gt"], math.inf)
    if "lt" in found:
        hi = math.nextafter(found["lt"], -math.inf)
    return checked_range(where, name, lo, hi)


def _malformed(where: str, tree: Any) -> FilterError:
    return FilterError(
        where,
        f"{shown(tree)} is not a filter",
        'Write {"field": "brand", "any": ["Acme"]}, {"field": "price", "range": {"lte": 20}}, '
        '{"field": "rating", "exists": true}, or {"and" | "or" | "not": [...]} over them.',
    )
