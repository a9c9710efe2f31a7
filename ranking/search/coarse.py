"""Coarse rank: one cheap score for the whole match set; the best of each group, the best groups."""

import numpy as np

from indexing.arrays import Float32Array, Int64Array, UInt32Array
from indexing.snapshot import Snapshot
from ranking.score_mix import mixed_scores
from ranking.search.candidates import CHANNELS, Candidates, Ordered
from ranking.search.match_set import POPULAR, MatchSet
from ranking.search.sorting import collapse
from ranking.search.stock import sold_out

LIKED, EXACT, DEMOTED = 0.02, 10.0, 100.0
"""Worth of popularity, of the very identifier, and of being in stock, beside words and meaning."""


def choose(answer: MatchSet, snapshot: Snapshot, pool: int) -> Ordered:
    """At most `pool` groups, each by its best product, best first; ties in document order.

    Where the index demotes what is sold out, any product in stock comes before any that is not.
    """
    scores = coarse_scores(answer, snapshot)
    if snapshot.config.out_of_stock == "demote":
        scores -= np.float32(DEMOTED) * sold_out(answer.doc_ids, snapshot)
    picked = collapse(answer.doc_ids, scores, snapshot.columns.group_of)
    best = top(scores[picked.places], pool)
    chosen = picked.places[best]
    return Ordered(as_candidates(answer, chosen, picked.variants[best]), scores[chosen])


def coarse_scores(answer: MatchSet, snapshot: Snapshot) -> Float32Array:
    """float32[m]: words and meaning, fit, and a little popularity."""
    liked = snapshot.liked[answer.doc_ids]
    if not answer.lexical.any() and np.isnan(answer.cosine).all() and not answer.identifier.any():
        return liked + answer.fit  # browsing, or the last resort
    scores = mixed_scores(answer.lexical, answer.cosine, answer.coverage)
    scores += np.float32(LIKED) * liked
    scores += np.float32(EXACT) * answer.identifier
    scores += answer.fit
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
    ranks = np.zeros((len(places), len(CHANNELS)), dtype=np.uint32)
    lexical, cosine = answer.lexical[places], answer.cosine[places]
    ranks[:, 0] = answer.identifier[places]
    ranks[:, 1] = _ranks(lexical, lexical > 0)
    ranks[:, 2] = _ranks(np.nan_to_num(cosine), ~np.isnan(cosine))
    if answer.level == POPULAR:
        ranks[:, 3] = np.arange(1, len(places) + 1)
    return Candidates(
        doc_ids=answer.doc_ids[places],
        levels=answer.levels[places],
        lexical=lexical,
        coverage=answer.coverage[places],
        cosine=cosine,
        ranks=ranks,
        variants=variants,
    )


def _ranks(
    scores: Float32Array, found: "np.ndarray[tuple[int], np.dtype[np.bool_]]"
) -> UInt32Array:
    ranks = np.zeros(len(scores), dtype=np.uint32)
    places = np.flatnonzero(found)
    ranks[places[np.lexsort((places, -scores[places]))]] = np.arange(1, len(places) + 1)
    return ranks
