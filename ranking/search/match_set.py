"""The match set: which products a query is about. Totals, facets, sorting, paging all use it."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from indexing.arrays import BoolArray, Float32Array, UInt8Array, UInt32Array
from indexing.postings.doc_sets import unite
from indexing.snapshot import Snapshot
from ranking.bm25 import Bm25Weights
from ranking.query.query import Query
from ranking.recall.fit import fit
from ranking.recall.identifier import identifier_matches
from ranking.recall.lexical import LEVELS, LexicalMatches, score
from ranking.recall.semantic import SemanticMatches

BY_MEANING = len(LEVELS)
"""Level of products that only the semantic channel found."""
POPULAR = BY_MEANING + 1
"""Level of the last resort: popular products, when nothing matches at all."""


@dataclass(frozen=True, slots=True)
class MatchSet:
    """Depends on the query and the generation only, not on filters, page or sort.

    doc_ids: uint32[m], ascending. levels: uint8[m]. lexical, coverage: float32[m].
    cosine: float32[m], NaN where the semantic channel did not find it.
    identifier: bool[m], found by the identifier channel. level: lexical level used.
    fit: float32[m], how well it fits what the query means beyond its words (`recall/fit.py`).
    """

    doc_ids: UInt32Array
    levels: UInt8Array
    lexical: Float32Array
    coverage: Float32Array
    cosine: Float32Array
    identifier: BoolArray
    level: int
    fit: Float32Array

    def __len__(self) -> int:
        return len(self.doc_ids)

    def where(self, passes: BoolArray) -> "MatchSet":
        """The part that passes the filters."""
        if passes.all():
            return self
        return MatchSet(
            self.doc_ids[passes],
            self.levels[passes],
            self.lexical[passes],
            self.coverage[passes],
            self.cosine[passes],
            self.identifier[passes],
            self.level,
            self.fit[passes],
        )


def combine(
    query: Query, lexical: LexicalMatches, semantic: SemanticMatches, snapshot: Snapshot
) -> MatchSet:
    """Identifier matches ∪ lexical matches ∪ semantic ones; the channels' order does not matter."""
    exact = identifier_matches(query, snapshot.index)
    doc_ids = unite(unite(lexical.doc_ids, np.sort(semantic.doc_ids)), exact)
    m = len(doc_ids)
    levels = np.full(m, BY_MEANING, dtype=np.uint8)
    scores = np.zeros(m, dtype=np.float32)
    coverage = np.zeros(m, dtype=np.float32)
    cosine = np.full(m, np.nan, dtype=np.float32)
    identifier = np.zeros(m, dtype=np.bool_)
    places = np.searchsorted(doc_ids, lexical.doc_ids)
    levels[places] = lexical.levels
    scores[places] = lexical.scores
    coverage[places] = lexical.coverage
    cosine[np.searchsorted(doc_ids, semantic.doc_ids)] = semantic.scores
    places = np.searchsorted(doc_ids, exact)
    identifier[places] = True
    levels[places] = 0
    fits = fit(query, doc_ids, snapshot)
    return MatchSet(doc_ids, levels, scores, coverage, cosine, identifier, lexical.level, fits)


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
    scores, covered = score(extra, query.slots, snapshot.index, weights)
    added = plain(extra, BY_MEANING)
    added.lexical[:] = scores
    added.coverage[:] = covered / np.float32(max(query.weight, 1e-9))
    added.fit[:] = fit(query, extra, snapshot)
    order = np.argsort(np.concatenate([matches.doc_ids, extra]))
    both = matches, added

    def merged(name: str) -> Any:
        return np.concatenate([getattr(part, name) for part in both])[order]

    return MatchSet(
        merged("doc_ids"), merged("levels"), merged("lexical"), merged("coverage"),
        merged("cosine"), merged("identifier"), matches.level, merged("fit"),
    )  # fmt: skip


def everything(snapshot: Snapshot) -> MatchSet:
    """The match set of an empty query: browsing."""
    return plain(np.arange(snapshot.doc_count, dtype=np.uint32), 0)


def fitted(matches: MatchSet, query: Query, snapshot: Snapshot) -> MatchSet:
    """With the fit of each document."""
    return replace(matches, fit=fit(query, matches.doc_ids, snapshot))


def plain(doc_ids: UInt32Array, level: int) -> MatchSet:
    """Documents (ascending) that no channel scored."""
    m = len(doc_ids)
    return MatchSet(
        doc_ids,
        np.full(m, level, dtype=np.uint8),
        np.zeros(m, dtype=np.float32),
        np.zeros(m, dtype=np.float32),
        np.full(m, np.nan, dtype=np.float32),
        np.zeros(m, dtype=np.bool_),
        level,
        np.zeros(m, dtype=np.float32),
    )
