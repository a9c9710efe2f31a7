"""VectorIndex: the nearest products of a vector. The only file that knows FAISS.

Small catalogues are searched exactly, by a kernel over memory-mapped rows or codes (it was 1.1 to
2.6 times as fast as FAISS's flat indexes here, and breaks ties by document). Large ones go
through a FAISS HNSW graph over 8-bit codes, and exactly where a filter leaves few products.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from indexing.arrays import BoolArray, Float32Array, Int64Array, UInt32Array, load_array
from indexing.errors import CorruptSnapshotError, IndexingError
from indexing.quantized import Codes, best_places, score_all, score_rows

LINKS = 16
EF_CONSTRUCTION = 80
EXACT_UP_TO = 20_000
EXACT_SHARE = 0.05
"""Products that a filter may leave to be compared one by one: so many, or this share of all.

At 1,000,000 products and a share of 0.05 the graph found 0.92 in 4.9 ms; comparing took 5.8 ms.
"""
MAX_WIDENING = 8
"""How many times wider than unfiltered the graph is searched under a filter, at most."""


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
    component being low + code · step. graph: FAISS HNSW over the same codes, or None.
    """

    kind: str
    doc_count: int
    docs: UInt32Array | None
    codes: Codes
    low: Float32Array
    step: Float32Array
    ef_search: int
    graph: Any | None

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
        graph = None
        if facts["kind"] == "hnsw":
            graph = _open_graph(folder / "graph.faiss")
            codes = _codes_of(graph)
        else:
            codes = load_array(folder / "codes.npy")
        return cls(
            facts["kind"], int(facts["doc_count"]), docs, codes, scale[0], scale[1],
            int(facts["ef_search"]), graph,
        )  # fmt: skip

    def search(
        self,
        query: Float32Array,
        k: int,
        mask: BoolArray | None = None,
        ef_search: int | None = None,
    ) -> Neighbours:
        """The k nearest products, of those that the mask (bool[n]) lets pass.

        query: float32[d], unit length; all zero finds nothing. ef_search: how widely the graph is
        searched, default the measured one; at least k. Products without a vector are never found.
        Raises IndexingError if the query has another dimension or is not finite.
        """
        query = self._checked(query)
        if k < 1 or not len(self) or not query.any():
            return _neighbours(np.empty(0, np.int64), np.empty(0, np.float32), None)
        if self.graph is None:
            return self.exact(query, k, mask)
        width = max(ef_search or self.ef_search, k)
        if mask is None:
            return self._walk(query, k, width, None)
        passing = self._passing(mask)
        if np.count_nonzero(passing) <= max(EXACT_UP_TO, EXACT_SHARE * len(self), k):
            return self._best(query, k, np.flatnonzero(passing))
        return self._walk(query, k, width, passing)

    def exact(self, query: Float32Array, k: int, mask: BoolArray | None = None) -> Neighbours:
        """The same by comparing every product; linear, 20 to 50 ns a product."""
        query = self._checked(query)
        return self._best(query, k, None if mask is None else np.flatnonzero(self._passing(mask)))

    def score(self, query: Float32Array, doc_ids: UInt32Array) -> Float32Array:
        """Cosine of the query and each document, float32[k]; NaN where there is no vector."""
        rows, present = self._rows_of(doc_ids)
        scores = np.full(len(doc_ids), np.nan, dtype=np.float32)
        scores[present] = self._scores(self._checked(query), rows)
        return scores

    def vectors(self, doc_ids: UInt32Array) -> Float32Array:
        """The documents' vectors, float32[k, d], of 8-bit precision unless `flat`; else zeros."""
        rows, present = self._rows_of(doc_ids)
        out = np.zeros((len(doc_ids), self.dimension), dtype=np.float32)
        out[present] = self.stored(rows)
        return out

    def stored(self, rows: Int64Array) -> Float32Array:
        """The vectors of so many rows, float32[k, d]."""
        decoded: Float32Array = self.codes[rows] * self.step + self.low
        return decoded

    def _best(self, query: Float32Array, k: int, rows: Int64Array | None) -> Neighbours:
        scores = self._scores(query, rows)
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

    def _walk(
        self, query: Float32Array, k: int, width: int, passing: BoolArray | None
    ) -> Neighbours:
        """Through the graph, `width` wide; wider under a filter, which most of it may fail."""
        faiss.omp_set_num_threads(1)  # per thread of the caller; requests are the parallelism
        selector = None
        if passing is not None:
            bits = np.packbits(passing, bitorder="little")
            selector = faiss.IDSelectorBitmap(bits)  # type: ignore[call-arg,arg-type]
            share = np.count_nonzero(passing) / len(self)
            width = int(width * min(1 / share, MAX_WIDENING))
        parameters = faiss.SearchParametersHNSW(efSearch=width, sel=selector)  # type: ignore[attr-defined]
        assert self.graph is not None  # noqa: S101 (for the type checker)
        scores, rows = self.graph.search(query[None], k, params=parameters)
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


def new_graph(dimension: int, low: Float32Array, step: Float32Array, seed: int) -> Any:
    """An empty HNSW graph over 8-bit codes, a component being low + code · step."""
    graph: Any = faiss.IndexHNSWSQ(
        dimension,
        faiss.ScalarQuantizer.QT_8bit,  # type: ignore[arg-type]
        LINKS,
        faiss.METRIC_INNER_PRODUCT,
    )
    graph.hnsw.efConstruction = EF_CONSTRUCTION
    graph.hnsw.rng = faiss.RandomGenerator(seed)  # type: ignore[attr-defined]
    storage: Any = faiss.downcast_index(graph.storage)
    # FAISS decodes code c as low' + (c + 0.5) / 255 · width
    scale = np.concatenate([low - step / 2, step * 255]).astype(np.float32)
    faiss.copy_array_to_vector(scale, storage.sq.trained)
    storage.is_trained = graph.is_trained = True
    return graph


def add_rows(graph: Any, rows: Float32Array, threads: int) -> None:
    """Link unit rows into the graph, with so many threads."""
    faiss.omp_set_num_threads(threads)
    graph.add(rows)
    faiss.omp_set_num_threads(1)


def write_graph(graph: Any, path: Path) -> None:
    """Write graph and codes as one FAISS file."""
    faiss.write_index(graph, str(path))


def _open_graph(path: Path) -> Any:
    if not path.is_file():
        raise CorruptSnapshotError(
            f"{path} is missing. Roll back with `vitrina snapshots rollback`, or build again."
        )
    try:
        return faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
    except RuntimeError as error:
        raise CorruptSnapshotError(f"{path} is not a readable FAISS index: {error}.") from error


def _codes_of(graph: Any) -> Codes:
    """The graph's own codes, uint8[m, d], not copied; valid as long as the graph."""
    storage: Any = faiss.downcast_index(graph.storage)
    flat = faiss.rev_swig_ptr(storage.codes.data(), graph.ntotal * graph.d)
    codes: Codes = flat.reshape(graph.ntotal, graph.d)
    codes.setflags(write=False)
    return codes


def _neighbours(rows: Int64Array, scores: Float32Array, docs: UInt32Array | None) -> Neighbours:
    order = np.lexsort((rows, -scores))
    rows = rows[order]
    doc_ids = rows.astype(np.uint32) if docs is None else docs[rows]
    return Neighbours(doc_ids, scores[order])
