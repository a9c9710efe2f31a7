"""Weights added up by what they are of: kernels for the few products of one person."""

import numpy as np
from numba import njit

from indexing.arrays import Float32Array, Float64Array, Int64Array, UInt32Array

_FREE = np.int64(-1)


@njit(nogil=True, cache=True)
def sums_by_value(values: Int64Array, weights: Float32Array) -> tuple[Int64Array, Float64Array]:
    """int64[k], the distinct values from 0 on, ascending; float64[k], the weights of each together.

    By insertion: O(n · k), for n of a few dozen.
    """
    names, sums = np.empty(len(values), np.int64), np.empty(len(values), np.float64)
    count = 0
    for i in range(len(values)):
        if values[i] < 0:
            continue
        place = count
        while place > 0 and names[place - 1] > values[i]:
            place -= 1
        if place > 0 and names[place - 1] == values[i]:
            sums[place - 1] += weights[i]
            continue
        for later in range(count, place, -1):
            names[later], sums[later] = names[later - 1], sums[later - 1]
        names[place], sums[place] = values[i], weights[i]
        count += 1
    return names[:count], sums[:count]


@njit(nogil=True, cache=True)
def sums_of_lists(
    rows: Int64Array,
    weights: Float32Array,
    begins: UInt32Array,
    listed: UInt32Array,
    scores: Float32Array,
) -> tuple[UInt32Array, Float64Array]:
    """uint32[k], what the lists of these rows hold, in no order, less the rows themselves;
    float64[k], Σ weight · s / (s + 1) of each.

    rows: int64[n], −1 for none. List i stands at begins[i] … begins[i + 1]. Over all lists O(m).
    """
    size = np.int64(0)
    for row in rows:
        if row >= 0:
            size += np.int64(begins[row + 1]) - np.int64(begins[row])
    slots = 8
    while slots < 2 * (size + len(rows)):
        slots *= 2
    table = np.full(slots, _FREE, np.int64)
    names, sums = np.empty(size, np.uint32), np.empty(size, np.float64)
    places = np.full(slots, _FREE, np.int64)
    for row in rows:
        if row >= 0:
            table[_slot(table, row)] = row  # its place stays −1: it was seen itself
    count = 0
    for i in range(len(rows)):
        if rows[i] < 0:
            continue
        for at in range(np.int64(begins[rows[i]]), np.int64(begins[rows[i] + 1])):
            name = np.int64(listed[at])
            slot = _slot(table, name)
            if table[slot] == _FREE:
                table[slot], places[slot] = name, count
                names[count], sums[count] = listed[at], 0.0
                count += 1
            if places[slot] >= 0:
                part = weights[i] * scores[at] / (scores[at] + np.float32(1))
                sums[places[slot]] += part
    return names[:count], sums[:count]


@njit(nogil=True, cache=True)
def values_at(
    wanted: Int64Array, known: Int64Array, values: Float32Array, missing: np.float32
) -> Float32Array:
    """float32[n]: the value beside each wanted number, `missing` where it is not known.

    known: int64[k], ascending, distinct. O(n log k).
    """
    found = np.full(len(wanted), missing, np.float32)
    for i in range(len(wanted)):
        place = np.searchsorted(known, wanted[i])
        if place < len(known) and known[place] == wanted[i]:
            found[i] = values[place]
    return found


@njit(nogil=True, cache=True, inline="always")
def _slot(table: Int64Array, name: np.int64) -> int:
    """Where the name stands in a table of 2^b slots that is at most half full, or may be put."""
    last = len(table) - 1
    slot = (name * 2654435761 >> 7) & last
    while table[slot] not in (-1, name):
        slot = (slot + 1) & last
    return int(slot)
