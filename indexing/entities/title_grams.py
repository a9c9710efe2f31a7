"""While building: short word sequences of a sample of titles, by hash."""

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
from numba import njit

from indexing.analysis.chunks import is_cjk
from indexing.analysis.pinyin import han_words
from indexing.arrays import (
    BoolArray,
    Float64Array,
    Int64Array,
    UInt8Array,
    UInt32Array,
    UInt64Array,
)
from indexing.entities.names import NUMBER, extend_hash
from indexing.postings.postings import InvertedIndex

MAX_SAMPLED: Final = 100_000
MAX_POSITIONS: Final = 32
LONGEST_WORDS, LONGEST_HAN = 4, 6
WORD, HAN, DIGITS, STOP = range(4)
_PLAIN_NUMBER = re.compile(r"\d{1,7}(?:\.\d{1,3})?")


@dataclass(frozen=True, slots=True)
class SampledTitles:
    """docs: int64[m]. terms: int64, term ids of each title's positions; starts: int64[m + 1].

    kinds: uint8 beside terms. values: float64 beside terms, of numbers, else NaN.
    begins: bool beside terms; false inside a Chinese word.
    """

    docs: Int64Array
    terms: Int64Array
    starts: Int64Array
    kinds: UInt8Array
    values: Float64Array
    begins: BoolArray


@dataclass(frozen=True, slots=True)
class Grams:
    """One row an occurrence, by hash, then title: hashes uint64[g], titles int64[g] (places in
    the sample), starts int64[g] (places in its terms), lengths uint8[g]. values: float64[g], the
    number of a pattern, NaN for plain sequences.
    """

    hashes: UInt64Array
    titles: Int64Array
    starts: Int64Array
    lengths: UInt8Array
    values: Float64Array


