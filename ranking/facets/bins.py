"""Number fields: histograms with edges that people find natural, or their few values."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from numba import njit

from indexing.arrays import Float64Array, Int64Array, UInt32Array
from ranking.facets.parts import Passing, places_at
from ranking.filters.numbers import DATE_FIELD
from ranking.search.result import Facet, FacetValue

_CROWDED = 0.6
"""Share of products in one even bin above which the bins grow instead (prices, popularity)."""
_BISECTED = 16
"""Edges from which on halving is faster than comparing with all."""
_SAMPLE = 2_048
"""Values that the choice of the edges looks at; the counts are exact."""


def count_numbers(
    name: str,
    parts: Sequence[Passing],
    chosen: Sequence[tuple[float, float]],
    most: int,
    most_values: int = 0,
) -> Facet:
    """Least and greatest value, and products by value if there are at most `most_values`, else by
    one of at most `most` bins.

    A bin is told by its lower edge; it reaches up to the next bin's edge, which it leaves out; the
    last one includes the greatest value. A product with variants in two bins counts in both.
    chosen: selected ranges; a bin that lies within one is flagged, and so is a value.
    """
    columns = [part.columns.numbers[name] for part in parts]
    values = [column.at(part.doc_ids) for column, part in zip(columns, parts, strict=True)]
    low, high, found, whole = extent_of(values)
    if not found:
        return Facet("number", ())
    few = few_values(values, most_values) if most_values else None
    if few is not None:
        edges = few
    elif name == DATE_FIELD:
        edges = date_edges(low, high, most)
    else:
        total = sum(map(len, parts))
        places = places_at(parts, np.arange(0, total, max(1, total // _SAMPLE)))
        sample = np.concatenate([own[at] for own, at in zip(values, places, strict=True)])
        edges = natural_edges(low, high, whole, sample[~np.isnan(sample)], most)
    counts = np.zeros(len(edges), dtype=np.int64)
    for own, part in zip(values, parts, strict=True):
        count_in_bins(own, part.groups, edges, counts, np.zeros(len(edges), dtype=np.uint32))
    lower = edges.tolist()
    upper = [*(math.nextafter(edge, -math.inf) for edge in lower[1:]), high]
    if few is not None:
        upper = lower
    return Facet(
        "number",
        tuple(
            FacetValue(edge, count, any(lo <= edge and end <= hi for lo, hi in chosen))
            for edge, end, count in zip(lower, upper, counts.tolist(), strict=True)
        ),
        low,
        high,
        None if few is None else len(few),
        None if few is None else 0,
    )


def few_values(parts: Sequence[Float64Array], most: int) -> Float64Array | None:
    """The distinct values of all parts, ascending, NaN left out; None if they are over `most`."""
    found = np.empty(0)
    for values in parts:
        own, fits = distinct_values(values, most)
        found = np.union1d(found, own)
        if not fits or len(found) > most:
            return None
    return found


@njit(nogil=True, cache=True)
def distinct_values(values: Float64Array, most: int) -> tuple[Float64Array, bool]:
    """The distinct values, ascending, NaN left out; False, and some of them, if over `most`. O(m).

    most: few, so that a sorted list is searched by halving.
    """
    found = np.empty(most + 1, dtype=np.float64)
    size = 0
    for value in values:
        if np.isnan(value):
            continue
        place = np.searchsorted(found[:size], value)
        if place < size and found[place] == value:
            continue
        if size == most:
            return found[:size], False
        for k in range(size, place, -1):
            found[k] = found[k - 1]
        found[place] = value
        size += 1
    return found[:size], True


def natural_edges(
    low: float, high: float, whole: bool, sample: Float64Array, most: int
) -> Float64Array:
    """Lower edges of even bins, or of growing ones where even bins would leave one crowded."""
    edges = even_edges(low, high, most, whole)
    if low < 0 or low == high or not len(sample):
        return edges
    if bin_sizes(sample, edges).max() <= _CROWDED * len(sample):
        return edges
    grown = growing_edges(low, high)
    if whole:
        grown = grown[grown == np.floor(grown)]
    sizes = bin_sizes(sample, grown).tolist()
    lower = grown.tolist()
    while len(lower) > most:  # the emptier end bin joins its neighbour
        if sizes[0] < sizes[-1]:
            sizes[1] += sizes.pop(0)
            del lower[1]
        else:
            sizes[-2] += sizes.pop()
            del lower[-1]
    return np.array(lower) if len(lower) > 2 else edges


def bin_sizes(values: Float64Array, edges: Float64Array) -> Int64Array:
    """int64[b], values by bin; NaN in none."""
    places = np.searchsorted(edges, values[~np.isnan(values)], side="right") - 1
    return np.bincount(np.maximum(places, 0), minlength=len(edges))


def even_edges(low: float, high: float, most: int, whole: bool) -> Float64Array:
    """Lower edges of at most `most` bins of one width: 1, 2, 2.5 or 5 times a power of ten."""
    if low == high:
        return np.array([low])
    exponent = math.floor(math.log10((high - low) / most))
    for power in (exponent, exponent + 1, exponent + 2):
        for factor in (1.0, 2.0, 2.5, 5.0):
            width = _scaled(factor, power)
            if whole and width != int(width):
                continue
            first = math.floor(low / width)
            first -= _scaled(first * factor, power) > low
            bins = max(math.ceil(high / width), first + 1) - first
            if bins <= most:
                return np.array([_scaled((first + i) * factor, power) for i in range(bins)])
    return np.array([low])


def _scaled(number: float, power: int) -> float:
    """The number · 10^power, rounded once: 3 · 10^-1 is 0.3, not 0.30000000000000004."""
    return number * 10.0**power if power >= 0 else number / 10.0**-power


def growing_edges(low: float, high: float) -> Float64Array:
    """Lower edges 1, 2, 5, 10, 20, 50 … from low ≥ 0 to high; the first is 0 if low is near it."""
    floor = max(low, high / 1e6)
    steps = [
        _scaled(factor, power)
        for power in range(math.floor(math.log10(floor)), math.floor(math.log10(high)) + 1)
        for factor in (1.0, 2.0, 5.0)
    ]
    below = [step for step in steps if step <= low]
    return np.array([below[-1] if below else 0.0, *(s for s in steps if floor < s < high)])


def date_edges(low: float, high: float, most: int) -> Float64Array:
    """Starts (UTC) of the days, months, quarters or years; each bin is one step long."""
    begin, end = datetime.fromtimestamp(low, UTC), datetime.fromtimestamp(high, UTC)
    days = end.toordinal() - begin.toordinal() + 1
    if days <= most:
        first = datetime(begin.year, begin.month, begin.day, tzinfo=UTC).timestamp()
        return np.array([first + 86_400.0 * day for day in range(days)])
    months = 12 * (end.year - begin.year) + end.month - begin.month + 1
    step = next((step for step in (1, 3, 6, 12, 24, 60, 120) if months / step + 1 <= most), months)
    start = 12 * begin.year + begin.month - 1
    start -= start % step if step <= 120 else 0
    starts = range(start, 12 * end.year + end.month, step)
    return np.array([datetime(m // 12, m % 12 + 1, 1, tzinfo=UTC).timestamp() for m in starts])


def extent_of(parts: Sequence[Float64Array]) -> tuple[float, float, int, bool]:
    """Least, greatest, how many there are, and whether all are whole numbers, over all parts."""
    each = [extent(values) for values in parts]
    least, greatest = min(e[0] for e in each), max(e[1] for e in each)
    return least, greatest, sum(e[2] for e in each), all(e[3] for e in each)


@njit(nogil=True, cache=True)
def extent(values: Float64Array) -> tuple[float, float, int, bool]:
    """Least, greatest, how many there are, and whether all are whole numbers; NaN do not count.

    Whole is asked of the products that are counted: of a column it would be true of some that are
    gone, or have had another number since.
    """
    low, high, found, whole = np.inf, -np.inf, 0, 0
    for value in values:
        low = min(low, value)
        high = max(high, value)
        found += not np.isnan(value)
        whole += value == np.floor(value)
    return low, high, found, whole == found


@njit(nogil=True, cache=True)
def count_in_bins(
    values: Float64Array,
    groups: UInt32Array,
    edges: Float64Array,
    counts: Int64Array,
    newest: UInt32Array,
) -> None:
    """Count each group once in every bin that it has a value in.

    edges: float64[b], ascending; what lies below the first counts in the first bin.
    newest: uint32[b], zeros; becomes 1 + the last group counted.
    """
    for i in range(np.uint64(len(values))):
        value = values[i]
        if np.isnan(value):
            continue
        place = np.uint64(0)
        if len(edges) > _BISECTED:
            place = np.uint64(max(np.searchsorted(edges, value, side="right") - 1, 0))
        else:
            for k in range(np.uint64(1), np.uint64(len(edges))):
                place += np.uint64(value >= edges[k])
        stamp = groups[i] + np.uint32(1)
        counts[place] += np.int64(newest[place] != stamp)
        newest[place] = stamp
