"""What the first change needs, compiled and loaded before it comes."""

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from indexing.columns.columns import CORE_NUMBERS
from indexing.live.frozen_priors import FrozenPriors
from indexing.live.grouping import placed_at
from indexing.live.joined import Joined, join
from indexing.live.patches import Patches, with_patches
from indexing.live.segment import build_segment
from indexing.snapshot import Snapshot


def warm_live(base: Snapshot) -> Joined | None:
    """A product of the snapshot in a segment of its own, and a number patched; None if it is empty.

    The segment's files are gone, what is mapped of them stays. Seconds at a million products.
    """
    if not base.doc_count:
        return None
    frozen = FrozenPriors.of(base.columns)
    with tempfile.TemporaryDirectory() as folder:
        product, keys = placed_at(base, 0).product, base.columns.keys[:1]
        made = build_segment(Path(folder) / "segment", [product], keys, base)
    joined = join(base, frozen, [made])
    patch = Patches(
        np.zeros(1, dtype=np.uint32), np.array([CORE_NUMBERS.index("price")], dtype=np.uint8),
        np.array([1.0]),
    )  # fmt: skip
    patched = with_patches(joined.snapshot, patch, frozen, joined.categories)
    return replace(joined, snapshot=patched)
