"""Segments of random histories, each of them built once."""

import os
import random
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from indexing.arrays import UInt64Array
from indexing.catalogue.product import Product
from indexing.catalogue.product_line import line_of
from indexing.live.segment import Segment, build_segment
from indexing.snapshot import Snapshot


class Segments:
    """Builds each segment once: many histories of the same changes need the same ones.

    To stand in for `build_segment`. Now and then one is built again, and must be the same in every
    byte, so that what is shared is what would have been built.
    """

    def __init__(self, folder: Path, draw: random.Random) -> None:
        self._folder, self._draw = folder, draw
        self._made: dict[tuple[int, bytes, tuple[bytes, ...]], Segment] = {}

    def build(
        self, folder: Path, products: Sequence[Product], keys: UInt64Array, base: Snapshot
    ) -> Segment:
        asked = id(base), keys.tobytes(), tuple(map(line_of, products))
        known = self._made.get(asked)
        if known is None or self._draw.random() < 0.05:
            made = build_segment(folder, products, keys, base)
            if known is not None:
                assert _sums(folder) == _sums(known.folder)
                return made
            kept = self._folder / f"{len(self._made)}"
            self._made[asked] = replace(made, folder=kept)
            shutil.copytree(folder, kept, copy_function=os.link)
            return made
        shutil.copytree(known.folder, folder, copy_function=os.link)
        return replace(known, folder=folder)


def _sums(folder: Path) -> bytes:
    return (folder / "manifest.json").read_bytes()
