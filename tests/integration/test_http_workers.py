"""`vitrina serve` with two spawned workers: swap under load, metrics, memory, SIGTERM, restart.

Two service processes for the whole module, as starting one costs most. Machines that run tests are
busy: conditions are waited for, with generous limits, and no test asserts how fast something was.
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
from redis import Redis
from redis_server import RedisServer, require_redis_server
from source_tree import KERNELS

from app.announcements import CHANNEL
from app.version import code_version
from indexing.build import BuildOptions, build
from indexing.demo.shop import DemoShop
from indexing.progress import Silent
from indexing.publish import activate, list_snapshots

QUERIES = ["shoes", "black dress", "lamp", "cotton shirt", "手机", "wireless", "500 ml", "blue"]
Service = tuple[str, "Popen[bytes]"]
_LIMIT_S = 120.0


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
def locked_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that nothing may be written into."""
    locked = tmp_path_factory.mktemp("home") / "locked"
    locked.mkdir()
    locked.chmod(stat.S_IRUSR | stat.S_IXUSR)
    return locked


@pytest.fixture(scope="module")
def service(two_snapshots: Path, locked_home: Path) -> Iterator[Service]:
    environment = {"HOME": str(locked_home), "XDG_CACHE_HOME": str(locked_home)}
    with served_by_command(two_snapshots, "--workers", "2", environment=environment) as (
        url,
        process,
    ):
        wait_until(lambda: len(worker_ids(process.pid)) == 2, _LIMIT_S)
        yield url, process


@pytest.fixture(scope="module")
def http(service: Service) -> Iterator[httpx.Client]:
    with client_of(service[0]) as client:
        yield client


def client_of(url: str) -> httpx.Client:
    """Opens a connection for every request, so that all workers are asked."""
    limits = httpx.Limits(max_keepalive_connections=0)
    return httpx.Client(base_url=url, timeout=_LIMIT_S, limits=limits)


