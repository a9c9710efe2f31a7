"""Near-identical products: the first of them stays, the others wait behind different ones."""

import numpy as np
from numba import njit

from indexing.arrays import Float32Array, Int32Array, UInt32Array, UInt64Array
from ranking.rerank.similarity import LEAST_SQUARES, MOST_SQUARES

LEADING = 32
"""Components compared first: unlike vectors are told apart by these and the lengths of the rest."""


@njit(nogil=True, cache=True)
def find_twins(
    order: Int32Array,
    keys: Int32Array,
    vectors: Float32Array,
    least_cosine: float,
    title_starts: Int32Array,
    title_terms: UInt32Array,
    least_title: float,
) -> Int32Array:
    """int32[n]: the earlier product that this one is nearly identical to, or −1.

    order: int32[n], best first. keys: int32[c, n], −1 missing. vectors: float32[n, d], or
    [0, d]. title_terms: uint32[t], sorted and distinct within each product; title_starts:
    int32[n + 1], or [0] without titles. A product with a zero or endless vector, or an empty
    title, is like none by it. Thresholds above 1 switch a test off. Products are compared with
    first ones only, so a chain of small differences does not swallow a list. O(n² · d) at
    worst; most pairs are told apart by the leading components and one word of term bits.
    """
    count = len(order)
    length, rest = vector_lengths(vectors, least_cosine)
    bits = term_bits(title_starts, title_terms, least_title)
    share = (1.0 - least_title) / (1.0 + least_title) + 1e-9
    most_unequal = np.int64(2 * longest_title(title_starts) * share)
    twin_of = np.full(count, -1, np.int32)
    for place in range(count):
        i = order[place]
        for earlier in range(place):
            j = order[earlier]
            if twin_of[j] >= 0:
                continue
            alike = False
            for c in range(keys.shape[0]):
                alike = alike or (keys[c, i] >= 0 and keys[c, i] == keys[c, j])
            # tested here, not in the callee: passing arrays costs more than the test
            if not alike and len(bits) > 0 and bit_count(bits[i] ^ bits[j]) <= most_unequal:
                alike = alike_titles(title_starts, title_terms, i, j, share)
            if not alike and len(length) > 0 and length[i] > 0 and length[j] > 0:
                least = np.float32(least_cosine) * length[i] * length[j]
                dot = partial_dot(vectors, i, j, 0, LEADING)
                # Cauchy and Schwarz: the rest of the product is at most that of the lengths
                if dot + rest[i] * rest[j] >= least:
                    alike = dot + partial_dot(vectors, i, j, LEADING, vectors.shape[1]) >= least
            if alike:
                twin_of[i] = j
                break
    return twin_of


@njit(nogil=True, cache=True, fastmath={"reassoc", "contract"})
def partial_dot(vectors: Float32Array, i: int, j: int, start: int, stop: int) -> np.float32:
    dot = np.float32(0.0)
    for d in range(start, min(stop, vectors.shape[1])):
        dot += vectors[i, d] * vectors[j, d]
    return dot


@njit(nogil=True, cache=True)
def vector_lengths(vectors: Float32Array, least_cosine: float) -> tuple[Float32Array, Float32Array]:
    """float32[n] lengths, 0 for what is no vector, and lengths without the leading components.

    Both empty if the test is off. The rest is widened by rounding's share.
    """
    count = vectors.shape[0] if least_cosine <= 1.0 else 0
    length = np.zeros(count, np.float32)
    rest = np.zeros(count, np.float32)
    for i in range(count):
        tail = partial_dot(vectors, i, i, LEADING, vectors.shape[1])
        squares = tail + partial_dot(vectors, i, i, 0, LEADING)
        # false for NaN too
        if squares > LEAST_SQUARES and squares < MOST_SQUARES:
            length[i] = np.sqrt(squares)
            rest[i] = np.sqrt(tail) * np.float32(1.00001)
    return length, rest


@njit(nogil=True, cache=True)
def term_bits(
    title_starts: Int32Array, title_terms: UInt32Array, least_title: float
) -> UInt64Array:
    """uint64[n]: a bit set for each term, so unequal bits are unequal terms; [0] if off."""
    count = len(title_starts) - 1 if least_title <= 1.0 else 0
    bits = np.zeros(count, np.uint64)
    for i in range(count):
        for place in range(title_starts[i], title_starts[i + 1]):
            # Knuth's multiplicative hash: neighbouring term ids get distant bits
            spread = np.uint32(title_terms[place] * np.uint32(2654435761))
            bits[i] |= np.uint64(1) << np.uint64(spread >> np.uint32(26))
    return bits


@njit(nogil=True, cache=True)
def longest_title(title_starts: Int32Array) -> int:
    longest = 0
    for i in range(len(title_starts) - 1):
        longest = max(longest, title_starts[i + 1] - title_starts[i])
    return longest


@njit(nogil=True, cache=True)
def bit_count(word: np.uint64) -> np.int64:
    """Bits set in a word, without a loop: sums of 1, 2, 4, then 8 bits side by side."""
    ones, twos, fours = (
        np.uint64(0x5555555555555555),
        np.uint64(0x3333333333333333),
        np.uint64(0x0F0F0F0F0F0F0F0F),
    )
    word -= (word >> np.uint64(1)) & ones
    word = (word & twos) + ((word >> np.uint64(2)) & twos)
    word = (word + (word >> np.uint64(4))) & fours
    return np.int64((word * np.uint64(0x0101010101010101)) >> np.uint64(56))


@njit(nogil=True, cache=True)
def alike_titles(starts: Int32Array, terms: UInt32Array, i: int, j: int, share: float) -> bool:
    """Whether at most `share` of the terms |a| + |b| of two titles are not in both.

    |a ∩ b| / |a ∪ b| ≥ t is the same as |a Δ b| ≤ (|a| + |b|) · (1 − t) / (1 + t).
    """
    a, a_end = starts[i], starts[i + 1]
    b, b_end = starts[j], starts[j + 1]
    allowed = np.int32((a_end - a + b_end - b) * share)
    if a == a_end or b == b_end or abs((a_end - a) - (b_end - b)) > allowed:
        return False
    differ = 0
    while a < a_end and b < b_end:
        if terms[a] == terms[b]:
            a += 1
            b += 1
            continue
        if terms[a] < terms[b]:
            a += 1
        else:
            b += 1
        differ += 1
        if differ > allowed:
            return False
    return bool(differ + (a_end - a) + (b_end - b) <= allowed)


@njit(nogil=True, cache=True)
def demote_twins(
    order: Int32Array, twin_of: Int32Array, relevance: Float32Array, gap: float
) -> Int32Array:
    """int32[n]: first ones in order, then twins in order; a twin waits only for products whose
    relevance is at most `gap` below its own. `order` must be by falling relevance. O(n).
    """
    count = len(order)
    moved = np.empty(count, np.int32)
    first = 0
    twin = 0
    for place in range(count):
        while first < count and twin_of[order[first]] >= 0:
            first += 1
        while twin < count and twin_of[order[twin]] < 0:
            twin += 1
        take_twin = first == count
        if not take_twin and twin < count:
            take_twin = relevance[order[first]] < relevance[order[twin]] - gap
        if take_twin:
            moved[place] = order[twin]
            twin += 1
        else:
            moved[place] = order[first]
            first += 1
    return moved
