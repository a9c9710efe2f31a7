"""Words and values that came with products which are all gone: they are known no more.

A view numbers them still, but who looks them up finds nothing, as in an index that never had them:
a query's word is corrected again, and `Acme` finds the brand `acme` where no other is left.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from indexing.arrays import BoolArray, Int64Array
from indexing.columns import KeywordColumn, KeywordTable
from indexing.live.column_space import BRAND, CATEGORY, NewValues
from indexing.live.joined import Joined, Part
from indexing.live.value_space import Path, paths_of, place_of, sealed
from indexing.postings.lexicon import UNKNOWN, Lexicon
from indexing.snapshot import Snapshot

Value = tuple[str, str | Path]
"""Field, and a text of it or the path of a category."""


@dataclass(frozen=True, slots=True)
class _Held:
    """Of what is new with a segment, what products have that are there.

    gone: bool[n], those that are not; None if all are.
    """

    gone: BoolArray | None
    terms: frozenset[str]
    values: frozenset[Value]

    @classmethod
    def of(cls, part: Part, gone: BoolArray | None) -> "_Held":
        """O(new terms, new values and their products)."""
        new, own = frozenset(part.segment.new), _values(part.new)
        if gone is None or not (new or own):
            return cls(gone, new, own)
        index, there = part.segment.index, ~gone
        places = np.flatnonzero(part.segment.known == UNKNOWN)
        held = _any_there(index.offsets.astype(np.int64), places, index.docs, there)
        terms = [term for term, is_held in zip(part.segment.new, held, strict=True) if is_held]
        values: list[Value] = []
        for field in {name for name, _ in own}:
            column = part.segment.columns.keywords[field]
            fresh = [value for value in own if value[0] == field]
            ordinals = np.array([_ordinal(column, value) for _, value in fresh], dtype=np.int64)
            held = _any_there(column.table.starts, ordinals, column.table.holders, there)
            values += [value for value, is_held in zip(fresh, held, strict=True) if is_held]
        return cls(gone, frozenset(terms), frozenset(values))


class Lost:
    """Remembers what was found out of each segment, and what was made of it."""

    def __init__(self) -> None:
        self._held: dict[int, _Held] = {}
        self._values: frozenset[Value] = frozenset()
        self._made: dict[int, tuple[object, dict[str, KeywordColumn]]] = {}

    def hidden(
        self, segments: Sequence[Snapshot], numbers: Sequence[int], joined: Joined
    ) -> tuple[Snapshot, ...]:
        """segments: the snapshot first, in the space of `joined`; numbers: theirs. Asks segments
        where products went since the last time.
        """
        held = {}
        for segment, number, part in zip(segments[1:], numbers[1:], joined.parts, strict=True):
            known = self._held.get(number)
            if known is None or known.gone is not segment.gone:
                known = _Held.of(part, segment.gone)
            held[number] = known
        self._held = held
        lexicon = segments[0].index.lexicon
        terms = frozenset(lexicon.added).difference(*(each.terms for each in held.values()))
        values = _values(joined.space.new).difference(*(each.values for each in held.values()))
        if values != self._values:
            self._values, self._made = values, {}
        if terms:
            lexicon = lexicon.with_added(lexicon.added, terms)
        pairs = zip(segments, numbers, strict=True)
        return tuple(self._without(segment, number, lexicon) for segment, number in pairs)

    def _without(self, segment: Snapshot, number: int, lexicon: Lexicon) -> Snapshot:
        if segment.index.lexicon is not lexicon:
            segment = replace(segment, index=replace(segment.index, lexicon=lexicon))
        if not self._values:
            return segment
        columns, made = segment.columns, self._made.get(number)
        if made is None or made[0] is not columns.keywords:
            made = columns.keywords, _less(columns.keywords, self._values)
            self._made[number] = made
        return replace(segment, columns=replace(columns, keywords=made[1]))


def _values(new: NewValues) -> frozenset[Value]:
    brands = [(BRAND, text) for _, text in new.brands]
    paths = [(CATEGORY, path) for _, path in new.categories]
    texts = [(field, text) for field, values in new.attributes for _, text in values]
    return frozenset([*brands, *paths, *texts])


def _any_there(
    starts: Int64Array, places: Int64Array, docs: "np.ndarray", there: BoolArray
) -> BoolArray:
    """bool[k]: of the lists at these places, none of which is empty, whether any document is."""
    counts = starts[places + 1] - starts[places]
    first = np.cumsum(counts) - counts
    at = np.repeat(starts[places] - first, counts) + np.arange(int(counts.sum()))
    if not len(at):
        return np.zeros(0, dtype=np.bool_)
    held: BoolArray = np.logical_or.reduceat(there[docs[at]], first)
    return held


def _less(
    keywords: Mapping[str, KeywordColumn], values: frozenset[Value]
) -> dict[str, KeywordColumn]:
    """The same columns; these values cannot be looked up."""
    lost: dict[int, list[int]] = {}
    for field, value in values:
        column = keywords[field]
        lost.setdefault(id(column.table), []).append(_ordinal(column, value))
    tables: dict[int, KeywordTable] = {}
    made = dict(keywords)
    for name, column in keywords.items():
        table = column.table
        if id(table) not in lost:
            continue
        if id(table) not in tables:
            kept = ~np.isin(table.hashed, np.array(lost[id(table)], dtype=np.uint32))
            tables[id(table)] = replace(
                table, hashes=sealed(table.hashes[kept]), hashed=sealed(table.hashed[kept])
            )
        made[name] = KeywordColumn(
            name, column.kind, tables[id(table)], column.first, column.last, column.parents
        )
    return made


def _ordinal(column: KeywordColumn, value: str | Path) -> int:
    if column.kind == CATEGORY:
        find = paths_of(column.values, column.parents)
        return place_of(find, column.first, column.last, value)[0]
    return place_of(column.values.__getitem__, column.first, column.last, value)[0]
