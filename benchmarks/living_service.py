"""A service of two workers whose processes are killed on purpose (`benchmarks.living_faults`)."""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import httpx

from benchmarks.http_service import ROOT, free_port

START_S = 600.0
_FAILING_BYTES = 4_096
"""Files may not grow beyond it while the disk is full: less than any database has."""


class Service:
    """On one port for all its lives."""

    def __init__(self, data: Path, settings: dict[str, str]) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = data.parent / "service.log"
        kept = {k: v for k, v in os.environ.items() if not k.startswith("VITRINA_")}
        kernels = os.environ.get("VITRINA_KERNEL_CACHE_DIR")
        self._environment = kept | settings | {
            "VITRINA_LOG_LEVEL": "warning", "VITRINA_ACCESS_LOG": "false", "VITRINA_POLL_S": "0.1",
            "VITRINA_BUDGET_MS": "60000", "VITRINA_MAX_BUDGET_MS": "60000",
        } | ({"VITRINA_KERNEL_CACHE_DIR": kernels} if kernels else {})  # fmt: skip
        self._command = [
            sys.executable, "-m", "app.cli", "serve", "--data", str(data), "--port",
            str(self.port), "--workers", "2",
        ]  # fmt: skip
        self._parent: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Again, until the port is free and a worker answers that is not of a killed parent."""
        until = time.monotonic() + START_S
        while time.monotonic() < until:
            if self._parent is None or self._parent.poll() is not None:
                with self._log.open("ab") as log:
                    self._parent = subprocess.Popen(
                        self._command, cwd=ROOT, env=self._environment, stdout=log, stderr=log,
                        start_new_session=True,
                    )  # fmt: skip
            with suppress(httpx.TransportError):
                ready = httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200
                if ready and self._parent.poll() is None and self.workers():
                    return
            time.sleep(0.1)
        raise SystemExit(f"the service did not start: {self._log}")

    def stop(self) -> None:
        if self._parent is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._parent.pid, signal.SIGKILL)
            self._parent.wait()

    def kill_parent(self) -> bool:
        """Workers whose parent is gone end by themselves."""
        assert self._parent is not None
        self._parent.kill()
        self._parent.wait()
        return True

    def workers(self) -> list[int]:
        assert self._parent is not None
        return [each for each in _children(self._parent.pid) if b"spawn_main" in _command(each)]

    def writers(self) -> list[int]:
        """Processes that apply changes."""
        found = [child for worker in self.workers() for child in _children(worker)]
        return [each for each in found if b"app.live.writing" in _command(each)]

    def kill(self, victims: Sequence[int]) -> bool:
        """The first of them, if there is one."""
        for victim in victims[:1]:
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
                return True
        return False

    def fill_disk(self, seconds: float) -> bool:
        """No file of these processes can grow for so long, as where there is no room."""
        limited = [*self.workers(), *self.writers()]
        for process in limited:
            _limit(process, _FAILING_BYTES)
        time.sleep(seconds)
        for process in {*limited, *self.workers(), *self.writers()}:
            _limit(process, resource.RLIM_INFINITY)
        return bool(limited)


def _limit(process: int, size: int) -> None:
    with suppress(ProcessLookupError):
        resource.prlimit(process, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def _children(process: int) -> list[int]:
    found: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{process}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    return found


def _command(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""
