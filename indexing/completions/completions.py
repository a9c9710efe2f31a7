"""The suggestion index: typed beginnings → the heaviest entries, memory-mapped."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from indexing.analysis.pinyin import has_han
from indexing.arrays import (
    Float32Array,
    Int32Array,
    Int64Array,
    UInt8Array,
    UInt16Array,
    UInt32Array,
    UInt64Array,
    load_array,
)
from indexing.completions.edits import MAX_RANGES, one_edit_ranges
from indexing.completions.keys import (
    KINDS,
    MAX_TEXT,
    PINYIN,
    WORD,
    fold_prefix,
    key_rows,
    older_typing_key,
    pinyin_of,
)
from indexing.completions.topk import edge, heaviest

SOURCES: Final = ("query_log", "brand", "category", "phrase", "product")
QUERY_LOG, BRAND, CATEGORY, PHRASE, PRODUCT = range(len(SOURCES))

TYPO: Final = "typo"
TYPO_FACTOR: Final = 0.01
# Shorter prefixes are one edit from everything; a Chinese word of two sounds like few others.
MIN_TYPO_LENGTH: Final = 3
MIN_SOUND_LENGTH: Final = 2


@dataclass(frozen=True, slots=True)
class Completion:
    """One suggestion.

    weight: the entry's weight x the factors of how it was found; orders the answer.
    source: one of SOURCES. entry: its number in the index, by which its scopes are found.
    matched: one of KINDS, or TYPO when the typed text had to be corrected.
    """

    text: str
    weight: float
    source: str
    entry: int
    matched: str


@dataclass(frozen=True, slots=True)
class Completions:
    """The suggestion index over memory-mapped arrays.

    blob: uint8[bytes], zero-ended texts. Keys, sorted by the bytes from their start on:
    key_starts uint32[m], key_entries uint32[m], key_kinds uint8[m], key_weights float32[m],
    key_maxima int32[levels, blocks] (`block_maxima`). Entries, by weight down: text_starts
    uint32[n], text_sizes uint16[n], weights float32[n], sources uint8[n], payloads int64[n],
    scope_offsets uint64[n + 1] into scope_ordinals uint32[s] and scope_weights float32[s].
    """

    blob: UInt8Array
    key_starts: UInt32Array
    key_entries: UInt32Array
    key_kinds: UInt8Array
    key_weights: Float32Array
    key_maxima: Int32Array
    text_starts: UInt32Array
    text_sizes: UInt16Array
    weights: Float32Array
    sources: UInt8Array
    payloads: Int64Array
    scope_offsets: UInt64Array
    scope_ordinals: UInt32Array
    scope_weights: Float32Array

    @classmethod
    def load(cls, folder: Path) -> "Completions":
        return cls(*(load_array(folder / f"{name}.npy") for name in cls.__slots__))

    def __len__(self) -> int:
        return len(self.weights)

    @property
    def speaks_chinese(self) -> bool:
        """Whether entries are found by their sound; the dictionaries of it take 0.5 s to load."""
        return bool((self.key_kinds >= PINYIN).any())

    def text(self, entry: int) -> str:
        start = int(self.text_starts[entry])
        return self.blob[start : start + int(self.text_sizes[entry])].tobytes().decode()

    def scopes(self, entry: int) -> list[tuple[int, float]]:
        """(category ordinal, weight) pairs of an entry, in the order they were given."""
        begin, end = int(self.scope_offsets[entry]), int(self.scope_offsets[entry + 1])
        return list(
            zip(
                self.scope_ordinals[begin:end].tolist(),
                self.scope_weights[begin:end].tolist(),
                strict=True,
            )
        )

    def search(self, prefix: str, k: int = 10, typo: bool = True) -> list[Completion]:
        """The k heaviest entries found by what was typed; distinct, weight down.

        A typed prefix matches from the begin of an entry or of a word in it, or its pinyin or
        pinyin initials. With `typo`, when that finds fewer than k, also what is one edit
        from it (never in the first character), is written without its spaces, or sounds the
        same in Chinese; such entries weigh TYPO_FACTOR of the others. Empty for nothing but
        spaces and signs, and beyond MAX_TEXT characters. Equal weights are in key order.
        """
        folded, finished = fold_prefix(prefix)
        if not folded or len(folded) > MAX_TEXT or not len(self) or k < 1:
            return []
        ranges = np.zeros((1, 2), dtype=np.int64)
        ranges[0] = self._exact(folded, finished)
        if not prefix.isascii() and ranges[0, 0] == ranges[0, 1]:
            ranges[0] = self._exact(older_typing_key(prefix), finished)
        found = self._heaviest(ranges, np.ones(1, dtype=np.float32), 1, k)
        least = MIN_SOUND_LENGTH if has_han(folded) else MIN_TYPO_LENGTH
        if len(found) >= k or not typo or len(folded) < least:
            return found
        return self._heaviest(*self._typo_ranges(folded, ranges[0]), k)

    def tails(self, prefix: str, k: int = 10) -> list[str]:
        """Completions of the last words alone: typed text + the rest of a key.

        For text that begins no entry: the longest of its word suffixes that begins a key is
        completed. The whole text may never have been asked and may find nothing: check it.
        """
        folded, finished = fold_prefix(prefix)
        if not folded or len(folded) > MAX_TEXT:
            return []
        row, _, starts = next(iter(key_rows(folded)))
        for start in starts[1:]:
            tail = row[start:].decode()
            ranges = np.zeros((1, 2), dtype=np.int64)
            ranges[0] = self._exact(tail, finished)
            if ranges[0, 0] == ranges[0, 1]:
                continue
            head = row[:start].decode()
            keys = self._search(ranges, np.ones(1, dtype=np.float32), 1, 4 * k)[0]
            rests = (self._key_text(int(key)) for key in keys if self.key_kinds[key] <= WORD)
            return list(dict.fromkeys(head + rest for rest in rests))[:k]
        return []

    def _key_text(self, key: int) -> str:
        start = int(self.key_starts[key])
        row = self.blob[start : start + 4 * MAX_TEXT].tobytes()
        return row[: row.index(0)].decode()

    def _exact(self, folded: str, finished: bool) -> tuple[int, int]:
        """Range of the keys that begin with the text; `finished`: and end there, or a word does.

        The zero byte at the end and the space are next to each other in key order, as no text
        has control characters.
        """
        text = np.frombuffer(folded.encode(), dtype=np.uint8)
        last = text if not finished else np.frombuffer(f"{folded} ".encode(), dtype=np.uint8)
        blob, starts, count = self.blob, self.key_starts, len(self.key_starts)
        low = edge(blob, starts, 0, count, text, 0, len(text), 0, False)
        return low, edge(blob, starts, low, count, last, 0, len(last), 0, True)

    def _typo_ranges(self, folded: str, exact: Int64Array) -> tuple[Int64Array, Float32Array, int]:
        ranges = np.zeros((MAX_RANGES, 2), dtype=np.int64)
        factors = np.ones(MAX_RANGES, dtype=np.float32)
        ranges[0] = exact
        count = 1
        if has_han(folded):
            variants = [pinyin_of(folded)]
        else:
            variants = [folded.replace(" ", "")] if " " in folded else []
        for variant in variants:
            ranges[count] = self._exact(variant, False)
            factors[count] = TYPO_FACTOR
            count += 1
        if not has_han(folded):
            text = np.frombuffer(folded.encode(), dtype=np.uint8)
            count = one_edit_ranges(
                self.blob, self.key_starts, text, 1, TYPO_FACTOR, ranges, factors, count
            )
        return ranges, factors, count

    def _search(
        self, ranges: Int64Array, factors: Float32Array, count: int, k: int
    ) -> tuple[Int64Array, Float32Array, Int64Array]:
        keys = np.empty(k, dtype=np.int64)
        scores = np.empty(k, dtype=np.float32)
        numbers = np.empty(k, dtype=np.int64)
        pops = 32 * k + 4 * count
        found = heaviest(
            self.key_weights, self.key_entries, self.key_maxima, ranges, factors, count, pops,
            keys, scores, numbers,
        )  # fmt: skip
        return keys[:found], scores[:found], numbers[:found]

    def _heaviest(
        self, ranges: Int64Array, factors: Float32Array, count: int, k: int
    ) -> list[Completion]:
        keys, scores, numbers = self._search(ranges, factors, count, k)
        entries = self.key_entries[keys]
        return [
            Completion(self.text(entry), score, SOURCES[source], entry, _matched(kind, number))
            for entry, score, source, kind, number in zip(
                entries.tolist(),
                scores.tolist(),
                self.sources[entries].tolist(),
                self.key_kinds[keys].tolist(),
                numbers.tolist(),
                strict=True,
            )
        ]


def _matched(kind: int, number: int) -> str:
    return KINDS[kind] if number == 0 else TYPO
