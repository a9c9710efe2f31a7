"""What the first change needs, compiled and loaded before it comes."""

import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np

from indexing.columns.columns import CORE_NUMBERS
from indexing.errors import IndexingError
from indexing.live.checksums import check_sealed
from indexing.live.frozen_priors import FrozenPriors
from indexing.live.grouping import GroupIndex, placed_at
from indexing.live.joined import Joined, alone, join
from indexing.live.patches import Patches, with_patches
from indexing.live.segment import build_segment
from indexing.live.spares import Spares
from indexing.live.state import FROZEN
from indexing.live.value_space import sealed
from indexing.snapshot import Snapshot


def prepare(base: Snapshot, folder: Path) -> GroupIndex:
    """Write into the folder of its living index what all processes need of the snapshot, and know
    its groups. Seconds at a million products.
    """
    try:
        check_sealed(folder / FROZEN)
    except IndexingError:
        with suppress(OSError):  # a full disk: every process makes its own
            folder.mkdir(parents=True, exist_ok=True)
            FrozenPriors.of(base.columns).save(folder / FROZEN)
    groups = GroupIndex()
    groups.know(0, base)
    return groups


def warm_live(base: Snapshot, folder: Path) -> Joined | None:
    """folder: as `prepare` left it.

    A product of the snapshot in a segment of its own, where it stood it is gone, and a number
    patched; None if the snapshot is empty.

    The segment's files are gone, what is mapped of them stays. Seconds at a million products.
    """
    if not base.doc_count:
        return None
    frozen = FrozenPriors.kept(folder / FROZEN, base.columns)
    with tempfile.TemporaryDirectory() as scratch:
        product, keys = placed_at(base, 0).product, base.columns.keys[:1]
        made = build_segment(Path(scratch) / "segment", [product], keys, base)
    joined = join(base, frozen, [made], alone(base))
    patch = Patches(
        np.zeros(1, dtype=np.uint32), np.array([CORE_NUMBERS.index("price")], dtype=np.uint8),
        np.array([1.0]),
    )  # fmt: skip
    patched = with_patches(joined.snapshot, patch, frozen, joined.categories, Spares())
    gone = np.zeros(base.doc_count, dtype=np.bool_)
    gone[0] = True
    return replace(
        joined, snapshot=replace(patched, index=replace(patched.index, gone=sealed(gone)))
    )
