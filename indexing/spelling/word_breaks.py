"""Words run together and words torn apart: "iphonecase", "sun glasses"."""

from typing import Final

import numpy as np
from numba import njit

from indexing.arrays import Float64Array, UInt16Array, UInt32Array, UInt64Array

_SHORT: Final = 3  # parts below this length need to be seen side by side
_LEAST_ALONE: Final = 5  # and longer ones this often each, when they are not


@njit(nogil=True, cache=True)
def find_word(
    characters: UInt16Array, offsets: UInt32Array, word: UInt16Array
) -> int:  # pragma: no cover
    """Number of a word in the sorted words, or -1."""
    low, high = 0, len(offsets) - 1
    while low < high:
        middle = (low + high) // 2
        start = int(offsets[middle])
        size = int(offsets[middle + 1]) - start
        order = 0
        for place in range(min(size, len(word))):
            if characters[start + place] != word[place]:
                order = -1 if characters[start + place] < word[place] else 1
                break
        if order == 0:
            order = size - len(word)
        if order == 0:
            return middle
        if order < 0:
            low = middle + 1
        else:
            high = middle
    return -1


@njit(nogil=True, cache=True)
def pair_count(
    pairs: UInt64Array, counts: UInt32Array, left: int, right: int
) -> int:  # pragma: no cover
    """How often the word `right` followed `left`: pairs are left << 32 | right, sorted."""
    key = (np.uint64(left) << np.uint64(32)) | np.uint64(right)
    place = np.searchsorted(pairs, key)
    if place < len(pairs) and pairs[place] == key:
        return int(counts[place])
    return 0


@njit(nogil=True, cache=True)
def best_split(
    word: UInt16Array,
    characters: UInt16Array,
    offsets: UInt32Array,
    frequencies: UInt32Array,
    pairs: UInt64Array,
    counts: UInt32Array,
    total: float,
    answer: Float64Array,
) -> int:  # pragma: no cover
    """Where the word is best cut in two known words; 0: nowhere.

    answer: float64[2] receives the score and the times the two were seen side by side. The
    score is ln P(left, right) where the pair was seen, else ln P(left) P(right) with
    P = frequency / total (total: of all words). Parts of one or two letters, or rare ones,
    count only where the pair was seen.
    """
    best, answer[0], answer[1] = 0, -np.inf, 0.0
    for cut in range(1, len(word)):
        left = find_word(characters, offsets, word[:cut])
        if left < 0:
            continue
        right = find_word(characters, offsets, word[cut:])
        if right < 0:
            continue
        together = pair_count(pairs, counts, left, right)
        if together > 0:
            score = np.log(together / total)
        else:
            least = min(frequencies[left], frequencies[right])
            if min(cut, len(word) - cut) < _SHORT or least < _LEAST_ALONE:
                continue
            score = np.log(frequencies[left] / total) + np.log(frequencies[right] / total)
        if score > answer[0]:
            best, answer[0], answer[1] = cut, score, together
    return best
