"""`vitrina serve`, and an app that does nothing, as processes of their own; memory of workers."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import FastAPI

ROOT = Path(__file__).resolve().parents[1]
START_WITHIN_S = 300
FIXED = {"VITRINA_BUDGET_MS": "60000", "VITRINA_MAX_BUDGET_MS": "60000",
         "VITRINA_ACCESS_LOG": "false", "VITRINA_MAX_INFLIGHT": "1000",
         "VITRINA_LOG_LEVEL": "warning"}  # fmt: skip
"""No answer is cheaper than another: nothing is skipped and nobody refused."""


@dataclass(frozen=True, slots=True)
class Running:
    url: str
    pid: int
    start_s: float
    """From the command to the first 200 of the path that was waited for."""


def create_bare_app() -> FastAPI:
    """The least that FastAPI can answer in the usual way."""
    app = FastAPI()

    @app.get("/")
    async def empty() -> dict[str, str]:
        return {"status": "ok"}

    return app


@contextmanager
def served(data: Path, workers: int, **settings: str) -> Iterator[Running]:
    """The real command, on a free port of this machine. settings: names without VITRINA_."""
    port = free_port()
    given = FIXED | {f"VITRINA_{name.upper()}": value for name, value in settings.items()}
    command = ["-m", "app.cli", "serve", "--data", str(data), "--port", str(port)]
    with _started([*command, "--workers", str(workers)], port, "/readyz", given) as running:
        _wait_for_all(running, workers)
        yield running


@contextmanager
def served_bare(workers: int) -> Iterator[Running]:
    port = free_port()
    command = ["-m", "uvicorn", "benchmarks.http_service:create_bare_app", "--factory",
               "--port", str(port), "--workers", str(workers), "--log-level", "warning",
               "--no-access-log"]  # fmt: skip
    with _started(command, port, "/", {}) as running:
        time.sleep(1.0 if workers > 1 else 0.0)
        yield running


@contextmanager
def _started(
    arguments: list[str], port: int, ready: str, settings: dict[str, str]
) -> Iterator[Running]:
    inherited = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith("VITRINA_") or k == "VITRINA_KERNEL_CACHE_DIR"
    }
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *arguments], cwd=ROOT, env=inherited | settings, start_new_session=True
    )
    try:
        url = f"http://127.0.0.1:{port}"
        while not _answers(url + ready):
            if process.poll() is not None or time.perf_counter() > begun + START_WITHIN_S:
                raise SystemExit(f"the service did not start: {' '.join(arguments)}")
            time.sleep(0.01)
        yield Running(url, process.pid, time.perf_counter() - begun)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def _wait_for_all(running: Running, workers: int) -> None:
    """One worker that is ready answers for all; the others are measured too."""
    late = time.perf_counter() + START_WITHIN_S
    while len(worker_ids(running)) < workers and time.perf_counter() < late:
        time.sleep(0.05)
    time.sleep(1.0)  # mapped; now warmed


def _answers(url: str) -> bool:
    try:
        return fetch(url)[0] == 200
    except OSError:
        return False


def fetch(url: str) -> tuple[int, bytes]:
    """Status and body over a new connection, so that any worker may answer. Raises OSError."""
    place = urlsplit(url)
    link = http.client.HTTPConnection(place.netloc, timeout=30)
    try:
        link.request("GET", f"{place.path}?{place.query}")
        answer = link.getresponse()
        return answer.status, answer.read()
    except http.client.HTTPException as error:
        raise OSError(str(error)) from error
    finally:
        link.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def worker_ids(running: Running) -> list[int]:
    """Processes that have the snapshot mapped, but for the one that applies changes."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            ours = os.getpgid(int(folder.name)) == running.pid
            ours = ours and b"app.live.writing" not in (folder / "cmdline").read_bytes()
            if ours and "/snapshots/" in (folder / "maps").read_text():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def memory_mb(pid: int) -> tuple[float, float, float]:
    """RssAnon, PSS and RSS of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return (
        _kb("RssAnon", status) / 1024,
        _kb("Pss", rollup) / 1024,
        _kb("VmRSS", status) / 1024,
    )


def _kb(name: str, text: str) -> int:
    found = re.search(rf"(?m)^{name}:\s+(\d+) kB", text)
    return int(found.group(1)) if found else 0
