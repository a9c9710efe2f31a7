"""Rates, origins and the audit log, without HTTP where that is enough."""

import asyncio
import multiprocessing
from pathlib import Path
from typing import Any

import pytest
from redis_server import RedisServer, free_port, require_redis_server

from app.keys.audit import AuditLog
from app.keys.buckets import SETS, Buckets
from app.keys.grant import is_of
from app.keys.rates import KeyRates

NOW = 1_800_000_000.0
ID = bytes(range(16))


def test_a_bucket_holds_a_minute_and_fills_evenly(tmp_path: Path) -> None:
    bucket = Buckets(tmp_path / "rates")
    assert [bucket.take(ID, 6, NOW) for _ in range(6)] == [0.0] * 6
    assert bucket.take(ID, 6, NOW) == 10.0
    assert bucket.take(ID, 6, NOW + 4) == pytest.approx(6.0)
    assert bucket.take(ID, 6, NOW + 10) == 0.0
    assert bucket.take(ID, 6, NOW + 10) > 0
    assert [bucket.take(ID, 6, NOW + 9_000) for _ in range(7)][-2:] == [0.0, 10.0]


def test_a_clock_that_is_set_back_stops_nobody_for_long(tmp_path: Path) -> None:
    bucket = Buckets(tmp_path / "rates")
    for _ in range(6):
        bucket.take(ID, 6, NOW)
    assert bucket.take(ID, 6, NOW - 9_000) == 10.0
    assert bucket.take(ID, 6, NOW - 9_000 + 10) == 0.0


def test_more_ids_than_there_is_room_for(tmp_path: Path) -> None:
    bucket, same = Buckets(tmp_path / "rates"), (7).to_bytes(8, "big")
    ids = [number.to_bytes(8, "little") + same for number in range(1, 6)]
    for at, each in enumerate(ids):
        assert bucket.take(each, 1, NOW + at) == 0.0
    assert bucket.take(ids[-1], 1, NOW + 5) > 0
    assert bucket.take(ids[0], 1, NOW + 5) == 0.0  # the oldest had to leave
    assert SETS * 4 >= 16_384


def _take(path: Path, counted: Any) -> None:
    bucket = Buckets(path)
    taken = sum(bucket.take(ID, 500, NOW) == 0.0 for _ in range(400))
    with counted.get_lock():
        counted.value += taken


def test_two_workers_give_no_token_twice(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("fork")
    counted = spawn.Value("i", 0)
    workers = [spawn.Process(target=_take, args=(tmp_path / "rates", counted)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert counted.value == 500


def test_machines_count_together_and_alone_when_redis_is_away(tmp_path: Path) -> None:
    require_redis_server()
    server = RedisServer(tmp_path, free_port())
    server.start()

    async def ask(rates: KeyRates) -> float:
        return await rates.take("k", "10.0.0.1", "salt", 3)

    async def run() -> None:
        here = KeyRates(tmp_path / "a", server.url, lambda: NOW)
        there = KeyRates(tmp_path / "b", server.url, lambda: NOW)
        for each in (here, there):  # the first connection may take over 25 ms
            await each.take("warm", "", "salt", 3)
        told = [await ask(each) for each in (here, there, here, there, here)]
        assert told[:3] == [0.0] * 3
        assert all(0 < waiting <= 20 for waiting in told[3:])
        server.stop()
        alone = [await ask(here) for _ in range(4)]
        assert alone[:3] == [0.0] * 3 and alone[3] > 0
        await here.close()
        await there.close()

    try:
        asyncio.run(run())
    finally:
        server.stop()


@pytest.mark.parametrize(
    ("origin", "allowed", "expected"),
    [
        ("https://shop.example", "https://shop.example", True),
        ("http://shop.example", "https://shop.example", False),
        ("https://shop.example:8443", "https://shop.example", False),
        ("https://a.shop.example", "https://*.shop.example", True),
        ("https://a.b.shop.example", "https://*.shop.example", True),
        ("https://shop.example", "https://*.shop.example", False),
        ("https://.shop.example", "https://*.shop.example", False),
        ("https://evilshop.example", "https://*.shop.example", False),
        ("https://a.shop.example.evil", "https://*.shop.example", False),
        ("null", "https://*.shop.example", False),
        ("", "https://shop.example", False),
    ],
)
def test_origins(origin: str, allowed: str, expected: bool) -> None:
    assert is_of(origin, allowed) is expected


def test_the_audit_log_is_bounded_and_newest_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.keys.audit.MOST_BYTES", 2_000)
    now = iter(range(10_000))
    log = AuditLog(tmp_path, lambda: float(next(now)))
    for number in range(500):
        log.note("somebody", "PUT /v1/x", ids=[str(number)], index="main")
    found = log.read(1_000)
    assert [each["ids"] for each in found[:2]] == [["499"], ["498"]]
    assert 50 < len(found) < 500
    files = list((tmp_path / "audit").glob("*.jsonl"))
    assert len(files) == 5 and sum(path.stat().st_size for path in files) < 11_000
    assert [each["at"] for each in log.read(1, before=found[0]["at"])] == [found[1]["at"]]
    with (tmp_path / "audit" / "changes.jsonl").open("ab") as file:
        file.write(b'{"at": 1, "wh')
    assert log.read(1)[0] == found[0]


def test_what_cannot_be_noted_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "audit").write_text("no folder", encoding="utf-8")
    AuditLog(tmp_path, lambda: NOW).note("somebody", "PUT /v1/x", ids=[object()])
