"""Generations of all indexes in this process: opened, warmed, swapped in by one assignment."""

import logging
import os
import threading
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.errors import Fault, NotFoundError, NotReadyError, refused
from app.live.first_change import ready_for_changes
from app.live.views import LiveViews
from app.neighbours import Neighbours
from app.openings import killed_openers, opening, try_apart
from app.previews import Previews
from app.settings import Settings, metrics_folder
from app.telemetry import NOT_SERVED, PRODUCTS, SNAPSHOT_TIME, SWAP_FAILURES, SWAP_SECONDS, SWAPS
from app.version import code_version
from indexing.current import CURRENT, Current, is_withdrawn, list_indexes, read_current
from indexing.errors import IndexingError, SnapshotError
from indexing.live.state import live_folder
from indexing.manifest import FILE_NAME
from ranking.errors import UnknownPolicyError
from ranking.generation import Generation, open_generation
from ranking.warm import warm, warm_chinese

log = logging.getLogger("vitrina.generations")
_TRIAL_EVERY_S = 600.0


@dataclass(frozen=True, slots=True)
class _Failed:
    current: Current
    again_at: float
    why: str


class Generations:
    """One thread polls CURRENT of every index; requests only read a dictionary."""

    def __init__(self, settings: Settings) -> None:
        self._data = settings.data_dir
        self._poll_s = settings.poll_s
        self._retry_s = settings.retry_s
        self._warm = settings.warm
        self._verify = settings.verify
        self._neighbours = Neighbours(metrics_folder())
        self._waits = settings.workers > 1
        self._previews = Previews(settings.verify)
        self.live = LiveViews(settings.data_dir, settings.cache_staleness_ms)
        self._served: dict[str, Generation] = {}
        self._currents: dict[str, Current] = {}
        self._failed: dict[str, _Failed] = {}
        self._unreadable: dict[str, str] = {}
        self._fresh: list[Generation] = []
        self._unchanged: dict[str, Generation] = {}
        self._changes = settings.live
        self._stop = threading.Event()
        self._look = threading.Event()
        self._thread = threading.Thread(target=self._run, name="generations", daemon=True)

    def start(self) -> None:
        """Open what is published, then keep looking. Never raises: one bad folder, found by one
        worker that starts anew, must not end a service whose other workers answer.
        """
        try:
            self.refresh()
        except Exception:
            log.exception("looking for generations failed")
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._look.set()
        if self._thread.is_alive():
            self._thread.join(timeout=30)

    def look_now(self) -> None:
        """Something was announced: do not wait for the next poll."""
        self._look.set()

    def names(self) -> list[str]:
        return sorted(self._served)

    def failures(self) -> dict[str, str]:
        """Index → why its snapshot in force is not served; an older one may be."""
        return self._unreadable | {name: each.why for name, each in self._failed.copy().items()}

    def machine_failures(self) -> dict[str, str]:
        """The same, with what workers beside this one cannot open and therefore wait for."""
        told: dict[str, str] = {}
        for view in self._neighbours.others():
            if view.waits:
                told |= {
                    name: f"worker {view.worker} takes no requests until it can open it: {why}"
                    for name, why in view.failed.items()
                }
        return self.failures() | told

    def lacking(self) -> dict[str, str]:
        """Index → why this worker cannot serve what its neighbours do; asked before it listens.

        Empty as soon as none of them lives: then it is better to say so to shoppers.
        """
        served = {name for view in self._neighbours.others() for name in view.served}
        failures = self.failures()
        lacking = {
            name: failures.get(name, f"{self._data / name / CURRENT} is missing")
            for name in served - self._served.keys()
            if not is_withdrawn(self._data / name)
        }
        self._waits = bool(lacking)
        self._neighbours.tell(self._served, failures | lacking, self._waits)
        return lacking

    def get(self, index: str, policy: str | None = None) -> Generation:
        """The generation in force, under a policy that the index names or its own.

        Raises NotFoundError, NotReadyError or InvalidRequestError with the remedy.
        """
        generation = self.live.shown(index)
        if generation is not None:
            return _under(generation, policy)
        why = self.failures().get(index)
        if why is not None:
            raise NotReadyError(f"index {index!r} cannot be opened: {why}", (), 5)
        if not self._served:
            raise NotReadyError(
                f"there is no index in {self._data} yet. Build one with `vitrina build` or "
                "`vitrina demo`; it is picked up without a restart.", (), 5,
            )  # fmt: skip
        known = ", ".join(self.names())
        raise NotFoundError(
            f"there is no index {index!r}.",
            [Fault("index", "is not known", f"Known are: {known}.")],
        )

    def preview(self, index: str, wanted: str, policy: str | None = None) -> Generation:
        """A kept snapshot, or what is served, under a kept model, or both. May take seconds.

        wanted: their ids, with a comma between. Raises as `get` does.
        """
        served, current = self.get(index), self._currents.get(index)
        if current is None:
            return _under(served, policy)
        snapshot, model = self._previews.named(self._data / index, wanted)
        if snapshot is not None and current.snapshot != snapshot:
            served = self._previews.get(self._data / index, current, snapshot)
        served = _under(served, policy)
        return served if model is None else self._previews.under(self._data / index, served, model)

    def refresh(self) -> None:
        """Look at every CURRENT once; open and swap what changed."""
        if self._served and not _has_entries(self._data):
            return  # a volume that is away for a moment is no reason to stop serving from memory
        known = set(self._served) | set(self._failed) | set(self._unreadable)
        for name in sorted(known.union(list_indexes(self._data))):
            self._refresh_one(name, self._data / name)
        failures = self.failures()
        for name in self._served.keys() | failures.keys():
            NOT_SERVED.labels(name).set(name in failures)
        if not self._waits:
            self._neighbours.tell(self._served, failures, waits=False)

    def _forget(self, name: str) -> None:
        if name in self._served:
            log.info("%s: withdrawn", name)
        self._served = {k: v for k, v in self._served.items() if k != name}
        self.live.forget(name)
        self._currents.pop(name, None)
        self._failed.pop(name, None)
        self._unreadable.pop(name, None)
        NOT_SERVED.labels(name).set(0)

    def _refresh_one(self, name: str, folder: Path) -> None:
        try:
            current = read_current(folder)
            if current is None and name in self._served and not is_withdrawn(folder):
                raise SnapshotError(
                    f"{folder / CURRENT} is missing; what it named is served on. Put a snapshot "
                    "in force with `vitrina snapshots rollback` or `activate`, or end the serving "
                    "with `vitrina snapshots withdraw`."
                )
        except (IndexingError, OSError) as error:
            if self._unreadable.get(name) != str(error):  # once, not at every look
                log.error("%s: %s", name, error)
            self._unreadable[name] = str(error)
            self._failed.pop(name, None)
            return
        told = self._unreadable.pop(name, None)
        if current is None:
            self._forget(name)
            return
        if self._currents.get(name) == current:
            self._look_at_folder(name, folder / "snapshots" / current.snapshot, told)
            self._failed.pop(name, None)  # back to the one that is served
            return
        failed = self._failed.get(name)
        if failed and failed.current == current and time.monotonic() < failed.again_at:
            return
        self._open(name, folder, current)

    def _look_at_folder(self, name: str, snapshot: Path, told: str | None) -> None:
        """What is mapped outlives its files; the next start does not. told: what was said of it."""
        if os.path.exists(snapshot / FILE_NAME):  # noqa: PTH110 - Path.exists raises for some errors
            return
        why = (
            f"{snapshot} is gone; what was mapped of it is served on, but no worker that starts "
            "can open it. Put it back, roll back, or build again."
        )
        if told != why:
            log.error("%s: %s", name, why)
        self._unreadable[name] = why

    def _open(self, name: str, folder: Path, current: Current) -> None:
        begun = time.monotonic()
        try:
            before = self._served.get(name)
            unknown = before is None or before.snapshot.id != current.snapshot
            if unknown and self._is_suspect(name, folder, current):
                return
            with opening(folder, current.snapshot):
                generation = open_generation(folder, current, code_version(), before, self._verify)
                warmed = self._warm and not _only_rules(before, generation)
                if warmed:
                    warm(generation)
        except (IndexingError, OSError) as error:
            self._not_served(name, current, str(error))
            return
        except Exception as error:  # files that are whole, but hold what they should not
            self._not_served(name, current, f"{type(error).__name__}: {error}", error)
            return
        self.live.take_up(generation)
        self._served = {**self._served, name: generation}
        self._currents[name] = current
        self._failed.pop(name, None)
        if warmed:
            self._fresh.append(generation)
        _count_swap(generation, time.monotonic() - begun)
        log.info(
            "%s: serving snapshot %s as generation %s, ready in %.2f s",
            name, current.snapshot, generation.id, time.monotonic() - begun,
        )  # fmt: skip

    def _is_suspect(self, name: str, folder: Path, current: Current) -> bool:
        """Whether a process died while it opened this snapshot, and so may this one.

        The first look only says so, as nobody must wait for a trial at the start. Not asked of what
        is served already: another rule or model in force says nothing about the snapshot.
        """
        if not killed_openers(folder, current.snapshot):
            return False
        if name not in self._failed or self._failed[name].current != current:
            self._not_served(
                name, current, "a process ended while it opened this snapshot: it is being tried "
                "in a process of its own", again_s=0.0,
            )  # fmt: skip
            return True
        why = try_apart(folder, current.snapshot, self._stop)
        if why is None:
            return False
        self._not_served(name, current, why, again_s=_TRIAL_EVERY_S)
        return True

    def _not_served(
        self,
        name: str,
        current: Current,
        why: str,
        unforeseen: Exception | None = None,
        again_s: float | None = None,
    ) -> None:
        before = self._failed.get(name)
        again_at = time.monotonic() + (self._retry_s if again_s is None else again_s)
        self._failed[name] = _Failed(current, again_at, why)
        SWAP_FAILURES.labels(name).inc()
        told = before is not None and (before.current, before.why) == (current, why)
        log.log(  # as an error once, not at every attempt
            logging.DEBUG if told else logging.ERROR,
            "%s: snapshot %s is not served: %s", name, current.snapshot, why, exc_info=unforeseen,
        )  # fmt: skip

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                while self._fresh and not self._stop.is_set():
                    fresh = self._fresh.pop()
                    warm_chinese(fresh)
                    self._unchanged[fresh.index] = fresh
                self._await_changes()
                self._look.wait(self._poll_s)
                self._look.clear()
                if not self._stop.is_set():
                    self.refresh()
            except Exception:  # the poller must outlive whatever one look runs into
                log.exception("looking for new generations failed")

    def _await_changes(self) -> None:
        """Be ready for the first change of what is served, as soon as its folder is prepared."""
        waiting, self._unchanged = self._unchanged, {}  # what raises is not tried again
        for name, generation in waiting.items() if self._changes else ():
            live = live_folder(self._data / name, generation.snapshot.id)
            if self._served.get(name) is generation and not ready_for_changes(generation, live):
                self._unchanged[name] = generation


def _under(generation: Generation, policy: str | None) -> Generation:
    try:
        return generation.under(policy)
    except UnknownPolicyError as error:
        raise refused("policy", "is not known", str(error)) from error


def _has_entries(folder: Path) -> bool:
    """Whether it is there, with anything in it: of an unmounted volume an empty folder is left."""
    return folder.is_dir() and any(folder.iterdir())


def _count_swap(generation: Generation, seconds: float) -> None:
    name, snapshot = generation.index, generation.snapshot
    SWAPS.labels(name).inc()
    SWAP_SECONDS.labels(name).observe(seconds)
    PRODUCTS.labels(name).set(snapshot.doc_count)
    SNAPSHOT_TIME.labels(name).set(datetime.fromisoformat(snapshot.manifest.created_at).timestamp())


def _only_rules(before: Generation | None, after: Generation) -> bool:
    """Whether nothing that has to be warmed is new."""
    return (
        before is not None
        and before.snapshot is after.snapshot
        and before.ranker.name == after.ranker.name
    )
