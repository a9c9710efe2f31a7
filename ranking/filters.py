"""Filters: what a product must satisfy, whatever the query."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AnyOf:
    """The field holds at least one of the values."""

    field: str
    values: tuple[str | float, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """lo ≤ value ≤ hi; either end may be missing."""

    field: str
    lo: float | None
    hi: float | None


@dataclass(frozen=True, slots=True)
class Exists:
    """The field is present."""

    field: str


@dataclass(frozen=True, slots=True)
class Not:
    clause: "Filter"


@dataclass(frozen=True, slots=True)
class And:
    clauses: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class Or:
    clauses: tuple["Filter", ...]


Filter = AnyOf | Range | Exists | Not | And | Or
