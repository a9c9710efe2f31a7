"""Why each product of a rearranged head stands where it stands."""

from enum import IntEnum

import numpy as np
from numba import njit

from indexing.arrays import Int32Array, UInt8Array, UInt32Array


class Reason(IntEnum):
    """Why a product stands elsewhere than its score would put it."""

    KEPT = 0
    MADE_ROOM = 1  # others were moved, and it fills up or makes room
    NEAR_IDENTICAL = 2
    SPREAD = 3
    CAP = 4


KEPT, MADE_ROOM, NEAR_IDENTICAL, SPREAD, CAP = (int(reason) for reason in Reason)


@njit(nogil=True, cache=True)
def find_reasons(
    steps: Int32Array,
    twin_of: Int32Array,
    held: Int32Array,
    shift: Int32Array,
    reason: UInt8Array,
    cause: Int32Array,
) -> None:
    """Fill shift, reason and cause by position; the last stage that moved a product counts.

    steps: int32[4, h], the order by score and after each of the three stages. twin_of, held:
    int32[h] by product. shift int32, reason uint8, cause int32: the first h are written.
    """
    head = steps.shape[1]
    places = np.empty((4, head), np.int32)
    for step in range(4):
        for place in range(head):
            places[step, steps[step, place]] = place
    for place in range(head):
        i = steps[3, place]
        shift[place] = places[0, i] - place
        cause[place] = -1
        if held[i] >= 0 and place > places[2, i]:
            reason[place] = CAP
            cause[place] = held[i]
        elif twin_of[i] >= 0 and place > places[0, i]:
            reason[place] = NEAR_IDENTICAL
            cause[place] = twin_of[i]
        elif places[2, i] != places[1, i]:
            reason[place] = SPREAD
        else:
            reason[place] = MADE_ROOM if place != places[0, i] else KEPT


@njit(nogil=True, cache=True)
def caps_by_number(
    broken: UInt32Array, held: Int32Array, numbers: Int32Array
) -> tuple[UInt32Array, Int32Array]:
    """Bits and rows of the caps that were applied → their numbers in the policy."""
    flags = np.zeros(len(broken), np.uint32)
    which = np.full(len(held), -1, np.int32)
    for i in range(len(broken)):
        for row in range(len(numbers)):
            if broken[i] >> np.uint32(row) & np.uint32(1):
                flags[i] |= np.uint32(1) << np.uint32(numbers[row])
        if held[i] >= 0:
            which[i] = numbers[held[i]]
    return flags, which
