"""Values of some documents: the first of each, its deepest category, or all of them."""

import numpy as np

from indexing.arrays import Int32Array, Int64Array, UInt32Array
from indexing.columns import Columns, KeywordColumn


def first_ordinals(column: KeywordColumn | None, doc_ids: UInt32Array) -> Int32Array:
    """int32[k]: the first value of each document, -1 without one."""
    out = np.full(len(doc_ids), -1, dtype=np.int32)
    if column is None:
        return out
    starts, ends = column.offsets[doc_ids], column.offsets[doc_ids + np.uint32(1)]
    if len(column) == len(column.table):
        has = ends > starts
        out[has] = column.ordinals[starts[has]]
        return out
    rows, ordinals = held_by(column, doc_ids)
    out[rows[::-1]] = ordinals[::-1]  # backwards, so that the first of a row is written last
    return out


def held_by(column: KeywordColumn, doc_ids: UInt32Array) -> tuple[Int64Array, UInt32Array]:
    """int64[m], place of the document; uint32[m], an ordinal that it holds, ascending for each."""
    starts, ends = column.offsets[doc_ids], column.offsets[doc_ids + np.uint32(1)]
    sizes = ends - starts  # several fields share the table
    rows = np.repeat(np.arange(len(doc_ids)), sizes)
    places = np.arange(len(rows)) + np.repeat(starts - (np.cumsum(sizes) - sizes), sizes)
    ordinals = column.ordinals[places]
    own = np.flatnonzero((ordinals >= column.first) & (ordinals < column.last))
    return rows[own], ordinals[own]


def leaf_categories(columns: Columns, doc_ids: UInt32Array) -> Int64Array:
    """int64[k], the deepest category's ordinal, -1 without one.

    Parents come before their children, so the deepest of a document is its last ordinal.
    """
    leaf = np.full(len(doc_ids), -1, dtype=np.int64)
    category = columns.keyword("category")
    if category is not None:
        starts, ends = category.offsets[doc_ids], category.offsets[doc_ids + np.uint32(1)]
        has = ends > starts
        leaf[has] = category.ordinals[ends[has] - 1]
    return leaf
