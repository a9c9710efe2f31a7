"""What each worker of a service can serve, told to the others by small files in their folder.

Workers share the listening socket, so one that cannot open what the others have mapped must not
take requests: it waits, and the others say so.
"""

import json
import os
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class View:
    """One worker's. waits: it takes no requests yet. failed: index → why it cannot be opened."""

    worker: int
    served: tuple[str, ...]
    failed: dict[str, str]
    waits: bool


class Neighbours:
    """folder: of this service's workers; None if there is only one."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._told = b""

    def tell(self, served: Collection[str], failed: Mapping[str, str], waits: bool) -> None:
        """Replace what this worker told before."""
        if self._folder is None:
            return
        facts = {"served": sorted(served), "failed": dict(failed), "waits": waits}
        text = json.dumps(facts, sort_keys=True).encode()
        if text == self._told:
            return
        path = _path(self._folder, os.getpid())
        with suppress(OSError):  # a full disk is no reason to stop serving
            fresh = path.with_suffix(".fresh")
            fresh.write_bytes(text)
            fresh.replace(path)
            self._told = text

    def others(self) -> list[View]:
        """Of the workers that live."""
        if self._folder is None:
            return []
        found = [_read(path) for path in self._folder.glob("view-*.json")]
        return [view for view in found if view is not None and view.worker != os.getpid()]


def _path(folder: Path, worker: int) -> Path:
    return folder / f"view-{worker}.json"


def _read(path: Path) -> View | None:
    worker = int(path.stem.rpartition("-")[2])
    try:
        os.kill(worker, 0)
        facts: dict[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError):  # it is gone
        path.unlink(missing_ok=True)
        return None
    return View(worker, tuple(facts["served"]), facts["failed"], facts["waits"])
