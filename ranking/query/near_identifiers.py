"""Identifiers that differ from a typed one by a sign or two, for `did_you_mean`."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numba import njit

from indexing.arrays import Int64Array, UInt8Array, UInt64Array
from indexing.postings.postings import BITS, MAX_TF, Field
from indexing.snapshot import Snapshot

MAX_SCANNED: Final = 400_000
"""Terms that are compared; beyond it only the nearest in order are."""
LONG: Final = 8  # from here on two differences are looked for
_SHARED: Final = 3  # signs that must be right at the beginning
_LIMIT: Final = 64
_SHIFT = np.uint32(BITS * Field.IDENTIFIERS)


def near_identifiers(
    identifier: str, segments: Sequence[Snapshot], limit: int = 5
) -> tuple[str, ...]:
    """Existing identifiers, as the catalogue writes them, nearest first, then in order.

    Distance (optimal string alignment) 1, or 2 from LONG signs on. Looked for among the terms
    that share the first signs, so one mistyped there is not found.
    """
    tables = segments[0]
    term = tables.analyzer.identifier_term(identifier)
    typed = np.frombuffer(term.encode(), dtype=np.uint8)
    lexicon = tables.index.lexicon
    first, last = lexicon.prefix_range(term[: len(term) - len(identifier) + _SHARED])
    middle = lexicon.prefix_range(term)[0]
    first, last = max(first, middle - MAX_SCANNED // 2), min(last, middle + MAX_SCANNED // 2)
    found = np.empty((_LIMIT, 2), dtype=np.int64)
    most = 2 if len(identifier) >= LONG else 1
    count = near_terms(typed, lexicon.terms.blob, lexicon.terms.offsets, first, last, most, found)
    texts: list[str] = []
    for _, term_id in sorted(map(tuple, found[:count].tolist())):
        text = _as_written(int(term_id), segments)
        if text is not None and text not in texts:
            texts.append(text)
        if len(texts) == limit:
            break
    return tuple(texts)


def _as_written(term_id: int, segments: Sequence[Snapshot]) -> str | None:
    """The identifier that was indexed as this term, None if the term is another field's."""
    holders = []
    for segment in segments:
        docs, tfs = segment.index.postings(term_id)
        held = segment.there(docs[((tfs >> _SHIFT) & np.uint32(MAX_TF)) > 0])
        if len(held):
            doc = int(held[0])
            holders.append((int(segment.columns.keys[doc]), doc, segment))
    if not holders:
        return None
    _, doc, segment = min(holders, key=lambda each: each[0])
    term = segment.index.lexicon[term_id]
    product = segment.documents.product_at(doc)
    written = [product["id"], *product.get("identifiers", ())]
    return next((each for each in written if segment.analyzer.identifier_term(each) == term), None)


@njit(nogil=True, cache=True)
def near_terms(
    typed: UInt8Array,
    blob: UInt8Array,
    offsets: UInt64Array,
    first: int,
    last: int,
    most: int,
    found: Int64Array,
) -> int:
    """Fill found with (distance, term id) of terms within `most` edits; their number."""
    size = len(typed)
    rows = np.empty((3, size + 1), dtype=np.int64)
    count = 0
    for term in range(first, last):
        begin, end = np.int64(offsets[term]), np.int64(offsets[term + 1])
        length = end - begin
        if abs(length - size) > most:
            continue
        for j in range(size + 1):
            rows[1, j] = j
        alive = True
        for i in range(1, length + 1):
            rows[2, 0] = i
            least = i
            sign = blob[begin + i - 1]
            for j in range(1, size + 1):
                cost = 0 if sign == typed[j - 1] else 1
                value = min(rows[1, j] + 1, rows[2, j - 1] + 1, rows[1, j - 1] + cost)
                swapped = i > 1 and j > 1 and sign == typed[j - 2]
                if swapped and blob[begin + i - 2] == typed[j - 1]:
                    value = min(value, rows[0, j - 2] + 1)
                rows[2, j] = value
                least = min(least, value)
            if least > most:
                alive = False
                break
            for j in range(size + 1):
                rows[0, j] = rows[1, j]
                rows[1, j] = rows[2, j]
        if alive and 0 < rows[1, size] <= most:
            found[count, 0], found[count, 1] = rows[1, size], term
            count += 1
            if count == len(found):
                break
    return count
