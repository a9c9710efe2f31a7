"""Deletion neighbourhoods: words near another word, found by equal leftovers.

Two words within d edits share a string that both reach by deleting at most d characters each
(Garbe's symmetric deletes). Every word is listed under the hashes of its leftovers; a query
word's own leftovers name the lists to verify. Only the first PREFIX characters take part: an
edit beyond them is found by the leftovers of the beginnings, and is verified in full.
"""

from typing import Final

import numpy as np
from numba import njit

from indexing.arrays import Int64Array, UInt8Array, UInt16Array, UInt32Array, UInt64Array

PREFIX: Final = 7
MAX_DISTANCE: Final = 2
MAX_LENGTH: Final = 32  # characters; longer words are neither corrected nor corrections
MAX_LEFTOVERS: Final = 1 + PREFIX + PREFIX * (PREFIX - 1) // 2
# East Asian scripts begin here; there one edit is another word, see `indexing.analysis.pinyin`.
FIRST_IDEOGRAM: Final = 0x2E80
_SHORT_WORD: Final = 3  # a word of up to three letters is two edits from nothing that is typed


@njit(nogil=True, cache=True)
def _hash_without(
    word: UInt16Array, size: int, first: int, second: int
) -> np.uint64:  # pragma: no cover
    """FNV-1a over the characters of a word but two; -1 leaves out none. Mixed at the end."""
    value = np.uint64(14695981039346656037)
    for place in range(size):
        if place != first and place != second:  # noqa: PLR1714 (a tuple is slower here)
            value = (value ^ np.uint64(word[place])) * np.uint64(1099511628211)
    value ^= value >> np.uint64(32)
    value *= np.uint64(0x9E3779B97F4A7C15)
    return value ^ (value >> np.uint64(29))


@njit(nogil=True, cache=True)
def leftovers(word: UInt16Array, distance: int, hashes: UInt64Array) -> int:  # pragma: no cover
    """Fill in the hashes of what remains after up to `distance` deletions; how many.

    Deleting either of two equal neighbours leaves the same, so only the first is deleted.
    """
    if distance < 0:
        return 0
    size = min(len(word), PREFIX)
    hashes[0] = _hash_without(word, size, -1, -1)
    count = 1
    if distance == 0:
        return count
    for first in range(size):
        if first > 0 and word[first] == word[first - 1]:
            continue
        hashes[count] = _hash_without(word, size, first, -1)
        count += 1
        if distance == 1:
            continue
        for second in range(first + 1, size):
            if second > first + 1 and word[second] == word[second - 1]:
                continue
            hashes[count] = _hash_without(word, size, first, second)
            count += 1
    return count


@njit(nogil=True, cache=True)
def _reach(word: UInt16Array) -> int:  # pragma: no cover
    """Deletions under which a word is listed; -1: it is not listed."""
    if len(word) < 2 or len(word) > MAX_LENGTH or word[0] >= FIRST_IDEOGRAM:
        return -1
    return 1 if len(word) <= _SHORT_WORD else MAX_DISTANCE


@njit(nogil=True, cache=True)
def _count(
    characters: UInt16Array, offsets: UInt32Array, shift: int, sizes: Int64Array
) -> None:  # pragma: no cover
    hashes = np.empty(MAX_LEFTOVERS, dtype=np.uint64)
    for number in range(len(offsets) - 1):
        word = characters[offsets[number] : offsets[number + 1]]
        for place in range(leftovers(word, _reach(word), hashes)):
            sizes[int(hashes[place] >> np.uint64(shift)) + 1] += 1


@njit(nogil=True, cache=True)
def _fill(
    characters: UInt16Array,
    offsets: UInt32Array,
    shift: int,
    ends: Int64Array,
    words: UInt32Array,
    tags: UInt8Array,
) -> None:  # pragma: no cover
    hashes = np.empty(MAX_LEFTOVERS, dtype=np.uint64)
    for number in range(len(offsets) - 1):
        word = characters[offsets[number] : offsets[number + 1]]
        for place in range(leftovers(word, _reach(word), hashes)):
            bucket = int(hashes[place] >> np.uint64(shift))
            words[ends[bucket]] = number
            tags[ends[bucket]] = np.uint8(hashes[place] & np.uint64(0xFF))
            ends[bucket] += 1


