"""Histograms of number fields, with edges that people find natural."""

import math
from datetime import UTC, datetime

import numpy as np
from numba import njit

from indexing.arrays import Float64Array, Int64Array, UInt32Array
from indexing.columns import NumericColumn
from ranking.numbers import DATE_FIELD
from ranking.result import Facet, FacetValue

_CROWDED = 0.6
"""Share of products in one even bin above which the bins grow instead (prices, popularity)."""


def count_bins(
    column: NumericColumn, doc_ids: UInt32Array, groups: UInt32Array, most: int
) -> Facet:
    """Least and greatest value, and products by bin.

    A value of the facet is a bin's lower edge; it reaches up to the next bin's edge, which it
    leaves out; the last one includes the greatest value. A product with variants in two bins
    counts in both.
    """
    values = column.at(doc_ids)
    low, high, whole = extent(values)
    if not low <= high:
        return Facet("number", ())
    if column.name == DATE_FIELD:
        edges = date_edges(low, high, most)
    else:
        edges = even_edges(low, high, most, whole)
    counts = _counts(values, groups, edges)
    if column.name != DATE_FIELD and low >= 0 and counts.max() > _CROWDED * counts.sum():
        grown = growing_edges(low, high)
        if len(grown) > 2:
            edges, counts = _merged(grown, _counts(values, groups, grown), most)
    bins = zip(edges.tolist(), counts.tolist(), strict=True)
    return Facet("number", tuple(FacetValue(edge, count) for edge, count in bins), low, high)


def even_edges(low: float, high: float, most: int, whole: bool) -> Float64Array:
    """Lower edges of at most `most` bins of one width: 1, 2, 2.5 or 5 times a power of ten."""
    if low == high:
        return np.array([low])
    exponent = math.floor(math.log10((high - low) / most))
    for shift in (0, 1, 2):
        for factor in (1.0, 2.0, 2.5, 5.0):
            width = factor * 10.0 ** (exponent + shift)
            if whole and (width < 1 or width != int(width)):
                continue
            first = math.floor(low / width)
            bins = max(math.ceil(high / width), first + 1) - first
            if bins <= most:
                return np.round((first + np.arange(bins)) * width, 12)
    return np.array([low])


def growing_edges(low: float, high: float) -> Float64Array:
    """Lower edges 1, 2, 5, 10, 20, 50 … around low ≥ 0 and high; 0 first if low is near it."""
    top = math.floor(math.log10(high))
    floor = max(low, high / 1e6)
    steps = [
        factor * 10.0**exponent
        for exponent in range(math.floor(math.log10(floor)), top + 1)
        for factor in (1.0, 2.0, 5.0)
    ]
    inside = [step for step in steps if floor < step < high]
    below = [step for step in steps if step <= low]
    return np.round([below[-1] if below else 0.0, *inside], 12)


def date_edges(low: float, high: float, most: int) -> Float64Array:
    """Starts (UTC) of the days, months, quarters or years; each bin is one step long."""
    begin, end = datetime.fromtimestamp(low, UTC), datetime.fromtimestamp(high, UTC)
    days = end.toordinal() - begin.toordinal() + 1
    if days <= most:
        first = datetime(begin.year, begin.month, begin.day, tzinfo=UTC).timestamp()
        return first + 86_400.0 * np.arange(days)
    months = 12 * (end.year - begin.year) + end.month - begin.month + 1
    step = next(
        (step for step in (1, 3, 6, 12, 24, 60, 120) if months / step + 1 <= most), months
    )
    start = 12 * begin.year + begin.month - 1
    start -= start % step if step <= 120 else 0
    starts = range(start, 12 * end.year + end.month, step)
    return np.array([datetime(m // 12, m % 12 + 1, 1, tzinfo=UTC).timestamp() for m in starts])


def _counts(values: Float64Array, groups: UInt32Array, edges: Float64Array) -> Int64Array:
    counts = np.zeros(len(edges), dtype=np.int64)
    width = edges[1] - edges[0] if len(edges) > 1 else 1.0
    count_in_bins(values, groups, edges, width, counts, np.zeros(len(edges), dtype=np.int64))
    return counts


def _merged(
    edges: Float64Array, counts: Int64Array, most: int
) -> tuple[Float64Array, Int64Array]:
    """Fewer bins: the emptier end bin joins its neighbour, again and again."""
    lower, sizes = edges.tolist(), counts.tolist()
    while len(lower) > most:
        if sizes[0] < sizes[-1]:
            sizes[1] += sizes.pop(0)
            del lower[1]
        else:
            sizes[-2] += sizes.pop()
            del lower[-1]
    return np.array(lower), np.array(sizes, dtype=np.int64)


@njit(nogil=True, cache=True)
def extent(values: Float64Array) -> tuple[float, float, bool]:
    """Least, greatest (above and below each other if all are NaN), and whether all are whole."""
    low, high, whole = np.inf, -np.inf, True
    for value in values:
        if value == value:
            low = min(low, value)
            high = max(high, value)
            whole = whole and value == np.floor(value)
    return low, high, whole


@njit(nogil=True, cache=True)
def count_in_bins(
    values: Float64Array,
    groups: UInt32Array,
    edges: Float64Array,
    width: float,
    counts: Int64Array,
    newest: Int64Array,
) -> None:
    """Count each group once in every bin that it has a value in.

    edges: float64[b], ascending, the first at or below every value. width: of the bins if they
    are even, else any guess. newest: int64[b], zeros; becomes 1 + the last group counted.
    """
    last = len(edges) - 1
    for i in range(len(values)):
        value = values[i]
        if value != value:
            continue
        place = min(max(int((value - edges[0]) / width), 0), last)
        while place < last and value >= edges[place + 1]:
            place += 1
        while place > 0 and value < edges[place]:
            place -= 1
        group = np.int64(groups[i]) + 1
        if newest[place] != group:
            newest[place] = group
            counts[place] += 1
