"""What kinds of things the catalogue holds, and of which each product is. See docs/types.md."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from indexing.arrays import (
    Float32Array,
    Int32Array,
    Int64Array,
    UInt8Array,
    UInt32Array,
    UInt64Array,
    load_array,
    save_array,
)
from indexing.postings.lexicon import UNKNOWN, Lexicon
from indexing.strings import StringTable

FOLDER: Final = "types"
NO_TYPE: Final = -1
_ARRAYS: Final = (
    "type_of", "sureness", "sizes", "price_levels", "vectors", "word_starts", "word_types",
    "word_chances", "word_heads", "name_vectors", "accessory", "head_terms", "purpose_terms",
    "members", "member_starts",
)  # fmt: skip
_BESIDE: Final = "beside_terms"
_ROLES: Final = "title_roles"


@dataclass(frozen=True, slots=True)
class TypeModel:
    """names: of the types, as most titles write them. words: stems that stand where heads stand.

    type_of: int32[n], each document's type, -1 if it is not known. sureness: uint8[n], 255 if it
    is certain. sizes: float32[t], documents of each. price_levels: float32[t], median of ln price,
    NaN without. vectors: float32[t, d], unit means of the documents' vectors.
    word_starts: uint32[w + 1] into word_types: int32 and word_chances: float32: what products are
    whose titles have the word for a head, likeliest first. word_heads: float32[w], share of the
    titles with the word whose product is one of them.
    name_vectors: float32[t, d], of the names alone. accessory: float32[t], share of the products
    that say what they are for. head_terms: int32[t], term id of each type's word, -1 without.
    purpose_terms: uint32, ascending: term ids of words like `for` and `with`.
    member_starts: uint32[t + 1] into members: uint32, documents by type, best liked first.
    beside_terms: int32[t], term id of the word that describes the type's word (`memory card`), -1
    for a type of one word. by_noun: types by head term, those of two words too. title_roles:
    uint64[n, 2], what each title's words are (`title_roles.py`).
    """

    names: StringTable
    words: Lexicon
    type_of: Int32Array
    sureness: UInt8Array
    sizes: Float32Array
    price_levels: Float32Array
    vectors: Float32Array
    word_starts: UInt32Array
    word_types: Int32Array
    word_chances: Float32Array
    word_heads: Float32Array
    name_vectors: Float32Array
    accessory: Float32Array
    head_terms: Int32Array
    purpose_terms: UInt32Array
    members: UInt32Array
    member_starts: UInt32Array
    beside_terms: Int32Array
    by_noun: Mapping[int, Int64Array]
    title_roles: UInt64Array

    @classmethod
    def load(cls, folder: Path) -> "TypeModel":
        arrays = {name: load_array(folder / f"{name}.npy") for name in _ARRAYS}
        if (folder / f"{_BESIDE}.npy").exists():
            beside = load_array(folder / f"{_BESIDE}.npy")
        else:  # older snapshots have types of one word only
            beside = np.full(len(arrays["sizes"]), UNKNOWN, dtype=np.int32)
        return cls(
            StringTable.load(folder, "names"), Lexicon.load(folder), **arrays,
            beside_terms=beside, by_noun=types_by_noun(arrays["head_terms"]),
            title_roles=load_roles(folder / f"{_ROLES}.npy", len(arrays["type_of"])),
        )  # fmt: skip

    @classmethod
    def nothing(cls, doc_count: int) -> "TypeModel":
        """Of a snapshot that was built without."""
        none, empty = np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float32)
        return cls(
            StringTable.of(()), Lexicon(StringTable.of(())),
            np.full(doc_count, NO_TYPE, dtype=np.int32), np.zeros(doc_count, dtype=np.uint8),
            empty, empty, np.empty((0, 0), dtype=np.float32), np.zeros(1, dtype=np.uint32), none,
            empty, empty, np.empty((0, 0), dtype=np.float32), empty, none,
            np.empty(0, dtype=np.uint32), np.empty(0, dtype=np.uint32),
            np.zeros(1, dtype=np.uint32), none, {}, no_roles(doc_count),
        )  # fmt: skip

    def save(self, folder: Path) -> None:
        self.names.save(folder, "names")
        self.words.save(folder)
        for name in (*_ARRAYS, _BESIDE, _ROLES):
            save_array(folder / f"{name}.npy", getattr(self, name))

    def __len__(self) -> int:
        return len(self.sizes)

    def members_of(self, kind: int) -> UInt32Array:
        """Documents of a type, best liked first."""
        return self.members[int(self.member_starts[kind]) : int(self.member_starts[kind + 1])]

    def of_noun(self, term: int) -> Int64Array:
        """Types whose noun is this term, ascending."""
        return self.by_noun.get(term, _NONE)

    def head_share(self, word: str) -> float:
        """Share of the titles with a stem whose product is of a type that it names."""
        row = self.words.id_of(word)
        return 0.0 if row == UNKNOWN else float(self.word_heads[row])

    def named(self, word: str) -> tuple[Int32Array, Float32Array]:
        """Types of products whose head is this stem, and their chances; empty if there are none."""
        row = self.words.id_of(word)
        if row == UNKNOWN:
            return self.word_types[:0], self.word_chances[:0]
        span = slice(int(self.word_starts[row]), int(self.word_starts[row + 1]))
        return self.word_types[span], self.word_chances[span]


def no_roles(doc_count: int) -> UInt64Array:
    return np.zeros((doc_count, 2), dtype=np.uint64)


def load_roles(file: Path, doc_count: int) -> UInt64Array:
    """None known where an older version wrote none."""
    return load_array(file) if file.exists() else no_roles(doc_count)


_NONE: Final = np.empty(0, dtype=np.int64)


def types_by_noun(head_terms: Int32Array) -> dict[int, Int64Array]:
    """Term id → the types whose head it is, ascending."""
    if not len(head_terms):  # of nothing, `split` makes one empty part
        return {}
    order = np.argsort(head_terms, kind="stable")
    terms, starts = np.unique(head_terms[order], return_index=True)
    parts = np.split(order, starts[1:])
    return {term: part for term, part in zip(terms.tolist(), parts, strict=True) if term != UNKNOWN}
