"""A real redis-server of a test's own, on a free port, gone with the test."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RedisServer:
    """Keeps nothing; or, with options, what they say."""

    def __init__(self, folder: Path, port: int | None = None, *options: str) -> None:
        self.port = port or free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._folder = folder
        self._options = options
        self._child: subprocess.Popen[bytes] | None = None

    def start(self, attempts: int = 1) -> None:
        """attempts: more where something begins it again when it ends, as systemd does."""
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1"]
        command += ["--save", "", "--appendonly", "no", "--dir", str(self._folder)]
        command += self._options
        self._child = self._began(command)
        give_up = time.monotonic() + 10
        while not self._answers():
            ended = self._child.poll() is not None
            if ended and attempts > 1:
                attempts -= 1
                self._child = self._began(command)
            elif ended or time.monotonic() > give_up:
                self.stop()
                pytest.fail(f"redis-server did not start: {self._folder / 'redis.log'}")
            time.sleep(0.02)

    def stop(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            self._child = None

    def _began(self, command: list[str]) -> "subprocess.Popen[bytes]":
        with (self._folder / "redis.log").open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as link:
                link.sendall(b"PING\r\n")
                return link.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def require_redis_server() -> None:
    if shutil.which("redis-server") is None:
        message = "needs redis-server: apt-get install redis-server"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
