"""The queries that may be suggested, by number, and what is known of each; memory-mapped."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import numpy as np

from indexing.arrays import (
    Float32Array,
    Float64Array,
    UInt8Array,
    UInt32Array,
    UInt64Array,
    load_array,
)
from indexing.completions.completions import QUERY_LOG, SOURCES
from indexing.completions.keys import older_typing_key, typing_key
from indexing.query_log.links import KeyedLinks, Links
from indexing.strings import StringTable

UNKNOWN: Final = -1
NO_PRODUCT: Final = 0xFFFFFFFF

_ARRAYS: Final = (
    "sources", "weights", "signatures", "hashes", "hashed", "tops", "vectors", "growth", "tags",
    "hot",
)  # fmt: skip
_LINKS: Final = ("scopes", "clicked", "clickers", "followers", "by_category")
_KEYED: Final = ("words", "returns")


@dataclass(frozen=True, slots=True)
class QueryTable:
    """Rows: logged queries by decayed count down, then what the catalogue itself suggests.

    sources: uint8[n], places in SOURCES. weights: float32[n], above 0.
    signatures: uint64[n], equal for rewordings. hashes: uint64, ascending, of folded texts and of
    the variants merged into a row; hashed: uint32, the row of each.
    tops: uint32[h, k], the products that stand for each of the first rows, NO_PRODUCT if fewer.
    vectors: int8[v, d], unit vectors times 127 of the first rows, of length 0 if there are none.
    growth: float64[n], tags: uint8[n] (`trends`). hot: uint32[m], rows, hottest first.
    scopes: row → category ordinals by share of its products. clicked: row → documents by clicks.
    clickers: document → rows, by the share of the row's clicks that fall on the document.
    followers: row → rows that came next in sessions. by_category:
    category ordinal → rows of its products. words: term id → rows with it.
    returns: row << 32 | document → rows that came next after the product was opened.
    """

    texts: StringTable
    sources: UInt8Array
    weights: Float32Array
    signatures: UInt64Array
    hashes: UInt64Array
    hashed: UInt32Array
    tops: UInt32Array
    vectors: "np.ndarray[tuple[int, int], np.dtype[np.int8]]"
    growth: Float64Array
    tags: UInt8Array
    hot: UInt32Array
    scopes: Links
    clicked: Links
    clickers: Links
    followers: Links
    by_category: Links
    words: KeyedLinks
    returns: KeyedLinks
    logged: int

    @classmethod
    def load(cls, folder: Path) -> "QueryTable":
        parts: dict[str, Any] = {"texts": StringTable.load(folder, "texts")}
        parts.update((name, load_array(folder / f"{name}.npy")) for name in _ARRAYS)
        parts.update((name, Links.load(folder, name)) for name in _LINKS)
        parts.update((name, KeyedLinks.load(folder, name)) for name in _KEYED)
        return cls(**parts, logged=int(np.count_nonzero(parts["sources"] == QUERY_LOG)))

    def __len__(self) -> int:
        return len(self.weights)

    def text(self, row: int) -> str:
        return self.texts[row]

    def source(self, row: int) -> str:
        return SOURCES[self.sources[row]]

    def row_of(self, text: str) -> int:
        """The row that stands for a query, by its folded text or a merged variant; or UNKNOWN."""
        row = self.row_of_folded(typing_key(text))
        if row == UNKNOWN and not text.isascii():
            row = self.row_of_folded(older_typing_key(text))
        return row

    def row_of_folded(self, folded: str) -> int:
        wanted = np.uint64(hash_of(folded))
        place = int(np.searchsorted(self.hashes, wanted))
        if place == len(self.hashes) or self.hashes[place] != wanted:
            return UNKNOWN
        return int(self.hashed[place])

    def tops_of(self, row: int) -> list[int]:
        """Documents that stand for a row, best first; none beyond the first rows."""
        if row >= len(self.tops):
            return []
        return [doc for doc in self.tops[row].tolist() if doc != NO_PRODUCT]

    def vector(self, row: int) -> Float32Array | None:
        """float32[d] of a row, about unit length; None of those beyond the first."""
        if not 0 <= row < len(self.vectors):
            return None
        decoded: Float32Array = self.vectors[row].astype(np.float32) / np.float32(127)
        return decoded


def hash_of(text: str) -> int:
    """64 bits of a text, the same in every process."""
    raw = text.encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(raw, digest_size=8).digest(), "little")


def signature_of(words: Iterable[str]) -> int:
    """64 bits that are equal for queries of the same words (`query_words`), in any order."""
    return hash_of("\0".join(sorted(words)))
