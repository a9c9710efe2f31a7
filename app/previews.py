"""A kept snapshot, opened to be looked at before it is published."""

import threading
from dataclasses import replace
from pathlib import Path

from app.errors import Fault, NotFoundError, NotReadyError
from app.openings import opening
from app.version import code_version
from indexing.current import Current
from indexing.errors import IndexingError
from indexing.publish import list_snapshots
from indexing.verified import Verify
from ranking.generation import Generation, open_generation


class Previews:
    """The last one that was asked for stays open; it is not warmed, so its first search is slow."""

    def __init__(self, verify: Verify) -> None:
        self._verify = verify
        self._lock = threading.Lock()
        self._opened: tuple[Path, Current, Generation] | None = None

    def get(self, index: Path, current: Current, snapshot_id: str) -> Generation:
        """The snapshot under the model and rules in force. May take seconds.

        Raises NotFoundError if the index keeps no such snapshot, NotReadyError if it does not open.
        """
        wanted = replace(current, snapshot=snapshot_id)
        with self._lock:
            if self._opened is not None and self._opened[:2] == (index, wanted):
                return self._opened[2]
            kept = [manifest.snapshot_id for manifest in list_snapshots(index)]
            if snapshot_id not in kept:
                raise NotFoundError(
                    f"index {index.name!r} keeps no snapshot {snapshot_id[:100]!r}.",
                    [Fault("preview", "is not known", f"Kept are: {', '.join(kept) or 'none'}.")],
                )
            try:
                with opening(index, snapshot_id):
                    generation = open_generation(index, wanted, code_version(), None, self._verify)
            except (IndexingError, OSError) as error:
                raise NotReadyError(f"snapshot {snapshot_id} cannot be opened: {error}") from error
            self._opened = index, wanted, generation
            return generation
