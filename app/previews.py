"""A kept snapshot or model, opened to be looked at before it is published."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import Final

from app.errors import Fault, NotFoundError, NotReadyError
from app.openings import opening
from app.version import code_version
from indexing.current import Current
from indexing.errors import IndexingError
from indexing.publish import list_snapshots
from indexing.verified import Verify
from ranking.generation import Generation, open_generation, ranker_for
from ranking.policy import SHIPPED
from ranking.rankers.model_store import list_models
from ranking.rankers.ranker import Ranker

_MOST_RANKERS: Final = 4


class Previews:
    """The last snapshot that was asked for stays open, and the last four models; nothing is warmed,
    so the first search is slow.
    """

    def __init__(self, verify: Verify) -> None:
        self._verify = verify
        self._lock = threading.Lock()
        self._opened: tuple[Path, Current, Generation] | None = None
        self._rankers: dict[tuple[Path, str, str], tuple[Ranker, tuple[str, ...]]] = {}

    def named(self, index: Path, wanted: str) -> tuple[str | None, str | None]:
        """The snapshot and the model that are meant. Raises NotFoundError."""
        snapshots = [manifest.snapshot_id for manifest in list_snapshots(index)]
        models = [SHIPPED, *(manifest.model_id for manifest in list_models(index))]
        snapshot: str | None = None
        model: str | None = None
        for name in wanted.split(","):
            if snapshot is None and name in snapshots:
                snapshot = name
            elif model is None and name in models:
                model = name
            else:
                known = f"snapshots {', '.join(snapshots) or 'none'}; models {', '.join(models)}"
                raise NotFoundError(
                    f"index {index.name!r} keeps no snapshot or model {name[:100]!r}.",
                    [Fault("preview", "is not known", f"Kept are: {known}. Name one of each.")],
                )
        return snapshot, model

    def get(self, index: Path, current: Current, snapshot_id: str) -> Generation:
        """A kept snapshot under the model and rules in force. May take seconds.

        Raises NotReadyError if it does not open.
        """
        wanted = replace(current, snapshot=snapshot_id)
        with self._lock:
            if self._opened is not None and self._opened[:2] == (index, wanted):
                return self._opened[2]
            try:
                with opening(index, snapshot_id):
                    generation = open_generation(index, wanted, code_version(), None, self._verify)
            except (IndexingError, OSError) as error:
                raise NotReadyError(f"snapshot {snapshot_id} cannot be opened: {error}") from error
            self._opened = index, wanted, generation
            return generation

    def under(self, index: Path, generation: Generation, model: str) -> Generation:
        """The same with a kept model in place of its own; `degraded` says if it does not fit."""
        place = index, generation.snapshot.id, model
        with self._lock:
            known = self._rankers.pop(place, None)
            if known is None:
                known = ranker_for(index, model, generation.snapshot)
            while len(self._rankers) >= _MOST_RANKERS:
                self._rankers.pop(next(iter(self._rankers)))
            self._rankers[place] = known
        ranker, degraded = known
        others = [each for each in generation.degraded if not each.startswith("model_incompatible")]
        return replace(
            generation, id=f"{generation.id}-{model}", ranker=ranker,
            degraded=(*degraded, *others),
        )  # fmt: skip
