"""Compiling every kernel before anybody waits for it: `python -m app.warming DATA`."""

import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from app.version import code_version
from indexing.build import BuildOptions, build
from indexing.current import list_indexes, read_current
from indexing.demo.shop import write_demo_shop
from indexing.errors import IndexingError
from indexing.progress import Silent
from ranking.generation import open_generation
from ranking.warm import warm


def compile_kernels() -> float:
    """Build and search a small shop in a temporary folder; the seconds that it took."""
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        shop = write_demo_shop(Path(folder) / "shop", 1_000, 1)
        options = BuildOptions(
            [shop.products], Path(folder) / "main", code_version(), queries=shop.queries
        )
        build(options, datetime.now(UTC), Silent())
        _warm_index(Path(folder) / "main")
    return time.perf_counter() - begun


def warm_indexes(data: Path) -> int:
    """Run the warm-up queries of every published index; the number of those that can be opened."""
    warmed = 0
    for name in list_indexes(data):
        try:
            warmed += _warm_index(data / name)
        except IndexingError:
            continue  # the workers tell what is wrong with it
    return warmed


def _warm_index(folder: Path) -> bool:
    current = read_current(folder)
    if current is None:
        return False
    warm(open_generation(folder, current, code_version()))
    return True


if __name__ == "__main__":
    if not warm_indexes(Path(sys.argv[1])):
        compile_kernels()
