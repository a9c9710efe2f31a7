"""Keys that begin like the typed text but for one typing error.

The sorted keys are walked as a trie that is not stored: the keys with a common beginning are a
range, and a next character narrows it by two binary searches.
"""

from typing import Final

import numpy as np
from numba import njit

from indexing.arrays import Float32Array, Int64Array, UInt8Array, UInt32Array
from indexing.completions.topk import edge

MAX_RANGES: Final = 512
_MAX_NODES = 3000  # continuations tried; keeps long and pathological prefixes under a millisecond

# Weights are multiplied by these; a last letter that only may be wrong says least.
SWAPPED: Final = 1.0
REPLACED: Final = 0.8
MISSED: Final = 0.8
ADDED: Final = 0.8
LAST: Final = 0.1


@njit(nogil=True, cache=True)
def _width(byte: int) -> int:  # pragma: no cover
    """Bytes of the UTF-8 character that begins with this one."""
    if byte < 0xC0:
        return 1
    if byte < 0xE0:
        return 2
    return 3 if byte < 0xF0 else 4


@njit(nogil=True, cache=True)
def _narrow(
    blob: UInt8Array,
    starts: UInt32Array,
    low: int,
    high: int,
    text: UInt8Array,
    begin: int,
    end: int,
    depth: int,
    factor: float,
    ranges: Int64Array,
    factors: Float32Array,
    count: int,
) -> int:  # pragma: no cover
    """Add the keys of low..high-1 that go on with text[begin:end]; the new number of ranges."""
    first = edge(blob, starts, low, high, text, begin, end, depth, False)
    last = edge(blob, starts, first, high, text, begin, end, depth, True)
    if first < last and count < len(ranges):
        ranges[count, 0], ranges[count, 1] = first, last
        factors[count] = factor
        return count + 1
    return count


@njit(nogil=True, cache=True)
def one_edit_ranges(
    blob: UInt8Array,
    starts: UInt32Array,
    text: UInt8Array,
    first_edited: int,
    base: float,
    ranges: Int64Array,
    factors: Float32Array,
    count: int,
) -> int:  # pragma: no cover
    """Ranges of the keys with a beginning one edit from the text (Damerau and Levenshtein).

    text: uint8[m], UTF-8; edits are of whole characters, from the character `first_edited` on.
    ranges: int64[n, 2], factors: float32[n] (base x the edit's factor) are filled from `count`
    on; returned is their new number. Ranges may overlap. A replaced or missing last character
    is the same as a needless one, and is listed once.
    """
    low, high = 0, len(starts)
    size = len(text)
    swapped = np.empty(size, dtype=np.uint8)
    nodes = 0
    at = 0
    number = 0
    while at < size and low < high:
        after = min(at + _width(text[at]), size)
        if number >= first_edited:
            factor = base * (ADDED if after < size else LAST)
            count = _narrow(
                blob, starts, low, high, text, after, size, at, factor, ranges, factors, count
            )
            if after < size:
                beyond = min(after + _width(text[after]), size)
                swapped[: beyond - after] = text[after:beyond]
                swapped[beyond - after : beyond - at] = text[at:after]
                swapped[beyond - at : size - at] = text[beyond:size]
                count = _narrow(
                    blob, starts, low, high, swapped, 0, size - at, at, base * SWAPPED,
                    ranges, factors, count,
                )  # fmt: skip
                child = low
                while child < high and nodes < _MAX_NODES:
                    nodes += 1
                    place = int(starts[child]) + at
                    width = _width(blob[place])
                    child_end = edge(
                        blob, starts, child, high, blob, place, place + width, at, True
                    )
                    if blob[place] != 0:
                        deep = at + width
                        same = True
                        for offset in range(width):
                            same &= at + offset < size and blob[place + offset] == text[at + offset]
                        if not same:
                            count = _narrow(
                                blob, starts, child, child_end, text, after, size, deep,
                                base * REPLACED, ranges, factors, count,
                            )  # fmt: skip
                        count = _narrow(
                            blob, starts, child, child_end, text, at, size, deep,
                            base * MISSED, ranges, factors, count,
                        )  # fmt: skip
                    child = child_end
        next_low = edge(blob, starts, low, high, text, at, after, at, False)
        high = edge(blob, starts, next_low, high, text, at, after, at, True)
        low = next_low
        at = after
        number += 1
    return count
