"""The catalogue's word vectors on disk, and how the words of a text find theirs."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from indexing.arrays import (
    Float32Array,
    UInt32Array,
    UInt64Array,
    load_array,
    save_array,
)
from indexing.spelling.trigrams import TrigramIndex
from indexing.strings import StringTable
from indexing.vectors.embedding_bags import Int8Array, finish_half, quantise, sum_bags
from indexing.vectors.ppmi import LearntWords

CACHED_WORDS = 65_536
LEAST_LENT = 0.65**4
"""Weight (Dice⁴) from which a borrowed vector tells what a word means."""
LEAST_SIGNS = 4
"""Different letters of such a word: bbbbb is like every word with three b."""
Bag = tuple[tuple[int, float], ...]
"""(row, weight) of the word vectors that stand for a word."""


@dataclass(frozen=True, slots=True, eq=False)
class WordVectors:
    """Vectors of the words that the shop's titles use, rows in the order of their hashes.

    hashes: uint64[v], ascending. words: the same rows as text. codes: int8[v, d], scales:
    float32[v] (the vectors times idf). idf: float32[v]. mean: float32[d], of the titles' means.
    known: word → its row, or −1. borrowed: word → its row, or those of its nearest known words;
    both keep their last 65,536 answers.
    """

    hashes: UInt64Array
    words: StringTable
    codes: Int8Array
    scales: Float32Array
    idf: Float32Array
    mean: Float32Array
    trigrams: TrigramIndex
    known: Callable[[str], int] = field(init=False, repr=False, compare=False)
    borrowed: Callable[[str], Bag] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Not of bound methods: that would be a cycle, and keep a replaced snapshot mapped.
        known = lru_cache(CACHED_WORDS)(partial(_known, self.hashes, self.words))
        borrowed = lru_cache(CACHED_WORDS)(partial(_borrowed, known, self.trigrams))
        object.__setattr__(self, "known", known)
        object.__setattr__(self, "borrowed", borrowed)

    @classmethod
    def of(cls, learnt: LearntWords, titles: Sequence[Sequence[str]]) -> "WordVectors":
        """Quantise learnt vectors, and centre on the titles that they were learnt from."""
        hashes = np.array([word_hash(word) for word in learnt.words], dtype=np.uint64)
        order = np.argsort(hashes, kind="stable")
        words = [learnt.words[row] for row in order]
        codes, scales = quantise(learnt.vectors[order] * learnt.idf[order, None])
        draft = cls(
            hashes[order], StringTable.of(words), codes, scales, learnt.idf[order],
            np.zeros(learnt.vectors.shape[1], dtype=np.float32), TrigramIndex.of(words),
        )  # fmt: skip
        return cls(
            draft.hashes, draft.words, codes, scales, draft.idf, draft._mean(titles), draft.trigrams
        )

    def _mean(self, titles: Sequence[Sequence[str]]) -> Float32Array:
        total = np.zeros(self.codes.shape[1], dtype=np.float64)
        count = 0
        for start in range(0, len(titles), 4096):
            rows, divisors = self._sums(titles[start : start + 4096])
            full = divisors > 0
            total += (rows[full] / divisors[full, None]).sum(axis=0, dtype=np.float64)
            count += int(full.sum())
        return (total / max(count, 1)).astype(np.float32)

    def halves(self, texts: Sequence[Sequence[str]]) -> Float32Array:
        """Unit rows of texts given as words: centred idf-weighted means of their known words.

        float32[n, d]; 0 without a known word.
        """
        rows, divisors = self._sums(texts)
        finish_half(rows, divisors, self.mean)
        return rows

    def means(self, word: str) -> bool:
        """Whether a normalised word is known here, or is spelt much like one that is."""
        if self.known(word) >= 0:
            return True
        told = len(set(word)) >= LEAST_SIGNS
        return told and any(weight >= LEAST_LENT for _, weight in self.borrowed(word))

    def bag(self, words: Iterable[str]) -> tuple[UInt32Array, Float32Array]:
        """Rows and weights of a query's words; an unknown word borrows its nearest known words."""
        pairs = [pair for word in words for pair in self.borrowed(word)]
        rows = np.array([row for row, _ in pairs], dtype=np.uint32)
        return rows, np.array([weight for _, weight in pairs], dtype=np.float32)

    def _sums(self, texts: Sequence[Sequence[str]]) -> tuple[Float32Array, Float32Array]:
        """Σ idf · vector, and Σ idf, over each text's known words."""
        ends = np.cumsum([len(words) for words in texts], dtype=np.int64)
        found = np.fromiter(map(self.known, chain.from_iterable(texts)), np.int64, int(ends[-1]))
        is_known = np.zeros(len(found) + 1, dtype=np.int64)
        np.cumsum(found >= 0, out=is_known[1:])
        offsets = np.concatenate([[0], is_known[ends]])
        ids = found[found >= 0].astype(np.uint32)
        rows = np.zeros((len(texts), self.codes.shape[1]), dtype=np.float32)
        sum_bags(self.codes, self.scales, ids, np.ones(len(ids), np.float32), offsets, rows)
        totals = np.zeros(len(ids) + 1, dtype=np.float64)
        np.cumsum(self.idf[ids], out=totals[1:])
        return rows, (totals[offsets[1:]] - totals[offsets[:-1]]).astype(np.float32)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """What the fit consists of, by file name."""
        return {
            "words.hashes": self.hashes, "words.codes": self.codes, "words.scales": self.scales,
            "words.idf": self.idf, "words.mean": self.mean,
        }  # fmt: skip

    def save(self, folder: Path) -> None:
        for name, array in self.arrays().items():
            save_array(folder / f"{name}.npy", array)
        self.words.save(folder, "words")
        self.trigrams.save(folder)

    @classmethod
    def load(cls, folder: Path) -> "WordVectors":
        return cls(
            load_array(folder / "words.hashes.npy"),
            StringTable.load(folder, "words"),
            load_array(folder / "words.codes.npy"),
            load_array(folder / "words.scales.npy"),
            load_array(folder / "words.idf.npy"),
            load_array(folder / "words.mean.npy"),
            TrigramIndex.load(folder),
        )


def _known(hashes: UInt64Array, words: StringTable, word: str) -> int:
    code = word_hash(word)
    row = int(np.searchsorted(hashes, np.uint64(code)))
    if row < len(hashes) and int(hashes[row]) == code and words[row] == word:
        return row
    return -1


def _borrowed(known: Callable[[str], int], trigrams: TrigramIndex, word: str) -> Bag:
    """An unknown word's weights are Dice⁴: a near miss counts, a vague likeness hardly.

    Words with digits never borrow: wh1000xm4 is not a way to write wh1000xm3.
    """
    row = known(word)
    if row >= 0:
        return ((row, 1.0),)
    if any(character.isdigit() for character in word):
        return ()
    return tuple((row, dice**4) for row, dice in trigrams.nearest(word))


def word_hash(word: str) -> int:
    """64 bits of BLAKE2b: the same on every machine, unlike `hash`."""
    raw = hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(raw, "little")
