"""Compiling every kernel before anybody waits for it: `python -m app.warming DATA`.

Also opens one index apart from everybody: `python -m app.warming --index FOLDER`, and compiles
behind a command that has ended: `python -m app.warming --behind KERNELS DATA`.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from app.kernels import ensure_compiled, is_compiling
from app.openings import opening
from app.version import code_version
from indexing.build import BuildOptions, build
from indexing.current import list_indexes, read_current
from indexing.demo.shop import write_demo_shop
from indexing.errors import IndexingError
from indexing.live.state import live_folder
from indexing.live.warm import warm_live
from indexing.progress import Silent
from ranking.generation import Generation, open_generation
from ranking.warm import warm, warm_beside

_STEPS_BACK = 5
"""Nicer by so much than whatever the user runs; not the most, as a service may wait for it."""


def compile_kernels() -> float:
    """Build and search a small shop in a temporary folder; the seconds that it took."""
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        shop = write_demo_shop(Path(folder) / "shop", 1_000, 1)
        data = Path(folder) / "data"
        options = BuildOptions([shop.products], data / "main", code_version(), queries=shop.queries)
        build(options, datetime.now(UTC), Silent())
        _in_two_processes(data)
    return time.perf_counter() - begun


def warm_indexes(data: Path, beside: bool = False) -> bool:
    """Run the warm-up queries of every published index; whether any can be opened.

    Two processes do it, the second with `beside`: they begin at different ends of what is to be
    compiled for the first index, each finds what the other has compiled, and they share the rest.
    """
    folders = [data / name for name in list_indexes(data)]
    while folders and not _is_warmed(folders[0], _beside if beside else _first):
        del folders[0]
    for folder in folders[1 + beside :: 2]:
        _is_warmed(folder, lambda generation, _: warm(generation))
    return bool(folders)


def _in_two_processes(data: Path) -> bool:
    """`warm_indexes`; no second one where there is nothing to share."""
    if not list_indexes(data):
        return False
    second = subprocess.Popen([sys.executable, "-m", "app.warming", "--beside", str(data)])  # noqa: S603 - our own module
    try:
        warmed = warm_indexes(data)
        second.wait()
    finally:
        second.kill()
        second.wait()
    return warmed


def _is_warmed(folder: Path, run: Callable[[Generation, Path], None]) -> bool:
    try:
        return _run_on(folder, run)
    except IndexingError:
        return False  # the workers tell what is wrong with it


def _run_on(folder: Path, run: Callable[[Generation, Path], None]) -> bool:
    current = read_current(folder)
    if current is None:
        return False
    with opening(folder, current.snapshot):
        generation = open_generation(folder, current, code_version())
        run(generation, live_folder(folder, current.snapshot))
    return True


def _first(generation: Generation, live: Path) -> None:
    warm(generation)
    joined = warm_live(generation.snapshot, live)
    if joined is not None:
        parts = (joined.snapshot, *joined.segments)
        warm(replace(generation, snapshot=joined.snapshot, parts=parts))


def _beside(generation: Generation, live: Path) -> None:
    warm_beside(generation)
    warm_live(generation.snapshot, live)


def main(arguments: Sequence[str]) -> int:
    """`DATA`: all indexes, or a small shop if there is none. `--index FOLDER`: this one."""
    option, folder = arguments[0], Path(arguments[-1])
    if option == "--index":
        try:
            return 0 if _run_on(folder, lambda generation, _: warm(generation)) else 1
        except IndexingError as error:
            print(error, file=sys.stderr)  # noqa: T201 - read by who started this process
            return 1
    if option == "--behind":
        os.nice(_STEPS_BACK)
        if not is_compiling(Path(arguments[1])):
            ensure_compiled(Path(arguments[1]), folder)
        return 0
    if option == "--beside":
        warm_indexes(folder, beside=True)
        return 0
    if not _in_two_processes(folder):
        compile_kernels()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
