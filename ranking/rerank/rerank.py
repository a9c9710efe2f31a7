"""The head of a list, rearranged as a whole: near-identical ones, spread, window caps."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from indexing.arrays import BoolArray, Float32Array, Int32Array, UInt8Array, UInt32Array
from ranking.rerank.dpp import dpp_order
from ranking.rerank.gain_curve import GainCurve
from ranking.rerank.mmr import mmr_order
from ranking.rerank.near_identical import demote_twins, find_twins
from ranking.rerank.policy import DiversityPolicy
from ranking.rerank.reasons import caps_by_number, find_reasons
from ranking.rerank.relevance import scaled_relevance, score_order
from ranking.rerank.similarity import cosines, mixed_similarity
from ranking.rerank.window_caps import cap_windows

WORTHLESS = np.float32(1.0)
"""More than any gap of expected gains."""
OFF = 2.0
"""A likeness that no two products reach."""

UNIFORM = "the query asks for one product or one brand, so sameness is what is wanted"

NO_TERMS = np.zeros(0, np.uint32)
NO_STARTS = np.zeros(1, np.int32)
NO_VECTORS = np.zeros((0, 1), np.float32)


@dataclass(frozen=True, slots=True)
class HeadTitles:
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


def rerank(
    scores: Float32Array,
    vectors: Float32Array | None,
    keys: Mapping[str, Int32Array],
    policy: DiversityPolicy,
    *,
    titles: HeadTitles | None = None,
    curve: GainCurve | None = None,
    uniform: bool = False,
    strangers: BoolArray | None = None,
) -> Reranked:
    """Rearrange the first `policy.head` products of a list; the others follow as they come.

    scores: float32[n], higher is better; the head is put in order by them, equal ones in input
    order, NaN last. vectors: float32[n, d]; a zero row is a product without one. keys: name →
    int32[n] ordinals, −1 missing; keys that the policy names and that are absent here are
    ignored. Vectors, titles and keys may be cut to the head. curve: what the ranker's scores are
    worth; without one they are scaled to 0…1. uniform: the query asks for one
    product or one brand, so sameness is what was asked for: only the order by score. strangers:
    bool[n], products that are not what was asked for: worth nothing, so caps let all others pass.

    Stages: near-identical ones demoted, MMR or DPP, window caps. None but a hard cap lifts a
    product above one whose expected gain is higher by more than `policy.relevance_gap`.
    """
    head_scores = np.array(scores[: policy.head], np.float32)
    scaled = scaled_relevance(head_scores)
    relevance = scaled if curve is None else curve.expected(head_scores)
    by_score = score_order(scaled)
    if strangers is not None:
        relevance = np.where(strangers[: len(relevance)], relevance - WORTHLESS, relevance)
    head = len(by_score)
    reranked = _untouched(by_score, len(scores), UNIFORM if uniform else None)
    if uniform or head < 2:
        return reranked

    gap = policy.relevance_gap
    shown = NO_VECTORS if vectors is None else _writable(vectors[:head], np.float32)
    steps = np.empty((4, head), np.int32)
    steps[:] = by_score
    twin_of = np.full(head, -1, np.int32)
    if policy.finds_twins:
        twin_of = _twins(by_score, shown, keys, policy, titles)
        steps[1:] = demote_twins(by_score, twin_of, relevance, min(policy.twin_gap, gap))
    if policy.spread != "off":
        steps[2:] = _spread(steps[1], relevance, shown, keys, policy)
    flags, held = np.zeros(head, np.uint32), np.full(head, -1, np.int32)
    rows, numbers = _stacked(tuple(cap.key for cap in policy.caps), keys, head)
    if len(numbers):
        most = np.array([policy.caps[c].most for c in numbers], np.int32)
        window = np.array([policy.caps[c].window for c in numbers], np.int32)
        hard = np.array([policy.caps[c].hard for c in numbers], np.bool_)
        steps[3], flags, held = cap_windows(steps[2], relevance, rows, most, window, hard, gap)
        flags, held = caps_by_number(flags, held, numbers)

    reranked.order[:head] = steps[3]
    reranked.broken[:head] = flags
    find_reasons(steps, twin_of, held, reranked.shift, reranked.reason, reranked.cause)
    return reranked


def _untouched(by_score: Int32Array, count: int, bypassed: str | None) -> Reranked:
    order = np.arange(count, dtype=np.uint32)
    order[: len(by_score)] = by_score
    return Reranked(
        order=order,
        shift=np.zeros(count, np.int32),
        reason=np.zeros(count, np.uint8),
        cause=np.full(count, -1, np.int32),
        broken=np.zeros(count, np.uint32),
        bypassed=bypassed,
    )


def _twins(
    order: Int32Array,
    vectors: Float32Array,
    keys: Mapping[str, Int32Array],
    policy: DiversityPolicy,
    titles: HeadTitles | None,
) -> Int32Array:
    rows, _ = _stacked(policy.twin_keys, keys, len(order))
    starts, terms = NO_STARTS, NO_TERMS
    if titles is not None and policy.twin_title is not None:
        starts, terms = _writable(titles.starts, np.int32), _writable(titles.terms, np.uint32)
    twin_of: Int32Array = find_twins(
        order,
        rows,
        vectors,
        OFF if policy.twin_cosine is None else policy.twin_cosine,
        starts,
        terms,
        OFF if policy.twin_title is None else policy.twin_title,
    )
    return twin_of


def _spread(
    order: Int32Array,
    relevance: Float32Array,
    vectors: Float32Array,
    keys: Mapping[str, Int32Array],
    policy: DiversityPolicy,
) -> Int32Array:
    head = len(order)
    rows, _ = _stacked(policy.similar_keys, keys, head)
    cosine = cosines(vectors) if len(vectors) else np.full((head, head), -1.0, np.float32)
    alike = mixed_similarity(cosine, rows, policy.key_share)
    kernel = mmr_order if policy.spread == "mmr" else dpp_order
    moved: Int32Array = kernel(
        order, relevance, alike, policy.relevance_weight, policy.relevance_gap, policy.spread_depth
    )
    return moved


def _writable(array: npt.NDArray[Any], kind: type[np.generic]) -> npt.NDArray[Any]:
    """The array, copied only if it is read-only, strided or of another type.

    Kernels compile anew for each of these, and a request must never wait for a compiler.
    """
    if array.dtype == kind and array.flags.c_contiguous and array.flags.writeable:
        return array
    return np.array(array, kind, order="C")


def _stacked(
    names: tuple[str, ...], keys: Mapping[str, Int32Array], head: int
) -> tuple[Int32Array, Int32Array]:
    """int32[c, head] of the keys that are there, and which of the names they are."""
    there = [number for number, name in enumerate(names) if name in keys]
    rows = np.empty((len(there), head), np.int32)
    for row, number in enumerate(there):
        rows[row] = keys[names[number]][:head]
    return rows, np.array(there, np.int32)
