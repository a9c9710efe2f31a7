"""The compose file's services run without containers: their command lines, in their order.

Only places differ: /data is a folder of the test, the port a free one, the address loopback, and
the demo shop has a thousand products.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest
from compose_file import compose_services
from http_service import COMPILING_S, clean_environment
from redis_server import RedisServer, free_port, require_redis_server
from source_tree import ROOT


def get(url: str) -> tuple[int, bytes]:
    """Status 0: nobody listens (yet)."""
    try:
        answer = httpx.get(url, timeout=10)
    except httpx.TransportError:
        return 0, b""
    return answer.status_code, answer.content


def wait_for_status(url: str, status: int, within_s: float) -> bytes:
    give_up = time.monotonic() + within_s
    while True:
        seen, body = get(url)
        if seen == status:
            return body
        assert time.monotonic() < give_up, f"{url}: {seen} {body[:500]!r}"
        time.sleep(0.1)


class Deployment:
    def __init__(self, folder: Path, redis_url: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = clean_environment() | {"VITRINA_REDIS_URL": redis_url}

    def command(self, service: str) -> list[str]:
        program, *arguments = compose_services()[service]["command"]
        assert program == "vitrina"
        for option, value in (("--port", self.port), ("--products", 1000), ("--host", "127.0.0.1")):
            if option in arguments:
                arguments[arguments.index(option) + 1] = str(value)
        arguments = [re.sub("^/data", str(self.folder), argument) for argument in arguments]
        return [sys.executable, "-m", "app.cli", *arguments]

    def run(self, service: str) -> None:
        seen = subprocess.run(
            self.command(service),
            cwd=ROOT,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=COMPILING_S,
            check=False,
        )
        assert seen.returncode == 0, seen.stderr

    @contextmanager
    def serving(self) -> Iterator[subprocess.Popen[bytes]]:
        with (self.folder / "serve.log").open("wb") as log:
            api = subprocess.Popen(
                self.command("api"),
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            try:
                yield api
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(api.pid, signal.SIGKILL)  # with whatever it has started
                api.wait()


def _wait_for_success(command: list[str], within_s: float) -> None:
    """As compose asks again: a worker may take up the first index after the other one."""
    give_up = time.monotonic() + within_s
    while (seen := subprocess.run(command, capture_output=True, check=False)).returncode:
        assert time.monotonic() < give_up, seen.stderr.decode()
        time.sleep(0.2)


@pytest.mark.timeout(3 * COMPILING_S)
def test_the_services_one_after_the_other(tmp_path: Path) -> None:
    require_redis_server()
    redis = RedisServer(tmp_path)
    redis.start()
    deployment = Deployment(tmp_path, redis.url)
    try:
        with deployment.serving() as api:
            # As in the compose file, the service does not wait for the index…
            wait_for_status(f"{deployment.url}/healthz", 200, within_s=COMPILING_S)
            assert get(f"{deployment.url}/readyz")[0] == 503
            # … and takes it up when it is there.
            deployment.run("demo-data")
            deployment.run("index")
            wait_for_status(f"{deployment.url}/readyz", 200, within_s=120)
            answer = json.loads(wait_for_status(f"{deployment.url}/v1/search?q=shoes", 200, 60))
            assert answer["total"] > 0
            assert answer["hits"]
            # The health checks of the files, word for word but for the port.
            check = compose_services()["api"]["healthcheck"]["test"][-1]
            code = check.replace("8080", str(deployment.port))
            _wait_for_success([sys.executable, "-c", code], within_s=60)
            # Redis dies: searches go on.
            redis.stop()
            wait_for_status(f"{deployment.url}/v1/search?q=lamp", 200, within_s=60)
            api.send_signal(signal.SIGTERM)
            assert api.wait(timeout=30) == 0
    finally:
        redis.stop()
