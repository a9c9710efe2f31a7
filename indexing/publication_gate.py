"""Whether a build looks like an accident: products would be lost, or prices change."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexing.arrays import Float64Array, UInt32Array, UInt64Array, load_array
from indexing.columns import Columns
from indexing.errors import SnapshotError

FEW = 20
"""Products below which a share says nothing: a shop that is being set up is built often."""


@dataclass(frozen=True, slots=True)
class GateLimits:
    """most_lost: share of the published products that may be gone. most_price_change: how far the
    median price of the products that stayed may move, as a share of the lower of the two.
    """

    most_lost: float
    most_price_change: float


def objections(published: Path, staged: Path, limits: GateLimits) -> tuple[str, ...]:
    """Why the staged snapshot should be looked at before it is published; none if it is like the
    published one. O(n log n) in products; reads ids and prices only.

    A published snapshot that cannot be read objects to nothing: it is to be replaced.
    """
    try:
        before, after = _facts(published), _facts(staged)
    except (OSError, SnapshotError, ValueError):
        return ()
    found = []
    count = len(before.ids)
    if count < FEW:
        return ()
    _, old, new = np.intersect1d(before.ids, after.ids, assume_unique=True, return_indices=True)
    lost = count - len(old)
    if lost > limits.most_lost * count:
        found.append(
            f"{lost:,} of the {count:,} published products are gone ({lost / count:.0%}; "
            f"{limits.most_lost:.0%} may be)"
        )
    was, now = _median(before.prices[before.docs[old]]), _median(after.prices[after.docs[new]])
    if was and now and max(was, now) > (1.0 + limits.most_price_change) * min(was, now):
        found.append(
            f"the median price of the {len(old):,} products in both went from {was:,.2f} to "
            f"{now:,.2f} ({limits.most_price_change:.0%} up or down may be)"
        )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Facts:
    """ids: uint64[n], ascending hashes; docs: the document of each. prices: by document."""

    ids: UInt64Array
    docs: UInt32Array
    prices: Float64Array


def _facts(snapshot: Path) -> _Facts:
    documents = snapshot / "documents"
    prices = Columns.load(snapshot / "columns").numbers["price"]
    ids = load_array(documents / "id_hashes.npy")
    docs = load_array(documents / "by_hash.npy")
    return _Facts(ids, docs, prices.at(np.arange(len(ids), dtype=np.uint32)))


def _median(prices: Float64Array) -> float | None:
    known = prices[~np.isnan(prices)]
    return float(np.median(known)) if len(known) >= FEW else None
