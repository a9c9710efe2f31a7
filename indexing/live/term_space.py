"""Terms of segments among those of a snapshot: known ones have its number, new ones follow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from indexing.arrays import BoolArray, Int64Array
from indexing.live.segment import Segment
from indexing.live.value_space import sealed
from indexing.postings.lexicon import UNKNOWN
from indexing.postings.postings import HeldTerms, InvertedIndex, TitleTerms
from indexing.postings.token_stream import EXTRA
from indexing.snapshot import Snapshot


class LostTerms:
    """Terms that came with products which are all gone: they are known no more."""

    def __init__(self) -> None:
        self._held: dict[int, tuple[BoolArray | None, Sequence[str]]] = {}

    def hidden(
        self, segments: Sequence[Snapshot], parts: Mapping[int, Segment]
    ) -> tuple[Snapshot, ...]:
        """segments: the snapshot first; parts: the others by number, as they lie on disk. O(terms
        that the snapshot lacks), of segments where products went since it was last asked.
        """
        found = {}
        for segment, (number, part) in zip(segments[1:], parts.items(), strict=True):
            known = self._held.get(number)
            if known is None or known[0] is not segment.gone:
                known = segment.gone, _held_terms(part, segment.gone)
            found[number] = known
        self._held = found
        lexicon = segments[0].index.lexicon
        lost = frozenset(lexicon.added).difference(*(terms for _, terms in found.values()))
        if lost == lexicon.lost:
            return tuple(segments)
        lexicon = lexicon.with_added(lexicon.added, lost)
        return tuple(
            replace(segment, index=replace(segment.index, lexicon=lexicon)) for segment in segments
        )


def _held_terms(part: Segment, gone: BoolArray | None) -> Sequence[str]:
    """Of the terms that are new with a segment those that a product has which is there."""
    if gone is None or not part.new:
        return part.new
    places = np.flatnonzero(part.known == UNKNOWN)
    bounds = part.index.offsets.astype(np.int64)
    starts, counts = bounds[places], bounds[places + 1] - bounds[places]
    first = np.cumsum(counts) - counts
    at = np.repeat(starts - first, counts) + np.arange(int(counts.sum()))
    there = np.logical_or.reduceat(~gone[part.index.docs[at]], first)
    return [term for term, held in zip(part.new, there.tolist(), strict=True) if held]


@dataclass(frozen=True, slots=True)
class TermSpace:
    """index: the snapshot's, with numbers for the new terms, of which it holds no list."""

    index: InvertedIndex

    def grown(self, others: Sequence[Segment]) -> "TermSpace":
        """With the new terms of segments behind those that have a number, which they keep.
        O(new terms).
        """
        lexicon = self.index.lexicon
        known = set(lexicon.added)
        added = list(lexicon.added)
        for segment in others:
            added += sorted(term for term in segment.new if term not in known)
            known.update(segment.new)
        if len(added) == len(lexicon.added):
            return self
        return TermSpace(replace(self.index, lexicon=lexicon.with_added(tuple(added))))

    def of_segment(self, segment: Segment) -> InvertedIndex:
        """A segment's lists under the numbers of the space. O(its terms and title words)."""
        lexicon, own = self.index.lexicon, segment.index
        ids: Int64Array = segment.known.copy()
        added = {term: number for number, term in enumerate(lexicon.added, len(lexicon.terms))}
        ids[ids == UNKNOWN] = [added[term] for term in segment.new]
        order = np.argsort(ids)
        titles, numbers = own.titles, ids.astype(np.uint32)
        flags = titles.terms & np.uint32(EXTRA)
        terms = numbers[titles.terms & ~np.uint32(EXTRA)] | flags if len(ids) else titles.terms
        return InvertedIndex(
            lexicon,
            self.index.statistics,
            own.offsets,
            own.docs,
            own.tfs,
            own.lengths,
            TitleTerms(titles.offsets, sealed(terms)),
            held=HeldTerms(sealed(ids[order]), sealed(order.astype(np.int64))),
        )
