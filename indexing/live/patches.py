"""Numbers that changed after the build, and what follows from them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from indexing.arrays import Float32Array, Float64Array, Int64Array, UInt8Array, UInt32Array
from indexing.columns import NumericColumn
from indexing.columns.columns import CORE_NUMBERS
from indexing.columns.priors import best_liked, compute_liked
from indexing.columns.single_values import leaf_categories
from indexing.live.frozen_priors import FrozenPriors
from indexing.live.joined import as_built
from indexing.live.spares import Spares
from indexing.live.value_space import Insertions, sealed
from indexing.snapshot import Snapshot

_FILLS: Final = ("price", "rating", "stock", "created_at")
"""Number fields that count for completeness."""
_CORE_FIELDS: Final = np.float32(10)


@dataclass(frozen=True, slots=True)
class Patches:
    """docs: uint32[k]. fields: uint8[k], places in CORE_NUMBERS. values: float64[k], NaN where
    there is none any more. In the order of the changes: of two the later one holds.
    """

    docs: UInt32Array
    fields: UInt8Array
    values: Float64Array

    def __len__(self) -> int:
        return len(self.docs)


def with_patches(
    snapshot: Snapshot,
    patches: Patches,
    frozen: FrozenPriors,
    added: Insertions,
    spares: Spares,
    *,
    refresh_popular: bool = True,
) -> Snapshot:
    """The same with other numbers; arrays that are being read stay as they are.

    added: new categories of the snapshot's space. spares: of this segment, so that it costs what
    changed, and not what there is.
    """
    columns = snapshot.columns
    numbers, before = dict(columns.numbers), columns.numbers
    docs = np.unique(patches.docs)
    bits = np.zeros(len(docs), dtype=np.uint8)
    for place in np.unique(patches.fields).tolist():
        own = patches.fields == place
        at, values = _last(patches.docs[own], patches.values[own])
        name = CORE_NUMBERS[place]
        column = before[name]
        bits[np.searchsorted(docs, at)] |= np.uint8(1 << place)
        dense = spares.written(name, column.all(), at, values)
        numbers[name] = replace(column, dense=True, docs=column.docs[:0], values=dense)
    fresh = np.zeros(snapshot.doc_count, np.uint8) if snapshot.fresh is None else snapshot.fresh
    filled = _completeness(columns.completeness[docs], docs, before, numbers)
    columns = replace(
        columns,
        numbers=numbers,
        completeness=spares.written("completeness", columns.completeness, docs, filled),
    )
    leaves = as_built(leaf_categories(columns, docs), added)
    rows = frozen.priors(
        {name: numbers[name].at(docs) for name in CORE_NUMBERS}, leaves,
        columns.group_sizes[columns.group_of[docs]], filled,
    )  # fmt: skip
    liked = spares.written("liked", snapshot.liked, docs, compute_liked(rows))
    return replace(
        snapshot,
        columns=columns,
        priors=spares.written("priors", snapshot.priors, docs, rows),
        liked=liked,
        popular=sealed(best_liked(liked)) if refresh_popular else snapshot.popular,
        prices=columns.dense("price"),
        fresh=spares.written("fresh", fresh, docs, fresh[docs] | bits),
    )


def _last(docs: UInt32Array, values: Float64Array) -> tuple[UInt32Array, Float64Array]:
    """Each document once, ascending, with its last value."""
    found, place = np.unique(docs[::-1], return_index=True)
    return found, values[::-1][place]


def _completeness(
    held: Float32Array,
    docs: UInt32Array,
    before: Mapping[str, NumericColumn],
    after: Mapping[str, NumericColumn],
) -> Float32Array:
    change: Int64Array = np.zeros(len(docs), dtype=np.int64)
    for name in _FILLS:
        old, new = before[name], after[name]
        if old is not new:
            change += ~np.isnan(new.at(docs))
            change -= ~np.isnan(old.at(docs))
    filled = np.rint(held * _CORE_FIELDS) + change
    share: Float32Array = filled.astype(np.float32) / _CORE_FIELDS
    return share
