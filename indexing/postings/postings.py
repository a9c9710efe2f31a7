"""The inverted index: for each term the documents that hold it, and in which fields.

One list a term; each posting packs the term frequencies of all six fields in 32 bits, five bits
a field (31 means 31 or more): one memory access tells all that BM25F asks of a document.
"""

from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

import numpy as np

from indexing.arrays import BoolArray, Int64Array, UInt16Array, UInt32Array, UInt64Array, load_array
from indexing.postings.lexicon import UNKNOWN, Lexicon
from indexing.postings.statistics import Statistics


class Field(IntEnum):
    """Searchable fields; the number is the place of its five bits."""

    TITLE = 0
    BRAND = 1
    CATEGORY = 2
    ATTRIBUTES = 3
    DESCRIPTION = 4
    IDENTIFIERS = 5


FIELD_COUNT = len(Field)
BITS = 5
MAX_TF = (1 << BITS) - 1


@dataclass(frozen=True, slots=True)
class InvertedIndex:
    """offsets: uint64[lists + 1] into docs and tfs. docs: uint32, ascending within a list.

    held: which term each list is of; None: list i is term i, and later terms have none.

    tfs: uint32, packed frequencies. lengths: uint16[n, fields], positions a field
    (65,535 means that many or more). titles: the forward index. statistics: of the whole
    collection, which may hold more documents than these. gone: bool[n], documents of the lists
    that are there no more, None if all are: deleted, or replaced in a newer segment.
    """

    lexicon: Lexicon
    statistics: Statistics
    offsets: UInt64Array
    docs: UInt32Array
    tfs: UInt32Array
    lengths: UInt16Array
    titles: "TitleTerms"
    gone: BoolArray | None = None
    held: "HeldTerms | None" = None

    @property
    def doc_count(self) -> int:
        """n, the documents of this index, whatever the collection holds."""
        return len(self.lengths)

    @classmethod
    def load(cls, folder: Path) -> "InvertedIndex":
        return cls(
            Lexicon.load(folder),
            Statistics.load(folder),
            load_array(folder / "offsets.npy"),
            load_array(folder / "docs.npy"),
            load_array(folder / "tfs.npy"),
            load_array(folder / "lengths.npy"),
            TitleTerms(
                load_array(folder / "title_offsets.npy"), load_array(folder / "title_terms.npy")
            ),
        )

    def there(self, doc_ids: UInt32Array) -> UInt32Array:
        """Those of the documents that are not gone, in their order."""
        if self.gone is None or not len(doc_ids):
            return doc_ids
        kept = doc_ids[~self.gone[doc_ids]]
        kept.flags.writeable = False  # as postings are
        return kept

    def postings(self, term_id: int) -> tuple[UInt32Array, UInt32Array]:
        """Documents and packed frequencies of one term."""
        place = term_id if self.held is None else self.held.list_of(term_id)
        if not 0 <= place < len(self.offsets) - 1:
            return self.docs[:0], self.tfs[:0]
        start, end = int(self.offsets[place]), int(self.offsets[place + 1])
        return self.docs[start:end], self.tfs[start:end]

    def spans(self, term_ids: Int64Array) -> tuple[Int64Array, Int64Array]:
        """int64[k] each: where the list of each term begins and ends in docs; 0 and 0 without."""
        if self.held is None:
            if not len(term_ids) or int(term_ids.max()) < len(self.offsets) - 1:
                starts, ends = self.offsets[term_ids], self.offsets[term_ids + 1]
                return starts.astype(np.int64), ends.astype(np.int64)
            places = np.where(term_ids < len(self.offsets) - 1, term_ids, UNKNOWN)
        else:
            places = self.held.lists_of(term_ids)
        known = places >= 0
        starts = np.where(known, self.offsets[places * known], 0)
        ends = np.where(known, self.offsets[(places + 1) * known], 0)
        return starts.astype(np.int64), ends.astype(np.int64)


@dataclass(frozen=True, slots=True)
class HeldTerms:
    """Of a segment: terms, int64[lists], ascending, numbered as in the snapshot that it stands
    beside (of 32 bits each lookup would widen all of them); lists: int64[lists], the list of each.
    """

    terms: Int64Array
    lists: Int64Array

    def list_of(self, term_id: int) -> int:
        """UNKNOWN if no document holds it. O(log n)."""
        place = int(np.searchsorted(self.terms, term_id))
        held = place < len(self.terms) and self.terms[place] == term_id
        return int(self.lists[place]) if held else UNKNOWN

    def lists_of(self, term_ids: Int64Array) -> Int64Array:
        if not len(self.terms):
            return np.full(len(term_ids), UNKNOWN, dtype=np.int64)
        places = np.minimum(np.searchsorted(self.terms, term_ids), len(self.terms) - 1)
        found: Int64Array = np.where(self.terms[places] == term_ids, self.lists[places], UNKNOWN)
        return found


@dataclass(frozen=True, slots=True)
class TitleTerms:
    """Forward index of the titles, for features of order and nearness.

    offsets: uint64[n + 1]. terms: uint32, term id, with bit 31 set where the token shares the
    position of the one before it.
    """

    offsets: UInt64Array
    terms: UInt32Array

    def sizes(self, doc_ids: UInt32Array) -> Int64Array:
        """int64[k], tokens of each title."""
        ends, begins = self.offsets[doc_ids + np.uint32(1)], self.offsets[doc_ids]
        sizes: Int64Array = np.subtract(ends, begins).astype(np.int64)
        return sizes
