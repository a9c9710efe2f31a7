"""Text → unit vector. Query and product vectors must come from the same fit."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from indexing.arrays import Float32Array
from indexing.errors import CorruptSnapshotError, FormatVersionError
from indexing.vectors.static_catalog import StaticCatalogEncoder


class Encoder(Protocol):
    """Turns texts into comparable vectors, all zero if nothing is known of a text.

    fingerprint: family and fit; vectors of two fingerprints must not be compared. family: what a
    model was trained with; rebuilding an index keeps it. floor: the cosine from which a product
    counts as a match.
    """

    @property
    def family(self) -> str: ...
    @property
    def fingerprint(self) -> str: ...
    @property
    def dimension(self) -> int: ...
    @property
    def floor(self) -> float: ...

    def encode(self, texts: Sequence[str]) -> Float32Array:
        """Vectors of product titles, float32[n, d], of length 1 or 0."""
        ...

    def encode_query(self, text: str) -> Float32Array:
        """Vector of what somebody typed, float32[d], at most of length 1.

        Its inner products with `encode`d rows are cosines. All zero skips the semantic channel.
        """
        ...

    def means(self, word: str) -> bool:
        """Whether its vector says what the word means, and not only how it is spelt."""
        ...

    def save(self, folder: Path) -> None:
        """Write everything into the folder, which exists."""
        ...


class GivenEncoder:
    """Vectors that come with the catalogue: it encodes nothing, so a request brings its own."""

    family = "given"

    def __init__(self, dimension: int, floor: float) -> None:
        self.dimension = dimension
        self.floor = floor
        self.fingerprint = f"{self.family}:{dimension}"

    def encode(self, texts: Sequence[str]) -> Float32Array:
        """Zeros, float32[n, d]."""
        return np.zeros((len(texts), self.dimension), dtype=np.float32)

    def encode_query(self, text: str) -> Float32Array:
        """Zeros, float32[d]: without a `vector` in the request the channel is skipped."""
        return np.zeros(self.dimension, dtype=np.float32)

    def means(self, word: str) -> bool:
        """No: nothing is encoded."""
        return False

    def save(self, folder: Path) -> None:
        facts = {"family": self.family, "dimension": self.dimension, "floor": self.floor}
        (folder / "encoder.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "GivenEncoder":
        facts = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
        return cls(int(facts["dimension"]), float(facts["floor"]))


def load_encoder(folder: Path) -> Encoder:
    """Open the encoder that a snapshot's vectors were made with.

    Raises CorruptSnapshotError if it is not readable, FormatVersionError if this code does not
    know its family or its token table.
    """
    file = folder / "encoder.json"
    try:
        family = json.loads(file.read_text(encoding="utf-8"))["family"]
    except FileNotFoundError:
        raise CorruptSnapshotError(f"{file} is missing. Build the index again.") from None
    except (ValueError, KeyError) as error:
        raise CorruptSnapshotError(f"{file} is not readable: {error}. Build again.") from error
    if family == StaticCatalogEncoder.family:
        return StaticCatalogEncoder.load(folder)
    if family == GivenEncoder.family:
        return GivenEncoder.load(folder)
    raise FormatVersionError(
        f"{file} names the encoder family {family!r}, which this version does not have. "
        "Run the version that built the snapshot, or build again."
    )
