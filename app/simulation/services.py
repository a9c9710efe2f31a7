"""The real service for simulated shoppers: `vitrina serve`, in processes of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Final

from app.errors import SimulationError

HOST: Final = "127.0.0.1"
_READY_S: Final = 600.0
"""The first service of an installation compiles all kernels."""
_STOPPED_S: Final = 30.0


@dataclass(slots=True)
class ServedProcess:
    """One `vitrina serve`, which can be killed and started again on the same port."""

    port: int
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    log: Path
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        command = [sys.executable, "-m", "app.cli", "serve", "--host", HOST, "--port"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - this program itself
                [*command, str(self.port), *self.arguments],
                env=dict(self.environment), stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def wait_ready(self) -> None:
        """Raises SimulationError, which names the log."""
        give_up = time.monotonic() + _READY_S
        while not _is_ready(self.port):
            if self.process is None or self.process.poll() is not None:
                raise SimulationError(f"the service ended while it started. {self.log} says why.")
            if time.monotonic() > give_up:
                raise SimulationError(
                    f"the service is not ready after {_READY_S:.0f} s: {self.log}"
                )
            time.sleep(0.05)

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(_STOPPED_S)
        except subprocess.TimeoutExpired:
            self.kill()
        self.process = None

    def kill(self) -> None:
        """Kill -9 of the service and all of its workers."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@contextmanager
def served(
    data: Path,
    environments: Sequence[Mapping[str, str]],
    port: int,
    workers: int,
) -> Iterator[list[ServedProcess]]:
    """A service an environment, ready; ports go on from `port`, or are free ones for 0."""
    with ExitStack() as stopping:
        before = signal.signal(signal.SIGTERM, _end)
        stopping.callback(signal.signal, signal.SIGTERM, before)
        started = []
        for number, environment in enumerate(environments):
            each = ServedProcess(
                port + number if port else _free_port(),
                ("--data", str(data), "--workers", str(workers)),
                environment,
                data / f"simulated-service-{number}.log",
            )
            stopping.callback(each.stop)
            each.start()
            started.append(each)
        for each in started:
            each.wait_ready()
        yield started


def _end(number: int, _: object) -> None:
    """Through every `with`, so that no service outlives who started it."""
    raise SystemExit(128 + number)


def _is_ready(port: int) -> bool:
    link = HTTPConnection(HOST, port, timeout=10)
    try:
        link.request("GET", "/readyz")
        return link.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        link.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
