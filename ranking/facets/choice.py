"""Which attributes are worth showing as facets for these products."""

from collections.abc import Set

import numpy as np
from numba import njit

from indexing.arrays import Int64Array, UInt16Array, UInt32Array
from indexing.catalogue.attributes import PREFIX
from indexing.columns import Columns, NumericColumn
from ranking.facets.bins import bin_sizes, even_edges, extent

_SAMPLE = 1_024
_NUMBER_SAMPLE = 256
_MOST_NUMBERS = 50
_LEAST_COVERAGE = 0.1
_VALUES = 10


@njit(nogil=True, cache=True)
def worth(counts: Int64Array, covered: int, documents: int) -> float:
    """What a shopper can be expected to learn from the facet: coverage times bits.

    covered / documents · Σ -pᵥ log₂ pᵥ over the ten most frequent values, where pᵥ is the share
    of the covered documents (those with any value) that have v: the entropy (Shannon 1948) of
    the part that is shown. A value that all share tells nothing; of values that hardly two
    share, hardly any can be shown.

    counts: int64[v], documents by value.
    """
    top = np.zeros(_VALUES, dtype=np.int64)  # the largest so far, falling
    for count in counts:
        place = _VALUES
        while place > 0 and top[place - 1] < count:
            if place < _VALUES:
                top[place] = top[place - 1]
            place -= 1
        if place < _VALUES:
            top[place] = count
    bits = 0.0
    for count in top:
        if count > 0:
            bits -= count / covered * np.log2(count / covered)
    return covered / documents * bits


def choose_facets(
    columns: Columns, doc_ids: UInt32Array, most: int, taken: Set[str] = frozenset()
) -> list[str]:
    """Up to `most` attribute fields not yet taken, the most worthwhile first, then by name.

    Judged on up to 1,024 documents spread evenly over doc_ids, so that the choice costs the
    same for every result; attributes on less than a tenth of them are left out. Of number
    attributes the 50 that most products of the index have are considered.
    """
    if not len(doc_ids) or most <= 0:
        return []
    sample = _spread(doc_ids, _SAMPLE)
    numbers = [column for name, column in columns.numbers.items() if name.startswith(PREFIX)]
    numbers.sort(key=lambda column: (-len(column.values), column.name))
    scored = _texts_worth(columns, sample)
    scored += _numbers_worth(numbers[:_MOST_NUMBERS], _spread(doc_ids, _NUMBER_SAMPLE))
    best = sorted((-score, name) for score, name in scored if score > 0 and name not in taken)
    return [name for _, name in best[:most]]


def _spread(doc_ids: UInt32Array, size: int) -> UInt32Array:
    if len(doc_ids) <= size:
        return doc_ids
    return doc_ids[np.arange(size, dtype=np.int64) * len(doc_ids) // size]


def _texts_worth(columns: Columns, sample: UInt32Array) -> list[tuple[float, str]]:
    names = columns.attribute_names
    if not names:
        return []
    table = columns.keywords[names[0]].table
    counts = np.zeros(len(table), dtype=np.int64)
    covered = np.zeros(len(names), dtype=np.int64)
    count_sample(sample, table.offsets, table.ordinals, columns.attribute_of, counts, covered)
    scored = []
    for place in np.flatnonzero(covered >= _LEAST_COVERAGE * len(sample)).tolist():
        column = columns.keywords[names[place]]
        found = counts[column.first : column.last]
        scored.append((worth(found, int(covered[place]), len(sample)), column.name))
    return scored


def _numbers_worth(numbers: list[NumericColumn], sample: UInt32Array) -> list[tuple[float, str]]:
    scored = []
    for column in numbers:
        values = column.at(sample)
        low, high, found = extent(values)
        if found >= _LEAST_COVERAGE * len(sample):
            sizes = bin_sizes(values, even_edges(low, high, _VALUES, column.whole))
            scored.append((worth(sizes, found, len(sample)), column.name))
    return scored


@njit(nogil=True, cache=True)
def count_sample(
    sample: UInt32Array,
    offsets: Int64Array,
    ordinals: UInt32Array,
    attribute_of: UInt16Array,
    counts: Int64Array,
    covered: Int64Array,
) -> None:
    """Count documents by ordinal, and by attribute: those with any of its ordinals."""
    for doc in sample:
        before = np.int64(-1)
        for place in range(offsets[doc], offsets[doc + np.uint32(1)]):
            ordinal = ordinals[place]
            counts[ordinal] += 1
            field = np.int64(attribute_of[ordinal])  # never falls within a document
            if field != before:
                covered[field] += 1
            before = field
