"""Term ↔ term id. Ids are ranks in byte order, so a prefix is one range of ids."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
from numba import njit

from indexing.arrays import UInt8Array, UInt64Array
from indexing.strings import StringTable

UNKNOWN = -1
CACHED_TERMS = 16_384


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All terms of an index, sorted by their UTF-8 bytes. Lookups are remembered (bounded).

    added: terms that came after the build (indexing/live), numbered behind the others in this
    order, and in no prefix's range. lost: those of them that no product has any more: they are
    looked up in vain.
    """

    terms: StringTable
    added: tuple[str, ...] = ()
    lost: frozenset[str] = frozenset()
    _built: Callable[[str], int] | None = field(default=None, repr=False, compare=False)
    _added: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self._built is None:
            # Not of a bound method: that would be a cycle, and keep a replaced snapshot mapped.
            found = lru_cache(CACHED_TERMS)(partial(_found, self.terms))
            object.__setattr__(self, "_built", found)
        numbered = enumerate(self.added, len(self.terms))
        added = {term: number for number, term in numbered if term not in self.lost}
        object.__setattr__(self, "_added", added)

    @classmethod
    def load(cls, folder: Path) -> "Lexicon":
        return cls(StringTable.load(folder, "terms"))

    def save(self, folder: Path) -> None:
        self.terms.save(folder, "terms")

    def __len__(self) -> int:
        return len(self.terms) + len(self.added)

    def __getitem__(self, term_id: int) -> str:
        built = len(self.terms)
        return self.terms[term_id] if term_id < built else self.added[term_id - built]

    def with_added(self, added: tuple[str, ...], lost: frozenset[str] = frozenset()) -> "Lexicon":
        """The same with these in place of what was added; what is remembered stays. O(added)."""
        return Lexicon(self.terms, added, lost, self._built)

    def id_of(self, term: str) -> int:
        """The term's id, or UNKNOWN. O(log n)."""
        assert self._built is not None  # noqa: S101 (for the type checker)
        found = self._built(term)
        return self._added.get(term, UNKNOWN) if found == UNKNOWN else found

    def prefix_range(self, prefix: str) -> tuple[int, int]:
        """Ids of the terms that begin with the prefix: from the first to before the second."""
        raw = prefix.encode("utf-8", "surrogatepass")
        low = np.frombuffer(raw, dtype=np.uint8)
        high = np.frombuffer(raw + b"\xff", dtype=np.uint8)  # no UTF-8 byte is as large
        blob, offsets = self.terms.blob, self.terms.offsets
        return int(lower_bound(blob, offsets, low)), int(lower_bound(blob, offsets, high))


def _found(terms: StringTable, term: str) -> int:
    key = np.frombuffer(term.encode("utf-8", "surrogatepass"), dtype=np.uint8)
    place = int(lower_bound(terms.blob, terms.offsets, key))
    return place if place < len(terms) and terms.bytes_at(place) == key.tobytes() else UNKNOWN


@njit(nogil=True, cache=True)
def lower_bound(blob: UInt8Array, offsets: UInt64Array, key: UInt8Array) -> int:
    """Number of strings that are smaller than the key, in byte order."""
    low, high = 0, len(offsets) - 1
    while low < high:
        middle = (low + high) // 2
        start, end = offsets[middle], offsets[middle + 1]
        length = min(end - start, len(key))
        smaller = end - start < len(key)
        for i in range(length):
            ours, theirs = blob[start + i], key[i]
            if ours != theirs:
                smaller = ours < theirs
                break
        if smaller:
            low = middle + 1
        else:
            high = middle
    return low
