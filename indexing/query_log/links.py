"""Weighted links from one numbered thing to others, as flat arrays."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexing.arrays import (
    Float32Array,
    Float64Array,
    Int64Array,
    UInt32Array,
    UInt64Array,
    load_array,
    save_array,
)


@dataclass(frozen=True, slots=True)
class Links:
    """offsets: uint64[n + 1] into targets (uint32) and weights (float32).

    The targets of one source are distinct, by weight down, then by number up.
    """

    offsets: UInt64Array
    targets: UInt32Array
    weights: Float32Array

    @classmethod
    def of(
        cls, size: int, sources: Int64Array, targets: Int64Array, weights: Float64Array, most: int
    ) -> "Links":
        """The `most` heaviest links of each source below `size`; those given twice are added up."""
        pairs = sources << 32 | targets
        distinct, place = np.unique(pairs, return_inverse=True)
        summed = np.bincount(place, weights, len(distinct))
        sources, targets = distinct >> 32, distinct & 0xFFFFFFFF
        order = np.lexsort((targets, -summed, sources))
        sources, targets, summed = sources[order], targets[order], summed[order]
        firsts = np.searchsorted(sources, sources)
        kept = np.arange(len(sources)) - firsts < most
        offsets = np.zeros(size + 1, dtype=np.uint64)
        np.cumsum(np.bincount(sources[kept], minlength=size), out=offsets[1:])
        return cls(offsets, targets[kept].astype(np.uint32), summed[kept].astype(np.float32))

    def save(self, folder: Path, name: str) -> None:
        for part in self.__slots__:
            save_array(folder / f"{name}.{part}.npy", getattr(self, part))

    @classmethod
    def load(cls, folder: Path, name: str) -> "Links":
        return cls(*(load_array(folder / f"{name}.{part}.npy") for part in cls.__slots__))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def to(self, source: int, most: int | None = None) -> list[tuple[int, float]]:
        """(target, weight) pairs of a source, heaviest first; none of a source beyond the last."""
        if source >= len(self):
            return []
        begin, end = int(self.offsets[source]), int(self.offsets[source + 1])
        if most is not None:
            end = min(end, begin + most)
        return list(
            zip(self.targets[begin:end].tolist(), self.weights[begin:end].tolist(), strict=True)
        )


@dataclass(frozen=True, slots=True)
class KeyedLinks:
    """Links from sparse 64-bit keys. keys: uint64, ascending, one a place in `links`."""

    keys: UInt64Array
    links: Links

    @classmethod
    def of(
        cls, keys: UInt64Array, targets: Int64Array, weights: Float64Array, most: int
    ) -> "KeyedLinks":
        distinct, place = np.unique(keys, return_inverse=True)
        links = Links.of(len(distinct), place.astype(np.int64), targets, weights, most)
        return cls(distinct, links)

    def save(self, folder: Path, name: str) -> None:
        save_array(folder / f"{name}.keys.npy", self.keys)
        self.links.save(folder, name)

    @classmethod
    def load(cls, folder: Path, name: str) -> "KeyedLinks":
        return cls(load_array(folder / f"{name}.keys.npy"), Links.load(folder, name))

    def to(self, key: int, most: int | None = None) -> list[tuple[int, float]]:
        """Links of a key; none if it is unknown. O(log n)."""
        wanted = np.uint64(key)
        place = int(np.searchsorted(self.keys, wanted))
        if place == len(self.keys) or self.keys[place] != wanted:
            return []
        return self.links.to(place, most)
