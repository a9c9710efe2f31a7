"""What a worker's first changed view needs, loaded before a shopper waits for it.

Searches over segments, products gone and patched numbers call kernels with arrays of other kinds;
loading those took up to a tenth of a second, and compiling them seconds of a search's budget.
"""

import time
from dataclasses import replace
from pathlib import Path

from indexing.errors import IndexingError
from indexing.live.state import FROZEN
from indexing.live.warm import warm_live
from ranking.generation import Generation
from ranking.warm import warm_few


def ready_for_changes(generation: Generation, live: Path) -> bool:
    """False where the process that applies changes has not yet prepared the folder `live`.

    After the generation serves: some tenths of a second at a million products.
    """
    if not (live / FROZEN).exists():
        return False
    try:
        joined = warm_live(generation.snapshot, live)
    except (IndexingError, OSError):
        return False  # as of a full disk
    if joined is not None:
        parts = (joined.snapshot, *joined.segments)
        changed = replace(generation, snapshot=joined.snapshot, parts=parts, others={})
        warm_few(changed, time.perf_counter)
    return True
