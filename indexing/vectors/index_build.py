"""Vectors, chunk by chunk → a VectorIndex on disk."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from indexing.arrays import Float32Array, UInt32Array, load_array, new_mapped, save_array
from indexing.errors import BuildError
from indexing.progress import Progress, Silent
from indexing.vectors.embedding_bags import unit_rows
from indexing.vectors.index import LISTS_FILE, VectorIndex, write_lists
from indexing.vectors.quantized import Codes, encode_rows, ranges
from indexing.vectors.rough_codes import write_rough

FLAT_UP_TO = 25_000
FLAT_SQ8_UP_TO = 100_000
KINDS = ("auto", "flat", "flat_sq8", "ivf")
SAMPLE_MARGIN = 0.1
FIRST_CHUNK_MARGIN = 0.5
"""How much wider than the rows seen the ranges of the codes are; a first chunk may be one shelf."""
PROBES = 32
"""Lists looked at until it has been measured how many are needed (`vector_gate`)."""


def kind_for(count: int) -> str:
    """What `auto` means for so many products."""
    if count <= FLAT_UP_TO:
        return "flat"
    return "flat_sq8" if count <= FLAT_SQ8_UP_TO else "ivf"


def build_vectors(
    chunks: Iterable[Float32Array],
    doc_count: int,
    folder: Path,
    *,
    dimension: int,
    kind: str = "auto",
    seed: int = 0,
    sample: Float32Array | None = None,
    threads: int = 2,
    progress: Progress | None = None,
) -> VectorIndex:
    """Write an index into the folder, which exists, and open it.

    chunks: float32[·, d], together one row a document, in doc id order; rows are brought to unit
    length, zero rows mean no vector. sample: rows from all over the catalogue for the ranges of
    the 8-bit codes; without it the first chunk is taken. Memory: one chunk, and the lists (d + 8
    bytes a product). Raises BuildError.
    """
    if kind not in KINDS:
        raise BuildError(f"unknown kind of vector index {kind!r}: use one of {', '.join(KINDS)}.")
    kind = kind_for(doc_count) if kind == "auto" else kind
    progress = progress or Silent()
    progress.begin("vectors", doc_count, "products")
    writer = _Writer(folder, kind, doc_count, dimension, sample)
    for chunk in chunks:
        writer.add(chunk)
        progress.advance(writer.seen)
    index = writer.close()
    if kind != "ivf" or not len(index):
        return index
    progress.begin("vector lists", len(index), "products")
    write_lists(
        folder / LISTS_FILE, index.codes, index.low, index.step, seed, threads, progress.advance
    )
    write_facts(folder, kind, doc_count, PROBES, partial=index.docs is not None)
    return VectorIndex.load(folder)


class _Writer:
    """Receives rows chunk by chunk."""

    def __init__(
        self,
        folder: Path,
        kind: str,
        doc_count: int,
        dimension: int,
        sample: Float32Array | None,
    ) -> None:
        self.seen = 0
        self._folder, self._doc_count, self._dimension = folder, doc_count, dimension
        self._kind = "flat" if kind == "flat" else "flat_sq8"
        self._docs: list[UInt32Array] = []
        self._kept = 0
        self._low = np.zeros(dimension, dtype=np.float32)
        self._step = np.ones(dimension, dtype=np.float32)
        self._is_scaled = kind == "flat"
        self._file: Codes | None = None
        if sample is not None and len(sample):
            self._scale(unit_rows(sample), SAMPLE_MARGIN)

    def _scale(self, rows: Float32Array, margin: float) -> None:
        if self._is_scaled:
            return
        low, high = ranges(rows, margin)
        self._low, self._step = low, ((high - low) / np.float32(255)).astype(np.float32)
        self._is_scaled = True

    def add(self, chunk: Float32Array) -> None:
        if chunk.ndim != 2 or chunk.shape[1] != self._dimension:
            raise BuildError(
                f"vectors of products {self.seen} and following have shape {chunk.shape}; the "
                f"index has {self._dimension} components. All vectors must have one length."
            )
        finite = np.isfinite(chunk).all(axis=1)
        if not finite.all():
            bad = self.seen + int(np.argmin(finite))
            raise BuildError(f"the vector of document {bad} holds NaN or infinity: remove it.")
        rows = unit_rows(chunk)
        present = rows.any(axis=1)
        docs = self.seen + np.flatnonzero(present)
        self.seen += len(chunk)
        if self.seen > self._doc_count:
            raise BuildError(f"more vectors than the {self._doc_count} products.")
        if len(docs):
            self._docs.append(docs.astype(np.uint32))
            self._scale(rows[present], FIRST_CHUNK_MARGIN)
            self._store(rows[present])
            self._kept += len(docs)

    def _store(self, rows: Float32Array) -> None:
        if self._file is None:
            self._file = new_mapped(
                self._folder / "codes.npy", self._dtype, (self._doc_count, self._dimension)
            )
        coded = rows if self._kind == "flat" else encode_rows(rows, self._low, self._step)
        self._file[self._kept : self._kept + len(rows)] = coded

    @property
    def _dtype(self) -> type[np.generic]:
        return np.float32 if self._kind == "flat" else np.uint8

    def close(self) -> VectorIndex:
        if self.seen != self._doc_count:
            raise BuildError(f"{self.seen} vectors came for {self._doc_count} products.")
        self._close_codes()
        if self._kind == "flat":
            write_rough(self._folder, load_array(self._folder / "codes.npy"))
        save_array(self._folder / "scale.npy", np.stack([self._low, self._step]))
        partial = self._kept < self._doc_count
        if partial:
            docs = np.concatenate([*self._docs, np.empty(0, np.uint32)])
            save_array(self._folder / "docs.npy", docs.astype(np.uint32))
        write_facts(self._folder, self._kind, self._doc_count, PROBES, partial=partial)
        return VectorIndex.load(self._folder)

    def _close_codes(self) -> None:
        path = self._folder / "codes.npy"
        if self._file is None:
            save_array(path, np.empty((0, self._dimension), dtype=self._dtype))
        elif self._kept < self._doc_count:
            fresh = self._folder / "codes.part.npy"
            save_array(fresh, self._file[: self._kept])
            self._file = None
            fresh.replace(path)
        else:
            self._file.flush()  # type: ignore[attr-defined]
        self._file = None


def write_facts(folder: Path, kind: str, doc_count: int, probes: int, *, partial: bool) -> None:
    """Write what `load` reads first."""
    facts = {"kind": kind, "doc_count": doc_count, "probes": probes, "partial": partial}
    (folder / "vectors.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")


def with_probes(index: VectorIndex, folder: Path, probes: int) -> VectorIndex:
    """The index with another number of lists to look at, written into its folder."""
    write_facts(folder, index.kind, index.doc_count, probes, partial=index.docs is not None)
    return replace(index, probes=probes)


def without_lists(index: VectorIndex, folder: Path) -> VectorIndex:
    """The same codes, searched exactly (`flat_sq8`); the lists' file is removed."""
    partial = index.docs is not None
    write_facts(folder, "flat_sq8", index.doc_count, index.probes, partial=partial)
    (folder / LISTS_FILE).unlink()
    return VectorIndex.load(folder)
