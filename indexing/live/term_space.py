"""Terms of segments among those of a snapshot: known ones have its number, new ones follow."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from indexing.arrays import Int64Array
from indexing.live.segment import Segment
from indexing.live.value_space import sealed
from indexing.postings.lexicon import UNKNOWN
from indexing.postings.postings import HeldTerms, InvertedIndex, TitleTerms
from indexing.postings.token_stream import EXTRA


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
