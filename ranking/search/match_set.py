"""The match set: which products a query is about. Totals, facets, sorting, paging all use it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indexing.arrays import BoolArray, Float32Array, Int64Array, UInt8Array, UInt32Array
from indexing.postings.doc_sets import unite
from indexing.snapshot import Snapshot
from ranking.bm25 import Bm25Weights
from ranking.query.query import Query
from ranking.recall.channels import BY_MEANING, CHANNELS, COUNT, LEXICAL, NAMES
from ranking.recall.hits import Hits
from ranking.recall.lexical import LexicalMatches, Scoring, score

_POOREST = 255
"""Behind every level."""


@dataclass(frozen=True, slots=True)
class MatchSet:
    """Depends on the query and the generation only, not on filters, page or sort.

    doc_ids: uint32[m], ascending. levels: uint8[m]. coverage: float32[m], share of the query's
    weight. scores: float32[m, channels], NaN where the channel did not find it; a channel's scores
    lie side by side. level: lexical level used.
    """

    doc_ids: UInt32Array
    levels: UInt8Array
    coverage: Float32Array
    scores: Float32Array
    level: int

    def __len__(self) -> int:
        return len(self.doc_ids)

    def where(self, passes: BoolArray) -> "MatchSet":
        """The part that passes the filters."""
        return self if passes.all() else self.take(np.flatnonzero(passes))

    def take(self, places: Int64Array) -> "MatchSet":
        """The documents at these places, ascending."""
        return MatchSet(
            self.doc_ids[places],
            self.levels[places],
            self.coverage[places],
            self.scores.T.take(places, axis=1).T,
            self.level,
        )


def combine(words: LexicalMatches, others: Sequence[tuple[str, Hits]]) -> MatchSet:
    """Lexical matches ∪ other channels' hits, by name; their order does not matter.

    A product has the best level of all that found it.
    """
    doc_ids = words.hits.doc_ids
    for _, hits in others:
        if len(hits):
            doc_ids = unite(doc_ids, hits.doc_ids)
    levels = np.full(len(doc_ids), _POOREST, dtype=np.uint8)
    coverage = np.zeros(len(doc_ids), dtype=np.float32)
    scores = _no_scores(len(doc_ids))
    places = _places(words.hits.doc_ids, doc_ids)
    levels[places] = words.levels
    coverage[places] = words.coverage
    scores[places, LEXICAL] = words.hits.scores
    for name, hits in others:
        if not len(hits):
            continue
        column, places = NAMES.index(name), _places(hits.doc_ids, doc_ids)
        scores[places, column] = hits.scores
        levels[places] = np.minimum(levels[places], CHANNELS[column].level)
    return MatchSet(doc_ids, levels, coverage, scores, words.level)


def _places(some: UInt32Array, doc_ids: UInt32Array) -> "Int64Array | slice":
    """Where documents stand among those of which they are a part; all are ascending."""
    return slice(None) if len(some) == len(doc_ids) else np.searchsorted(doc_ids, some)


def _no_scores(count: int) -> Float32Array:
    return np.full((COUNT, count), np.nan, dtype=np.float32).T


def found_by(name: str, hits: Hits) -> MatchSet:
    """What one channel alone found."""
    column = NAMES.index(name)
    scores = _no_scores(len(hits))
    scores[:, column] = hits.scores
    return _of_level(hits.doc_ids, CHANNELS[column].level, scores)


def everything(snapshot: Snapshot) -> MatchSet:
    """The match set of an empty query: browsing."""
    doc_ids = snapshot.all_there()
    return _of_level(doc_ids, 0, _no_scores(len(doc_ids)))


def with_documents(
    matches: MatchSet,
    doc_ids: UInt32Array,
    query: Query,
    snapshot: Snapshot,
    weights: Bm25Weights,
) -> MatchSet:
    """The match set widened by documents (ascending) that it may lack, for training.

    As found by meaning only. With the level of their words a model of the demo shop alone ranked
    ESCI worse than by hand (docs/learning.md).
    """
    extra = np.setdiff1d(doc_ids, matches.doc_ids, assume_unique=True)
    scoring = Scoring.of(query.slots, weights, snapshot.index.statistics)
    bm25, covered = score(extra, scoring, snapshot.index)
    scores = _no_scores(len(extra))
    scores[:, LEXICAL] = np.where(bm25 > 0, bm25, np.nan)
    order = np.argsort(np.concatenate([matches.doc_ids, extra]))
    coverage = covered / np.float32(max(query.weight, 1e-9))
    levels = np.full(len(extra), BY_MEANING, dtype=np.uint8)
    return MatchSet(
        np.concatenate([matches.doc_ids, extra])[order],
        np.concatenate([matches.levels, levels])[order],
        np.concatenate([matches.coverage, coverage])[order],
        np.concatenate([matches.scores.T, scores.T], axis=1)[:, order].T,
        matches.level,
    )


def joined_by(matches: MatchSet, doc_ids: UInt32Array) -> MatchSet:
    """The match set and documents (ascending, none of it) that no channel found."""
    if not len(doc_ids):
        return matches
    together = np.concatenate([matches.doc_ids, doc_ids])
    order = np.argsort(together)
    count = len(doc_ids)
    return MatchSet(
        together[order],
        np.concatenate([matches.levels, np.full(count, BY_MEANING, np.uint8)])[order],
        np.concatenate([matches.coverage, np.zeros(count, np.float32)])[order],
        np.concatenate([matches.scores.T, _no_scores(count).T], axis=1)[:, order].T,
        matches.level,
    )


def _of_level(doc_ids: UInt32Array, level: int, scores: Float32Array) -> MatchSet:
    levels = np.full(len(doc_ids), level, dtype=np.uint8)
    return MatchSet(doc_ids, levels, np.zeros(len(doc_ids), dtype=np.float32), scores, level)


NOTHING = _of_level(np.empty(0, dtype=np.uint32), 0, _no_scores(0))
"""What nothing matches."""
