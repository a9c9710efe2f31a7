"""Terms of segments among those of a snapshot: known ones have its number, new ones follow."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from indexing.arrays import Int64Array
from indexing.live.segment import Segment
from indexing.live.value_space import sealed
from indexing.postings.lexicon import UNKNOWN, Lexicon
from indexing.postings.postings import InvertedIndex, TitleTerms
from indexing.postings.statistics import Statistics
from indexing.postings.token_stream import EXTRA
from indexing.strings import StringTable


@dataclass(frozen=True, slots=True)
class TermSpace:
    """index: the snapshot's, with lists for the new terms, which are empty."""

    index: InvertedIndex

    @classmethod
    def of(cls, base: InvertedIndex, others: Sequence[Segment]) -> "TermSpace":
        """New terms are numbered in byte order behind the known ones; no statistics know them."""
        new = {term for segment in others for term in segment.new}
        if not new:
            return cls(base)
        encoded = sorted(term.encode("utf-8", "surrogatepass") for term in new)
        terms = base.lexicon.terms
        ends = np.cumsum([len(text) for text in encoded]).astype(np.uint64)
        blob = np.concatenate([terms.blob, np.frombuffer(b"".join(encoded), dtype=np.uint8)])
        offsets = np.concatenate([terms.offsets, terms.offsets[-1] + ends])
        none = np.zeros(len(encoded), dtype=np.uint32)
        statistics = base.statistics
        return cls(
            replace(
                base,
                lexicon=Lexicon(StringTable(sealed(blob), sealed(offsets)), len(encoded)),
                statistics=Statistics(
                    statistics.doc_count,
                    statistics.mean_lengths,
                    sealed(np.concatenate([statistics.doc_freqs, none])),
                ),
                offsets=sealed(np.concatenate([base.offsets, base.offsets[-1] + none])),
            )
        )

    def of_segment(self, segment: Segment) -> InvertedIndex:
        """A segment's lists under the numbers of the space. O(terms of the space)."""
        lexicon, own = self.index.lexicon, segment.index
        ids = segment.known.astype(np.uint32)
        ids[segment.known == UNKNOWN] = [lexicon.id_of(term) for term in segment.new]
        order = np.argsort(ids)
        sizes = np.diff(own.offsets).astype(np.int64)
        offsets = np.zeros(len(lexicon) + 1, dtype=np.int64)
        offsets[ids.astype(np.int64) + 1] = sizes
        np.cumsum(offsets, out=offsets)
        places = _places(own.offsets[:-1].astype(np.int64)[order], sizes[order])
        titles = own.titles
        flags = titles.terms & np.uint32(EXTRA)
        terms = ids[titles.terms & ~np.uint32(EXTRA)] | flags if len(ids) else titles.terms
        return InvertedIndex(
            lexicon,
            self.index.statistics,
            sealed(offsets.astype(np.uint64)),
            sealed(own.docs[places]),
            sealed(own.tfs[places]),
            own.lengths,
            TitleTerms(titles.offsets, sealed(terms)),
        )


def _places(starts: Int64Array, sizes: Int64Array) -> Int64Array:
    """int64[sum of sizes]: start, start + 1, … of each run, one run after the other."""
    ends = np.cumsum(sizes)
    places: Int64Array = np.arange(int(sizes.sum())) + np.repeat(starts - (ends - sizes), sizes)
    return places
