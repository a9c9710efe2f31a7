"""Facts of candidates that stand in several segments, read as if they stood in one."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from indexing.arrays import Int64Array, UInt16Array, UInt32Array, UInt64Array
from indexing.snapshot import Snapshot
from ranking.search.candidates import Candidates

Array = TypeVar("Array", bound=npt.NDArray[Any])


def read(
    candidates: Candidates,
    segments: Sequence[Snapshot],
    of: Callable[[Snapshot, UInt32Array], Array],
) -> Array:
    """A row a candidate, as `of` reads them of one segment's documents.

    Those of a segment are asked for together, in the candidates' order.
    """
    if len(segments) == 1:
        return of(segments[0], candidates.doc_ids)
    out: Any = None
    for segment, places in by_segment(candidates, segments):
        rows = of(segment, candidates.doc_ids[places])
        if out is None:
            out = np.empty((len(candidates), *rows.shape[1:]), rows.dtype)
        out[places] = rows
    return of(segments[0], candidates.doc_ids) if out is None else out


def locate(product_id: str, segments: Sequence[Snapshot]) -> tuple[int, int] | None:
    """(number of the segment, document) of a product that is there."""
    for number, segment in enumerate(segments):
        doc = segment.find(product_id)
        if doc is not None:
            return number, doc
    return None


def by_segment(
    candidates: Candidates, segments: Sequence[Snapshot]
) -> Iterator[tuple[Snapshot, Int64Array]]:
    """Each segment that holds any of them, and their places."""
    for number, segment in enumerate(segments):
        places = np.flatnonzero(candidates.segments == number)
        if len(places):
            yield segment, places


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


def texts_of(candidates: Candidates, segments: Sequence[Snapshot]) -> Texts:
    """Of one segment its own arrays, of several copies of what is needed."""
    if len(segments) == 1:
        index = segments[0].index
        titles = index.titles
        return Texts(candidates.doc_ids, index.lengths, titles.offsets, titles.terms)
    lengths = read(candidates, segments, lambda segment, docs: segment.index.lengths[docs])
    sizes = read(candidates, segments, lambda segment, docs: segment.index.titles.sizes(docs))
    offsets = np.zeros(len(candidates) + 1, dtype=np.uint64)
    np.cumsum(sizes, out=offsets[1:])
    terms = np.empty(int(offsets[-1]), dtype=np.uint32)
    for segment, places in by_segment(candidates, segments):
        titles = segment.index.titles
        begins = titles.offsets[candidates.doc_ids[places]].astype(np.int64)
        own = sizes[places]
        within = np.arange(int(own.sum())) - np.repeat(np.cumsum(own) - own, own)
        into = np.repeat(offsets[places].astype(np.int64), own) + within
        terms[into] = titles.terms[np.repeat(begins, own) + within]
    return Texts(np.arange(len(candidates), dtype=np.uint32), lengths, offsets, terms)
