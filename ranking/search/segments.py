"""Facts of candidates that stand in several segments, read as if they stood in one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from numba import njit

from indexing.arrays import Int64Array, UInt16Array, UInt32Array, UInt64Array
from indexing.snapshot import Snapshot
from ranking.search.candidates import Candidates

Array = TypeVar("Array", bound=npt.NDArray[Any])


@dataclass(frozen=True, slots=True)
class BySegment:
    """Candidates divided by where they stand.

    parts: each segment that holds any of them, their places, int64[k], and documents; at least one.
    """

    count: int
    parts: tuple[tuple[Snapshot, Int64Array, UInt32Array], ...]

    @classmethod
    def of(cls, candidates: Candidates, segments: Sequence[Snapshot]) -> "BySegment":
        return cls.at(candidates.segments, candidates.doc_ids, segments)

    @classmethod
    def at(
        cls, numbers: UInt16Array, docs: UInt32Array, segments: Sequence[Snapshot]
    ) -> "BySegment":
        """Documents of the segments of these numbers, equally many."""
        if len(segments) == 1:
            return cls(len(docs), ((segments[0], np.arange(len(docs)), docs),))
        there = np.flatnonzero(np.bincount(numbers, minlength=1)).tolist()
        if len(there) <= 1:
            only = segments[there[0] if there else 0]
            return cls(len(docs), ((only, np.arange(len(docs)), docs),))
        places = [np.flatnonzero(numbers == number) for number in there]
        return cls(
            len(docs),
            tuple((segments[n], at, docs[at]) for n, at in zip(there, places, strict=True)),
        )

    def read(self, of: Callable[[Snapshot, UInt32Array], Array]) -> Array:
        """A row a candidate, as `of` reads them of one segment's documents.

        Those of a segment are asked for together, in the candidates' order.
        """
        if len(self.parts) == 1:
            segment, _, docs = self.parts[0]
            return of(segment, docs)
        out: Any = None
        for segment, places, docs in self.parts:
            rows = of(segment, docs)
            if out is None:
                out = np.empty((self.count, *rows.shape[1:]), rows.dtype)
            out[places] = rows
        return out  # type: ignore[no-any-return] # of the type of its rows


def read(
    candidates: Candidates,
    segments: Sequence[Snapshot],
    of: Callable[[Snapshot, UInt32Array], Array],
) -> Array:
    """See `BySegment.read`; for one thing only."""
    return BySegment.of(candidates, segments).read(of)


def locate(product_id: str, segments: Sequence[Snapshot]) -> tuple[int, int] | None:
    """(number of the segment, document) of a product that is there."""
    for number, segment in enumerate(segments):
        doc = segment.find(product_id)
        if doc is not None:
            return number, doc
    return None


@dataclass(frozen=True, slots=True)
class Texts:
    """The candidates' texts as numbers.

    rows: uint32[k], which row of the others is whose. lengths: uint16[., fields], positions.
    offsets: uint64[. + 1] into terms: uint32, of the titles, as in `TitleTerms`.
    """

    rows: UInt32Array
    lengths: UInt16Array
    offsets: UInt64Array
    terms: UInt32Array


def texts_of(stand: BySegment) -> Texts:
    """Where all stand in one segment its own arrays, else copies of what is needed."""
    if len(stand.parts) == 1:
        segment, _, docs = stand.parts[0]
        titles = segment.index.titles
        return Texts(docs, segment.index.lengths, titles.offsets, titles.terms)
    lengths = stand.read(lambda segment, docs: segment.index.lengths[docs])
    sizes = stand.read(lambda segment, docs: segment.index.titles.sizes(docs))
    offsets = np.zeros(stand.count + 1, dtype=np.uint64)
    np.cumsum(sizes, out=offsets[1:])
    terms = np.empty(int(offsets[-1]), dtype=np.uint32)
    for segment, places, docs in stand.parts:
        titles = segment.index.titles
        copy_titles(docs, titles.offsets, titles.terms, offsets[places], terms)
    return Texts(np.arange(stand.count, dtype=np.uint32), lengths, offsets, terms)


@njit(nogil=True, cache=True)
def copy_titles(
    docs: UInt32Array, offsets: UInt64Array, terms: UInt32Array, into: UInt64Array, out: UInt32Array
) -> None:
    """The terms of each document's title, to its place in `out`. into: uint64[k], where each
    begins.
    """
    for row in range(len(docs)):
        at = into[row]
        for place in range(offsets[docs[row]], offsets[np.int64(docs[row]) + 1]):
            out[at] = terms[place]
            at += np.uint64(1)
