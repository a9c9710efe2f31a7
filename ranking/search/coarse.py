"""Coarse rank: one cheap score for the whole match set; the best of each group, the best groups."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from indexing.arrays import Float32Array, Int64Array, UInt32Array
from indexing.columns import Columns
from indexing.snapshot import Snapshot
from ranking.behaviour.sums import values_at
from ranking.query.query import Query
from ranking.recall.beyond_words import beyond_words
from ranking.recall.channels import CHANNELS, COUNT, LEXICAL, SEMANTIC
from ranking.recall.denied import lacks
from ranking.recall.personal import Mark
from ranking.score_mix import NOTHING, mixed_scores, or_zero
from ranking.search.candidates import Candidates
from ranking.search.match_set import MatchSet
from ranking.search.stock import sold_out

LIKED, DEMOTED = 0.02, 100.0
"""Worth of popularity, and of being in stock, beside words and meaning."""
HELD, LACKED = 10.0, 0.1
"""Cost of having what the query denies, and worth of saying that it is not there."""
_NOT_FOUND = np.float32(np.nan)


def coarse_scores(
    query: Query, answer: MatchSet, segment: Snapshot, best: Float32Array, *, demote: bool
) -> Float32Array:
    """float32[m]: words and meaning, what else the channels are worth, fit, a little popularity.

    best: float32[channels], the highest scores of the whole answer, in whichever segments.
    demote: any product in stock comes before any that is not.
    """
    liked, meant = segment.liked[answer.doc_ids], beyond_words(query, answer.doc_ids, segment)
    if best.max() <= NOTHING:
        scores = np.add(liked, meant)  # browsing, or the last resort
    else:
        found = answer.scores.T
        lexical, cosine = found[LEXICAL], found[SEMANTIC]
        scores = mixed_scores(lexical, cosine, answer.coverage, best[LEXICAL], best[SEMANTIC])
        scores += np.float32(LIKED) * liked
        for channel, column, highest in zip(CHANNELS, found, best, strict=True):
            if channel.worth and highest > NOTHING:  # else it found none of them
                scores += np.float32(channel.worth) * or_zero(column)
        scores += meant
    if query.denied:
        denied = lacks(query.denied, answer.doc_ids, segment)
        scores -= np.float32(HELD) * denied.held.any(axis=1)
        scores += np.float32(LACKED) * denied.said.any(axis=1)
    if demote:
        scores -= np.float32(DEMOTED) * sold_out(answer.doc_ids, segment)
    return scores


def top(scores: Float32Array, count: int, least: float = -np.inf) -> Int64Array:
    """Places of the best scores, none below the least, best first; equal ones in order of place."""
    if len(scores) > count:
        threshold = np.partition(scores, len(scores) - count)[len(scores) - count]
        places = np.flatnonzero(scores >= max(threshold, np.float32(least)))
    elif least > -np.inf:
        places = np.flatnonzero(scores >= np.float32(least))
    else:
        places = np.arange(len(scores))
    return places[np.lexsort((places, -scores[places]))][:count]


def as_candidates(
    answer: MatchSet,
    places: Int64Array | UInt32Array,
    variants: UInt32Array,
    columns: Columns,
    segment: int,
    marks: Sequence[Mark] = (),
) -> Candidates:
    """The products at these places, in this order; ranks are told by `ranked`, of all together.

    segment: number of the one that they stand in; columns: its own. marks: of each of the
    `personal` channels, on places of the answer, or none.
    """
    doc_ids = answer.doc_ids[places]
    scores = answer.scores.T.take(places, axis=1).T
    if marks:
        scores = np.column_stack([scores, *(_marked_at(mark, places) for mark in marks)])
    return Candidates(
        doc_ids=doc_ids,
        segments=np.full(len(doc_ids), segment, dtype=np.uint16),
        keys=columns.keys[doc_ids],
        levels=answer.levels[places],
        coverage=answer.coverage[places],
        cosine=scores[:, SEMANTIC],
        scores=scores,
        ranks=np.zeros(scores.shape, dtype=np.uint32),
        variants=variants,
    )


def _marked_at(mark: Mark, places: Int64Array | UInt32Array) -> Float32Array:
    """float32[k], NaN where the channel did not find it."""
    return values_at(places.astype(np.int64), mark.places, mark.scores, _NOT_FOUND)


def ranked(candidates: Candidates) -> Candidates:
    """With each channel's ranks among them."""
    return candidates.with_ranks(ranks_of(candidates.scores))


def ranks_of(scores: Float32Array) -> UInt32Array:
    """uint32[k, channels]: ranks by score of those that a channel found, ties in order of place.

    scores: as of `Candidates`.
    """
    ranks = np.zeros(scores.shape, dtype=np.uint32)
    known = ~np.isnan(scores.T)
    for column in range(scores.shape[1]):
        found = np.flatnonzero(known[column])
        if not len(found):
            continue
        if column >= COUNT or CHANNELS[column].ranked:
            found = found[np.argsort(-scores[found, column], kind="stable")]
            ranks[found, column] = np.arange(1, len(found) + 1)
        else:
            ranks[found, column] = 1
    return ranks


def merged(
    parts: Sequence[tuple[Candidates, npt.NDArray[Any]]], limit: int, *, falling: bool
) -> tuple[Candidates, npt.NDArray[Any]]:
    """The first `limit` of all leaves' candidates, by the values beside them, then by key.

    Each part is in that order already; ranks are among all of them. falling: the highest first.
    """
    found = [part for part in parts if len(part[0])] or parts[:1]
    if len(found) == 1:
        candidates, values = found[0]
        return ranked(candidates), values
    together = Candidates.joined([candidates for candidates, _ in found])
    values = np.concatenate([values for _, values in found])
    order = np.lexsort((together.keys, -values if falling else values))[:limit]
    return ranked(together.take(order)), values[order]
