"""Compiling every kernel before anybody waits for it."""

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from app.version import code_version
from indexing.build import BuildOptions, build
from indexing.demo.shop import write_demo_shop
from indexing.errors import IndexingError
from indexing.progress import Silent
from indexing.publish import list_indexes, read_current
from ranking.generation import open_generation
from ranking.warm import warm


def compile_kernels() -> float:
    """Build and search a small shop in a temporary folder; the seconds that it took."""
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        shop = write_demo_shop(Path(folder) / "shop", 1_000, 1)
        options = BuildOptions([shop.products], Path(folder) / "main", code_version())
        build(options, datetime.now(UTC), Silent())
        _warm_index(Path(folder) / "main")
    return time.perf_counter() - begun


def warm_indexes(data: str) -> None:
    """Run the warm-up queries of every published index; one that cannot be opened is skipped."""
    for name in list_indexes(Path(data)):
        try:
            _warm_index(Path(data) / name)
        except IndexingError:
            continue  # the workers tell what is wrong with it


def _warm_index(folder: Path) -> None:
    current = read_current(folder)
    if current is not None:
        warm(open_generation(folder, current, code_version()))
