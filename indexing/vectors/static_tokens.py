"""Static token tables: a text's vector is the sum of its tokens' rows. Shipped with the package."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from indexing.arrays import Float32Array, load_array
from indexing.vectors.embedding_bags import Int8Array, flatten, row_lengths, sum_bags
from indexing.vectors.title_words import is_han

MODELS = Path(__file__).parent / "models"
ENGLISH = "static_en"
CHINESE = "static_zh_en"
CACHED_PIECES = 65_536
LONG_PIECE = 24
"""Longer runs without a space (Chinese titles) hardly repeat; they are not kept."""


ENDINGS = frozenset(["s", "es", "ed", "d", "er", "ers", "ing", "ly"])
LEAST_LETTERS, LEAST_STEM = 3, 4
"""Of a word that has a row of its own; of one that is written as a word and an ending."""


@dataclass(frozen=True, slots=True, eq=False)
class StaticTokens:
    """codes: int8[v, d], memory-mapped. scales: float32[v], 0 for tokens that mean nothing.

    digest: changes with the table, so that vectors of two tables are never compared.
    """

    name: str
    codes: Int8Array
    scales: Float32Array
    tokenizer: Tokenizer
    digest: str
    _cached: Callable[[str], Sequence[int]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_cached", lru_cache(CACHED_PIECES)(self._cut))

    @property
    def dimension(self) -> int:
        return int(self.codes.shape[1])

    def ids(self, text: str) -> list[int]:
        """Token ids of a text, in order, without special tokens.

        Both tokenizers cut at spaces first, so cutting piece by piece gives the same tokens, and
        most pieces are found in a cache: five times faster than cutting whole titles.
        """
        found: list[int] = []
        for piece in text.split():
            found.extend(self._cached(piece) if len(piece) <= LONG_PIECE else self._cut(piece))
        return found

    def _cut(self, piece: str) -> Sequence[int]:
        ids: Sequence[int] = self.tokenizer.encode(piece, add_special_tokens=False).ids
        return ids

    def means(self, word: str) -> bool:
        """Whether the table has a meaning for a normalised word, and not for its letters only.

        It has one for words with a row of their own, for these with an ending (spectacle-s) or
        another such word behind (sauce-pan), and for Chinese signs. What is cut elsewhere
        (blo-rpt-ang) gets some vector, which says nothing.
        """
        ids = [each for each in self.ids(word) if self.scales[each] > 0]
        if is_han(word):
            return bool(ids) and self.name == CHINESE
        if len(word) < LEAST_LETTERS or not word.isalpha() or not 1 <= len(ids) <= 2:
            return False
        if len(ids) == 1:
            return True
        first, rest = ((self.tokenizer.id_to_token(each) or "").lstrip("#▁") for each in ids)
        known = rest in ENDINGS or (len(rest) >= LEAST_LETTERS and self._is_row(rest))
        return len(first) >= LEAST_STEM and known

    def _is_row(self, word: str) -> bool:
        return any(self.tokenizer.token_to_id(mark + word) is not None for mark in ("", "▁"))

    def sums(self, texts: Sequence[str]) -> tuple[Float32Array, Float32Array]:
        """Σ scales[t] · codes[t] over each text's tokens (float32[n, d]), and its length (n)."""
        ids, offsets = flatten([self.ids(text) for text in texts])
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        sum_bags(self.codes, self.scales, ids, np.ones(len(ids), np.float32), offsets, rows)
        lengths = np.empty(len(texts), dtype=np.float32)
        row_lengths(rows, lengths)
        return rows, lengths


@lru_cache(maxsize=4)
def load_tokens(name: str) -> StaticTokens:
    """Open a table of the package, once a process; about 40 ms for English, 150 for Chinese."""
    folder = MODELS / name
    skipped = json.loads((folder / "meta.json").read_text(encoding="utf-8"))["skip"]
    stored = load_array(folder / "s.npy")
    codes = load_array(folder / "E.npy")
    digest = hashlib.blake2b(stored.tobytes() + repr(codes.shape).encode(), digest_size=8)
    scales = stored.reshape(-1).copy()
    scales[skipped] = 0.0
    scales.setflags(write=False)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    return StaticTokens(name, codes, scales, tokenizer, digest.hexdigest())
