"""VectorIndex: the nearest products of a vector. The only file that knows FAISS.

Small catalogues are searched exactly, by a kernel over memory-mapped rows or codes (it was 1.1 to
2.6 times as fast as FAISS's flat indexes here, and breaks ties by document). Large ones are cut
by FAISS into inverted lists around centroids (IVF), of which a search looks at the nearest; and
compared exactly where a filter leaves few products.
"""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from indexing.arrays import BoolArray, Float32Array, Int64Array, UInt32Array, load_array
from indexing.errors import BuildError, CorruptSnapshotError, IndexingError
from indexing.vectors.quantized import Codes, best_places, score_all, score_rows
from indexing.vectors.rough_codes import RoughCodes

LISTS_PER_ROOT = 4
"""Inverted lists over the square root of the vectors."""
LEAST_IN_LIST = 30
"""Vectors a list, at least, on the average."""
SAMPLED_PER_LIST = 25
"""Vectors a list from which its centroid is learnt."""
KMEANS_ROUNDS = 8
LISTS_FILE = "lists.faiss"
_CHUNK = 16_384
EXACT_UP_TO = 20_000
EXACT_SHARE = 0.05
"""Products that a filter may leave to be compared one by one: so many, or this share of all."""
MAX_WIDENING = 8
"""How many times more lists than unfiltered are probed under a filter, at most."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The nearest products, best first.

    doc_ids: uint32[k], no duplicates. scores: float32[k], cosines, never increasing; equal scores
    are in doc id order.
    """

    doc_ids: UInt32Array
    scores: Float32Array


