"""Inputs of features without a shop around them."""

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import numpy as np

from indexing.arrays import UInt32Array
from indexing.columns.priors import PRIORS
from indexing.postings.postings import InvertedIndex
from indexing.postings.statistics import Statistics
from indexing.snapshot import Snapshot
from ranking.bm25 import Bm25Weights
from ranking.features.inputs import Inputs
from ranking.features.slot_matches import SlotMatches, match_slots
from ranking.query.query import Query, Slot
from ranking.recall.channels import COUNT
from ranking.search.candidates import Candidates
from ranking.search.segments import BySegment, Texts, texts_of


def plain_candidates(doc_ids: UInt32Array) -> Candidates:
    """That no channel scored."""
    k = len(doc_ids)
    none = np.zeros(k, dtype=np.float32)
    ranks = np.zeros((k, COUNT), dtype=np.uint32)
    scores = np.full((k, COUNT), np.nan, dtype=np.float32)
    return Candidates(
        doc_ids, np.zeros(k, np.uint16), doc_ids.astype(np.uint64), np.zeros(k, np.uint8),
        none, none, scores, ranks, np.ones(k, np.uint32),
    )  # fmt: skip


def inputs_of_texts(index: InvertedIndex, slots: tuple[Slot, ...]) -> Inputs:
    """All documents of an index, for groups that look at nothing but texts."""
    docs = np.arange(len(index.lengths), dtype=np.uint32)
    snapshot = cast(Snapshot, SimpleNamespace(index=index))
    candidates = plain_candidates(docs)
    stand = BySegment.of(candidates, (snapshot,))
    return replace(
        bare_inputs(Query("", slots, None, None), candidates, snapshot),
        matches=match_slots(stand, slots, index),
        texts=texts_of(stand),
    )


def inputs_of_query(query: Query, candidates: Candidates, statistics: Statistics) -> Inputs:
    """For groups that look at nothing but the query and what recall found."""
    index = SimpleNamespace(statistics=statistics)
    return bare_inputs(query, candidates, cast(Snapshot, SimpleNamespace(index=index)))


def bare_inputs(query: Query, candidates: Candidates, snapshot: Snapshot) -> Inputs:
    """Without texts and facts of products."""
    k = len(candidates)
    unknown, nothing = np.full(k, np.nan), np.full(k, -1, dtype=np.int64)
    return Inputs(
        query,
        candidates,
        snapshot,
        (snapshot,),
        BySegment.of(candidates, (snapshot,)),
        Bm25Weights(),
        cast(SlotMatches, None),
        cast(Texts, None),
        np.full((k, len(PRIORS)), np.nan, dtype=np.float32),
        unknown,
        unknown,
        nothing,
        nothing,
    )
