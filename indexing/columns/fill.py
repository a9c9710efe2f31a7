"""How many products fill each field, and how well its values tell products apart."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indexing.arrays import BoolArray
from indexing.columns.columns import Columns
from indexing.columns.keyword import KeywordColumn
from indexing.columns.numeric import NumericColumn


@dataclass(frozen=True, slots=True)
class FieldFill:
    """filled: products that have the field. distinct: its values, largest: products of the most
    frequent one; both None of numbers and dates, and of one segment's shares of a whole.
    """

    name: str
    kind: str
    filled: int
    distinct: int | None
    largest: int | None


def fill_of(columns: Columns, there: BoolArray) -> list[FieldFill]:
    """Core fields first. there: bool[n], products that count. O(values held by all products)."""
    found = [
        _number(column, columns.fields()[name], there) for name, column in columns.numbers.items()
    ]
    return found + [_keyword(column, there) for column in columns.keywords.values()]


def added(parts: Sequence[Sequence[FieldFill]]) -> list[FieldFill]:
    """Of several segments: what is filled is added up; values are those of the largest segment,
    which comes first.
    """
    total: dict[str, FieldFill] = {}
    for part in parts:
        for each in part:
            known = total.get(each.name)
            total[each.name] = each if known is None else _with(known, each.filled)
    return list(total.values())


def _with(known: FieldFill, more: int) -> FieldFill:
    return FieldFill(known.name, known.kind, known.filled + more, known.distinct, known.largest)


def _number(column: NumericColumn, kind: str, there: BoolArray) -> FieldFill:
    if column.dense:
        filled = int(np.count_nonzero(~np.isnan(column.values) & there))
    else:
        filled = int(np.count_nonzero(there[column.docs]))
    return FieldFill(column.name, kind, filled, None, None)


def _keyword(column: KeywordColumn, there: BoolArray) -> FieldFill:
    table = column.table
    begin, end = int(table.starts[column.first]), int(table.starts[column.last])
    holders = table.holders[begin:end]
    kept = there[holders]
    sizes = np.diff(table.starts[column.first : column.last + 1])
    values = np.repeat(np.arange(len(column)), sizes)[kept]
    counts = np.bincount(values, minlength=1)
    filled = len(np.unique(holders[kept]))
    return FieldFill(
        column.name, column.kind, filled, int(np.count_nonzero(counts)), int(counts.max())
    )
