"""The service over real HTTP, in a thread of the test or as `vitrina serve` in processes."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
from redis_server import free_port
from source_tree import KERNELS, ROOT

from app.main import create_app
from app.server.listener import bind
from app.server.server import Server
from app.server.start import server_config
from app.settings import Settings

COMPILING_S = 600
"""The first service of a checkout compiles all kernels, and other programs may be running."""


@contextmanager
def serving(data: Path, **given: Any) -> Iterator[httpx.Client]:
    """A client of a service on these settings."""
    settings = Settings(
        data_dir=data,
        **{
            "access_log": False,
            "poll_s": 0.05,
            "budget_ms": 5_000.0,
            "shutdown_s": 0,
            "live": False,
            **given,
        },
    )
    listeners = list(bind("127.0.0.1", 0))
    port = listeners[0].getsockname()[1]
    config = server_config(create_app(settings), settings, log_config=None)
    server = Server(config, owns_listener=True)
    thread = threading.Thread(target=server.run, args=(listeners,), name="service", daemon=True)
    thread.start()
    try:
        wait_until(lambda: server.started or not thread.is_alive(), COMPILING_S)
        assert server.started
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join(COMPILING_S)
        assert not thread.is_alive()


@contextmanager
def served_by_command(
    data: Path,
    *arguments: str,
    environment: dict[str, str] | None = None,
    ready: bool = True,
    port: int | None = None,
) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """Address and process of `vitrina serve` in a process group of its own."""
    port = port or free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "app.cli", "serve", "--data", str(data), "--port", str(port)]
    with (data.parent / f"serve-{port}.log").open("ab") as log:
        process = subprocess.Popen(
            [*command, *arguments],
            cwd=ROOT,
            env=clean_environment() | {"VITRINA_LIVE": "false"} | (environment or {}),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            if ready:
                wait_until(lambda: status(f"{url}/readyz") == 200, COMPILING_S)
            yield url, process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def clean_environment() -> dict[str, str]:
    """Without settings of whoever runs the tests; kernels where all tests keep them."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("VITRINA_", "PROMETHEUS_"))}
    return kept | {"VITRINA_KERNEL_CACHE_DIR": str(KERNELS)}


def status(url: str) -> int:
    """0: nobody listens (yet)."""
    try:
        return httpx.get(url, timeout=10).status_code
    except httpx.TransportError:
        return 0


def wait_until(true: Any, within_s: float = 60.0) -> float:
    """The seconds that it took. Generous: how fast a thing is, benchmarks say."""
    begun = time.monotonic()
    while not true():
        assert time.monotonic() < begun + within_s, f"not within {within_s:g} s"
        time.sleep(0.01)
    return time.monotonic() - begun
