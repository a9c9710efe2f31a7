"""Lexical channel: strict first, then relax by the weight that a document must cover."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit

from indexing.arrays import Float32Array, UInt8Array, UInt32Array
from indexing.postings.doc_sets import intersect, unite
from indexing.postings.postings import InvertedIndex
from indexing.postings.statistics import Statistics
from ranking.bm25 import Bm25Weights, score_documents
from ranking.query.flat_slots import FlatSlots, flatten
from ranking.query.query import Alternative, Slot
from ranking.recall.coverage import accumulate, count_reaching, reaching
from ranking.recall.hits import NO_HITS, Hits

LEVELS = (1.0, 0.75, 0.5, 0.0)
"""Share of the query's weight that a document must cover, level by level; 0 means any term."""

FEW = 1 / 16
"""Share of all documents up to which those that hold a word are looked at one by one."""
TINY = 1e-6
_SLACK = 1e-4  # float32 sums of the same weights may differ this much, relatively
_LEAST_SHARES = np.array(LEVELS, dtype=np.float32) - np.float32(_SLACK)


@dataclass(frozen=True, slots=True)
class LexicalMatches:
    """hits: scores are BM25F. levels: uint8[m], the first level each document meets.

    coverage: float32[m], share of the query's weight, 0 to 1. level: the level used.
    """

    hits: Hits
    levels: UInt8Array
    coverage: Float32Array
    level: int

    def __len__(self) -> int:
        return len(self.hits)


@dataclass(frozen=True, slots=True)
class Covered:
    """docs: uint32[c], ascending, those that hold any of the query, or None for all of the segment.
    coverage: float32[c], weight of the query that each of them holds.

    thresholds: float32[levels], weight that each level asks for. counts: uint32[levels],
    documents of the segment that reach each.
    """

    docs: UInt32Array | None
    coverage: Float32Array
    thresholds: Float32Array
    counts: UInt32Array

    def reaching(self, level: int) -> UInt32Array:
        """Documents that reach the level, ascending."""
        count = int(self.counts[level])
        places = reaching(self.coverage, float(self.thresholds[level]), count)
        return _sealed(places if self.docs is None else self.docs[places])


def strict(slots: Sequence[Slot], index: InvertedIndex) -> UInt32Array:
    """Documents that match all slots that must match, ascending; none if there are none."""
    required = _required(slots)
    if not required or any(not slot.alternatives for slot in required):
        return _sealed(np.empty(0, dtype=np.uint32))
    lists = sorted((_documents(slot, index) for slot in required), key=len)
    found = lists[0]
    for docs in lists[1:]:
        found = _sealed(intersect(found, docs))
    return index.there(found)


def cover(slots: Sequence[Slot], index: InvertedIndex) -> Covered:
    required = _required(slots)
    total = float(sum(slot.weight for slot in required))
    coverage = np.zeros(index.doc_count, dtype=np.float32)
    # Numbers last, and where there are words for what has one of them: any product may have a 5.
    words = [slot for slot in required if not slot.is_amount]
    held = []
    for slot in words or required:
        if slot.alternatives:
            held.append(_documents(slot, index))
            accumulate(coverage, held[-1], slot.weight, 0.0)
    for slot in required if words else ():
        if slot.is_amount and slot.alternatives:
            accumulate(coverage, _documents(slot, index), slot.weight, TINY)
    if index.gone is not None:
        coverage[index.gone] = 0
    thresholds = np.array([share * total * (1 - _SLACK) for share in LEVELS], dtype=np.float32)
    docs = None
    if held and sum(map(len, held)) < FEW * index.doc_count:  # less than to look at all of them
        docs = _united(held)
        coverage = coverage[docs]
    return Covered(docs, coverage, thresholds, count_reaching(coverage, thresholds))


def level_of(counts: Sequence[UInt32Array], min_matches: int) -> int:
    """The first level that at least so many documents of all segments reach, else the last."""
    of_all = sum(each.astype(np.int64) for each in counts)
    enough = np.flatnonzero(of_all >= min_matches)
    return int(enough[0]) if len(enough) else len(LEVELS) - 1


