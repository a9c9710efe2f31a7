"""The products that are counted, segment by segment."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit

from indexing.arrays import BoolArray, Int64Array, UInt32Array
from indexing.columns import Columns


@dataclass(frozen=True, slots=True)
class Part:
    """Documents of one segment, uint32, ascending, and the segment's columns."""

    columns: Columns
    doc_ids: UInt32Array

    def __len__(self) -> int:
        return len(self.doc_ids)


@dataclass(frozen=True, slots=True)
class Passing:
    """Documents of one segment that a facet counts, ascending, and their groups, uint32 both."""

    columns: Columns
    doc_ids: UInt32Array
    groups: UInt32Array

    def __len__(self) -> int:
        return len(self.doc_ids)


def narrowed(part: Part, masks: Sequence[BoolArray]) -> Passing:
    """Those of the part that are under all masks."""
    columns = part.columns
    if not masks:
        return Passing(columns, part.doc_ids, groups_at(part.doc_ids, columns.group_of))
    mask = masks[0].copy()
    for other in masks[1:]:
        mask &= other
    return Passing(columns, *select(part.doc_ids, mask, columns.group_of))


def spread(parts: Sequence[Part | Passing], size: int) -> list[UInt32Array]:
    """At most `size` documents, evenly spread over all in the order of their keys; by part.

    So they are the same however the products are divided into segments.
    """
    total = sum(map(len, parts))
    if total <= size:
        return [part.doc_ids.copy() for part in parts]  # mapped ones would compile kernels anew
    picked = np.arange(size, dtype=np.int64) * total // size
    places = places_at(parts, picked)
    return [part.doc_ids[own] for part, own in zip(parts, places, strict=True)]


def places_at(parts: Sequence[Part | Passing], ranks: Int64Array) -> list[Int64Array]:
    """Where in its part the document stands that has each rank (ascending) in the order of keys.

    O(r + s · log(m / s)): s documents beside the largest part of m are looked up in that.
    """
    most = max(range(len(parts)), key=lambda number: len(parts[number]))
    largest = parts[most]
    others = [number for number, part in enumerate(parts) if number != most and len(part)]
    none = np.empty(0, dtype=np.int64)
    if not others:
        return [ranks if number == most else none for number in range(len(parts))]
    keys = np.concatenate([parts[n].columns.keys[parts[n].doc_ids] for n in others])
    order = np.argsort(keys)
    docs = np.searchsorted(largest.columns.keys, keys[order])  # documents ascend by key
    rank_of = np.searchsorted(largest.doc_ids, docs) + np.arange(len(keys))
    before = np.searchsorted(rank_of, ranks)
    is_other = rank_of[np.minimum(before, len(rank_of) - 1)] == ranks
    chosen = order[before[is_other]]
    found, begin = [none] * len(parts), 0
    found[most] = (ranks - before)[~is_other]
    for number in others:
        end = begin + len(parts[number])
        found[number] = np.sort(chosen[(chosen >= begin) & (chosen < end)]) - begin
        begin = end
    return found


@njit(nogil=True, cache=True)
def groups_at(doc_ids: UInt32Array, group_of: UInt32Array) -> UInt32Array:
    groups = np.empty(len(doc_ids), dtype=np.uint32)
    for i in range(len(doc_ids)):
        groups[i] = group_of[doc_ids[i]]
    return groups


@njit(nogil=True, cache=True)
def select(
    doc_ids: UInt32Array, mask: BoolArray, group_of: UInt32Array
) -> tuple[UInt32Array, UInt32Array]:
    """The documents under the mask, and their groups."""
    kept = np.empty(len(doc_ids), dtype=np.uint32)
    groups = np.empty(len(doc_ids), dtype=np.uint32)
    found = 0
    for i in range(len(doc_ids)):
        kept[found] = doc_ids[i]
        groups[found] = group_of[doc_ids[i]]
        found += mask[i]
    return kept[:found], groups[:found]
