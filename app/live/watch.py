"""Of each worker: follow the states, and see to it that some process writes them."""

import logging
import os
import subprocess
import sys
import threading
from typing import Final

from app.live.lock import holds_lock
from app.live.views import LiveViews
from app.settings import Settings, child_environment

FOLLOW_S: Final = 0.05
_WATCH_S: Final = 1.0
log = logging.getLogger("vitrina.live")


class LiveWatch:
    """Two threads of a worker."""

    def __init__(self, settings: Settings, views: LiveViews) -> None:
        self._data = settings.data_dir
        self._environment = child_environment(settings)
        self._views = views
        self._stop = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._threads = [
            threading.Thread(target=self._follow, name="live", daemon=True),
            threading.Thread(target=self._watch, name="live-watch", daemon=True),
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=10)
        if self._child is not None and self._child.poll() is None:
            self._child.terminate()
            self._child.wait()

    def _follow(self) -> None:
        while not self._stop.wait(FOLLOW_S):
            try:
                self._views.look()
            except Exception:  # the follower must outlive whatever one look runs into
                log.exception("following changes failed")
                self._stop.wait(_WATCH_S)

    def _watch(self) -> None:
        told = ""
        while not self._stop.is_set():
            try:
                self._see_to_writer()
                told = ""
            except OSError as error:
                if str(error) != told:  # as of a folder that cannot be written
                    log.error("no process applies changes: %s", error)
                told = str(error)
            self._stop.wait(_WATCH_S)

    def _see_to_writer(self) -> None:
        if self._child is not None and self._child.poll() is None:
            return
        if not self._data.is_dir():
            return
        handle = holds_lock(self._data)
        if handle is None:
            return
        os.close(handle)
        self._child = subprocess.Popen(  # noqa: S603 - our own module and a number
            [sys.executable, "-m", "app.live.writing", str(os.getpid())],
            stdin=subprocess.DEVNULL,
            env=self._environment,
        )
