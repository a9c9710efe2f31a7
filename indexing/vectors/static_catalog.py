"""The default encoder: a static token table and the catalogue's own word vectors, projected."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from indexing.arrays import Float32Array, Float64Array, load_array, save_array
from indexing.errors import FormatVersionError
from indexing.vectors.embedding_bags import encode_one, finish_half, unit_rows
from indexing.vectors.static_tokens import StaticTokens, load_tokens
from indexing.vectors.title_words import normalised, word_share, words_of
from indexing.vectors.word_vectors import WordVectors

_CHUNK = 4096
_FEW, _ONE_THREAD = 512, 4


@dataclass(frozen=True, slots=True, eq=False)
class StaticCatalogEncoder:
    """unit([static half | share · learnt half] @ projection), the halves centred and unit length.

    static_mean: float32[s], mean static half of the titles of the fit. projection: float32[m, d],
    the principal directions of the titles' halves, uncentred, signs fixed; columns beyond the
    rank are 0. fit_id: hash of everything that the vectors depend on.
    """

    family: ClassVar[str] = "static-catalog-1"

    tokens: StaticTokens
    words: WordVectors
    static_mean: Float32Array
    projection: Float32Array
    floor: float
    fit_id: str

    @property
    def dimension(self) -> int:
        return int(self.projection.shape[1])

    @property
    def fingerprint(self) -> str:
        return f"{self.family}:{self.fit_id}"

    def encode(self, texts: Sequence[str]) -> Float32Array:
        """Vectors of titles, float32[n, 256], in chunks of 4,096. Unknown words are left out.

        A title has the same vector whatever others are beside it, bit by bit: products that are
        alike stay so in different segments. Sums of float32 depend on how many rows there are.
        """
        out = np.empty((len(texts), self.dimension), dtype=np.float32)
        projection = self.projection.astype(np.float64)
        for start in range(0, len(texts), _CHUNK):
            chunk = [normalised(text) for text in texts[start : start + _CHUNK]]
            halves = join_halves(self.tokens, self.words, self.static_mean, chunk)
            made = _product(halves.astype(np.float64), projection).astype(np.float32)
            out[start : start + len(chunk)] = unit_rows(made)
        return out

    def encode_query(self, text: str) -> Float32Array:
        """Vector of a query, float32[256]; unknown words borrow from their nearest known words.

        Its length is the share of the query that the fit's directions hold, at most 1. Stretched
        to 1, a query about nothing in a shop of ten products would look like one of them.
        """
        text = normalised(text)
        words = words_of(text)
        rows, weights = self.words.bag(words)
        return encode_one(
            self.tokens.codes, self.tokens.scales, self.static_mean,
            np.array(self.tokens.ids(text), dtype=np.uint32),
            self.words.codes, self.words.scales, self.words.idf, self.words.mean, rows, weights,
            word_share(text, len(words)), self.projection,
        )  # fmt: skip

    def means(self, word: str) -> bool:
        """Whether a word has a meaning of its own, in the catalogue's titles or in the table."""
        word = normalised(word)
        return self.words.means(word) or self.tokens.means(word)

    def save(self, folder: Path) -> None:
        save_array(folder / "static_mean.npy", self.static_mean)
        save_array(folder / "projection.npy", self.projection)
        self.words.save(folder)
        facts = {
            "family": self.family,
            "fit_id": self.fit_id,
            "dimension": self.dimension,
            "floor": self.floor,
            "table": self.tokens.name,
            "table_digest": self.tokens.digest,
            "words": len(self.words.hashes),
        }
        (folder / "encoder.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "StaticCatalogEncoder":
        """Map the fit; the token table comes from the package, once a process."""
        facts = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
        tokens = load_tokens(facts["table"])
        if tokens.digest != facts["table_digest"]:
            raise FormatVersionError(
                f"{folder} was encoded with another version of the token table {tokens.name}. "
                "Run the version that built the snapshot, or build again."
            )
        return cls(
            tokens,
            WordVectors.load(folder),
            load_array(folder / "static_mean.npy"),
            load_array(folder / "projection.npy"),
            float(facts["floor"]),
            str(facts["fit_id"]),
        )


def _product(rows: Float64Array, projection: Float64Array) -> Float64Array:
    """Their product. Of few rows in so small steps that BLAS begins no threads: on a busy
    machine it waits for them a hundred times as long as all takes.
    """
    if len(rows) > _FEW:
        return rows @ projection
    steps = range(0, len(rows), _ONE_THREAD)
    parts = [rows[start : start + _ONE_THREAD] @ projection for start in steps]
    return np.concatenate([np.empty((0, projection.shape[1])), *parts])


def join_halves(
    tokens: StaticTokens,
    words: WordVectors,
    static_mean: Float32Array,
    texts: Sequence[str],
) -> Float32Array:
    """Both halves of normalised texts side by side, float32[n, s + w]; either may be 0.

    The learnt half counts as much as the text consists of words (`word_share`).
    """
    static, lengths = tokens.sums(texts)
    finish_half(static, lengths, static_mean)
    split = [words_of(text) for text in texts]
    learnt = words.halves(split)
    shares = [word_share(text, len(found)) for text, found in zip(texts, split, strict=True)]
    learnt *= np.array(shares, dtype=np.float32)[:, None]
    return np.concatenate([static, learnt], axis=1)


def fit_id_of(
    tokens: StaticTokens, words: WordVectors, static_mean: Float32Array, projection: Float32Array
) -> str:
    """16 hexadecimal digits over every array of a fit and its token table."""
    digest = hashlib.blake2b(tokens.digest.encode(), digest_size=8)
    for name, array in [
        *words.arrays().items(), ("static_mean", static_mean), ("projection", projection),
    ]:  # fmt: skip
        digest.update(f"{name}{array.shape}{array.dtype}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
