"""New values among those of a snapshot: every value keeps its place in the order of all.

Ordinals ascend with the values (parents before children in a tree), and much is decided by that:
ties between facet values, ranges of fields in a shared table. So a new value is put where it
belongs, and all behind it move by one.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from indexing.arrays import Int32Array, Int64Array, UInt32Array
from indexing.columns.keyword import (
    SEPARATOR,
    KeywordTable,
    folded_path,
    folded_value,
    hash_of,
    leaf_hash,
)
from indexing.strings import StringTable

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Insertions:
    """New values of one table. places: int64[k], ascending, before which old ordinal each goes.

    new: uint32[k], their ordinals. moved: uint32[v], the new ordinal of each old one.
    """

    texts: tuple[str, ...]
    places: Int64Array
    new: UInt32Array
    moved: UInt32Array

    @classmethod
    def of(cls, count: int, found: Sequence[tuple[int, str]]) -> "Insertions":
        """count: old values. found: (place, text), ascending by place, then in order of value."""
        places = np.array([place for place, _ in found], dtype=np.int64)
        new = (places + np.arange(len(places))).astype(np.uint32)
        old = np.arange(count, dtype=np.int64)
        moved = (old + np.searchsorted(places, old, side="right")).astype(np.uint32)
        return cls(tuple(text for _, text in found), places, new, moved)

    def __len__(self) -> int:
        return len(self.texts)

    def into_starts(self, starts: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Where the list of each value begins, and the end of the last: new ones have none."""
        return sealed(np.insert(starts, self.places, starts[self.places]))

    def into(self, old: npt.NDArray[Any], values: npt.NDArray[Any] | int) -> npt.NDArray[Any]:
        """One value an ordinal: the old ones with the new ones in their places."""
        return sealed(np.insert(old, self.places, values))


def sealed(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Read-only, as mapped arrays are: kernels are compiled for one of the two."""
    array.flags.writeable = False
    return array


def place_of(values: Callable[[int], Any], first: int, last: int, wanted: Any) -> tuple[int, bool]:
    """Where a value is or belongs among the ordinals first ≤ o < last, and whether it is there."""
    place = bisect_left(range(first, last), wanted, key=values) + first
    return place, place < last and values(place) == wanted


def with_values(
    table: KeywordTable, added: Insertions, keys: Sequence[tuple[int, int]]
) -> KeywordTable:
    """keys: (hash, new ordinal) of all that the new values may be looked up by. O(n)."""
    hashes = np.array([key for key, _ in keys], dtype=np.uint64)
    hashed = np.array([ordinal for _, ordinal in keys], dtype=np.uint32)
    order = np.argsort(hashes, kind="stable")
    at = np.searchsorted(table.hashes, hashes[order])
    return KeywordTable(
        with_strings(table.values, added),
        added.into(table.freqs, 0),
        table.offsets,
        sealed(added.moved[table.ordinals]),
        added.into_starts(table.starts),
        table.holders,
        sealed(np.insert(table.hashes, at, hashes[order])),
        sealed(np.insert(added.moved[table.hashed], at, hashed[order])),
    )


def with_strings(values: StringTable, added: Insertions) -> StringTable:
    texts = [text.encode("utf-8", "surrogatepass") for text in added.texts]
    cuts = values.offsets[added.places].astype(np.int64)
    pieces: list[Any] = []
    before = 0
    for cut, text in zip(cuts.tolist(), texts, strict=True):
        pieces += [values.blob[before:cut], np.frombuffer(text, dtype=np.uint8)]
        before = cut
    pieces.append(values.blob[before:])
    sizes = np.insert(np.diff(values.offsets), added.places, [len(text) for text in texts])
    offsets = np.zeros(len(sizes) + 1, dtype=np.uint64)
    np.cumsum(sizes, out=offsets[1:])
    return StringTable(sealed(np.concatenate(pieces)), sealed(offsets))


def flat_keys(field: str, texts: Sequence[str], ordinals: UInt32Array) -> list[tuple[int, int]]:
    """What the values of a plain field may be looked up by."""
    return [
        (hash_of(field, folded_value(text)), ordinal)
        for text, ordinal in zip(texts, ordinals.tolist(), strict=True)
    ]


def path_keys(
    texts: Sequence[str], names: Sequence[str], ordinals: UInt32Array
) -> list[tuple[int, int]]:
    """The same of category paths; names: their last levels."""
    keys = []
    for text, name, ordinal in zip(texts, names, ordinals.tolist(), strict=True):
        keys.append((hash_of("category", folded_path(text)), ordinal))
        keys.append((leaf_hash("category", folded_value(name)), ordinal))
    return keys


def paths_of(values: StringTable, parents: Int32Array) -> Callable[[int], Path]:
    """Ordinal → its levels; a name may hold the separator. O(depth)."""

    def path(ordinal: int) -> Path:  # calling itself it would be a cycle, and keep files mapped
        levels: list[str] = []
        while (parent := int(parents[ordinal])) >= 0:
            levels.append(values[ordinal][len(values[parent]) + len(SEPARATOR) :])
            ordinal = parent
        return (values[ordinal], *reversed(levels))

    return path


def in_space(table: KeywordTable, space: KeywordTable, ordinal_of: UInt32Array) -> KeywordTable:
    """A segment's table with the ordinals of the space. ordinal_of: uint32[v], of its own."""
    ordinals = sealed(ordinal_of[table.ordinals])  # they still ascend within a document
    freqs = np.zeros(len(space), dtype=np.uint32)
    freqs[ordinal_of] = table.freqs
    starts = np.zeros(len(space) + 1, dtype=np.int64)
    np.cumsum(freqs, out=starts[1:])
    return replace(
        space, freqs=sealed(freqs), offsets=table.offsets, ordinals=ordinals,
        starts=sealed(starts), holders=sealed(table.holders),
    )  # fmt: skip
