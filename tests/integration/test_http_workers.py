"""`vitrina serve` with two spawned workers: swap under load, metrics, memory, SIGTERM, restart.

One service process for the whole module; the tests build on each other's traffic but not on order.
"""

import asyncio
import os
import re
import shutil
import signal
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from subprocess import Popen

import httpx
import pytest
from catalogs import NOW
from http_service import served_by_command, status, wait_until
from redis_server import RedisServer, require_redis_server
from source_tree import KERNELS

from app.version import code_version
from indexing.build import BuildOptions, build
from indexing.demo.shop import DemoShop
from indexing.progress import Silent
from indexing.publish import activate, list_snapshots

QUERIES = ["shoes", "black dress", "lamp", "cotton shirt", "手机", "wireless", "500 ml", "blue"]
Service = tuple[str, "Popen[bytes]"]


@pytest.fixture(scope="module")
def two_snapshots(
    demo_data: Path, demo_shop: DemoShop, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A data folder of its own, with two snapshots of `main`."""
    data = tmp_path_factory.mktemp("workers") / "var"
    shutil.copytree(demo_data, data)
    options = BuildOptions([demo_shop.products], data / "main", code_version())
    build(options, NOW.replace(day=22), Silent())
    assert len(list_snapshots(data / "main")) == 2
    return data


@pytest.fixture(scope="module")
def service(two_snapshots: Path) -> Iterator[Service]:
    with served_by_command(two_snapshots, "--workers", "2") as running:
        yield running


def worker_ids(parent: int) -> list[int]:
    """Processes of the service that answer requests: those that map the snapshot."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            same_group = os.getpgid(int(folder.name)) == parent
            if same_group and "snapshots" in (folder / "maps").read_text():
                found.append(int(folder.name))
        except (OSError, ProcessLookupError):
            continue
    return found


def total(url: str, pattern: str) -> float:
    text = httpx.get(f"{url}/metrics").text
    return sum(float(value) for value in re.findall(rf"(?m)^{pattern} ([\d.e+]+)$", text))


class Load:
    """Searches without a pause over several connections, until told to stop."""

    def __init__(self, url: str, connections: int = 6) -> None:
        self._url, self._connections = url, connections
        self.failed: list[str] = []
        self.snapshots: list[tuple[float, str]] = []
        self.slowest_s = 0.0

    async def __aenter__(self) -> "Load":
        self._stop = False
        self._tasks = [asyncio.create_task(self._one(n)) for n in range(self._connections)]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stop = True
        await asyncio.gather(*self._tasks)

    async def _one(self, number: int) -> None:
        n = number
        while not self._stop:
            # A new connection now and then, so that both workers are asked.
            async with httpx.AsyncClient(base_url=self._url, timeout=30) as client:
                for _ in range(10):
                    n += 1
                    query = {"q": f"{QUERIES[n % len(QUERIES)]} {n % 97}", "facets": "brand"}
                    begun = time.monotonic()
                    try:
                        answer = await client.get("/v1/search", params=query)
                    except httpx.TransportError as error:
                        self.failed.append(repr(error))
                        continue
                    self.slowest_s = max(self.slowest_s, time.monotonic() - begun)
                    if answer.status_code != 200:
                        self.failed.append(answer.text)
                    else:
                        snapshot = answer.json()["generation"]["snapshot"]
                        self.snapshots.append((begun, snapshot))


def test_a_swap_under_load_fails_no_request(service: Service, two_snapshots: Path) -> None:
    url, _ = service
    index = two_snapshots / "main"
    newest, oldest = (manifest.snapshot_id for manifest in list_snapshots(index))

    async def scenario() -> Load:
        async with Load(url) as load:
            for wanted in (oldest, newest, oldest, newest):
                await asyncio.sleep(0.5)
                await asyncio.to_thread(activate, index, wanted)
                since = time.monotonic()
                # Two seconds suffice on an idle machine; tests run on busy ones.
                await asyncio.sleep(6.0)
                late = {s for at, s in load.snapshots if at >= since + 5.0}
                assert late == {wanted}
        return load

    load = asyncio.run(scenario())
    assert load.failed == []
    assert len(load.snapshots) > 50
    assert {snapshot for _, snapshot in load.snapshots} == {newest, oldest}


def test_metrics_add_up_over_workers(service: Service) -> None:
    url, process = service
    wait_until(lambda: len(worker_ids(process.pid)) == 2, 20)
    route = r'vitrina_requests_total\{route="/v1/suggest",status="200"\}'
    before = total(url, route)
    for _ in range(40):
        assert httpx.get(f"{url}/v1/suggest?q=r").status_code == 200
    # Whichever worker is asked says the same.
    assert {total(url, route) for _ in range(10)} == {before + 40}
    assert total(url, r'vitrina_products\{index="small"\}') == 3
    assert total(url, "vitrina_searches_in_flight") == 0
    assert total(url, r'vitrina_generation_swaps_total\{index="small"\}') == 2


def test_a_worker_that_dies_is_replaced_and_its_counts_stay(service: Service) -> None:
    url, process = service
    wait_until(lambda: len(worker_ids(process.pid)) == 2, 20)
    route = r'vitrina_requests_total\{route="/v1/suggest",status="200"\}'
    for _ in range(5):
        httpx.get(f"{url}/v1/suggest?q=r")
    before = total(url, route)
    victim = worker_ids(process.pid)[0]
    os.kill(victim, signal.SIGKILL)
    wait_until(lambda: len(ids := worker_ids(process.pid)) == 2 and victim not in ids, 60)
    wait_until(lambda: status(f"{url}/readyz") == 200, 20)
    assert total(url, route) == before
    assert total(url, "vitrina_searches_in_flight") == 0


def test_the_index_is_mapped_not_copied(service: Service, two_snapshots: Path) -> None:
    """Anonymous memory hardly grows while everything of the index is read."""
    _, process = service
    wait_until(lambda: len(worker_ids(process.pid)) == 2, 20)
    for worker in worker_ids(process.pid):
        maps = Path(f"/proc/{worker}/maps").read_text()
        assert "vectors" in maps
        assert "postings" in maps
        writable = [line for line in maps.splitlines() if "snapshots" in line and "rw-p" in line]
        assert writable == []
        facts = Path(f"/proc/{worker}/status").read_text()
        anonymous_kb = int(re.search(r"RssAnon:\s+(\d+)", facts).group(1))  # type: ignore[union-attr]
        assert anonymous_kb < 500 * 1024


def test_sigterm_lets_running_requests_finish(two_snapshots: Path) -> None:
    with served_by_command(two_snapshots, "--workers", "2") as (url, process):

        async def scenario() -> list[httpx.Response]:
            async with httpx.AsyncClient(base_url=url, timeout=30) as client:
                paths = [f"/v1/search?q=shoes+{n}&facets=auto&page_size=100" for n in range(24)]
                asked = [asyncio.create_task(client.get(path)) for path in paths]
                while not any(task.done() for task in asked):
                    await asyncio.sleep(0.001)
                process.send_signal(signal.SIGTERM)
                return await asyncio.gather(*asked)

        answers = asyncio.run(scenario())
        assert {answer.status_code for answer in answers} == {200}
        assert process.wait(20) in {0, -signal.SIGTERM}
        assert status(f"{url}/healthz") == 0


def test_a_second_start_compiles_nothing(service: Service, two_snapshots: Path) -> None:
    """Everything needed is in the kernel folder, so it may as well be written by nobody."""
    before = {path: path.stat().st_mtime_ns for path in KERNELS.rglob("*.nb*")}
    assert before
    with served_by_command(two_snapshots) as (url, _):
        for query in QUERIES:
            assert httpx.get(f"{url}/v1/search?q={query}&facets=auto").status_code == 200
    after = {path: path.stat().st_mtime_ns for path in KERNELS.rglob("*.nb*")}
    assert after == before


def test_an_announcement_is_heard_at_once(two_snapshots: Path, tmp_path: Path) -> None:
    """Polling is an hour away: only Redis can have told them."""
    require_redis_server()
    server = RedisServer(tmp_path)
    server.start()
    settings = {"VITRINA_REDIS_URL": server.url, "VITRINA_POLL_S": "3600"}
    newest, oldest = (m.snapshot_id for m in list_snapshots(two_snapshots / "main"))
    try:
        with served_by_command(two_snapshots, "--workers", "2", environment=settings) as (url, _):

            def answers_from(snapshot: str) -> bool:
                return all(
                    httpx.get(f"{url}/v1/search?q=lamp").json()["generation"]["snapshot"]
                    == snapshot
                    for _ in range(8)
                )

            for wanted in (oldest, newest):
                answer = httpx.post(f"{url}/v1/admin/snapshots/{wanted}/activate", timeout=30)
                assert answer.status_code == 200, answer.text
                assert wait_until(lambda wanted=wanted: answers_from(wanted), 10) < 5
    finally:
        server.stop()


def test_a_read_only_package_and_no_home(two_snapshots: Path, tmp_path: Path) -> None:
    """Nothing but the kernel folder is written, and not even that must be."""
    locked = tmp_path / "locked"
    locked.mkdir()
    locked.chmod(stat.S_IRUSR | stat.S_IXUSR)
    environment = {"HOME": str(locked), "XDG_CACHE_HOME": str(locked)}
    with served_by_command(two_snapshots, environment=environment) as (url, _):
        assert httpx.get(f"{url}/v1/search?q=lamp").status_code == 200
    assert list(locked.iterdir()) == []
