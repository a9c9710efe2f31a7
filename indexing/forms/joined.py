"""Pairs that titles write apart, and the catalogue also as one word: power bank, powerbank.

A title with the pair then holds the word, too. `car pet` is no carpet: the pair must stand on
products of the same categories as the word, or belong together by itself.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numba import njit

from indexing.analysis.chunks import is_cjk
from indexing.arrays import BoolArray, Int64Array, UInt32Array, UInt64Array
from indexing.postings.postings import FIELD_COUNT, Field
from indexing.postings.token_stream import EXTRA, TermNumbers, Tokens
from indexing.spelling.word_counts import WordCounter

LEAST_SHARED: Final = 0.25
"""Share of the pair's products that must be in categories of the word."""
LEAST_TOGETHER: Final = 0.2
"""Without categories: share of the rarer word's titles in which it stands in the pair."""
_LEAST_PART, _LEAST_BEHIND_LETTER = 2, 4
_MOST_PAIRS: Final = 200_000


@dataclass(frozen=True, slots=True)
class JoinedPairs:
    """keys: uint64[p], ascending, first provisional id << 32 | second. wholes: uint32[p]."""

    keys: UInt64Array
    wholes: UInt32Array

    @classmethod
    def none(cls) -> "JoinedPairs":
        return cls(np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.uint32))


def joined_pairs(
    tokens: Tokens,
    order: UInt32Array,
    numbers: TermNumbers,
    words: WordCounter,
    leaves: Int64Array,
) -> JoinedPairs:
    """words: of the whole catalogue, as they are written. leaves: int64[n], category of each
    document in order, -1 without.
    """
    possible = _possible(numbers, words)
    if not len(possible.keys):
        return possible
    first = (possible.keys >> np.uint64(32)).astype(np.int64)
    second = (possible.keys & np.uint64(0xFFFFFFFF)).astype(np.int64)
    firsts = np.zeros(len(numbers.ids), dtype=np.bool_)
    firsts[first] = True
    is_whole = np.full(len(numbers.ids), -1, dtype=np.int64)
    wholes = np.unique(possible.wholes)
    is_whole[wholes] = np.arange(len(wholes))
    seen = np.zeros(len(possible.keys), dtype=np.int64)
    titles = np.zeros(len(numbers.ids), dtype=np.int64)
    found = tokens.codes, tokens.bounds, order, firsts, possible.keys, is_whole
    most = int(_count(*found, seen, titles))
    pair_docs = np.zeros((most, 2), dtype=np.int64)
    whole_docs = np.zeros((most, 2), dtype=np.int64)
    ends = _list(*found, pair_docs, whole_docs)
    shared, told = _shared(
        pair_docs[: ends[0]], whole_docs[: ends[1]], is_whole[possible.wholes], leaves
    )
    rarer = np.minimum(titles[first], titles[second])
    alike = np.where(told > 0, shared >= LEAST_SHARED * told, seen >= LEAST_TOGETHER * rarer)
    kept = (seen > 0) & alike
    return JoinedPairs(possible.keys[kept], possible.wholes[kept])


def _shared(
    by_pair: Int64Array, by_whole: Int64Array, whole_of: Int64Array, leaves: Int64Array
) -> tuple[Int64Array, Int64Array]:
    """Of each pair's products with a category: how many are in one of the whole's; and all."""
    stride = int(leaves.max(initial=0)) + 2
    wholes = np.unique(by_whole[:, 0] * stride + leaves[by_whole[:, 1]] + 1)
    known = np.unique(by_whole[leaves[by_whole[:, 1]] >= 0, 0])
    leaf = leaves[by_pair[:, 1]]
    whole = whole_of[by_pair[:, 0]]
    tells = (leaf >= 0) & np.isin(whole, known)
    both = tells & np.isin(whole * stride + leaf + 1, wholes)
    count = len(whole_of)
    return (
        np.bincount(by_pair[both, 0], minlength=count),
        np.bincount(by_pair[tells, 0], minlength=count),
    )


