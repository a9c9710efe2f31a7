"""Changes while the disk is full, and while Redis is away, restarted or not fit for a log."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from catalogs import build_index
from http_service import serving, wait_until
from redis_server import RedisServer, require_redis_server
from source_tree import ROOT

LAMPS = [{"id": f"l{n}", "title": f"Lamp {n}", "price": n} for n in range(5)]
DURABLE = ("--appendonly", "yes", "--appendfsync", "always")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("storage") / "var"
    build_index(folder / "main", LAMPS)
    return folder


def patch(http: httpx.Client, price: float) -> httpx.Response:
    return http.patch("/v1/products/l1", json={"price": price})


def test_redis_away_and_back(built: Path, tmp_path: Path) -> None:
    require_redis_server()
    redis = RedisServer(tmp_path, None, *DURABLE)
    redis.start()
    try:
        with serving(built, warm=False, change_log="redis", redis_url=redis.url) as http:
            first = patch(http, 1)
            assert first.json() == {"id": "l1", "seq": 1, "visible_within_ms": 1000}
            redis.stop()  # by SIGKILL
            refused = patch(http, 2)
            assert refused.status_code == 503
            assert refused.json()["type"] == "urn:vitrina:problem:changes-not-kept"
            assert int(refused.headers["Retry-After"]) > 0
            assert http.get("/v1/search?q=lamp").json()["total"] == 5
            redis.start()
            wait_until(lambda: patch(http, 3).status_code == 200)
            seq = http.delete("/v1/products/l1").json()["seq"]
            assert seq >= 3, "what was acknowledged before is still counted"
            assert http.delete("/v1/products/l1").status_code == 404
    finally:
        redis.stop()


@pytest.mark.parametrize(
    ("options", "settings", "told"),
    [
        (("--appendonly", "no"), {}, "appendonly yes"),
        (
            (*DURABLE, "--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru"),
            {},
            "noeviction",
        ),
        (("--appendonly", "yes"), {"fsync": "always"}, "appendfsync always"),
    ],
)
def test_a_redis_that_would_lose_changes(
    built: Path, tmp_path: Path, options: tuple[str, ...], settings: dict[str, Any], told: str
) -> None:
    require_redis_server()
    redis = RedisServer(tmp_path, None, *options)
    redis.start()
    try:
        where = {"change_log": "redis", "redis_url": redis.url}
        with serving(built, warm=False, **where, **settings) as http:
            refused = patch(http, 1)
            assert refused.status_code == 503
            assert told in refused.json()["detail"]
    finally:
        redis.stop()


FULL = """
import json, resource, signal, sys
from pathlib import Path
from app.changes.change_log import ChangeLogError, NewChange
from app.changes.sqlite_change_log import SqliteChangeLog

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
log = SqliteChangeLog(Path(sys.argv[1]), 1 << 30, "os", lambda: 0)
taken, refused = [], 0
def append(name):
    (outcome,) = log.append("main", [NewChange(name, "put", b"x" * 20_000)], lambda ids: [])
    return outcome.seq
taken.append(append("first"))
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
for number in range(60):
    try:
        taken.append(append(f"p{number}"))
    except ChangeLogError as error:
        refused += 1
        assert error.retry_after_s and "Nothing was changed" in error.detail
held = [change.seq for change in log.read("main", 0, 1_000)]
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
after = append("last")
print(json.dumps([taken, refused, held, after, log.size("main").entries]))
"""


def test_a_full_disk_loses_nothing_and_takes_again(tmp_path: Path) -> None:
    """The kernel refuses to let files grow, as a full disk would."""
    (tmp_path / "main").mkdir()
    run = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    taken, refused, held, after, entries = json.loads(run.stdout)
    assert refused > 0
    assert held == taken
    assert after == taken[-1] + 1
    assert entries == len(taken) + 1
