"""Facets: how many products each value of a field would leave, for the fields asked for."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit

from indexing.arrays import BoolArray, Int64Array, UInt32Array
from indexing.columns import Columns, KeywordColumn
from ranking.facets.bins import count_bins
from ranking.facets.choice import choose_facets
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
    values if that is more. auto: facets chosen. bins: of a histogram.
    """

    fields: int = 50
    values: int = 20
    field_values: tuple[tuple[str, int], ...] = ()
    nodes: int = 100
    auto: int = 6
    bins: int = 10

    def values_of(self, field: str) -> int:
        return dict(self.field_values).get(field, self.values)


DEFAULT_LIMITS = FacetLimits()


@dataclass(frozen=True, slots=True)
class Passing:
    """Documents that a facet counts, ascending, and their groups, uint32 both."""

    doc_ids: UInt32Array
    groups: UInt32Array


def count_facets(
    columns: Columns,
    doc_ids: UInt32Array,
    clauses: Sequence[Filter],
    fields: Sequence[str],
    limits: FacetLimits = DEFAULT_LIMITS,
) -> dict[str, Facet]:
    """Facets by field, in the order asked for; `auto` stands for up to `limits.auto` of them.

    doc_ids: uint32[m], ascending, the match set before filters. clauses: the filters that are
    joined by *and*; those that mention only a facet's field are its own selection.

    Counts are products (groups). A facet ignores its own selection, so the count of a value is
    the total that a search gets whose own selection of the facet is this one value. Selected
    values are always shown, even at 0. O(m) a clause, one pass for all attributes together,
    and one pass for each facet with a selection.

    Raises FilterError for an unknown field or too many of them.
    """
    if len(fields) > limits.fields:
        raise FilterError("facets", f"more than {limits.fields} facets", "Ask for fewer.")
    for field in fields:
        if field != AUTO and field not in columns.numbers and field not in columns.keywords:
            raise unknown_field("facets", field, [*columns.fields(), AUTO])
    masks = [(fields_of(clause), evaluate(clause, columns, doc_ids)) for clause in clauses]
    base = narrowed(doc_ids, columns, [mask for _, mask in masks])
    names = _resolved(columns, base, fields, limits)
    shared = [name for name in names if not any(owners == {name} for owners, _ in masks)]
    counts = _count_together(columns, base, shared)
    facets: dict[str, Facet] = {}
    for name in names:
        own = [c for c, (owners, _) in zip(clauses, masks, strict=True) if owners == {name}]
        passing = base
        if own:
            passing = narrowed(doc_ids, columns, [m for owners, m in masks if owners != {name}])
        number = columns.numeric(name)
        if number is not None:
            ranges = [ends for clause in own for ends in _ranges(clause)]
            facets[name] = count_bins(number, passing.doc_ids, passing.groups, ranges, limits.bins)
            continue
        column = columns.keywords[name]
        found = counts[name] if name in counts else count_values(column, passing)
        chosen = {ordinal for clause in own for ordinal in selected_ordinals(clause, column)}
        facets[name] = _keyword_facet(column, found, chosen, limits)
    return facets


def _keyword_facet(
    column: KeywordColumn, counts: Int64Array, chosen: set[int], limits: FacetLimits
) -> Facet:
    most = limits.values_of(column.name)
    if column.kind == "category":
        shown = tree_places(column, counts, chosen, most, max(limits.nodes, 5 * most))
        other = hidden_below(column.parents, counts, shown)
    else:
        shown = keyword_places(column, counts, chosen, most)
        other = int(counts.sum()) - int(counts[shown].sum())
    return Facet(
        column.kind,
        values_at(column, shown, counts, chosen),
        distinct=int(np.count_nonzero(counts)),
        other=other,
    )


def _resolved(
    columns: Columns, base: Passing, fields: Sequence[str], limits: FacetLimits
) -> list[str]:
    """Fields with `auto` replaced by the chosen ones, each once."""
    named = [field for field in dict.fromkeys(fields) if field != AUTO]
    if AUTO not in fields:
        return named
    chosen = choose_facets(columns, base.doc_ids, limits.auto, set(named))
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


def narrowed(doc_ids: UInt32Array, columns: Columns, masks: Sequence[BoolArray]) -> Passing:
    if not masks:
        return Passing(doc_ids, groups_at(doc_ids, columns.group_of))
    mask = masks[0].copy()
    for part in masks[1:]:
        mask &= part
    return Passing(*select(doc_ids, mask, columns.group_of))


def _count_together(
    columns: Columns, passing: Passing, names: Sequence[str]
) -> dict[str, Int64Array]:
    """Counts of keyword fields, one pass for all that share a table."""
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


def count_values(column: KeywordColumn, passing: Passing) -> Int64Array:
    return _count_range(column, passing, column.first, column.last)


def _count_range(column: KeywordColumn, passing: Passing, first: int, last: int) -> Int64Array:
    """int64[last - first], products that hold each ordinal."""
    counts = np.zeros(last - first, dtype=np.uint32)
    newest = np.zeros(last - first, dtype=np.uint32)
    count_ordinals(
        passing.doc_ids, passing.groups, column.offsets, column.ordinals, first, counts, newest
    )
    return counts.astype(np.int64)


@njit(nogil=True, cache=True)
def groups_at(doc_ids: UInt32Array, group_of: UInt32Array) -> UInt32Array:
    groups = np.empty(len(doc_ids), dtype=np.uint32)
    for i in range(len(doc_ids)):
        groups[i] = group_of[doc_ids[i]]
    return groups


@njit(nogil=True, cache=True)
def select(
    doc_ids: UInt32Array, mask: BoolArray, group_of: UInt32Array
) -> tuple[UInt32Array, UInt32Array]:
    """The documents under the mask, and their groups."""
    kept = np.empty(len(doc_ids), dtype=np.uint32)
    groups = np.empty(len(doc_ids), dtype=np.uint32)
    found = 0
    for i in range(len(doc_ids)):
        kept[found] = doc_ids[i]
        groups[found] = group_of[doc_ids[i]]
        found += mask[i]
    return kept[:found], groups[:found]


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