def _possible(numbers: TermNumbers, words: WordCounter) -> JoinedPairs:
    """Pairs of neighbours that some product writes as one word."""
    analyzer, ids = numbers.analyzer, numbers.ids
    known = {word for word, _ in words.words()}
    found: dict[int, int] = {}
    for left, right, _ in words.pairs():
        whole = left + right
        if whole not in known or not _may_be_one(left, right, analyzer.stop_words):
            continue
        first, second, both = (ids.get(analyzer.stem(word), -1) for word in (left, right, whole))
        if min(first, second, both) >= 0 and len(found) < _MOST_PAIRS:
            found[first << 32 | second] = both
    keys = np.array(sorted(found), dtype=np.uint64)
    return JoinedPairs(keys, np.array([found[int(key)] for key in keys], dtype=np.uint32))


def _may_be_one(left: str, right: str, stops: frozenset[str]) -> bool:
    if left in stops or right in stops or not (left.isalpha() and right.isalpha()) or is_cjk(left):
        return False
    return len(right) >= (_LEAST_PART if len(left) > 1 else _LEAST_BEHIND_LETTER)


@njit(nogil=True, cache=True, inline="always")
def pair_at(first: np.int64, second: np.int64, keys: UInt64Array) -> np.int64:
    """Place of the pair among the keys, or -1."""
    key = (np.uint64(first) << np.uint64(32)) | np.uint64(second)
    low, high = np.int64(0), np.int64(len(keys))
    while low < high:
        middle = (low + high) // 2
        if keys[middle] < key:
            low = middle + 1
        else:
            high = middle
    return low if low < len(keys) and keys[low] == key else np.int64(-1)


@njit(nogil=True, cache=True)
def _count(
    codes: UInt32Array,
    bounds: Int64Array,
    order: UInt32Array,
    firsts: BoolArray,
    keys: UInt64Array,
    is_whole: Int64Array,
    seen: Int64Array,
    titles: Int64Array,
) -> int:
    """Fill how often each pair and each term stand in titles; the number of sightings."""
    most = 0
    for doc in range(len(order)):
        begin = np.int64(order[doc]) * FIELD_COUNT + Field.TITLE
        before = np.int64(-1)
        for place in range(bounds[begin], bounds[begin + 1]):
            code = codes[place]
            term = np.int64(code & ~np.uint32(EXTRA))
            most += is_whole[term] >= 0
            if code >= EXTRA:
                continue
            titles[term] += 1
            if before >= 0 and firsts[before]:
                pair = pair_at(before, term, keys)
                if pair >= 0:
                    seen[pair] += 1
                    most += 1
            before = term
    return most


@njit(nogil=True, cache=True)
def _list(
    codes: UInt32Array,
    bounds: Int64Array,
    order: UInt32Array,
    firsts: BoolArray,
    keys: UInt64Array,
    is_whole: Int64Array,
    pair_docs: Int64Array,
    whole_docs: Int64Array,
) -> tuple[int, int]:
    """Fill (pair, document) and (place of whole, document); how many of each."""
    pairs = wholes = 0
    for doc in range(len(order)):
        begin = np.int64(order[doc]) * FIELD_COUNT + Field.TITLE
        before = np.int64(-1)
        for place in range(bounds[begin], bounds[begin + 1]):
            code = codes[place]
            term = np.int64(code & ~np.uint32(EXTRA))
            if is_whole[term] >= 0:
                whole_docs[wholes, 0], whole_docs[wholes, 1] = is_whole[term], doc
                wholes += 1
            if code >= EXTRA:
                continue
            if before >= 0 and firsts[before]:
                pair = pair_at(before, term, keys)
                if pair >= 0:
                    pair_docs[pairs, 0], pair_docs[pairs, 1] = pair, doc
                    pairs += 1
            before = term
    return pairs, wholes
