"""What rules decide about the order, last of all: boosts and buries, then pins and paid places.

Positions are absolute, from 1. A pin that the filters leave out is not shown.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from indexing.arrays import Float64Array, Int64Array, UInt32Array
from indexing.snapshot import Snapshot
from ranking.filters.filters import evaluate_all
from ranking.rules.decision import PINNED, SPONSORED, Decision, Pushed, Slots
from ranking.search.candidates import Candidates, Ordered, Placed, Placing
from ranking.search.coarse import as_candidates
from ranking.search.match_set import MatchSet
from ranking.search.segments import locate, read

Where = tuple[int, int]
"""Segment and document, or segment and group."""


def placed(
    decision: Decision,
    ordered: Ordered,
    answer: Sequence[MatchSet],
    organic: Sequence[MatchSet],
    segments: Sequence[Snapshot],
) -> Ordered:
    """The products in the order that the rules want.

    ordered: of `organic`, in the ranker's and reranker's order. answer: with what is pinned.
    """
    factors, told = _factors(decision.pushes, ordered.candidates, segments)
    count = len(ordered)
    places = np.arange(count)
    if decision.pushes:
        places = places[np.argsort((places + 1) * factors, kind="stable")]
    fixed = _Fixed(ordered, segments)
    for pin in decision.pins:
        fixed.pin(pin.product, pin.position, Placed(PINNED, pin.rule), answer)
    for slots in decision.slots:
        fixed.fill(slots, organic)
    order, kinds = fixed.merged_with(places)
    joined = ordered.joined_by(Candidates.joined(fixed.more)) if fixed.more else ordered
    made = joined.rearranged(order)
    ranks = np.where(order < count, order + 1, 0)
    for row, group_row in fixed.in_place_of.items():  # a variant has its group's place
        ranks[order == row] = group_row + 1
    pushed = {
        place: {
            rule: round(float(of[row]), 4) for rule, of in told.items() if of[row] != 1.0
        }
        for place, row in enumerate(order.tolist())
        if row < count and factors[row] != 1.0
    }  # fmt: skip
    placing = Placing(ranks, kinds, pushed)
    return replace(made, placing=placing)


def _factors(
    pushes: Sequence[Pushed], candidates: Candidates, segments: Sequence[Snapshot]
) -> tuple[Float64Array, dict[str, Float64Array]]:
    """float64[k]: what each candidate's place is multiplied by; and the part of each rule."""
    together = np.ones(len(candidates), dtype=np.float64)
    by_rule: dict[str, Float64Array] = {}
    for push in pushes:

        def passes(segment: Snapshot, doc_ids: UInt32Array, push: Pushed = push) -> Float64Array:
            hit = evaluate_all(push.filters, segment.columns, doc_ids)
            return np.where(hit, push.factor, 1.0)

        own = read(candidates, segments, passes)
        together *= own
        by_rule[push.rule] = by_rule.get(push.rule, 1.0) * own
    return together, by_rule


class _Fixed:
    """Rows that stand at fixed positions: those of the order, and more behind them."""

    def __init__(self, ordered: Ordered, segments: Sequence[Snapshot]) -> None:
        self._segments = segments
        self._count = len(ordered)
        candidates = ordered.candidates
        groups = read(candidates, segments, lambda s, docs: s.columns.group_of[docs])
        pairs = zip(candidates.segments.tolist(), groups.tolist(), strict=True)
        self._row_of = {where: row for row, where in enumerate(pairs)}
        self._documents = candidates.doc_ids
        self._at: dict[int, int] = {}
        self._why: dict[int, Placed] = {}
        self._groups: set[Where] = set()
        self._paid: list[int] = []
        self.more: list[Candidates] = []
        self.in_place_of: dict[int, int] = {}

    def pin(
        self, product: str, position: int, why: Placed, answer: Sequence[MatchSet]
    ) -> bool:  # fmt: skip
        """Whether it is among these products, and its group has no fixed position yet."""
        found = locate(product, self._segments)
        if found is None:
            return False
        number, doc = found
        group = int(self._segments[number].columns.group_of[doc])
        matches = answer[number]
        at = int(np.searchsorted(matches.doc_ids, doc))
        there = at < len(matches) and int(matches.doc_ids[at]) == doc
        if not there or (number, group) in self._groups:
            return False
        row = self._row_of.get((number, group))
        if row is None or int(self._documents[row]) != doc:
            self.more.append(self._candidate(matches, at, group, number))
            added = self._count + len(self.more) - 1
            if row is not None:
                self.in_place_of[added] = row
            row = added
        self._groups.add((number, group))
        self._at[position], self._why[row] = row, why
        return True

    def _candidate(self, matches: MatchSet, at: int, group: int, number: int) -> Candidates:
        """No channel's rank is told of it: it was not among those that were ranked."""
        columns = self._segments[number].columns
        variants = np.count_nonzero(columns.group_of[matches.doc_ids] == group)
        return as_candidates(
            matches, np.array([at]), np.array([variants], dtype=np.uint32), columns, number
        )

    def fill(self, slots: Slots, organic: Sequence[MatchSet]) -> None:
        """Paid places keep their distance to those of other rules, too."""
        position, filled = slots.first, 0
        why = Placed(SPONSORED, slots.rule, slots.label)
        for product in slots.products:
            if filled == slots.most:
                break
            while position in self._at or any(
                abs(position - other) < slots.every for other in self._paid
            ):
                position += 1
            if position > self._count:
                break
            if self.pin(product, position, why, organic):
                self._paid.append(position)
                filled += 1
                position += slots.every

    def merged_with(self, places: Int64Array) -> tuple[Int64Array, dict[int, Placed]]:
        """The order of all rows, and why some stand where they do; what stands beyond the end
        comes last.
        """
        taken = {*self._at.values(), *self.in_place_of.values()}
        rest = [row for row in places.tolist() if row not in taken]
        order: list[int] = []
        waiting = iter(rest)
        for position in sorted(self._at):
            while len(order) < position - 1 and (row := next(waiting, None)) is not None:
                order.append(row)
            order.append(self._at[position])
        order += waiting
        kinds = {place: self._why[row] for place, row in enumerate(order) if row in self._why}
        return np.array(order, dtype=np.int64), kinds