def sample_titles(
    index: InvertedIndex, stop_words: frozenset[str], limit: int = MAX_SAMPLED
) -> SampledTitles:
    """Evenly spread titles, the first MAX_POSITIONS words of each."""
    count = len(index.titles.offsets) - 1
    step = max(1, -(-count // limit))
    docs = np.arange(0, count, step, dtype=np.int64)
    starts = np.zeros(len(docs) + 1, dtype=np.int64)
    terms = np.empty(len(docs) * MAX_POSITIONS, dtype=np.int64)
    used = _primary_terms(docs, index.titles.offsets, index.titles.terms, starts, terms)
    terms = terms[:used].copy()
    distinct, places = np.unique(terms, return_inverse=True)
    texts = [index.lexicon.terms[int(term)] for term in distinct]
    kinds = np.array([_kind(text, stop_words) for text in texts], dtype=np.uint8)
    values = np.array(
        [float(text) if kind == DIGITS else np.nan for text, kind in zip(texts, kinds, strict=True)]
    )
    begins = np.ones(len(terms), dtype=np.bool_)
    _mark_words(
        terms, starts, kinds[places], begins, dict(zip(distinct.tolist(), texts, strict=True))
    )
    return SampledTitles(docs, terms, starts, kinds[places], values[places], begins)


def _kind(text: str, stop_words: frozenset[str]) -> int:
    if _PLAIN_NUMBER.fullmatch(text):
        return DIGITS
    if is_cjk(text):
        return HAN
    return STOP if text in stop_words else WORD


def _mark_words(
    terms: Int64Array,
    starts: Int64Array,
    kinds: UInt8Array,
    begins: BoolArray,
    texts: dict[int, str],
) -> None:
    """Clear `begins` inside Chinese words, so that no sequence begins or ends there."""
    for title in np.unique(np.searchsorted(starts, np.flatnonzero(kinds == HAN), side="right") - 1):
        place, last = int(starts[title]), int(starts[title + 1])
        while place < last:
            end = place
            while end < last and kinds[end] == HAN:
                end += 1
            if end > place:
                run = "".join(texts[int(term)] for term in terms[place:end])
                if len(run) == end - place:
                    at = place
                    for word in han_words(run):
                        begins[at + 1 : at + len(word)] = False
                        at += len(word)
            place = end + 1


def plain_grams(titles: SampledTitles) -> Grams:
    """Sequences without numbers of one to four words, or Chinese ones of two to six characters."""
    room = len(titles.terms) * LONGEST_HAN
    hashes = np.empty(room, dtype=np.uint64)
    rows = np.empty((room, 3), dtype=np.int64)
    count = _plain(titles.terms, titles.starts, titles.kinds, titles.begins, hashes, rows)
    return _ordered(hashes[:count], rows[:count], np.full(count, np.nan))


def number_patterns(titles: SampledTitles) -> Grams:
    """Sequences around one number, which NUMBER stands for: `# h playtime`, `size #`."""
    room = int((titles.kinds == DIGITS).sum()) * 8
    hashes = np.empty(room, dtype=np.uint64)
    rows = np.empty((room, 3), dtype=np.int64)
    values = np.empty(room, dtype=np.float64)
    count = _patterns(
        titles.terms, titles.starts, titles.kinds, titles.values, hashes, rows, values
    )
    return _ordered(hashes[:count], rows[:count], values[:count])


def _ordered(hashes: UInt64Array, rows: Int64Array, values: Float64Array) -> Grams:
    order = np.lexsort((rows[:, 0], hashes))
    return Grams(
        hashes[order],
        rows[order, 0],
        rows[order, 1],
        rows[order, 2].astype(np.uint8),
        values[order],
    )


@njit(nogil=True, cache=True)
def _primary_terms(
    docs: Int64Array,
    offsets: UInt64Array,
    codes: UInt32Array,
    starts: Int64Array,
    terms: Int64Array,
) -> int:
    used = 0
    for i in range(len(docs)):
        begin = used
        for place in range(offsets[docs[i]], offsets[docs[i] + 1]):
            if codes[place] < np.uint32(0x80000000) and used - begin < MAX_POSITIONS:
                terms[used] = codes[place]
                used += 1
        starts[i + 1] = used
    return used


@njit(nogil=True, cache=True)
def _plain(
    terms: Int64Array,
    starts: Int64Array,
    kinds: UInt8Array,
    begins: BoolArray,
    hashes: UInt64Array,
    rows: Int64Array,
) -> int:
    count = 0
    for title in range(len(starts) - 1):
        last = starts[title + 1]
        for first in range(starts[title], last):
            kind = kinds[first]
            if kind in (DIGITS, STOP) or not begins[first]:
                continue
            longest = LONGEST_HAN if kind == HAN else LONGEST_WORDS
            code = np.uint64(0xCBF29CE484222325)
            for place in range(first, min(first + longest, last)):
                inside = kinds[place] == kind or (kind == WORD and kinds[place] == STOP)
                if not inside:
                    break
                code = extend_hash(code, terms[place])
                ends = place + 1 == last or begins[place + 1]
                if kinds[place] == STOP or not ends or (kind == HAN and place == first):
                    continue
                hashes[count] = code
                rows[count, 0], rows[count, 1], rows[count, 2] = title, first, place - first + 1
                count += 1
    return count


@njit(nogil=True, cache=True)
def _patterns(
    terms: Int64Array,
    starts: Int64Array,
    kinds: UInt8Array,
    values: Float64Array,
    hashes: UInt64Array,
    rows: Int64Array,
    numbers: Float64Array,
) -> int:
    count = 0
    for title in range(len(starts) - 1):
        low, high = starts[title], starts[title + 1]
        for at in range(low, high):
            if kinds[at] != DIGITS:
                continue
            for before in range(2):
                first = at - before
                if first < low or (before and kinds[first] == DIGITS):
                    break
                code = np.uint64(0xCBF29CE484222325)
                for place in range(first, at):
                    code = extend_hash(code, terms[place])
                code = extend_hash(code, NUMBER)
                for last in range(at, min(at + 4, high)):
                    if last > at:
                        if kinds[last] == DIGITS:
                            break
                        code = extend_hash(code, terms[last])
                    if first == last:
                        continue
                    hashes[count] = code
                    rows[count, 0], rows[count, 1], rows[count, 2] = title, first, last - first + 1
                    numbers[count] = values[at]
                    count += 1
    return count