def build_deletions(
    characters: UInt16Array, offsets: UInt32Array
) -> tuple[UInt32Array, UInt32Array, UInt8Array]:
    """(bucket offsets, word numbers, tags) for the words characters[offsets[i]:offsets[i + 1]].

    Buckets are the top bits of the hash, about four leftovers each; the tag is its low byte,
    so that a lookup verifies one wrong word in 256 x 4. Within a bucket words are in order.
    Time and space are linear: at most MAX_LEFTOVERS x 5 bytes a word.
    """
    words = len(offsets) - 1
    bits = max(4, int(words * MAX_LEFTOVERS // 4).bit_length())
    sizes = np.zeros((1 << bits) + 1, dtype=np.int64)
    _count(characters, offsets, 64 - bits, sizes)
    starts = np.cumsum(sizes)
    numbers = np.empty(starts[-1], dtype=np.uint32)
    tags = np.empty(starts[-1], dtype=np.uint8)
    _fill(characters, offsets, 64 - bits, starts[:-1].copy(), numbers, tags)
    return starts.astype(np.uint32), numbers, tags


@njit(nogil=True, cache=True)
def osa_distance(
    left: UInt16Array, right: UInt16Array, limit: int, rows: Int64Array
) -> int:  # pragma: no cover
    """Optimal string alignment distance: Damerau and Levenshtein, no substring edited twice.

    Returns limit + 1 for anything beyond the limit. rows: int64[3, MAX_LENGTH + 1], scratch.
    """
    long_by = len(left) - len(right)
    if long_by > limit or -long_by > limit:
        return limit + 1
    for column in range(len(right) + 1):
        rows[0, column] = column
    above, current, twice = 0, 1, 2
    for row in range(1, len(left) + 1):
        rows[current, 0] = row
        least = row
        for column in range(1, len(right) + 1):
            cost = 0 if left[row - 1] == right[column - 1] else 1
            best = rows[above, column - 1] + cost
            best = min(best, rows[above, column] + 1, rows[current, column - 1] + 1)
            if (
                row > 1
                and column > 1
                and left[row - 1] == right[column - 2]
                and left[row - 2] == right[column - 1]
            ):
                best = min(best, rows[twice, column - 2] + 1)
            rows[current, column] = best
            least = min(least, best)
        if least > limit:
            return limit + 1
        twice, above, current = above, current, twice
    return int(min(rows[above, len(right)], limit + 1))


@njit(nogil=True, cache=True)
def near_words(
    query: UInt16Array,
    distance: int,
    characters: UInt16Array,
    offsets: UInt32Array,
    buckets: UInt32Array,
    numbers: UInt32Array,
    tags: UInt8Array,
    found: Int64Array,
) -> int:  # pragma: no cover
    """Fill in the words within `distance` edits of the query, each once; how many.

    found: int64[n, 2], word number and distance, in no order; the rest is cut when it is full.
    """
    hashes = np.empty(MAX_LEFTOVERS, dtype=np.uint64)
    rows = np.empty((3, MAX_LENGTH + 1), dtype=np.int64)
    seen = np.zeros(1 << 12, dtype=np.uint32)  # open addressing, word number + 1
    mask = len(seen) - 1
    seen_count = 0
    bits = 0
    while (1 << bits) < len(buckets) - 1:
        bits += 1
    shift = np.uint64(64 - bits)
    count = 0
    for place in range(leftovers(query, distance, hashes)):
        bucket = int(hashes[place] >> shift)
        tag = np.uint8(hashes[place] & np.uint64(0xFF))
        for listed in range(buckets[bucket], buckets[bucket + 1]):
            if tags[listed] != tag:
                continue
            number = int(numbers[listed])
            size = int(offsets[number + 1]) - int(offsets[number])
            if size > len(query) + distance or size < len(query) - distance:
                continue
            slot = (number * 2654435761) & mask
            while seen[slot] != 0 and seen[slot] != number + 1:
                slot = (slot + 1) & mask
            if seen[slot] != 0:
                continue
            if seen_count < mask * 3 // 4:
                seen[slot] = number + 1
                seen_count += 1
            word = characters[offsets[number] : offsets[number + 1]]
            edits = osa_distance(query, word, distance, rows)
            if edits <= distance and count < len(found):
                found[count, 0] = number
                found[count, 1] = edits
                count += 1
    return count
