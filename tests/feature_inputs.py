"""Inputs of features without a shop around them."""

from types import SimpleNamespace
from typing import cast

import numpy as np

from indexing.arrays import UInt32Array
from indexing.columns.priors import PRIORS
from indexing.postings.postings import InvertedIndex
from indexing.snapshot import Snapshot
from ranking.bm25 import Bm25Weights
from ranking.features.inputs import Inputs
from ranking.features.slot_matches import match_slots
from ranking.query.query import Query, Slot
from ranking.recall.channels import COUNT
from ranking.search.candidates import Candidates
from ranking.search.segments import texts_of


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
    unknown = np.full(len(docs), np.nan)
    candidates = plain_candidates(docs)
    return Inputs(
        Query("", slots, None, None),
        candidates,
        snapshot,
        (snapshot,),
        Bm25Weights(),
        match_slots(candidates, slots, (snapshot,)),
        texts_of(candidates, (snapshot,)),
        np.full((len(docs), len(PRIORS)), np.nan, dtype=np.float32),
        unknown,
        unknown,
    )
