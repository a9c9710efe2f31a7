"""Building the suggestion index."""

from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from indexing.arrays import Float32Array, Int64Array, UInt8Array, UInt64Array, save_array
from indexing.completions.completions import Completions
from indexing.completions.keys import MAX_TEXT, hash_rows, key_rows, sort_keys, typing_key
from indexing.completions.topk import block_maxima
from indexing.errors import BuildError

# An entry's weight counts this much when it is found by a key of each of KINDS.
KIND_FACTORS: Final = (1.0, 0.1, 0.9, 0.09, 0.5, 0.05)


class CompletionsBuilder:
    """Collects entries; `finish` sorts their keys and writes the index."""

    def __init__(self) -> None:
        self._blob = bytearray()
        self._texts = array("I")  # three an entry: key row, shown text, its bytes
        self._weights = array("f")
        self._sources = array("B")
        self._payloads = array("q")
        self._scopes = array("I")  # entry, ordinal
        self._scope_weights = array("f")
        self._key_starts = array("I")
        self._key_entries = array("I")
        self._key_kinds = array("B")

    def add_entry(
        self,
        text: str,
        weight: float,
        source: int,
        scopes: Sequence[tuple[int, float]] = (),
        payload: int = 0,
    ) -> bool:
        """Take an entry; False when it is empty, longer than MAX_TEXT, or not positive.

        weight: finite, above 0, on one scale for all sources (a decayed count, say); the caller
        puts sources into bands by it. source: a place in SOURCES. scopes: (category ordinal,
        weight) pairs, best first. payload: any int64 of the caller's.
        Entries of the same folded text become one: the lowest source is kept, with the
        greatest weight of all.
        """
        shown = " ".join(text.split())
        folded = typing_key(shown) if len(shown) <= MAX_TEXT else ""
        if not folded or len(folded) > MAX_TEXT or not 0 < weight < float("inf"):
            return False
        entry = len(self._weights)
        row_start = len(self._blob)
        for row, kind, starts in key_rows(folded):
            begin = len(self._blob)
            self._blob += row
            self._blob.append(0)
            self._key_starts.extend([begin + start for start in starts])
            self._key_entries.extend([entry] * len(starts))
            self._key_kinds.extend([kind + (start > 0) for start in starts])
        shown_start, shown_bytes = row_start, shown.encode("utf-8", "replace")
        if shown != folded:
            shown_start = len(self._blob)
            self._blob += shown_bytes
        self._texts.extend((row_start, shown_start, len(shown_bytes)))
        if len(self._blob) >= 1 << 32:
            raise BuildError("suggestions: over 4 GB of text. Raise the least count of a query.")
        self._weights.append(weight)
        self._sources.append(source)
        self._payloads.append(payload)
        for ordinal, scope_weight in scopes:
            self._scopes.extend((entry, ordinal))
            self._scope_weights.append(scope_weight)
        return True

    def finish(self, folder: Path) -> "Completions":
        """Write the index. Entries are numbered by weight down, then in the order added."""
        blob = np.frombuffer(self._blob + bytes(8), dtype=np.uint8)
        texts = np.frombuffer(self._texts, dtype=np.uint32).reshape(-1, 3)
        weights = np.frombuffer(self._weights, dtype=np.float32).copy()
        sources = np.frombuffer(self._sources, dtype=np.uint8)
        kept = _merge_same(hash_rows(blob, texts[:, 0].copy()), weights, sources)
        kept = kept[np.argsort(-weights[kept], kind="stable")]
        renumbered = np.full(len(weights), -1, dtype=np.int64)
        renumbered[kept] = np.arange(len(kept))

        entries = renumbered[np.frombuffer(self._key_entries, dtype=np.uint32)]
        live = entries >= 0
        starts = np.frombuffer(self._key_starts, dtype=np.uint32)[live]
        kinds = np.frombuffer(self._key_kinds, dtype=np.uint8)[live]
        entries = entries[live].astype(np.uint32)
        order = sort_keys(blob, starts)
        starts, entries, kinds = starts[order], entries[order], kinds[order]
        factors = np.array(KIND_FACTORS, dtype=np.float32)
        key_weights = weights[kept][entries] * factors[kinds]

        save_array(folder / "blob.npy", blob)
        save_array(folder / "key_starts.npy", starts)
        save_array(folder / "key_entries.npy", entries)
        save_array(folder / "key_kinds.npy", kinds)
        save_array(folder / "key_weights.npy", key_weights)
        save_array(folder / "key_maxima.npy", block_maxima(key_weights))
        save_array(folder / "text_starts.npy", texts[kept, 1])
        save_array(folder / "text_sizes.npy", texts[kept, 2].astype(np.uint16))
        save_array(folder / "weights.npy", weights[kept])
        save_array(folder / "sources.npy", sources[kept])
        save_array(folder / "payloads.npy", np.frombuffer(self._payloads, dtype=np.int64)[kept])
        self._save_scopes(folder, renumbered, len(kept))
        return Completions.load(folder)

    def _save_scopes(self, folder: Path, renumbered: Int64Array, entry_count: int) -> None:
        pairs = np.frombuffer(self._scopes, dtype=np.uint32).reshape(-1, 2)
        entry = renumbered[pairs[:, 0]]
        order = np.argsort(entry, kind="stable")
        order = order[entry[order] >= 0]
        offsets = np.zeros(entry_count + 1, dtype=np.uint64)
        np.cumsum(np.bincount(entry[order], minlength=entry_count), out=offsets[1:])
        save_array(folder / "scope_offsets.npy", offsets)
        save_array(folder / "scope_ordinals.npy", pairs[order, 1])
        save_array(
            folder / "scope_weights.npy",
            np.frombuffer(self._scope_weights, dtype=np.float32)[order],
        )


def _merge_same(hashes: UInt64Array, weights: Float32Array, sources: UInt8Array) -> Int64Array:
    """Numbers of the entries to keep; `weights` of them are raised to their equals' greatest."""
    if not len(hashes):
        return np.zeros(0, dtype=np.int64)
    order = np.lexsort((-weights, sources, hashes))
    first = np.flatnonzero(np.diff(hashes[order], prepend=~hashes[order[:1]]) != 0)
    weights[order[first]] = np.maximum.reduceat(weights[order], first)
    return order[first]
