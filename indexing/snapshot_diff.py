"""What one snapshot has that another has not: products, and values of fields."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from indexing.arrays import UInt32Array
from indexing.catalogue.documents import Documents

EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class SnapshotDiff:
    """gone, new, changed, kept: numbers of products; kept are the same in both. examples: ids of a
    few, by kind. Of the products in both, by field, attributes by their names, the most frequent
    first: lost, gained: values that only one of them has; other: values that differ.
    """

    gone: int
    new: int
    changed: int
    kept: int
    examples: dict[str, tuple[str, ...]]
    lost: dict[str, int]
    gained: dict[str, int]
    other: dict[str, int]


def compare_snapshots(before: Path, after: Path) -> SnapshotDiff:
    """Compare the products of two snapshot folders as they are shown. O(n); about 2 µs a product
    that stayed, 20 µs one that changed.

    Raises SnapshotError or OSError for a folder that is none.
    """
    old, new = Documents.load(before / "documents"), Documents.load(after / "documents")
    shared, at_old, at_new = np.intersect1d(
        old.id_hashes, new.id_hashes, assume_unique=True, return_indices=True
    )
    changed: list[int] = []
    lost, gained, other = Counter[str](), Counter[str](), Counter[str]()
    for one, two in zip(old.by_hash[at_old].tolist(), new.by_hash[at_new].tolist(), strict=True):
        if old.json_at(one) == new.json_at(two):
            continue
        was, now = _flat(old.product_at(one)), _flat(new.product_at(two))
        lost.update(was.keys() - now.keys())
        gained.update(now.keys() - was.keys())
        other.update(name for name in was.keys() & now.keys() if was[name] != now[name])
        changed.append(one)
    gone, added = np.delete(old.by_hash, at_old), np.delete(new.by_hash, at_new)
    return SnapshotDiff(
        gone=len(gone),
        new=len(added),
        changed=len(changed),
        kept=len(shared) - len(changed),
        examples={
            "gone": _ids(old, gone),
            "new": _ids(new, added),
            "changed": _ids(old, np.array(changed, dtype=np.uint32)),
        },
        lost=_ordered(lost),
        gained=_ordered(gained),
        other=_ordered(other),
    )


def _ordered(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0])))


def _ids(documents: Documents, docs: UInt32Array) -> tuple[str, ...]:
    return tuple(documents.id_at(doc) for doc in np.sort(docs)[:EXAMPLES].tolist())


def _flat(product: dict[str, Any]) -> dict[str, Any]:
    attributes = product.pop("attributes", {})
    return product | {f"attributes.{name}": value for name, value in attributes.items()}
