"""What kind of thing each product is, as a field to filter by and to count: `kind`.

A product of a kind of two words is of its noun's kind too: a memory card is a card.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from indexing.arrays import Int32Array, Int64Array, UInt32Array, load_array, save_array
from indexing.columns.keyword import KeywordColumn, KeywordTable, folded_value, hash_of
from indexing.types.type_model import TypeModel

KIND: Final = "kind"
KINDS: Final = "kinds"
"""The part of a snapshot."""


@dataclass(frozen=True, slots=True)
class Kinds:
    """column: of the snapshot's products. places: int32[types, 2], the values that a product of
    each type holds, the lower first; the second is -1 for one.
    """

    column: KeywordColumn
    places: Int32Array

    @classmethod
    def load(cls, folder: Path) -> "Kinds":
        return cls(_column(KeywordTable.load(folder, KIND)), load_array(folder / "places.npy"))

    @classmethod
    def nothing(cls, doc_count: int) -> "Kinds":
        none = np.zeros(0, dtype=np.uint32)
        table = KeywordTable.of((), np.zeros(doc_count + 1, dtype=np.int64), none, ())
        return cls(_column(table), np.zeros((0, 2), dtype=np.int32))

    def of_segment(self, type_of: Int32Array) -> KeywordColumn:
        """The field of other products, under the same ordinals. type_of: int32[n], theirs."""
        base = self.column.table
        offsets, ordinals = _by_document(type_of, self.places)
        freqs = np.bincount(ordinals, minlength=len(base)).astype(np.uint32)
        starts = np.zeros(len(base) + 1, dtype=np.int64)
        np.cumsum(freqs, out=starts[1:])
        docs = np.repeat(np.arange(len(type_of), dtype=np.uint32), np.diff(offsets))
        holders = docs[np.argsort(ordinals, kind="stable")]
        own = (freqs, offsets, ordinals, starts, holders)
        return _column(KeywordTable(base.values, *own, base.hashes, base.hashed))


def _column(table: KeywordTable) -> KeywordColumn:
    return KeywordColumn(KIND, "keyword", table, 0, len(table), np.zeros(0, dtype=np.int32))


def build_kinds(folder: Path, model: TypeModel, head_first: bool) -> None:
    """Write the field into the folder."""
    names, places = _placed(list(model.names), head_first)
    offsets, ordinals = _by_document(model.type_of, places)
    keys = [(hash_of(KIND, folded_value(name)), place) for place, name in enumerate(names)]
    KeywordTable.of(names, offsets, ordinals, keys).save(folder, KIND)
    save_array(folder / "places.npy", places)


def _placed(written: list[str], head_first: bool) -> tuple[list[str], Int32Array]:
    """The names in order, each once, and the places of each type's own and its noun's."""
    names = sorted(set(written))
    place = {name: at for at, name in enumerate(names)}
    places = np.full((len(written), 2), -1, dtype=np.int32)
    for kind, name in enumerate(written):
        words = name.split(" ")
        noun = words[0] if head_first else words[-1]
        both = sorted({place[name], place.get(noun, place[name])})
        places[kind, : len(both)] = both
    return names, places


def _by_document(type_of: Int32Array, places: Int32Array) -> tuple[Int64Array, UInt32Array]:
    """offsets: int64[n + 1] into ordinals: uint32. NO_TYPE, which is -1, has none."""
    rows = np.vstack([places, np.full((1, 2), -1, dtype=np.int32)])[type_of]
    offsets = np.zeros(len(type_of) + 1, dtype=np.int64)
    np.cumsum((rows >= 0).sum(axis=1), out=offsets[1:])
    return offsets, rows[rows >= 0].astype(np.uint32)