@dataclass(frozen=True, slots=True, eq=False)
class VectorIndex:
    """Unit vectors of the products that have one; row = position among them.

    doc_count: n, of the whole catalogue. docs: uint32[m], the document of each row, ascending;
    None if every document has a vector. codes: float32[m, d] (`flat`), else uint8[m, d], a
    component being low + code · step. lists: FAISS IVF over the same codes (`ivf`), or None.
    probes: how many lists a search looks at. rough: of `flat`, the rows at a quarter of the size,
    by which most are ruled out; None if there are few, or the index is of before 2026-11-27.
    """

    kind: str
    doc_count: int
    docs: UInt32Array | None
    codes: Codes
    low: Float32Array
    step: Float32Array
    probes: int
    lists: Any | None
    rough: RoughCodes | None = None

    @property
    def dimension(self) -> int:
        return int(self.codes.shape[1])

    def __len__(self) -> int:
        return int(self.codes.shape[0])

    @classmethod
    def load(cls, folder: Path) -> "VectorIndex":
        """Map the index; nothing is copied, so worker processes share its pages."""
        try:
            facts = json.loads((folder / "vectors.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise CorruptSnapshotError(
                f"{folder}/vectors.json is not readable: {error}. "
                "Roll back with `vitrina snapshots rollback`, or build again."
            ) from error
        scale = load_array(folder / "scale.npy")
        docs = load_array(folder / "docs.npy") if facts["partial"] else None
        lists = _open_lists(folder / LISTS_FILE) if facts["kind"] == "ivf" else None
        return cls(
            facts["kind"], int(facts["doc_count"]), docs, load_array(folder / "codes.npy"),
            scale[0], scale[1], int(facts["probes"]), lists, RoughCodes.load(folder),
        )  # fmt: skip

    def search(
        self,
        query: Float32Array,
        k: int,
        mask: BoolArray | None = None,
        probes: int | None = None,
        least: float = -np.inf,
    ) -> Neighbours:
        """The k nearest products, of those that the mask (bool[n]) lets pass.

        query: float32[d], unit length; all zero finds nothing. probes: how many lists are looked
        at, default the measured number. least: of scores that are wanted; others may be found or
        not. Products without a vector are never found.
        Raises IndexingError if the query has another dimension or is not finite.
        """
        query = self._checked(query)
        if k < 1 or not len(self) or not query.any():
            return _nothing()
        if self.lists is None:
            rows = None if mask is None else np.flatnonzero(self._passing(mask))
            return self._best(query, k, rows, least)
        probes = probes or self.probes
        if mask is None:
            return self._probe(query, k, probes, None)
        passing = self._passing(mask)
        if np.count_nonzero(passing) <= max(EXACT_UP_TO, EXACT_SHARE * len(self), k):
            return self._best(query, k, np.flatnonzero(passing), least)
        return self._probe(query, k, probes, passing)

    def exact(self, query: Float32Array, k: int, mask: BoolArray | None = None) -> Neighbours:
        """The same by comparing every product; linear, 12 to 50 ns a product."""
        query = self._checked(query)
        rows = None if mask is None else np.flatnonzero(self._passing(mask))
        return self._best(query, k, rows, -np.inf)

    def score(self, query: Float32Array, doc_ids: UInt32Array) -> Float32Array:
        """Cosine of the query and each document, float32[k]; NaN where there is no vector."""
        query = self._checked(query)
        if self.docs is None:
            return self._scores(query, doc_ids.astype(np.int64))
        rows, present = self._rows_of(doc_ids)
        scores = np.full(len(doc_ids), np.nan, dtype=np.float32)
        scores[present] = self._scores(query, rows)
        return scores

    def vectors(self, doc_ids: UInt32Array) -> Float32Array:
        """The documents' vectors, float32[k, d], of 8-bit precision unless `flat`; else zeros."""
        if self.docs is None:
            return self.stored(doc_ids.astype(np.int64))
        rows, present = self._rows_of(doc_ids)
        out = np.zeros((len(doc_ids), self.dimension), dtype=np.float32)
        out[present] = self.stored(rows)
        return out

    def stored(self, rows: Int64Array) -> Float32Array:
        """The vectors of so many rows, float32[k, d]."""
        decoded: Float32Array = self.codes[rows] * self.step + self.low
        return decoded

    def _best(
        self, query: Float32Array, k: int, rows: Int64Array | None, least: float
    ) -> Neighbours:
        if self.rough is not None:
            places = self.rough.possible(query, k, rows, least)
            rows = places if rows is None else rows[places]
            if not len(rows):
                return _nothing()
        scores = self._scores(query, rows)
        if least > -np.inf:  # before they are put in order
            wanted = np.flatnonzero(scores >= np.float32(least))
            if not len(wanted):
                return _nothing()
            rows, scores = wanted if rows is None else rows[wanted], scores[wanted]
        places = best_places(scores, k)
        return _neighbours(places if rows is None else rows[places], scores[places], self.docs)

    def _scores(self, query: Float32Array, rows: Int64Array | None) -> Float32Array:
        weights, offset = query * self.step, np.float32(query @ self.low)
        scores = np.empty(len(self) if rows is None else len(rows), dtype=np.float32)
        if rows is None:
            score_all(self.codes, weights, offset, scores)
        else:
            score_rows(self.codes, rows, weights, offset, scores)
        return scores

    def _probe(
        self, query: Float32Array, k: int, probes: int, passing: BoolArray | None
    ) -> Neighbours:
        """In the nearest `probes` lists; in more under a filter, which most of them may fail."""
        faiss.omp_set_num_threads(1)  # per thread of the caller; requests are the parallelism
        assert self.lists is not None  # noqa: S101 (for the type checker)
        selector = None
        if passing is not None:
            bits = np.packbits(passing, bitorder="little")
            selector = faiss.IDSelectorBitmap(bits)  # type: ignore[call-arg,arg-type]
            share = np.count_nonzero(passing) / len(self)
            probes = int(probes * min(1 / share, MAX_WIDENING))
        width = min(probes, self.lists.nlist)
        parameters = faiss.SearchParametersIVF(nprobe=width, sel=selector)  # type: ignore[call-arg]
        scores, rows = self.lists.search(query[None], k, params=parameters)
        found = rows[0] >= 0
        return _neighbours(rows[0][found], scores[0][found], self.docs)

    def _passing(self, mask: BoolArray) -> BoolArray:
        """Of each row, whether its document passes; bool[m]."""
        if mask.shape != (self.doc_count,):
            raise IndexingError(
                f"a mask of shape {mask.shape} does not fit an index of {self.doc_count} products."
            )
        return mask if self.docs is None else mask[self.docs]

    def _rows_of(self, doc_ids: UInt32Array) -> tuple[Int64Array, BoolArray]:
        """Rows of the documents that have one, and which those are (bool[k])."""
        wanted = doc_ids.astype(np.int64)
        if self.docs is None:
            return wanted, np.ones(len(wanted), dtype=np.bool_)
        rows = np.searchsorted(self.docs, wanted).astype(np.int64)
        present = rows < len(self.docs)
        present[present] = self.docs[rows[present]] == wanted[present]
        return rows[present], present

    def _checked(self, query: Float32Array) -> Float32Array:
        query = np.ascontiguousarray(query, dtype=np.float32)
        if query.shape != (self.dimension,):
            raise IndexingError(
                f"the vector has shape {query.shape}, and the vectors of this index have "
                f"{self.dimension} components: send a vector of the same model."
            )
        if not np.isfinite(query).all():
            raise IndexingError("the vector holds NaN or infinity: send finite numbers.")
        return query


def write_lists(
    path: Path,
    codes: Codes,
    low: Float32Array,
    step: Float32Array,
    seed: int,
    threads: int,
    advance: Callable[[int], None],
) -> None:
    """Cut the codes (uint8[m, d]) into inverted lists around centroids, into one FAISS file.

    The centroids come from spherical k-means over evenly spread rows; each row goes to the list
    of the centroid with the highest inner product (Jégou et al. 2011). O(m · lists · d).
    """
    faiss.omp_set_num_threads(threads)
    count = list_count(len(codes))
    sampled = np.unique(np.linspace(0, len(codes) - 1, count * SAMPLED_PER_LIST).astype(np.int64))
    means = faiss.Kmeans(
        codes.shape[1], count, niter=KMEANS_ROUNDS, spherical=True, seed=seed,
        min_points_per_centroid=1, max_points_per_centroid=SAMPLED_PER_LIST,
    )  # fmt: skip
    means.train(codes[sampled] * step + low)
    lists = _empty_lists(np.asarray(means.centroids), low, step)
    for start in range(0, len(codes), _CHUNK):
        lists.add(codes[start : start + _CHUNK] * step + low)
        advance(min(start + _CHUNK, len(codes)))
    try:
        faiss.write_index(lists, str(path))
    except RuntimeError as error:  # FAISS knows no other
        raise BuildError(
            f"{path.name} cannot be written: {error}. Check that the disk has room."
        ) from error
    faiss.omp_set_num_threads(1)


def list_count(vectors: int) -> int:
    """Inverted lists for so many vectors."""
    return max(1, min(round(LISTS_PER_ROOT * math.sqrt(vectors)), vectors // LEAST_IN_LIST))


def _empty_lists(centroids: Float32Array, low: Float32Array, step: Float32Array) -> Any:
    dimension = centroids.shape[1]
    quantizer: Any = faiss.IndexFlatIP(dimension)
    quantizer.add(centroids)
    lists: Any = faiss.IndexIVFScalarQuantizer(
        quantizer,
        dimension,
        len(centroids),
        faiss.ScalarQuantizer.QT_8bit,
        faiss.METRIC_INNER_PRODUCT,
        False,  # no residuals: lists hold the same codes as `codes`
    )
    # FAISS decodes code c as low' + (c + 0.5) / 255 · width
    scale = np.concatenate([low - step / 2, step * 255]).astype(np.float32)
    faiss.copy_array_to_vector(scale, lists.sq.trained)
    lists.is_trained = True
    return lists


def _open_lists(path: Path) -> Any:
    if not path.is_file():
        raise CorruptSnapshotError(
            f"{path} is missing. Roll back with `vitrina snapshots rollback`, or build again."
        )
    try:
        lists: Any = faiss.read_index(str(path), faiss.IO_FLAG_MMAP)
    except RuntimeError as error:
        raise CorruptSnapshotError(f"{path} is not a readable FAISS index: {error}.") from error
    # It would start 32 threads at each search to read what is in memory already.
    inverted: Any = faiss.downcast_InvertedLists(lists.invlists)
    inverted.prefetch_nthread = 0
    return lists


def _nothing() -> Neighbours:
    return Neighbours(np.empty(0, dtype=np.uint32), np.empty(0, dtype=np.float32))


def _neighbours(rows: Int64Array, scores: Float32Array, docs: UInt32Array | None) -> Neighbours:
    order = np.lexsort((rows, -scores))
    rows = rows[order]
    doc_ids = rows.astype(np.uint32) if docs is None else docs[rows]
    return Neighbours(doc_ids, scores[order])
