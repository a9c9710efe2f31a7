"""Filters: what a product must satisfy, whatever the query."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np
from numba import njit

from indexing.arrays import BoolArray, Float64Array, Int64Array, UInt32Array, UInt64Array
from indexing.catalogue.attributes import text_of
from indexing.columns import Columns, KeywordColumn, NumericColumn
from ranking.errors import RankingError
from ranking.filters.numbers import number_of


class FilterError(RankingError):
    """A filter, facet or sort that this index cannot answer: where, what, and what to do."""

    def __init__(self, where: str, problem: str, remedy: str) -> None:
        super().__init__(f"{where}: {problem}. {remedy}")
        self.where = where
        self.problem = problem
        self.remedy = remedy


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


def fields_of(clause: Filter) -> set[str]:
    """Names of all fields that the filter mentions."""
    if isinstance(clause, Not):
        return fields_of(clause.clause)
    if isinstance(clause, And | Or):
        return {field for part in clause.clauses for field in fields_of(part)}
    return {clause.field}


def evaluate_all(filters: Sequence[Filter], columns: Columns, doc_ids: UInt32Array) -> BoolArray:
    """bool[m], whether each document passes all filters. O(m) a clause; see `evaluate`."""
    passes = np.ones(len(doc_ids), dtype=np.bool_)
    for clause in filters:
        passes &= evaluate(clause, columns, doc_ids)
    return passes


def full_mask(filters: Sequence[Filter], columns: Columns) -> BoolArray:
    """bool[n], the filters over all documents of the snapshot."""
    return evaluate_all(filters, columns, np.arange(columns.doc_count, dtype=np.uint32))


def evaluate(clause: Filter, columns: Columns, doc_ids: UInt32Array) -> BoolArray:
    """bool[m], whether each document (any order) passes.

    A missing field satisfies neither any-of nor a range nor exists, and so satisfies their
    negation. Values that no product holds match nothing. O(m) a clause.

    Raises FilterError for fields that do not exist and for values of the wrong type, whatever
    the documents.
    """
    if isinstance(clause, Not):
        return ~evaluate(clause.clause, columns, doc_ids)
    if isinstance(clause, And):
        return evaluate_all(clause.clauses, columns, doc_ids)
    if isinstance(clause, Or):
        passes = np.zeros(len(doc_ids), dtype=np.bool_)
        for part in clause.clauses:
            passes |= evaluate(part, columns, doc_ids)
        return passes
    keyword = columns.keyword(clause.field)
    if keyword is not None:
        return _on_keyword(clause, keyword, doc_ids)
    number = columns.numeric(clause.field)
    if number is not None:
        return _on_number(clause, number, doc_ids)
    raise unknown_field(f"filter on {clause.field}", clause.field, list(columns.fields()))


def unknown_field(where: str, field: str, known: Sequence[str]) -> FilterError:
    """An error that names the existing fields, those spelled most alike first."""
    wanted = field.casefold()

    def likeness(name: str) -> float:
        return max(
            SequenceMatcher(None, wanted, form).ratio()
            for form in (name.casefold(), name.casefold().removeprefix("attributes."))
        )

    nearest = sorted(known, key=lambda name: (-likeness(name), name))
    more = f", and {len(known) - 12} more" if len(known) > 12 else ""
    return FilterError(
        where,
        f"there is no field {field!r} here",
        f"The {len(known)} that exist, nearest first: {', '.join(nearest[:12])}{more}.",
    )


def wanted_ordinals(column: KeywordColumn, values: Sequence[str | float]) -> list[int]:
    """Ordinals that the values mean; unknown values mean none."""
    texts = [text_of(value) for value in values]
    return [ordinal for text in texts for ordinal in column.matching(text)]


def _on_keyword(
    clause: AnyOf | Range | Exists, column: KeywordColumn, doc_ids: UInt32Array
) -> BoolArray:
    if isinstance(clause, Range):
        raise FilterError(
            f"filter on {clause.field}",
            f"{clause.field} holds text, and a range needs numbers",
            f"Name its values, as in {clause.field}:one|two; a literal '..' is written '\\..'.",
        )
    if isinstance(clause, Exists):
        wanted = np.arange(column.first, column.last)
    else:
        wanted = np.array(wanted_ordinals(column, clause.values), dtype=np.int64)
    return holding(column, wanted, doc_ids)


def holding(column: KeywordColumn, wanted: Int64Array, doc_ids: UInt32Array) -> BoolArray:
    """bool[m], whether each document (any order) holds one of these ordinals of the column."""
    table = column.table
    passes = np.zeros(len(doc_ids), dtype=np.bool_)
    holders = int((table.starts[wanted + 1] - table.starts[wanted]).sum())
    held = len(table.ordinals) / max(len(table.offsets) - 1, 1)
    if holders < len(doc_ids) * held / 2:  # shorter to go from the values to the documents
        marks = np.zeros(len(table.offsets) // 64 + 1, dtype=np.uint64)
        mark_holders(wanted, table.starts, table.holders, marks)
        marked(doc_ids, marks, passes)
    elif len(wanted):
        flags = np.zeros(len(column), dtype=np.bool_)
        flags[wanted - column.first] = True
        holds_any(doc_ids, table.offsets, table.ordinals, column.first, flags, passes)
    return passes


def _on_number(
    clause: AnyOf | Range | Exists, column: NumericColumn, doc_ids: UInt32Array
) -> BoolArray:
    if isinstance(clause, AnyOf):
        wanted = [_number(clause.field, value) for value in clause.values]
        if len(wanted) > 1:
            return np.isin(column.at(doc_ids), np.array(wanted, dtype=np.float64))
        lo = hi = wanted[0]
    else:
        bounds = (clause.lo, clause.hi) if isinstance(clause, Range) else (None, None)
        lo = -np.inf if bounds[0] is None else bounds[0]
        hi = np.inf if bounds[1] is None else bounds[1]
    passes = np.zeros(len(doc_ids), dtype=np.bool_)
    if column.dense:
        within_at(doc_ids, column.values, lo, hi, passes)
    else:
        within(column.at(doc_ids), lo, hi, passes)
    return passes


def _number(field: str, value: str | float) -> float:
    number = number_of(field, value) if isinstance(value, str) else float(value)
    if number is None:
        raise FilterError(
            f"filter on {field}",
            f"{field} holds numbers, and {value!r} is not one",
            f"Write a number, or a range as in {field}:10..20.",
        )
    return number


@njit(nogil=True, cache=True)
def mark_holders(
    wanted: Int64Array, starts: Int64Array, holders: UInt32Array, marks: UInt64Array
) -> None:
    """Set the bit of every document that holds one of the ordinals."""
    for ordinal in wanted:
        for place in range(starts[ordinal], starts[ordinal + 1]):
            doc = np.uint64(holders[place])
            marks[doc >> np.uint64(6)] |= np.uint64(1) << (doc & np.uint64(63))


@njit(nogil=True, cache=True)
def marked(doc_ids: UInt32Array, marks: UInt64Array, passes: BoolArray) -> None:
    """Set passes to the documents' bits."""
    for i in range(len(doc_ids)):
        doc = np.uint64(doc_ids[i])
        passes[i] = (marks[doc >> np.uint64(6)] >> (doc & np.uint64(63))) & np.uint64(1)


@njit(nogil=True, cache=True)
def holds_any(
    doc_ids: UInt32Array,
    offsets: Int64Array,
    ordinals: UInt32Array,
    first: int,
    wanted: BoolArray,
    passes: BoolArray,
) -> None:
    """Set passes where a document holds an ordinal o with wanted[o - first]."""
    end = first + len(wanted)
    for i in range(len(doc_ids)):
        doc = doc_ids[i]
        for place in range(offsets[doc], offsets[doc + np.uint32(1)]):
            ordinal = np.int64(ordinals[place])
            if ordinal >= end:
                break
            if ordinal >= first and wanted[ordinal - first]:
                passes[i] = True
                break


@njit(nogil=True, cache=True)
def within_at(
    doc_ids: UInt32Array, values: Float64Array, lo: float, hi: float, passes: BoolArray
) -> None:
    """Set passes where the document's value lies in lo…hi; NaN lies nowhere."""
    for i in range(len(doc_ids)):
        value = values[doc_ids[i]]
        passes[i] = value >= lo and value <= hi


@njit(nogil=True, cache=True)
def within(values: Float64Array, lo: float, hi: float, passes: BoolArray) -> None:
    for i in range(len(values)):
        passes[i] = values[i] >= lo and values[i] <= hi
