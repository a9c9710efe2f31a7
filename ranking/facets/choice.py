"""Which attributes are worth showing as facets for these products."""

from collections.abc import Sequence, Set

import numpy as np
from numba import njit

from indexing.arrays import Int64Array, UInt16Array, UInt32Array
from indexing.columns import Columns
from ranking.facets.bins import bin_sizes, even_edges, extent
from ranking.facets.parts import Part, Passing, spread

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
    parts: Sequence[Part | Passing], most: int, taken: Set[str] = frozenset()
) -> list[str]:
    """Up to `most` attribute fields not yet taken, the most worthwhile first, then by name.

    Judged on up to 1,024 documents spread evenly over all parts, so that the choice costs the
    same for every result; attributes on less than a tenth of them are left out. Of number
    attributes the 50 that most products of the index have are considered.
    """
    if not sum(map(len, parts)) or most <= 0:
        return []
    columns = [part.columns for part in parts]
    scored = _texts_worth(columns, spread(parts, _SAMPLE))
    scored += _numbers_worth(_numbers(columns), columns, spread(parts, _NUMBER_SAMPLE))
    best = sorted((-score, name) for score, name in scored if score > 0 and name not in taken)
    return [name for _, name in best[:most]]


def _numbers(columns: Sequence[Columns]) -> list[str]:
    """The number attributes that are considered, those that most products had at the build first.

    Which ones is frozen with the fields: what is counted here would count products that are gone.
    """
    return list(columns[0].number_counts)[:_MOST_NUMBERS]


def _texts_worth(
    columns: Sequence[Columns], samples: Sequence[UInt32Array]
) -> list[tuple[float, str]]:
    names = columns[0].attribute_names
    if not names:
        return []
    counts = np.zeros(len(columns[0].keywords[names[0]].table), dtype=np.int64)
    covered = np.zeros(len(names), dtype=np.int64)
    for each, sample in zip(columns, samples, strict=True):
        table = each.keywords[names[0]].table
        count_sample(sample, table.offsets, table.ordinals, each.attribute_of, counts, covered)
    size = sum(map(len, samples))
    scored = []
    for place in np.flatnonzero(covered >= _LEAST_COVERAGE * size).tolist():
        column = columns[0].keywords[names[place]]
        found = counts[column.first : column.last]
        scored.append((worth(found, int(covered[place]), size), column.name))
    return scored


def _numbers_worth(
    names: Sequence[str], columns: Sequence[Columns], samples: Sequence[UInt32Array]
) -> list[tuple[float, str]]:
    size, scored = sum(map(len, samples)), []
    least = _LEAST_COVERAGE * size
    at_most = [each.held_at_most(docs) for each, docs in zip(columns, samples, strict=True)]
    for name in names:
        if sum(held.get(name, size) for held in at_most) < least:
            continue  # as most: seen sooner than columns are read
        own = [each.numbers[name] for each in columns]
        held = sum(column.held_by(docs) for column, docs in zip(own, samples, strict=True))
        if held < least:
            continue
        found_at = [column.at(docs) for column, docs in zip(own, samples, strict=True)]
        values = found_at[0] if len(found_at) == 1 else np.concatenate(found_at)
        low, high, _, whole = extent(values)
        sizes = bin_sizes(values, even_edges(low, high, _VALUES, whole))
        scored.append((worth(sizes, held, size), name))
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
