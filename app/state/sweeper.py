"""The one sweep of this machine: whichever worker holds the lock empties everybody's journals."""

import logging
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.file_locks import hold
from app.state.archive import FILE, Archive
from app.state.exposure import fold_exposure
from app.state.journal import StateError, journals
from app.state.profiles import Profiles
from app.state.upkeep import Kept, Upkeep
from app.telemetry import SWEEP_FAILURES

if TYPE_CHECKING:
    from app.state.exchange import Exchange

LOCK: Final = ".sweep.lock"
EVERY_S: Final = 0.25
UPKEEP_EVERY_S: Final = 60.0
EXPIRE_EVERY_S: Final = 3_600.0
UPKEEP_S: Final = 1_800.0
EXPOSURE_PERIOD_S: Final = 300.0
_AFTER_FAILURE_S: Final = 2.0
log = logging.getLogger("vitrina.state")


class Sweeper:
    """A thread that sweeps while this process holds the machine's lock, else waits for it."""

    def __init__(
        self,
        folder: Path,
        kept: Kept,
        *,
        sync: bool,
        redis_url: str | None = None,
        every_s: float = EVERY_S,
        profiles: Profiles | None = None,
        exposure_period_s: float = EXPOSURE_PERIOD_S,
    ) -> None:
        self._exposure_period_s = exposure_period_s
        self._folded = -1.0
        self._folder = folder
        self._redis_url = redis_url
        self._profiles = profiles
        self._exchange: Exchange | None = None
        self._kept = kept
        self._upkeep_at = 0.0
        self._expire_at = time.monotonic() + EXPIRE_EVERY_S
        self._sync = sync
        self._every_s = every_s
        self._stop = threading.Event()
        self._look = threading.Event()
        self._told = ""
        self._thread = threading.Thread(target=self._run, name="sweep", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """After a last sweep, if this process is the one that sweeps."""
        self._stop.set()
        self._look.set()
        if self._thread.is_alive():
            self._thread.join(timeout=30)

    def look_now(self) -> None:
        self._look.set()

    def _keep_up(self, lock: int) -> None:
        """Once a minute, if there is anything to do, in a process of its own.

        It holds the lock, too: should this one be killed, nobody sweeps or packs beside it.
        """
        if time.monotonic() < self._upkeep_at:
            return
        self._upkeep_at = time.monotonic() + UPKEEP_EVERY_S
        upkeep = Upkeep(self._folder, self._kept)
        try:
            due = upkeep.is_due(time.time())
        finally:
            upkeep.close()
        if due or time.monotonic() >= self._expire_at:
            self._expire_at = time.monotonic() + EXPIRE_EVERY_S
            arguments = [str(self._folder), str(self._kept.days), str(self._kept.bytes)]
            done = subprocess.run(  # noqa: S603 - our own module, with numbers and our folder
                [sys.executable, "-m", "app.state.upkeep", *arguments],
                stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                timeout=UPKEEP_S, pass_fds=(lock,),
            )  # fmt: skip
            if done.returncode:
                raise StateError(f"upkeep of {self._folder} failed: {done.stderr[-500:]}")

    def _fold(self) -> None:
        """Once a period."""
        now = time.time()
        period = now // self._exposure_period_s
        if period != self._folded:
            fold_exposure(self._folder, now, self._exposure_period_s)
            self._folded = period

    def _run(self) -> None:
        lock: int | None = None
        archive: Archive | None = None
        pause_s = self._every_s
        try:
            while True:
                last = self._stop.is_set()
                try:
                    if lock is None:
                        lock = hold(self._folder / LOCK, 0o600)
                    if lock is not None:
                        archive = archive or Archive(self._folder, sync=self._sync)
                        self._exchange = self._exchange or self._shared(archive)
                        archive.sweep()
                        if self._exchange is not None:
                            self._exchange.run()
                        self._fold()
                        if not last:
                            self._keep_up(lock)
                    self._told, pause_s = "", self._every_s
                except StateError as error:
                    SWEEP_FAILURES.inc()
                    pause_s = _AFTER_FAILURE_S
                    if str(error) != self._told:  # once, not at every attempt
                        self._told = str(error)
                        log.error("events wait in their journals: %s", error)
                except Exception:  # whatever one sweep runs into, the next must be tried
                    SWEEP_FAILURES.inc()
                    pause_s = _AFTER_FAILURE_S
                    log.exception("the sweep failed; events wait in their journals")
                if last:
                    break
                self._look.wait(pause_s)
                self._look.clear()
        finally:
            if self._exchange is not None:
                self._exchange.close()
            if archive is not None:
                archive.close()
            if lock is not None:
                os.close(lock)

    def _shared(self, archive: Archive) -> "Exchange | None":
        if self._redis_url is None:
            archive.drop_outbox()
            return None
        from app.state.exchange import Exchange  # Redis's client is slow to import

        return Exchange(self._redis_url, archive, profiles=self._profiles)


def sweep_if_nobody_does(folder: Path) -> None:
    """For a command beside no service: what waits in journals comes into the archive.

    Raises StateError where nothing was ever logged, or the sweep fails.
    """
    if not (folder / FILE).exists() and not journals(folder):
        raise StateError(
            f"there are no events in {folder}. A service that answers searches logs them there; "
            "docs/events.md."
        )
    lock = hold(folder / LOCK, 0o600)
    if lock is None:
        return  # a service sweeps four times a second
    try:
        archive = Archive(folder, sync=False)
        try:
            archive.sweep()
        finally:
            archive.close()
    finally:
        os.close(lock)
