"""Nearest words by shared character trigrams, over flat memory-mapped arrays."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numba import njit

from indexing.array_checks import check_ids, check_offsets
from indexing.arrays import (
    Float64Array,
    UInt8Array,
    UInt32Array,
    UInt64Array,
    load_array,
    save_array,
)

MIN_DICE = 0.55
NEIGHBOURS = 3


@dataclass(frozen=True, slots=True, eq=False)
class TrigramIndex:
    """keys: uint64[g], packed trigrams, ascending. offsets: uint32[g + 1]. words: uint32[p], the
    rows of the words that have the trigram, ascending. sizes: uint8[v], trigrams of each word.
    """

    keys: UInt64Array
    offsets: UInt32Array
    words: UInt32Array
    sizes: UInt8Array

    @classmethod
    def of(cls, words: Iterable[str]) -> "TrigramIndex":
        bags = [trigrams(word) for word in words]
        sizes = np.array([len(bag) for bag in bags], dtype=np.uint8)
        rows = np.repeat(np.arange(len(bags), dtype=np.uint32), sizes)
        flat = np.concatenate([*bags, np.empty(0, np.uint64)]).astype(np.uint64)
        order = np.argsort(flat, kind="stable")
        keys, counts = np.unique(flat, return_counts=True)
        offsets = np.zeros(len(keys) + 1, dtype=np.uint32)
        np.cumsum(counts, out=offsets[1:])
        return cls(keys, offsets, rows[order], sizes)

    def save(self, folder: Path) -> None:
        for name in ("keys", "offsets", "words", "sizes"):
            save_array(folder / f"trigrams.{name}.npy", getattr(self, name))

    @classmethod
    def load(cls, folder: Path) -> "TrigramIndex":
        made = cls(
            load_array(folder / "trigrams.keys.npy"),
            load_array(folder / "trigrams.offsets.npy"),
            load_array(folder / "trigrams.words.npy"),
            load_array(folder / "trigrams.sizes.npy"),
        )
        check_offsets("trigrams.offsets", made.offsets, len(made.keys), len(made.words))
        check_ids("trigrams.words", made.words, len(made.sizes))
        return made

    def nearest(self, word: str) -> list[tuple[int, float]]:
        """At most 3 (row, Dice) with Dice ≥ 0.55, best first, then the lower row.

        Dice = 2·|A ∩ B| / (|A| + |B|) over the sets of trigrams. Tens of µs: it scans the
        postings of the word's trigrams; callers keep the answers.
        """
        found = np.empty(NEIGHBOURS, dtype=np.uint32)
        dice = np.zeros(NEIGHBOURS, dtype=np.float64)
        count = nearest_by_dice(
            self.keys, self.offsets, self.words, self.sizes, trigrams(word), MIN_DICE, found, dice
        )
        return [(int(found[i]), float(dice[i])) for i in range(count)]


def trigrams(word: str) -> UInt64Array:
    """The word's distinct trigrams with a mark at both ends, packed 21 bits a character.

    Only the first 128 characters count, so that a size fits one byte.
    """
    marked = [1, *map(ord, word[:128]), 1]
    packed = {marked[i] << 42 | marked[i + 1] << 21 | marked[i + 2] for i in range(len(marked) - 2)}
    return np.array(sorted(packed), dtype=np.uint64)


@njit(nogil=True, cache=True)
def nearest_by_dice(
    keys: UInt64Array,
    offsets: UInt32Array,
    words: UInt32Array,
    sizes: UInt8Array,
    grams: UInt64Array,
    least: float,
    found: UInt32Array,
    dice: Float64Array,
) -> int:
    """Fill `found` and `dice` with the best words, best first; their number. One scratch array."""
    shared = np.zeros(sizes.shape[0], dtype=np.uint8)
    for gram in grams:
        place = np.searchsorted(keys, gram)
        if place < keys.shape[0] and keys[place] == gram:
            for p in range(offsets[place], offsets[place + 1]):
                shared[words[p]] += 1
    count = 0
    for row in range(sizes.shape[0]):
        if shared[row] == 0:
            continue
        value = 2.0 * shared[row] / (grams.shape[0] + sizes[row])
        if value < least or (count == found.shape[0] and value <= dice[count - 1]):
            continue
        place = count if count < found.shape[0] else count - 1
        count = min(count + 1, found.shape[0])
        while place > 0 and dice[place - 1] < value:
            found[place], dice[place] = found[place - 1], dice[place - 1]
            place -= 1
        found[place], dice[place] = row, value
    return count
