"""`facetFilters`, `numericFilters` and `optionalFilters` → filters over Algolia's attributes.

The outer list is joined by *and*, a list within by *or*.
"""

import math
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from app.api.algolia.values import listed, plain, wrong
from app.errors import InvalidRequestError, refused
from ranking.filters.filters import AnyOf, Filter, Not, Or, Range
from ranking.filters.url_syntax import FilterBudget

NOTHING: Final = Or(())
"""Passes no product."""
_SCORE = re.compile(r"<score=-?[0-9]{1,9}>$")
_COMPARED = re.compile(r"\s*(.+?)\s*(!=|>=|<=|=|>|<)\s*(\S+)\s*")
_BETWEEN = re.compile(r"\s*(.+?)\s*:\s*(\S+)\s+TO\s+(\S+)\s*")
_NUMBER = re.compile(r"[+-]?([0-9]{1,300}(\.[0-9]{0,300})?|\.[0-9]{1,300})([eE][+-]?[0-9]{1,3})?")


def facet_filters(where: str, raw: Any, budget: FilterBudget) -> tuple[Filter, ...]:
    r"""`attribute:value`; `-` before the value negates, `\-` is a minus of the value itself."""
    return _joined(where, raw, budget, facet_clause)


def numeric_filters(where: str, raw: Any, budget: FilterBudget) -> tuple[Filter, ...]:
    """`attribute >= number`, or `attribute:number TO number`."""
    return _joined(where, raw, budget, numeric_clause)


def _joined(
    where: str, raw: Any, budget: FilterBudget, clause_of: Callable[[str, str], Filter]
) -> tuple[Filter, ...]:
    found: list[Filter] = []
    for place, each in enumerate(listed(where, raw)):
        here = f"{where}[{place}]"
        inner = each if isinstance(each, list) else [each]
        if not all(isinstance(part, str) for part in inner):
            raise wrong(here, each, "a text, or a list of texts")
        clauses = []
        for part in inner:
            budget.spend(here, 1)
            clauses.append(clause_of(here, plain(part)))
        if clauses:
            found.append(any_of(clauses))
    return tuple(found)


def any_of(clauses: Sequence[Filter]) -> Filter:
    """Alternatives; values of one attribute as one clause, which is its own selection."""
    if len(clauses) == 1:
        return clauses[0]
    fields = {clause.field for clause in clauses if isinstance(clause, AnyOf)}
    if len(fields) == 1 and all(isinstance(clause, AnyOf) for clause in clauses):
        values = (v for clause in clauses if isinstance(clause, AnyOf) for v in clause.values)
        return AnyOf(fields.pop(), tuple(dict.fromkeys(values)))
    return Or(tuple(clauses))


def facet_clause(where: str, written: str) -> Filter:
    name, colon, value = _SCORE.sub("", written.strip()).partition(":")
    negative = name.startswith("-")
    name, value = name.lstrip("-").strip(), value.strip()
    if value.startswith("-"):
        negative, value = not negative, value[1:]
    value = value.removeprefix("\\") if value.startswith("\\-") else value
    if not colon or not name or not value:
        raise refused(where, f"{written[:60]!r} is no facet filter", "Write `attribute:value`.")
    clause = AnyOf(name, (value,))
    return Not(clause) if negative else clause


def numeric_clause(where: str, written: str) -> Filter:
    between = _BETWEEN.fullmatch(written)
    if between is not None:
        return between_clause(where, *between.groups())
    compared = _COMPARED.fullmatch(written)
    if compared is None:
        raise refused(
            where, f"{written[:60]!r} is no comparison", "Write `price >= 10` or `price:10 TO 20`."
        )
    return compared_clause(where, *compared.groups())


def between_clause(where: str, name: str, low: str, high: str) -> Filter:
    lo, hi = number(where, low), number(where, high)
    return Range(name, lo, hi) if lo <= hi else NOTHING


def compared_clause(where: str, name: str, operator: str, written: str) -> Filter:
    value = number(where, written)
    if operator == "=":
        return Range(name, value, value)
    if operator == "!=":
        return Not(Range(name, value, value))
    if operator[0] == ">":
        return Range(name, value if operator == ">=" else math.nextafter(value, math.inf), None)
    return Range(name, None, value if operator == "<=" else math.nextafter(value, -math.inf))


def number(where: str, written: str) -> float:
    value = float(written) if _NUMBER.fullmatch(written) else math.inf
    if math.isinf(value):
        raise _no_number(where, written)
    return value


def _no_number(where: str, written: str) -> InvalidRequestError:
    return refused(where, f"{written[:60]!r} is not a number", "Compare with a plain number.")