def worker_ids(parent: int) -> list[int]:
    """Processes of the service that answer requests: those that map all of a snapshot."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            same_group = os.getpgid(int(folder.name)) == parent
            maps = (folder / "maps").read_text() if same_group else ""
            if all(f"/{part}/" in maps for part in ("snapshots", "postings", "vectors")):
                found.append(int(folder.name))
        except (OSError, ProcessLookupError):
            continue
    return found


def total(http: httpx.Client, pattern: str) -> float:
    text = http.get("/metrics").text
    return sum(float(value) for value in re.findall(rf"(?m)^{pattern} ([\d.e+]+)$", text))


class Load:
    """Searches without a pause over several connections, until told to stop."""

    def __init__(self, url: str, connections: int = 4) -> None:
        limits = httpx.Limits(max_keepalive_connections=0)  # so that both workers are asked
        self._client = httpx.AsyncClient(base_url=url, timeout=_LIMIT_S, limits=limits)
        self._connections = connections
        self.failed: list[str] = []
        self.snapshots: list[str] = []
        """Of every answer, in the order in which they came."""

    async def __aenter__(self) -> "Load":
        self._stop = False
        self._tasks = [asyncio.create_task(self._one(n)) for n in range(self._connections)]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stop = True
        await asyncio.gather(*self._tasks)
        await self._client.aclose()

    async def answered_from(self, snapshot: str, times: int = 30) -> None:
        """Wait until that many answers on end are from this snapshot."""
        late = time.monotonic() + _LIMIT_S
        seen = len(self.snapshots)
        while set(self.snapshots[seen:][-times:]) != {snapshot} or len(self.snapshots) < (
            seen + times
        ):
            assert time.monotonic() < late, f"not all answers are from {snapshot}"
            await asyncio.sleep(0.05)

    async def _one(self, number: int) -> None:
        n = number
        while not self._stop:
            n += self._connections
            query = {"q": f"{QUERIES[n % len(QUERIES)]} {n % 97}", "facets": "brand"}
            try:
                answer = await self._client.get("/v1/search", params=query)
            except httpx.TransportError as error:
                self.failed.append(repr(error))
                continue
            if answer.status_code != 200:
                self.failed.append(answer.text)
            else:
                self.snapshots.append(answer.json()["generation"]["snapshot"])


def test_a_swap_under_load_fails_no_request(service: Service, two_snapshots: Path) -> None:
    index = two_snapshots / "main"
    newest, oldest = (manifest.snapshot_id for manifest in list_snapshots(index))

    async def scenario() -> Load:
        async with Load(service[0]) as load:
            for wanted in (oldest, newest):
                await asyncio.to_thread(activate, index, wanted)
                await load.answered_from(wanted)
        return load

    load = asyncio.run(scenario())
    assert load.failed == []
    assert set(load.snapshots) == {newest, oldest}


def test_metrics_add_up_over_workers(http: httpx.Client) -> None:
    route = r'vitrina_requests_total\{route="/v1/suggest",status="200"\}'
    before = total(http, route)
    for _ in range(40):
        assert http.get("/v1/suggest?q=r").status_code == 200
    # Whichever worker is asked says the same.
    assert {total(http, route) for _ in range(10)} == {before + 40}
    assert total(http, "vitrina_searches_in_flight") == 0
    # A worker that was replaced has counted, too.
    assert total(http, r'vitrina_generation_swaps_total\{index="small"\}') >= 2
    wait_until(lambda: total(http, r'vitrina_products\{index="small"\}') == 3, _LIMIT_S)


def test_a_worker_that_dies_is_replaced_and_its_counts_stay(
    service: Service, http: httpx.Client
) -> None:
    url, process = service
    route = r'vitrina_requests_total\{route="/v1/suggest",status="200"\}'
    for _ in range(5):
        http.get("/v1/suggest?q=r")
    before = total(http, route)
    victim = worker_ids(process.pid)[0]
    os.kill(victim, signal.SIGKILL)
    wait_until(lambda: len(ids := worker_ids(process.pid)) == 2 and victim not in ids, _LIMIT_S)
    wait_until(lambda: status(f"{url}/readyz") == 200, _LIMIT_S)
    assert total(http, route) == before
    assert total(http, "vitrina_searches_in_flight") == 0


def test_the_index_is_mapped_not_copied(service: Service) -> None:
    """Anonymous memory hardly grows while everything of the index is read."""
    _, process = service
    wait_until(lambda: len(worker_ids(process.pid)) == 2, _LIMIT_S)
    for worker in worker_ids(process.pid):
        maps = Path(f"/proc/{worker}/maps").read_text()
        writable = [line for line in maps.splitlines() if "snapshots" in line and "rw-p" in line]
        assert writable == []
        facts = Path(f"/proc/{worker}/status").read_text()
        anonymous_kb = int(re.search(r"RssAnon:\s+(\d+)", facts).group(1))  # type: ignore[union-attr]
        assert anonymous_kb < 500 * 1024


def test_a_key_may_ask_so_often_from_all_workers_together(http: httpx.Client) -> None:
    facts = {"name": "of a test", "scopes": ["search"], "per_minute": 5}
    made = http.post("/v1/admin/keys", json=facts)
    assert made.status_code == 201, made.text
    key = {"X-API-Key": made.json()["key"]}
    told = [http.get("/v1/search", headers=key) for _ in range(12)]
    statuses = [answer.status_code for answer in told]
    assert statuses[:5] == [200] * 5 and statuses.count(429) >= 5  # one comes back in 12 s
    last = next(answer for answer in told if answer.status_code == 429)
    assert 1 <= int(last.headers["retry-after"]) <= 12
    assert last.json()["type"] == "urn:vitrina:problem:too-many-requests"
    assert http.get("/v1/search").status_code == 200  # without a key nobody counts


def test_a_home_that_cannot_be_written(http: httpx.Client, locked_home: Path) -> None:
    """Nothing but the kernel folder and temporary files are written."""
    assert http.get("/v1/search?q=lamp").status_code == 200
    assert list(locked_home.iterdir()) == []


def test_a_second_start(service: Service, two_snapshots: Path, tmp_path: Path) -> None:
    """It compiles nothing, hears of new snapshots from Redis alone, and ends without loss."""
    require_redis_server()
    server = RedisServer(tmp_path)
    server.start()
    # Polling is an hour away: only Redis can tell of a snapshot.
    settings = {"VITRINA_REDIS_URL": server.url, "VITRINA_POLL_S": "3600"}
    before = compiled()
    assert before
    try:
        with (
            served_by_command(two_snapshots, "--workers", "2", environment=settings) as (
                url,
                process,
            ),
            client_of(url) as http,
        ):
            for query in QUERIES:
                assert http.get(f"/v1/search?q={query}&facets=auto").status_code == 200
            assert compiled() == before
            # A worker hears only what is told after it subscribed, some time after it is ready.
            wait_until(lambda: subscribers(server.url) == 2, _LIMIT_S)
            hears_announcements(http, two_snapshots / "main")
            running_requests_finish(url, process)
    finally:
        server.stop()


def compiled() -> dict[Path, int]:
    """Every file of a compiled kernel, and when it was written."""
    return {path: path.stat().st_mtime_ns for path in KERNELS.rglob("*.nb*")}


def subscribers(url: str) -> int:
    with Redis.from_url(url) as client:
        return int(client.pubsub_numsub(CHANNEL)[0][1])


def hears_announcements(http: httpx.Client, index: Path) -> None:
    newest, oldest = (manifest.snapshot_id for manifest in list_snapshots(index))

    def answers_from(snapshot: str) -> bool:
        answers = (http.get("/v1/search?q=lamp").json() for _ in range(8))
        return all(answer["generation"]["snapshot"] == snapshot for answer in answers)

    for wanted in (oldest, newest):
        answer = http.post(f"/v1/admin/snapshots/{wanted}/activate")
        assert answer.status_code == 200, answer.text
        wait_until(lambda wanted=wanted: answers_from(wanted), _LIMIT_S)


def running_requests_finish(url: str, process: "Popen[bytes]") -> None:
    """After SIGTERM those that were begun are answered; then nobody listens."""

    async def scenario() -> list[httpx.Response]:
        async with httpx.AsyncClient(base_url=url, timeout=_LIMIT_S) as client:
            paths = [f"/v1/search?q=shoes+{n}&facets=auto&page_size=100" for n in range(24)]
            asked = [asyncio.create_task(client.get(path)) for path in paths]
            while not any(task.done() for task in asked):
                await asyncio.sleep(0.001)
            process.send_signal(signal.SIGTERM)
            return await asyncio.gather(*asked)

    answers = asyncio.run(scenario())
    assert {answer.status_code for answer in answers} == {200}
    assert process.wait(_LIMIT_S) == 0
    assert status(f"{url}/healthz") == 0
