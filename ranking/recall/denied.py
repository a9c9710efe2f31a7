"""Which products hold what a query denies, and which say that they lack it."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numba import njit

from indexing.analysis.chunks import Kind, is_cjk
from indexing.arrays import BoolArray, UInt32Array, UInt64Array
from indexing.postings.lexicon import UNKNOWN
from indexing.postings.postings import BITS, MAX_TF, Field
from indexing.snapshot import Snapshot
from ranking.features.slot_matches import match_in
from ranking.query.denial_words import CJK_SAID_AFTER, OF, free_endings, spoken
from ranking.query.flat_slots import flatten
from ranking.query.query import Denial

_FIELDS: Final = (Field.TITLE, Field.ATTRIBUTES)
"""Where a product says what it is. A description may say the word for any reason, and the names of
categories are of many things: a fan without light stands in Lighting & Ceiling Fans.
"""
_MASK: Final = np.uint32(sum(MAX_TF << (BITS * field) for field in _FIELDS))
NEAR: Final = 3
"""Positions before the word in which a title says that it lacks it: without any added sugar.

A number must follow at once: gloves without latex size 9 are of size 9.
"""


@dataclass(frozen=True, slots=True)
class Lacks:
    """bool[k, denials] each. held: the product has what is denied. said: its title says that it
    has not; such a product never holds it.
    """

    held: BoolArray
    said: BoolArray


def lacks(denied: tuple[Denial, ...], doc_ids: UInt32Array, segment: Snapshot) -> Lacks:
    """Of one segment's documents (ascending). O(k · (log postings + title))."""
    slots = tuple(each.slot for each in denied)
    index = segment.index
    chosen, tfs = match_in(doc_ids, flatten(slots, index.statistics), index)
    held = (chosen >= 0) & ((tfs & _MASK) > 0)
    said = np.zeros(held.shape, dtype=np.bool_)
    before, after = (_ids(words, segment) for words in spoken(segment.analyzer.languages))
    of, pairs = _ids(OF, segment), _pairs(segment)
    for column, slot in enumerate(slots):
        terms = {term for way in slot.alternatives for term in way.term_ids}
        whole = _sorted(_in_one_word(slot.text, segment))
        near = 1 if any(sign.isdigit() for sign in slot.text) else NEAR
        says_lack(
            doc_ids, index.titles.offsets, index.titles.terms, _sorted(terms), before, after,
            of, pairs, whole, near, said[:, column],
        )  # fmt: skip
    return Lacks(held & ~said, said)


def _ids(words: frozenset[str], segment: Snapshot) -> UInt32Array:
    """Of those that are one term: a part of another, as the w of w/o, says something else."""
    find, tokens = segment.index.lexicon.id_of, segment.analyzer.tokens
    cut = [tokens(word) for word in words]
    return _sorted({find(each[0].term) for each in cut if len(each) == 1})


def _in_one_word(text: str, segment: Snapshot) -> set[int]:
    """Term ids of the words that say that something lacks it: zuckerfrei, zuckerfreie."""
    if not text.isalpha() or is_cjk(text):
        return set()
    find, stem = segment.index.lexicon.id_of, segment.analyzer.stem
    return {find(stem(text + end)) for end in free_endings(segment.analyzer.languages)}


def _pairs(segment: Snapshot) -> UInt32Array:
    """uint32[p, 2]: the first two signs of what Japanese says behind the word."""
    find, tokens = segment.index.lexicon.id_of, segment.analyzer.tokens
    cut = [[find(t.term) for t in tokens(word) if t.kind == Kind.CHAR][:2]
           for word in CJK_SAID_AFTER]  # fmt: skip
    known = [pair for pair in cut if len(pair) == 2 and UNKNOWN not in pair]
    return np.array(known, dtype=np.uint32).reshape(-1, 2)


def _sorted(term_ids: set[int]) -> UInt32Array:
    return np.array(sorted(term_ids - {UNKNOWN}), dtype=np.uint32)


@njit(nogil=True, cache=True)
def says_lack(
    doc_ids: UInt32Array,
    offsets: UInt64Array,
    terms: UInt32Array,
    denied: UInt32Array,
    before: UInt32Array,
    after: UInt32Array,
    of: UInt32Array,
    pairs: UInt32Array,
    whole: UInt32Array,
    near: int,
    said: BoolArray,
) -> None:
    """said: bool[k], set where a title has a denied term right before one of `after` or one of the
    pairs (uint32[p, 2]), or at most `near` positions behind one of `before`, or of `after` with one
    of `of` (free from), or one of `whole` (zuckerfrei). The term lists ascend.
    """
    for i in range(len(doc_ids)):
        position, deny, word, free = -1, -NEAR - 1, -3, -2
        last = np.uint32(0)
        for place in range(offsets[doc_ids[i]], offsets[np.int64(doc_ids[i]) + 1]):
            code = terms[place]
            if code >> np.uint32(31) == 0:
                position += 1
            term = code & np.uint32(0x7FFFFFFF)
            if among(before, term) or (free == position - 1 and among(of, term)):
                deny = position
            if among(after, term):
                free = position
                if word == position - 1:
                    said[i] = True
            if code >> np.uint32(31) == 0:  # the first of its position
                for pair in pairs:
                    if word == position - 2 and pair[0] == last and pair[1] == term:
                        said[i] = True
                last = term
            if among(whole, term):
                said[i] = True
            if among(denied, term):
                word = position
                if 0 < position - deny <= near:
                    said[i] = True


@njit(nogil=True, cache=True, inline="always")
def among(ascending: UInt32Array, term: np.uint32) -> bool:
    place = np.searchsorted(ascending, term)
    return bool(place < len(ascending) and ascending[place] == term)
