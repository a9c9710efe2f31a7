"""The part of a build that makes vectors: fit or take the encoder, encode, index, measure."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from indexing.arrays import Float32Array, UInt32Array
from indexing.catalogue.documents import Documents
from indexing.catalogue.product import Product
from indexing.errors import BuildError
from indexing.progress import Progress
from indexing.vectors.encoder import Encoder, GivenEncoder
from indexing.vectors.encoder_fit import (
    FLOOR_TITLES,
    LEAST_FLOOR,
    MAX_TITLES,
    calibrate_floor,
    fit_encoder,
)
from indexing.vectors.index_build import build_vectors
from indexing.vectors.recall_gate import cut_titles, gate
from indexing.vectors.title_words import product_text

_CHUNK = 4096
_GATE_QUERIES = 300


@dataclass(frozen=True, slots=True)
class Meaning:
    """encoder: facts for the manifest, with the cosine floor. report: recall of the vectors."""

    encoder: dict[str, Any]
    report: dict[str, Any]


class GivenVectors:
    """Vectors that come with the catalogue, spilled as they are read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        self._rows: list[int] = []
        self._row = 0
        self.dimension = 0

    def add(self, product: Product) -> None:
        if product.vector is not None:
            vector = np.array(product.vector, dtype=np.float32)
            if self.dimension and len(vector) != self.dimension:
                raise BuildError(
                    f"product {product.id!r} has a vector of {len(vector)} numbers, others have "
                    f"{self.dimension}. All vectors of an index need the same length."
                )
            self.dimension = len(vector)
            length = float(np.linalg.norm(vector))
            if self._file is None:
                self._file = self._path.open("wb")
            self._file.write((vector / length if length else vector).tobytes())
            self._rows.append(self._row)
        self._row += 1

    def __len__(self) -> int:
        return len(self._rows)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def sample(self, limit: int) -> Float32Array:
        """At most so many of the vectors, evenly spread, float32[k, d]."""
        self.close()
        stored = np.memmap(self._path, dtype=np.float32, mode="r").reshape(-1, self.dimension)
        places = np.linspace(0, len(stored) - 1, min(limit, len(stored))).astype(np.int64)
        return np.array(stored[places])

    def chunks(self, order: UInt32Array) -> Iterator[Float32Array]:
        """Unit vectors in document order, zero where a product has none."""
        self.close()
        place_of = np.full(self._row, -1, dtype=np.int64)
        place_of[self._rows] = np.arange(len(self._rows))
        stored = np.memmap(self._path, dtype=np.float32, mode="r").reshape(-1, self.dimension)
        for start in range(0, len(order), _CHUNK):
            places = place_of[order[start : start + _CHUNK]]
            chunk = np.zeros((len(places), self.dimension), dtype=np.float32)
            chunk[places >= 0] = stored[places[places >= 0]]
            yield chunk


def sampled_titles(documents: Documents, limit: int) -> list[str]:
    """Titles of evenly spread documents."""
    return [str(documents.product_at(doc).get("title", "")) for doc in spread(documents, limit)]


def sampled_texts(documents: Documents, limit: int) -> list[str]:
    """What the encoder reads of evenly spread documents."""
    return [text_at(documents, doc) for doc in spread(documents, limit)]


def spread(documents: Documents, limit: int) -> list[int]:
    """At most so many document numbers, evenly spread."""
    step = max(len(documents) / limit, 1.0)
    rows = (np.arange(min(limit, len(documents))) * step).astype(np.int64)
    return [int(row) for row in rows]


def text_at(documents: Documents, doc_id: int) -> str:
    product = documents.product_at(doc_id)
    title = product.get("title") or product.get("description", "")
    return product_text(str(title), product.get("brand"), product.get("category", ()))


def build_meaning(
    staging: Path,
    documents: Documents,
    given: GivenVectors,
    order: UInt32Array,
    kind: str,
    seed: int,
    progress: Progress,
) -> Meaning:
    """Write encoder/ and vectors/; vectors of the catalogue if half of the products have one."""
    encoder, chunks = _encoder(documents, given, order, seed, progress)
    if isinstance(encoder, GivenEncoder):
        sample = given.sample(_CHUNK)
    else:
        sample = encoder.encode(sampled_texts(documents, _CHUNK))
    folder = staging / "encoder"
    folder.mkdir()
    encoder.save(folder)
    (staging / "vectors").mkdir()
    index = build_vectors(
        chunks,
        len(documents),
        staging / "vectors",
        dimension=encoder.dimension,
        kind=kind,
        seed=seed,
        sample=sample if sample.any() else None,
        progress=progress,
    )
    progress.begin("vector recall", None, "queries")
    queries = cut_titles(sampled_titles(documents, _GATE_QUERIES), seed)
    _, report = gate(index, staging / "vectors", _asked(encoder, queries, sample))
    if report.warning:
        progress.note(f"warning: {report.warning}")
    facts = {
        "family": encoder.family,
        "fingerprint": encoder.fingerprint,
        "dimension": encoder.dimension,
        "cosine_floor": encoder.floor,
    }
    return Meaning(facts, {"vectors": report.facts()})


def _asked(encoder: Encoder, queries: list[str], sample: Float32Array) -> Float32Array:
    """What shoppers would ask: short queries, or, where vectors are given, products' own."""
    vectors = np.stack([encoder.encode_query(query) for query in queries])
    return vectors if vectors.any() else sample[:: max(1, len(sample) // _GATE_QUERIES)]


def _encoder(
    documents: Documents, given: GivenVectors, order: UInt32Array, seed: int, progress: Progress
) -> tuple[Encoder, Iterator[Float32Array]]:
    if given.dimension and 2 * len(given) >= len(order):
        docs = spread(documents, 2 * FLOOR_TITLES)
        titles = [text_at(documents, doc) for doc in docs]
        vectors = np.concatenate(list(given.chunks(order[docs])))
        floor = max(calibrate_floor(titles, vectors, seed), LEAST_FLOOR)
        return GivenEncoder(given.dimension, floor), given.chunks(order)
    if given.dimension:
        progress.note(
            f"only {len(given):,} of {len(order):,} products have a vector: they are not used, "
            "and the default encoder is."
        )
    progress.begin("encoder", None, "titles")
    fitted = fit_encoder(sampled_texts(documents, MAX_TITLES), seed)
    return fitted, encoded(documents, fitted)


def encoded(documents: Documents, encoder: Encoder) -> Iterator[Float32Array]:
    """float32[·, d], chunk by chunk, together one row a document."""
    for start in range(0, len(documents), _CHUNK):
        end = min(start + _CHUNK, len(documents))
        yield encoder.encode([text_at(documents, doc) for doc in range(start, end)])
