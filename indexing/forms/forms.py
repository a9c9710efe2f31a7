"""Words that the catalogue writes as one and apart, and compounds by their parts."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from indexing.arrays import Int64Array, UInt32Array, UInt64Array, load_array, save_array

FOLDER: Final = "forms"
MOST: Final = 50
"""Compounds of one head."""
NONE: Final = 0xFFFFFFFF
"""In place of a term that the catalogue has not by itself."""


@dataclass(frozen=True, slots=True)
class WordForms:
    """pairs: uint64[p], ascending, first term << 32 | second; wholes: uint32[p], what both are
    together. heads: uint32[h], ascending; offsets: int64[h + 1] into compounds: uint32, of each
    head those that end in it, most frequent first. split: uint32[c], ascending, the compounds;
    parts: uint32[c, 2], modifier (or NONE) and head of each.
    """

    pairs: UInt64Array
    wholes: UInt32Array
    heads: UInt32Array
    offsets: Int64Array
    compounds: UInt32Array
    split: UInt32Array
    parts: UInt32Array

    @classmethod
    def nothing(cls) -> "WordForms":
        none = np.zeros(0, dtype=np.uint32)
        return cls(
            np.zeros(0, dtype=np.uint64), none, none, np.zeros(1, dtype=np.int64), none, none,
            np.zeros((0, 2), dtype=np.uint32),
        )  # fmt: skip

    def save(self, folder: Path) -> None:
        for name in self.__slots__:
            save_array(folder / f"{name}.npy", getattr(self, name))

    @classmethod
    def load(cls, folder: Path) -> "WordForms":
        return cls(*(load_array(folder / f"{name}.npy") for name in cls.__slots__))

    def whole(self, first: int, second: int) -> int | None:
        """The term that two neighbouring terms are together."""
        place = _find(self.pairs, first << 32 | second)
        return None if place is None else int(self.wholes[place])

    def ending_in(self, head: int) -> list[int]:
        """Compounds of which the term is the head: of Tasche Handtasche, not Taschenlampe."""
        place = _find(self.heads, head)
        if place is None:
            return []
        found: list[int] = self.compounds[self.offsets[place] : self.offsets[place + 1]].tolist()
        return found

    def parts_of(self, compound: int) -> tuple[int, int] | None:
        """Modifier and head of a compound, if the catalogue has both as words."""
        place = _find(self.split, compound)
        if place is None or self.parts[place, 0] == NONE:
            return None
        return int(self.parts[place, 0]), int(self.parts[place, 1])


def _find(ascending: "UInt32Array | UInt64Array", wanted: int) -> int | None:
    place = int(ascending.searchsorted(ascending.dtype.type(wanted)))
    return place if place < len(ascending) and int(ascending[place]) == wanted else None
