"""Groups: the variants of one product, neighbours among the documents."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexing.arrays import Int64Array, UInt32Array, load_array, save_array
from indexing.errors import BuildError


@dataclass(frozen=True, slots=True)
class Groups:
    """group_of: uint32[n], never falling, without gaps from 0. sizes: uint32[groups]."""

    group_of: UInt32Array
    sizes: UInt32Array

    @classmethod
    def of(cls, keys: Int64Array) -> "Groups":
        """Groups from each document's key, int64[n], 0 for a product on its own.

        Raises BuildError if the documents of one key are not neighbours.
        """
        if not len(keys):
            nothing = np.zeros(0, dtype=np.uint32)
            return cls(nothing, nothing)
        begins = np.ones(len(keys), dtype=np.bool_)
        begins[1:] = (keys[1:] != keys[:-1]) | (keys[1:] == 0)
        runs = keys[begins]
        runs = runs[runs != 0]
        if len(np.unique(runs)) != len(runs):
            raise BuildError(
                "the order of the documents tears product groups apart. This is a defect of the "
                "build, not of the catalogue: please report it with the group_id values."
            )
        group_of = np.cumsum(begins, dtype=np.int64) - 1
        return cls(group_of.astype(np.uint32), np.bincount(group_of).astype(np.uint32))

    def members(self, doc_id: int) -> tuple[int, int]:
        """First and one past the last document of the document's group. O(log n)."""
        group = self.group_of[doc_id]
        first = int(np.searchsorted(self.group_of, group))
        return first, first + int(self.sizes[group])

    def save(self, folder: Path) -> None:
        save_array(folder / "group_of.npy", self.group_of)
        save_array(folder / "group_sizes.npy", self.sizes)

    @classmethod
    def load(cls, folder: Path) -> "Groups":
        return cls(load_array(folder / "group_of.npy"), load_array(folder / "group_sizes.npy"))

    def __len__(self) -> int:
        return len(self.sizes)
