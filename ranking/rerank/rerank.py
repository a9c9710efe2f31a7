"""The head of a list, rearranged as a whole: near-identical ones, spread, window caps."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from indexing.arrays import Float32Array, Int32Array, UInt8Array, UInt32Array
from ranking.rerank.dpp import dpp_order
from ranking.rerank.mmr import mmr_order
from ranking.rerank.near_identical import demote_twins, find_twins
from ranking.rerank.policy import DiversityPolicy
from ranking.rerank.relevance import scaled_relevance, score_order
from ranking.rerank.similarity import cosines, mixed_similarity
from ranking.rerank.window_caps import cap_windows

OFF = 2.0
"""A likeness that no two products reach."""


class Reason(IntEnum):
    """Why a product stands elsewhere than its score would put it."""

    KEPT = 0
    MADE_ROOM = 1  # others moved past it, or out of its way
    NEAR_IDENTICAL = 2
    SPREAD = 3
    CAP = 4


@dataclass(frozen=True, slots=True)
class TitleTerms:
    """Title terms of the products of one list, in its order.

    starts: int32[n + 1]. terms: uint32[t]; sorted, each once within a product.
    """

    starts: Int32Array
    terms: UInt32Array


@dataclass(frozen=True, slots=True)
class Reranked:
    """A new order of a list, and why.

    order: uint32[n], a permutation: which input position stands at each place.
    shift: int32[n], places each has risen (below 0: fallen) against the order by score.
    reason: uint8[n] (`Reason`). cause: int32[n]; of NEAR_IDENTICAL the input position of the
    product it repeats, of CAP the number of the cap in the policy, else −1.
    broken: uint32[n], bit c set where cap c of the policy could not be kept.
    bypassed: why nothing was done, or None.
    """

    order: UInt32Array
    shift: Int32Array
    reason: UInt8Array
    cause: Int32Array
    broken: UInt32Array
    bypassed: str | None = None

    @property
    def broken_caps(self) -> int:
        """Number of positions where a cap had to give way."""
        return int(np.count_nonzero(self.broken))


def rerank(
    scores: Float32Array,
    vectors: Float32Array | None,
    keys: Mapping[str, Int32Array],
    policy: DiversityPolicy,
    *,
    titles: TitleTerms | None = None,
    uniform: bool = False,
) -> Reranked:
    """Rearrange the first `policy.head` products of a list; the others follow as they come.

    scores: float32[n], higher is better; the head is put in order by them, equal ones in input
    order, NaN last. vectors: float32[n, d]; a zero row is a product without one. keys: name → int32[n]
    ordinals, −1 missing; the policy's keys that are absent here are ignored. Vectors, titles
    and keys may be cut to the head. uniform: the query asks for one product or one brand, so
    sameness is what was asked for and only the order by score is returned.

    Stages: near-identical ones demoted, MMR or DPP, window caps. None lifts a product above
    one whose scaled relevance is higher by more than `policy.relevance_gap`.
    """
    count = len(scores)
    relevance = scaled_relevance(scores[: policy.head].astype(np.float32, copy=False))
    by_score = score_order(relevance)
    head = len(by_score)
    if uniform or head < 2:
        return _untouched(by_score, count, "uniform" if uniform else "nothing to rearrange")

    gap = policy.relevance_gap
    order = by_score
    twin_of = np.full(head, -1, np.int32)
    wants_cosine = policy.twin_cosine is not None or policy.spread != "off"
    cosine = np.empty((0, 0), np.float32)
    if vectors is not None and wants_cosine:
        cosine = cosines(vectors[:head])
    if policy.finds_twins:
        twin_of = _twins(order, cosine, keys, policy, titles)
        order = demote_twins(order, twin_of, relevance, gap)
    demoted = order
    if policy.spread != "off":
        if vectors is None:
            cosine = np.full((head, head), -1.0, np.float32)
        stacked, _ = _stacked(policy.similar_keys, keys, head)
        alike = mixed_similarity(cosine, stacked, policy.key_share)
        kernel = mmr_order if policy.spread == "mmr" else dpp_order
        order = kernel(order, relevance, alike, policy.relevance_weight, gap, policy.spread_depth)
    spread = order
    capped, numbers = _stacked(tuple(cap.key for cap in policy.caps), keys, head)
    broken = np.zeros(head, np.uint32)
    held = np.full(head, -1, np.int32)
    if len(numbers):
        most = np.array([policy.caps[c].most for c in numbers], np.int32)
        window = np.array([policy.caps[c].window for c in numbers], np.int32)
        order, broken, held = cap_windows(order, relevance, capped, most, window, gap)
    return _with_reasons(count, (by_score, demoted, spread, order), twin_of, held, broken, numbers)


def _twins(
    order: Int32Array,
    cosine: Float32Array,
    keys: Mapping[str, Int32Array],
    policy: DiversityPolicy,
    titles: TitleTerms | None,
) -> Int32Array:
    stacked, _ = _stacked(policy.twin_keys, keys, len(order))
    starts, terms = np.zeros(1, np.int32), np.zeros(0, np.uint32)
    if titles is not None and policy.twin_title is not None:
        starts, terms = titles.starts, titles.terms
    return find_twins(  # type: ignore[no-any-return]  # numba kernels are untyped
        order,
        stacked,
        cosine,
        OFF if policy.twin_cosine is None else policy.twin_cosine,
        starts,
        terms,
        OFF if policy.twin_title is None else policy.twin_title,
    )


def _stacked(
    names: tuple[str, ...], keys: Mapping[str, Int32Array], head: int
) -> tuple[Int32Array, list[int]]:
    """int32[c, head] of the keys that are there, and which of the names they are."""
    there = [number for number, name in enumerate(names) if name in keys]
    stacked = np.empty((len(there), head), np.int32)
    for row, number in enumerate(there):
        stacked[row] = keys[names[number]][:head]
    return stacked, there


def _untouched(by_score: Int32Array, count: int, why: str) -> Reranked:
    order = np.arange(count, dtype=np.uint32)
    order[: len(by_score)] = by_score
    return Reranked(
        order=order,
        shift=np.zeros(count, np.int32),
        reason=np.zeros(count, np.uint8),
        cause=np.full(count, -1, np.int32),
        broken=np.zeros(count, np.uint32),
        bypassed=why,
    )


def _with_reasons(
    count: int,
    steps: tuple[Int32Array, Int32Array, Int32Array, Int32Array],
    twin_of: Int32Array,
    held: Int32Array,
    broken: UInt32Array,
    numbers: list[int],
) -> Reranked:
    """The last stage that moved a product on purpose gives the reason."""
    final = steps[-1]
    head = len(final)
    old, middle, late, new = (_places(step) for step in steps)
    shift, reason, cause, flags = (
        np.zeros(count, np.int32),
        np.zeros(count, np.uint8),
        np.full(count, -1, np.int32),
        np.zeros(count, np.uint32),
    )
    why = np.where(new != old, Reason.MADE_ROOM, Reason.KEPT)
    why[late != middle] = Reason.SPREAD
    why[(twin_of >= 0) & (new > old)] = Reason.NEAR_IDENTICAL
    by_cap = (held >= 0) & (new > late)
    why[by_cap] = Reason.CAP
    of = np.where(why == Reason.NEAR_IDENTICAL, twin_of, -1)
    if len(numbers):
        of[by_cap] = np.array(numbers, np.int32)[held[by_cap]]
        for row, number in enumerate(numbers):
            bits = (broken >> np.uint32(row)) & np.uint32(1)
            flags[:head] |= bits << np.uint32(number)
    order = np.arange(count, dtype=np.uint32)
    order[:head] = final
    shift[:head] = (old - new)[final]
    reason[:head] = why[final]
    cause[:head] = of[final]
    return Reranked(order, shift, reason, cause, flags)


def _places(order: Int32Array) -> Int32Array:
    places = np.empty(len(order), np.int32)
    places[order] = np.arange(len(order), dtype=np.int32)
    return places