@dataclass(frozen=True, slots=True)
class Scoring:
    """What BM25F needs of a query, the same in every segment.

    params: see `Bm25Weights.arrays`. total: weight of all that must match.
    """

    flat: FlatSlots
    params: Float32Array
    k1: float
    total: np.float32

    @classmethod
    def of(cls, slots: tuple[Slot, ...], weights: Bm25Weights, statistics: Statistics) -> "Scoring":
        total = float(sum(slot.weight for slot in _required(slots)))
        params = weights.arrays(statistics.mean_lengths)
        return cls(flatten(slots, statistics), params, weights.k1, np.float32(total))


def scored(
    doc_ids: UInt32Array, scoring: Scoring, index: InvertedIndex, level: int
) -> LexicalMatches:
    """Matching documents (ascending) with what they cover and score. level: the level used."""
    if not len(doc_ids) or not scoring.total:
        return LexicalMatches(NO_HITS, np.empty(0, np.uint8), np.empty(0, np.float32), level)
    scores, covered = score(doc_ids, scoring, index)
    share, levels = levels_met(covered, scoring.total, _LEAST_SHARES)
    return LexicalMatches(Hits(doc_ids, scores), levels, share, level)


@njit(nogil=True, cache=True)
def levels_met(
    covered: Float32Array, total: np.float32, least: Float32Array
) -> tuple[Float32Array, UInt8Array]:
    """Share of the weight that each document covers, and the first level whose share it has.

    least: float32[levels], falling, the last of them for all.
    """
    shares = np.empty(len(covered), dtype=np.float32)
    levels = np.empty(len(covered), dtype=np.uint8)
    for i in range(len(covered)):
        shares[i] = min(covered[i] / total, np.float32(1.0))
        level = 0
        while level < len(least) - 1 and shares[i] < least[level]:
            level += 1
        levels[i] = level
    return shares, levels


def count_strict(slots: Sequence[Slot], indexes: Sequence[InvertedIndex]) -> int:
    """Number of documents of all segments that match all slots that must match."""
    return sum(len(strict(slots, index)) for index in indexes)


def lacks(slot: Slot, doc_ids: UInt32Array, index: InvertedIndex) -> bool:
    """Whether any of the documents (ascending) does not satisfy the slot."""
    most = sum(
        min(len(index.postings(term)[0]) for term in alternative.term_ids)
        for alternative in slot.alternatives
    )
    if most < len(doc_ids):  # so few have it at all
        return len(doc_ids) > 0
    return len(intersect(_sealed(doc_ids), _documents(slot, index))) < len(doc_ids)


def _required(slots: Sequence[Slot]) -> list[Slot]:
    return [slot for slot in slots if slot.weight > 0]


def score(
    doc_ids: UInt32Array, scoring: Scoring, index: InvertedIndex
) -> tuple[Float32Array, Float32Array]:
    """BM25F scores and covered weight of the given documents (ascending)."""
    flat = scoring.flat
    starts, ends = index.spans(flat.term_ids)
    scores = np.empty(len(doc_ids), dtype=np.float32)
    coverage = np.empty(len(doc_ids), dtype=np.float32)
    score_documents(
        doc_ids, index.docs, index.tfs, index.lengths,
        starts, ends, flat.gains, flat.alternatives, flat.slots, flat.weights,
        scoring.params, scoring.k1, scores, coverage,
    )  # fmt: skip
    return scores, coverage


def _documents(slot: Slot, index: InvertedIndex) -> UInt32Array:
    """Documents that satisfy the slot, ascending."""
    return _united([_holding(alternative, index) for alternative in slot.alternatives])


def _united(lists: Sequence[UInt32Array]) -> UInt32Array:
    """Documents of any of the lists, ascending."""
    found = lists[0]
    for docs in lists[1:]:
        found = _sealed(unite(found, docs))
    return found


def _holding(alternative: Alternative, index: InvertedIndex) -> UInt32Array:
    lists = sorted((index.postings(term)[0] for term in alternative.term_ids), key=len)
    found = lists[0]
    for docs in lists[1:]:
        found = _sealed(intersect(found, docs))
    return found


def _sealed(docs: UInt32Array) -> UInt32Array:
    """Read-only, as postings are: kernels are compiled for one of the two, not for each mixture."""
    docs.flags.writeable = False
    return docs
