"""Restarts under load: nobody is reset, with one worker and with many; the exit code is 0."""

import asyncio
import os
import signal
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from subprocess import Popen

import httpx
import pytest
from catalogs import build_index
from http_service import served_by_command, status, wait_until
from redis_server import free_port

_LIMIT_S = 120.0
LAMPS = [{"id": str(n), "title": f"Lamp number {n}", "price": n} for n in range(30)]


class Callers:
    """Search without a pause, until told to stop: half on new connections, half on kept ones.

    answers: how often each happened. A refused connection is what callers expect of a service
    that is down; to be reset, or left without an answer, is not.
    """

    def __init__(self, url: str, callers: int = 8) -> None:
        self._url = url
        self._callers = callers
        self.answers: Counter[str] = Counter()

    async def __aenter__(self) -> "Callers":
        self._stop = False
        self._tasks = [
            asyncio.create_task(self._call(kept=n % 2 > 0)) for n in range(self._callers)
        ]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stop = True
        await asyncio.gather(*self._tasks)

    async def answered(self, times: int) -> None:
        wanted = self.answers["200"] + times
        late = asyncio.get_running_loop().time() + _LIMIT_S
        while self.answers["200"] < wanted:
            assert asyncio.get_running_loop().time() < late, "nobody answers"
            await asyncio.sleep(0.01)

    async def _call(self, kept: bool) -> None:
        limits = httpx.Limits(max_keepalive_connections=1 if kept else 0)
        async with httpx.AsyncClient(base_url=self._url, limits=limits, timeout=_LIMIT_S) as client:
            n = 0
            while not self._stop:
                n += 1
                try:
                    answer = await client.get("/v1/search", params={"q": f"lamp {n % 97}"})
                    self.answers[str(answer.status_code)] += 1
                except httpx.ConnectError:
                    self.answers["refused"] += 1
                    await asyncio.sleep(0.02)
                except httpx.TransportError as error:
                    self.answers[repr(error)] += 1


@pytest.mark.parametrize(("workers", "restarts"), [(2, 3), (1, 2)])
def test_no_request_is_lost_in_a_restart(tmp_path: Path, workers: int, restarts: int) -> None:
    data, port = tmp_path / "var", free_port()
    build_index(data / "main", LAMPS)

    async def scenario() -> Counter[str]:
        async with Callers(f"http://127.0.0.1:{port}") as callers:
            for _ in range(restarts):
                with ExitStack() as stack:
                    started = served_by_command(data, "--workers", str(workers), port=port)
                    _, process = await asyncio.to_thread(stack.enter_context, started)
                    await callers.answered(200)
                    process.send_signal(signal.SIGTERM)
                    assert await asyncio.to_thread(process.wait, _LIMIT_S) == 0
        return callers.answers

    answers = asyncio.run(scenario())
    assert set(answers) <= {"200", "503", "refused"}, answers
    assert answers["200"] >= 200 * restarts


def workers_of(process: "Popen[bytes]") -> list[int]:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    commands = {int(each): Path(f"/proc/{each}/cmdline").read_bytes() for each in children}
    return [each for each, command in commands.items() if b"spawn_main" in command]


def test_workers_that_die_are_replaced_and_told_and_end_with_their_parent(tmp_path: Path) -> None:
    data = tmp_path / "var"
    build_index(data / "main", LAMPS)
    with served_by_command(data, "--workers", "2") as (url, process):
        wait_until(lambda: len(workers_of(process)) == 2, _LIMIT_S)
        victim, other = workers_of(process)
        os.kill(victim, signal.SIGSEGV)
        wait_until(lambda: len(ids := workers_of(process)) == 2 and victim not in ids, _LIMIT_S)
        (log,) = tmp_path.glob("serve-*.log")
        assert f"worker {victim} was killed by SIGSEGV" in log.read_text()
        assert status(f"{url}/healthz") == 200
        process.kill()  # the parent alone
        process.wait()
        wait_until(lambda: status(f"{url}/healthz") == 0, _LIMIT_S)
        wait_until(lambda: not Path(f"/proc/{other}").exists(), _LIMIT_S)
