"""Compiling every kernel before anybody waits for it: `python -m app.warming DATA`.

Also opens one index apart from everybody: `python -m app.warming --index FOLDER`.
"""

import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from app.openings import opening
from app.version import code_version
from indexing.build import BuildOptions, build
from indexing.current import list_indexes, read_current
from indexing.demo.shop import write_demo_shop
from indexing.errors import IndexingError
from indexing.live.state import live_folder
from indexing.live.warm import warm_live
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
        _warm_index(Path(folder) / "main", live=True)
    return time.perf_counter() - begun


def warm_indexes(data: Path) -> int:
    """Run the warm-up queries of every published index; the number of those that can be opened."""
    warmed = 0
    for name in list_indexes(data):
        try:
            warmed += _warm_index(data / name, live=not warmed)
        except IndexingError:
            continue  # the workers tell what is wrong with it
    return warmed


def _warm_index(folder: Path, *, live: bool = False) -> bool:
    current = read_current(folder)
    if current is None:
        return False
    with opening(folder, current.snapshot):
        generation = open_generation(folder, current, code_version())
        warm(generation)
        its_live = live_folder(folder, current.snapshot)
        joined = warm_live(generation.snapshot, its_live) if live else None
        if joined is not None:
            parts = (joined.snapshot, *joined.segments)
            warm(replace(generation, snapshot=joined.snapshot, parts=parts))
    return True


def main(arguments: Sequence[str]) -> int:
    """`DATA`: all indexes, or a small shop if there is none. `--index FOLDER`: this one."""
    if arguments[0] == "--index":
        try:
            return 0 if _warm_index(Path(arguments[1])) else 1
        except IndexingError as error:
            print(error, file=sys.stderr)  # noqa: T201 - read by who started this process
            return 1
    if not warm_indexes(Path(arguments[0])):
        compile_kernels()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
