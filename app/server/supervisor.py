"""The parent of several workers: starts them, replaces those that end, and ends them together."""

import logging
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess

import uvicorn
from uvicorn.config import STARTUP_FAILURE

from app.server.listener import refuse_connections
from app.server.server import WorkerServer

_BEAT_S = 1.0
_SILENT_S = 30.0
"""A worker without a sign of life for so long hangs; compiling a kernel may take seconds."""
_STARTING_S = 120.0
"""Until its first sign of life: a busy machine takes long to import all libraries."""
_SHORT_LIFE_S = 10.0
_LONGEST_PAUSE_S = 10.0
_CLOSING_S = 10.0
"""Beyond VITRINA_SHUTDOWN_S, for what is closed at a worker's end."""
_spawn = multiprocessing.get_context("spawn")
log = logging.getLogger("vitrina.supervisor")


@dataclass(slots=True)
class _Worker:
    process: SpawnProcess
    beats: Connection
    started: float
    heard: float | None = None

    def is_silent(self, now: float) -> bool:
        if self.heard is None:
            return now > self.started + _STARTING_S
        return now > self.heard + _SILENT_S


@dataclass(slots=True)
class Supervisor:
    """config, listeners: of every worker. SIGTERM or SIGINT ends the workers, then `run`."""

    config: uvicorn.Config
    listeners: Sequence[socket.socket]
    _workers: list[_Worker] = field(default_factory=list)
    _ending: bool = False
    _pause_s: float = 0.0
    _start_at: float = 0.0

    def run(self) -> int:
        """Until a signal; the exit code: 0, or why no worker can start."""
        with self._signals() as signalled:
            failed = 0
            while not self._ending and not failed:
                while len(self._workers) < self.config.workers and self._may_start():
                    self._workers.append(self._start())
                sentinels = [worker.process.sentinel for worker in self._workers]
                beats = [worker.beats for worker in self._workers]
                wait([signalled, *sentinels, *beats], _BEAT_S)
                failed = self._look()
            self._end()
            return failed

    def _start(self) -> _Worker:
        ours, theirs = _spawn.Pipe()
        process = _spawn.Process(target=work, args=(self.config, list(self.listeners), theirs))
        process.start()
        theirs.close()
        log.info("worker %d starts", process.pid)
        return _Worker(process, ours, time.monotonic())

    def _look(self) -> int:
        """Hear the living, count out the dead; not 0 if there is no use in starting others."""
        now = time.monotonic()
        for worker in list(self._workers):
            with suppress(EOFError, OSError):
                while worker.beats.poll():
                    worker.beats.recv_bytes()
                    worker.heard = now
            if worker.process.is_alive() and worker.is_silent(now):
                log.error("worker %d gives no sign of life and is killed", worker.process.pid)
                worker.process.kill()
                worker.process.join()
            if worker.process.is_alive():
                continue
            self._workers.remove(worker)
            worker.beats.close()
            code = worker.process.exitcode or 0
            if self._ending:
                continue
            log.error("worker %d %s", worker.process.pid, _end_of(code))
            if code == STARTUP_FAILURE:
                return code
            self._pace(now, now - worker.started)
        return 0

    def _may_start(self) -> bool:
        return not self._ending and time.monotonic() >= self._start_at

    def _pace(self, now: float, lived_s: float) -> None:
        """Workers that end as soon as they start must not take all of the machine."""
        short = lived_s < _SHORT_LIFE_S
        self._pause_s = min(_LONGEST_PAUSE_S, max(0.5, 2 * self._pause_s)) if short else 0.0
        self._start_at = now + self._pause_s

    def _end(self) -> None:
        self._ending = True
        refuse_connections(self.listeners)
        for worker in self._workers:
            worker.process.terminate()
        for listener in self.listeners:
            listener.close()
        due = time.monotonic() + (self.config.timeout_graceful_shutdown or 0) + _CLOSING_S
        for worker in self._workers:
            worker.process.join(max(0.0, due - time.monotonic()))
            if worker.process.is_alive():
                log.error("worker %d does not end and is killed", worker.process.pid)
                worker.process.kill()
                worker.process.join()
        self._workers.clear()

    @contextmanager
    def _signals(self) -> Iterator[socket.socket]:
        """A socket that has something to read once a signal came."""
        told, tells = socket.socketpair()
        tells.setblocking(False)

        def end(number: int, _: object) -> None:
            log.info("%s: ending", signal.Signals(number).name)
            self._ending = True
            with suppress(BlockingIOError):
                tells.send(b"\0")

        before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield told
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            told.close()
            tells.close()


def work(config: uvicorn.Config, listeners: list[socket.socket], beats: Connection) -> None:
    """A worker's whole life."""
    config.configure_logging()
    threading.Thread(target=_beat, args=(beats,), name="beats", daemon=True).start()
    WorkerServer(config, owns_listener=False).run(sockets=listeners)


def _beat(beats: Connection) -> None:
    """Signs of life. A worker whose parent was killed would go on listening, for nobody."""
    with suppress(OSError):
        while not beats.poll(_BEAT_S):
            beats.send_bytes(b"\0")
    os.kill(os.getpid(), signal.SIGTERM)


def _end_of(code: int) -> str:
    """code: a process's exit code, below 0 for a signal."""
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"was killed by signal {-code}"
