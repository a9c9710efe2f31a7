"""Coarse rank: one cheap score for the whole match set; the best of each group, the best groups."""

import numpy as np

from indexing.arrays import Float32Array, Int64Array, UInt32Array
from indexing.snapshot import Snapshot
from ranking.query.query import Query
from ranking.recall.channels import CHANNELS, COUNT, LEXICAL, SEMANTIC
from ranking.recall.fit import fit
from ranking.score_mix import NOTHING, best_of, mixed_scores
from ranking.search.candidates import Candidates, Ordered
from ranking.search.match_set import MatchSet
from ranking.search.sorting import collapse
from ranking.search.stock import sold_out

LIKED, DEMOTED = 0.02, 100.0
"""Worth of popularity, and of being in stock, beside words and meaning."""


def choose(query: Query, answer: MatchSet, snapshot: Snapshot, pool: int) -> Ordered:
    """At most `pool` groups, each by its best product, best first; ties in document order.

    Where the index demotes what is sold out, any product in stock comes before any that is not.
    """
    scores = coarse_scores(query, answer, snapshot)
    if snapshot.config.out_of_stock == "demote":
        scores -= np.float32(DEMOTED) * sold_out(answer.doc_ids, snapshot)
    picked = collapse(answer.doc_ids, scores, snapshot.columns.group_of)
    best = top(scores[picked.places], pool)
    chosen = picked.places[best]
    return Ordered(as_candidates(answer, chosen, picked.variants[best]), scores[chosen])


def coarse_scores(query: Query, answer: MatchSet, snapshot: Snapshot) -> Float32Array:
    """float32[m]: words and meaning, what else the channels are worth, fit, a little popularity."""
    liked, fits = snapshot.liked[answer.doc_ids], fit(query, answer.doc_ids, snapshot)
    found = answer.scores.T
    best = [best_of(column) for column in found]
    if max(best) <= NOTHING:
        return np.add(liked, fits)  # browsing, or the last resort
    scores = mixed_scores(
        found[LEXICAL], found[SEMANTIC], answer.coverage, best[LEXICAL], best[SEMANTIC]
    )
    scores += np.float32(LIKED) * liked
    for channel, column in zip(CHANNELS, found, strict=True):
        if channel.worth:
            scores += np.float32(channel.worth) * np.nan_to_num(column)
    scores += fits
    return scores


def top(scores: Float32Array, count: int) -> Int64Array:
    """Places of the best scores, best first; equal scores in order of place."""
    if len(scores) > count:
        threshold = np.partition(scores, len(scores) - count)[len(scores) - count]
        places = np.flatnonzero(scores >= threshold)
    else:
        places = np.arange(len(scores))
    return places[np.lexsort((places, -scores[places]))][:count]


def as_candidates(
    answer: MatchSet, places: Int64Array | UInt32Array, variants: UInt32Array
) -> Candidates:
    """The products at these places, in this order, with their ranks among each other."""
    scores = answer.scores.T.take(places, axis=1).T
    ranks = np.zeros((len(places), COUNT), dtype=np.uint32)
    for column, channel in enumerate(CHANNELS):
        found = np.flatnonzero(~np.isnan(scores[:, column]))
        if channel.ranked:
            found = found[np.argsort(-scores[found, column], kind="stable")]
            ranks[found, column] = np.arange(1, len(found) + 1)
        else:
            ranks[found, column] = 1
    return Candidates(
        doc_ids=answer.doc_ids[places],
        levels=answer.levels[places],
        coverage=answer.coverage[places],
        cosine=scores[:, SEMANTIC],
        scores=scores,
        ranks=ranks,
        variants=variants,
    )
