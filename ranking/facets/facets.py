"""Facets: how many products each value of a field would leave, for the fields asked for."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit

from indexing.arrays import Int64Array, UInt32Array
from indexing.columns import KeywordColumn
from ranking.facets.bins import count_numbers
from ranking.facets.choice import choose_facets
from ranking.facets.parts import Part, Passing, narrowed
from ranking.facets.values import hidden_below, keyword_places, tree_places, values_at
from ranking.filters.filters import (
    And,
    AnyOf,
    Filter,
    FilterError,
    Or,
    Range,
    evaluate,
    fields_of,
    unknown_field,
    wanted_ordinals,
)
from ranking.search.result import Facet

AUTO = "auto"
"""In place of a field name: the attributes most worth showing for these products."""


@dataclass(frozen=True, slots=True)
class FacetLimits:
    """Bounds of one answer.

    fields: facets asked for. values: of one facet, or of one level of the category tree;
    field_values: (field, values) where that differs. nodes: of the whole tree, or five times its
    values if that is more. auto: facets chosen. bins: of a histogram; number_values: distinct ones
    up to which a number field shows them in place of bins.
    """

    fields: int = 50
    values: int = 20
    field_values: tuple[tuple[str, int], ...] = ()
    nodes: int = 100
    auto: int = 6
    bins: int = 10
    number_values: int = 0

    def values_of(self, field: str) -> int:
        return dict(self.field_values).get(field, self.values)


DEFAULT_LIMITS = FacetLimits()


def count_facets(
    parts: Sequence[Part],
    clauses: Sequence[Filter],
    fields: Sequence[str],
    limits: FacetLimits = DEFAULT_LIMITS,
    kept: int = 0,
) -> dict[str, Facet]:
    """Facets by field, in the order asked for; `auto` stands for up to `limits.auto` of them.

    parts: the match set before filters, a part a segment; what is shown depends on their sum.
    clauses: the filters that are joined by *and*; those that mention only a facet's field are its
    own selection. kept: number of the first ones that no facet ignores.

    Counts are products (groups). A facet ignores its own selection, so the count of a value is
    the total that a search gets whose own selection of the facet is this one value. Selected
    values are always shown, even at 0. O(m) a clause, one pass for all attributes together,
    and one pass for each facet with a selection.

    Raises FilterError for an unknown field or too many of them.
    """
    if len(fields) > limits.fields:
        raise FilterError("facets", f"more than {limits.fields} facets", "Ask for fewer.")
    columns = parts[0].columns
    for field in fields:
        if field != AUTO and field not in columns.numbers and field not in columns.keywords:
            raise unknown_field("facets", field, [*columns.fields(), AUTO])
    owners = [fields_of(clause) for clause in clauses]
    masks = [[evaluate(each, part.columns, part.doc_ids) for each in clauses] for part in parts]
    base = [narrowed(part, own) for part, own in zip(parts, masks, strict=True)]
    names = _resolved(base, fields, limits)
    shared = [name for name in names if {name} not in owners]
    counts = _count_together(base, shared)
    facets: dict[str, Facet] = {}
    for name in names:
        own = [clause for clause, owner in zip(clauses, owners, strict=True) if owner == {name}]
        others = [place for place, owner in enumerate(owners) if place < kept or owner != {name}]
        passing = base
        if len(others) < len(clauses):
            passing = [
                narrowed(part, [each[place] for place in others])
                for part, each in zip(parts, masks, strict=True)
            ]
        if columns.numeric(name) is not None:
            ranges = [ends for clause in own for ends in _ranges(clause)]
            facets[name] = count_numbers(name, passing, ranges, limits.bins, limits.number_values)
            continue
        column = columns.keywords[name]
        found = counts[name] if name in counts else count_values(column, passing)
        chosen = {ordinal for clause in own for ordinal in selected_ordinals(clause, column)}
        facets[name] = _keyword_facet(column, found, chosen, limits)
    return facets


def _keyword_facet(
    column: KeywordColumn, counts: Int64Array, chosen: set[int], limits: FacetLimits
) -> Facet:
    most, is_tree = limits.values_of(column.name), column.kind == "category"
    if is_tree:
        shown = tree_places(column, counts, chosen, most, max(limits.nodes, 5 * most))
    else:
        shown = keyword_places(column, counts, chosen, most)
    values = values_at(column, shown, counts, chosen)
    if is_tree:
        other = hidden_below(column.parents, counts, shown)
    else:
        other = int(counts.sum()) - sum(value.count for value in values)
    return Facet(column.kind, values, distinct=int(np.count_nonzero(counts)), other=other)


def _resolved(base: Sequence[Passing], fields: Sequence[str], limits: FacetLimits) -> list[str]:
    """Fields with `auto` replaced by the chosen ones, each once."""
    named = [field for field in dict.fromkeys(fields) if field != AUTO]
    if AUTO not in fields:
        return named
    chosen = choose_facets(base, limits.auto, set(named))
    place = fields.index(AUTO)
    before = [field for field in named if fields.index(field) < place]
    return [*before, *chosen, *(field for field in named if field not in before)]


def selected_ordinals(clause: Filter, column: KeywordColumn) -> list[int]:
    """Ordinals that a clause asks for; what it excludes is not selected."""
    if isinstance(clause, AnyOf):
        return wanted_ordinals(column, clause.values)
    if isinstance(clause, And | Or):
        return [ordinal for part in clause.clauses for ordinal in selected_ordinals(part, column)]
    return []


def _ranges(clause: Filter) -> list[tuple[float, float]]:
    """Ranges that a clause asks for, an open end being infinite."""
    if isinstance(clause, Range):
        lo = -math.inf if clause.lo is None else clause.lo
        return [(lo, math.inf if clause.hi is None else clause.hi)]
    if isinstance(clause, Or):
        return [ends for part in clause.clauses for ends in _ranges(part)]
    return []


def _count_together(passing: Sequence[Passing], names: Sequence[str]) -> dict[str, Int64Array]:
    """Counts of keyword fields, one pass for all that share a table."""
    columns = passing[0].columns
    by_table: dict[int, list[KeywordColumn]] = {}
    for name in names:
        column = columns.keyword(name)
        if column is not None:
            by_table.setdefault(id(column.table), []).append(column)
    counts: dict[str, Int64Array] = {}
    for together in by_table.values():
        first = min(column.first for column in together)
        last = max(column.last for column in together)
        found = _count_range(together[0], passing, first, last)
        for column in together:
            counts[column.name] = found[column.first - first : column.last - first]
    return counts


def count_values(column: KeywordColumn, passing: Sequence[Passing]) -> Int64Array:
    """int64[last - first], products of all parts that hold each value of the column."""
    return _count_range(column, passing, column.first, column.last)


def _count_range(
    column: KeywordColumn, passing: Sequence[Passing], first: int, last: int
) -> Int64Array:
    """int64[last - first], products that hold each ordinal. No group is in two parts."""
    counts = np.zeros(last - first, dtype=np.uint32)
    for part in passing:
        own = part.columns.keywords[column.name]
        newest = np.zeros(last - first, dtype=np.uint32)
        count_ordinals(part.doc_ids, part.groups, own.offsets, own.ordinals, first, counts, newest)
    return counts.astype(np.int64)


@njit(nogil=True, cache=True)
def count_ordinals(
    doc_ids: UInt32Array,
    groups: UInt32Array,
    offsets: Int64Array,
    ordinals: UInt32Array,
    first: int,
    counts: UInt32Array,
    newest: UInt32Array,
) -> None:
    """Count the distinct groups that hold each ordinal from `first` on.

    groups: uint32[m], never falling, so a group is done with when the next begins.
    counts: uint32[v], zeros. newest: uint32[v], zeros; becomes 1 + the last group counted.
    """
    low = np.uint64(first)  # unsigned: what lies below `first` wraps, and no index is negative
    size = np.uint64(len(counts))
    for i in range(np.uint64(len(doc_ids))):
        doc = np.uint64(doc_ids[i])
        stamp = groups[i] + np.uint32(1)
        for place in range(np.uint64(offsets[doc]), np.uint64(offsets[doc + np.uint64(1)])):
            slot = np.uint64(ordinals[place]) - low
            if slot < size:
                counts[slot] += np.uint32(newest[slot] != stamp)
                newest[slot] = stamp
