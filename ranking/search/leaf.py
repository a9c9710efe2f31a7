"""A leaf: what one segment does for a search.

It takes and gives plain arrays and decides nothing that needs the whole: the root asks every leaf,
adds up what they say, and tells them (`matching.py`, `root.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indexing.arrays import Float32Array, UInt32Array, UInt64Array
from indexing.snapshot import Snapshot
from ranking.filters.filters import Filter, evaluate_all, full_mask
from ranking.query.query import Query, Slot
from ranking.recall import lexical
from ranking.recall.channels import Channel
from ranking.recall.hits import NO_HITS, Hits
from ranking.recall.lexical import Covered, LexicalMatches, Scoring
from ranking.recall.personal import PERSONAL, marked
from ranking.score_mix import best_of
from ranking.search.candidates import Candidates
from ranking.search.coarse import as_candidates, coarse_scores, top
from ranking.search.match_set import MatchSet
from ranking.search.request import Sort
from ranking.search.sorting import collapse, count_groups, order_by
from ranking.search.stock import sold_out, without_sold_out


@dataclass(frozen=True, slots=True)
class Leaf:
    """number: the segment's place among the segments; candidates carry it."""

    segment: Snapshot
    number: int

    def strict(self, slots: Sequence[Slot]) -> UInt32Array:
        """Documents that hold all that must match."""
        return lexical.strict(slots, self.segment.index)

    def covered(self, slots: Sequence[Slot]) -> Covered:
        """How much of the query's weight each document covers, and how many reach each level."""
        return lexical.cover(slots, self.segment.index)

    def scored(self, doc_ids: UInt32Array, scoring: Scoring, level: int) -> LexicalMatches:
        return lexical.scored(doc_ids, scoring, self.segment.index, level)

    def lacks(self, slot: Slot, doc_ids: UInt32Array) -> bool:
        """Whether any of the documents (ascending) does not satisfy the slot."""
        return lexical.lacks(slot, doc_ids, self.segment.index)

    def hits(self, channel: Channel, query: Query, least: float) -> Hits:
        """What a channel finds here, its quota not yet shared with other segments.

        least: of scores that can still be among the best; others may be found or not.
        """
        return NO_HITS if channel.find is None else channel.find(query, self.segment, least)

    def offered(self, matches: MatchSet) -> MatchSet:
        """Less what is sold out, where the index hides that."""
        return without_sold_out(matches, self.segment)

    def passing(self, matches: MatchSet, filters: Sequence[Filter]) -> MatchSet:
        return matches.where(evaluate_all(filters, self.segment.columns, matches.doc_ids))

    def groups(self, doc_ids: UInt32Array) -> int:
        """Products (groups) among the documents."""
        return count_groups(self.segment.columns.group_of, doc_ids)

    def best(self, answer: MatchSet) -> Float32Array:
        """float32[channels], the highest score of each."""
        return np.array([best_of(column) for column in answer.scores.T], dtype=np.float32)

    def select(
        self,
        query: Query,
        answer: MatchSet,
        best: Float32Array,
        pool: int,
        least: float,
        *,
        demote: bool,
    ) -> tuple[Candidates, Float32Array]:
        """At most `pool` groups, each by its best product, best first, and their coarse scores.

        best: of the whole answer, see `best`. least: of scores that can still be among the pool.
        demote: what is sold out comes last.
        """
        scores = coarse_scores(query, answer, self.segment, best, demote=demote)
        marks = marked(query, answer.doc_ids, self.segment)
        for channel, mark in zip(PERSONAL, marks, strict=False):
            scores[mark.places] += np.float32(channel.worth) * mark.scores
        columns = self.segment.columns
        picked = collapse(answer.doc_ids, scores, columns.group_of)
        first = top(scores[picked.places], pool, least)
        places = picked.places[first]
        variants = picked.variants[first]
        chosen = as_candidates(answer, places, variants, columns, self.number, marks)
        return chosen, scores[places]

    def sorted(
        self, answer: MatchSet, sort: Sort, limit: int, *, demote: bool
    ) -> tuple[Candidates, UInt64Array]:
        """The first `limit` groups in an explicit order, and what they are ordered by.

        demote: what is sold out comes last.
        """
        columns, config = self.segment.columns, self.segment.config
        last = sold_out(answer.doc_ids, self.segment) if demote else None
        picked, keys = order_by(columns, answer.doc_ids, sort, limit, config.sorts, last)
        chosen = as_candidates(answer, picked.places, picked.variants, columns, self.number)
        return chosen, keys

    def nearest(
        self, vector: Float32Array, width: int, filters: Sequence[Filter], *, hide: bool
    ) -> Hits:
        """At most `width` documents nearest to a vector that pass the filters."""
        columns = self.segment.columns
        mask = full_mask(filters, columns) if filters else None
        if hide:
            docs = np.arange(columns.doc_count, dtype=np.uint32)
            shown = ~sold_out(docs, self.segment)
            mask = shown if mask is None else mask & shown
        if self.segment.gone is not None:
            mask = ~self.segment.gone if mask is None else mask & ~self.segment.gone
        found = self.segment.vectors.search(vector, width, mask)
        by_doc = np.argsort(found.doc_ids)
        return Hits(found.doc_ids[by_doc], found.scores[by_doc])

    def alike(self, matches: MatchSet, channel: int, limit: int) -> tuple[Candidates, Float32Array]:
        """At most `limit` groups, each by its best product by this channel's scores, best first."""
        columns, scores = self.segment.columns, matches.scores[:, channel]
        picked = collapse(matches.doc_ids, scores, columns.group_of)
        first = top(scores[picked.places], limit)
        places = picked.places[first]
        chosen = as_candidates(matches, places, picked.variants[first], columns, self.number)
        return chosen, scores[places]
