"""Candidates: what recall hands to ranking, as equally long arrays."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from indexing.arrays import (
    Float32Array,
    Int8Array,
    Int64Array,
    UInt8Array,
    UInt16Array,
    UInt32Array,
    UInt64Array,
)
from ranking.recall.channels import LEXICAL
from ranking.score_mix import or_zero
from ranking.traffic.exposure import EXPLORED, LITTLE_KNOWN

COARSE = "coarse"
"""Named as ranker where the coarse rank's order stands."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """One representative of each product group.

    doc_ids: uint32[k], of the segments of these numbers, uint16[k]. keys: uint64[k], the order of
    equals (`Columns`). levels: uint8[k], relaxation level (4: by meaning only).
    coverage: float32[k], share of the query's weight. cosine: float32[k], query to product, NaN
    without vectors; before the fine rank only of what the semantic channel found.
    scores: float32[k, channels], in the order of `recall.channels.NAMES` and, where facts or a
    profile are known, `recall.personal.NAMES`; NaN if not found by it.
    ranks: uint32[k, channels], 1-based rank in each channel, 0 if not found by it.
    variants: uint32[k], matching products in the group.
    """

    doc_ids: UInt32Array
    segments: UInt16Array
    keys: UInt64Array
    levels: UInt8Array
    coverage: Float32Array
    cosine: Float32Array
    scores: Float32Array
    ranks: UInt32Array
    variants: UInt32Array

    @property
    def lexical(self) -> Float32Array:
        """float32[k], BM25F, 0 if no word matched."""
        return or_zero(self.scores[:, LEXICAL])

    def __len__(self) -> int:
        return len(self.doc_ids)

    @classmethod
    def joined(cls, parts: Sequence["Candidates"]) -> "Candidates":
        """One after the other; ranks are still those within each part.

        What the channels of who asks did not look at, as a pin, has no scores and ranks of theirs.
        """
        columns = {name: [getattr(part, name) for part in parts] for name in cls.__slots__}
        columns["scores"] = _as_wide(columns["scores"], np.nan)
        columns["ranks"] = _as_wide(columns["ranks"], 0)
        return cls(*map(np.concatenate, columns.values()))

    def with_ranks(self, ranks: UInt32Array) -> "Candidates":
        return replace(self, ranks=ranks)

    def with_cosines(self, cosines: Float32Array) -> "Candidates":
        """The first candidates' cosines replaced by these."""
        known = np.concatenate([cosines, self.cosine[len(cosines) :]])
        return replace(self, cosine=known)

    def take(self, places: Int64Array) -> "Candidates":
        """A subset or another order."""
        return Candidates(
            self.doc_ids[places],
            self.segments[places],
            self.keys[places],
            self.levels[places],
            self.coverage[places],
            self.cosine[places],
            self.scores.take(places, axis=0),  # a sixth of the time that an index takes of rows
            self.ranks.take(places, axis=0),
            self.variants[places],
        )


@dataclass(frozen=True, slots=True)
class Teams:
    """Whose the products of a shared page are.

    names: of both sides. keys: uint64[k], of candidates; sides: int8[k], who chose each.
    """

    names: tuple[str, str]
    keys: UInt64Array
    sides: Int8Array

    def of(self, keys: UInt64Array) -> tuple[str, ...]:
        """Name of each one's side; empty for what neither chose."""
        found = [np.isin(keys, self.keys[self.sides == side]) for side in range(2)]
        return tuple(
            self.names[0] if first else self.names[1] if second else ""
            for first, second in zip(*(each.tolist() for each in found), strict=True)
        )


@dataclass(frozen=True, slots=True)
class Explored:
    """Keys, uint64, of candidates that stand where they do on a budget: new products, and those
    that clicks after the query say little of.
    """

    new: UInt64Array
    little_known: UInt64Array

    def marks_of(self, keys: UInt64Array) -> tuple[str, ...]:
        """`explored`, `little_known`, or empty for what stands there by itself."""
        marks = np.where(np.isin(keys, self.little_known), LITTLE_KNOWN, "")
        return tuple(np.where(np.isin(keys, self.new), EXPLORED, marks).tolist())


@dataclass(frozen=True, slots=True)
class Placed:
    """kind: `pinned` or `sponsored`. label: shown with a sponsored product."""

    kind: str
    rule: str
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Placing:
    """organic: int64[k], the place from 1 that each would have had, 0 if none. placed: place in
    the order → why it stands there. pushed: place → factor by rule.
    """

    organic: Int64Array
    placed: dict[int, Placed]
    pushed: dict[int, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Ordered:
    """Candidates in the order of the answer.

    scores: float32[k], never increasing but where the reranker moved something.
    features: float32[f, features] of the first f, those that the ranker saw, or None.
    moved: place in the order → what the reranker did to it; filled where it is to be explained.
    ranked_by: name of what gave the first f their scores; those after them have coarse ones.
    teams: where two rankers share the page. placing: what rules did to the order, if anything.
    explored: which stand where they do on a budget, if any.
    """

    candidates: Candidates
    scores: Float32Array
    features: Float32Array | None = None
    moved: dict[int, str] = field(default_factory=dict)
    ranked_by: str = COARSE
    teams: Teams | None = None
    placing: Placing | None = None
    explored: Explored | None = None

    def __len__(self) -> int:
        return len(self.candidates)

    def joined_by(self, more: Candidates) -> "Ordered":
        """With candidates behind the others that no ranker saw; their scores are NaN."""
        scores = np.concatenate([self.scores, np.full(len(more), np.nan, np.float32)])
        return replace(self, candidates=Candidates.joined([self.candidates, more]), scores=scores)

    def top(self, count: int) -> "Ordered":
        """The first of them."""
        return Ordered(
            self.candidates.take(np.arange(min(count, len(self)))),
            self.scores[:count],
            None if self.features is None else self.features[:count],
            {place: why for place, why in self.moved.items() if place < count},
            self.ranked_by,
            self.teams,
            explored=self.explored,
        )

    def rearranged(self, order: Int64Array) -> "Ordered":
        """Another order of all of them; rows without features become NaN."""
        features = self.features
        if features is not None:
            missing = np.full((len(self) - len(features), features.shape[1]), np.nan, np.float32)
            features = np.concatenate([features, missing])[order]
        moved = {
            place: self.moved[old] for place, old in enumerate(order.tolist()) if old in self.moved
        }
        taken = self.candidates.take(order)
        return Ordered(
            taken, self.scores[order], features, moved, self.ranked_by, self.teams,
            explored=self.explored,
        )  # fmt: skip

    def with_explored(self, keys: Explored) -> "Ordered":
        return replace(self, explored=keys)

    def marks(self, places: slice) -> tuple[str, ...]:
        """Of these places; empty if none is given to anything."""
        if self.explored is None:
            return ()
        return self.explored.marks_of(self.candidates.keys[places])


def _as_wide(parts: Sequence[npt.NDArray[Any]], missing: float) -> list[npt.NDArray[Any]]:
    """All with as many columns as the widest."""
    most = max(part.shape[1] for part in parts)
    return [
        part
        if part.shape[1] == most
        else np.pad(part, ((0, 0), (0, most - part.shape[1])), constant_values=missing)
        for part in parts
    ]
