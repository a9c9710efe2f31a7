"""What a build does with the change log: what it folds in, keeps for later, and forgets."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from http_service import serving, wait_until
from typer.testing import CliRunner, Result

from app.changes.change_log import NewChange
from app.changes.folded import folded_in, replay_of
from app.changes.sqlite_change_log import SqliteChangeLog
from app.cli import app
from indexing.catalogue.product import Product
from indexing.catalogue.product_line import line_of
from indexing.current import read_current
from indexing.manifest import Manifest
from indexing.snapshot import open_snapshot

MUGS: list[dict[str, Any]] = [{"id": f"m{n}", "title": f"Mug {n}", "price": 5} for n in range(10)]
HOUR_MS = 3_600_000
NOON_MS = int(datetime(2026, 11, 26, 12, tzinfo=UTC).timestamp() * 1_000)


class Shop:
    """One index; its clock stands until it is told to go on."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "var"
        self.catalog = folder / "mugs.jsonl"
        self.now_ms = NOON_MS
        self.log = SqliteChangeLog(self.data, 1 << 20, "os", lambda: self.now_ms)

    def build(self, at_ms: int, *arguments: str) -> Result:
        self.catalog.write_text("".join(json.dumps(row) + "\n" for row in MUGS), "utf-8")
        os.utime(self.catalog, (at_ms / 1_000, at_ms / 1_000))
        command = ["build", "--catalog", str(self.catalog), "--data", str(self.data), *arguments]
        made = CliRunner().invoke(app, command)
        assert made.exit_code == 0, made.output
        return made

    def put(self, *ids: str, body: bytes = b"{}") -> None:
        self.log.append("main", [NewChange(each, "put", body) for each in ids], lambda ids: [])

    def append(self, *changes: NewChange) -> None:
        self.log.append("main", changes, lambda ids: [True] * len(ids))

    def manifest(self) -> Manifest:
        current = read_current(self.data / "main")
        assert current is not None
        return Manifest.read(self.data / "main" / "snapshots" / current.snapshot)

    def held(self) -> list[str]:
        return [each.product_id for each in self.log.read("main", 0, 100)]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path)
    yield made
    made.log.close()


def test_later_changes_are_kept_and_earlier_ones_forgotten_with_the_last_snapshot(
    shop: Shop,
) -> None:
    shop.build(NOON_MS)
    assert "changes" not in shop.manifest().report, "there was no log yet"
    shop.put("a", "b")
    shop.now_ms += 2 * HOUR_MS
    shop.put("c")
    made = shop.build(NOON_MS + HOUR_MS)
    assert "1 later changes are replayed" in made.output
    facts = shop.manifest().report["changes"]
    identity = shop.log.identity("main")
    assert facts == {"log": identity, "seq": 2, "as_of_ms": NOON_MS + HOUR_MS}
    assert folded_in(shop.manifest(), identity) == 2
    assert replay_of(shop.log, "main", shop.manifest()).changes == 1
    assert shop.held() == ["a", "b", "c"], "the first snapshot is kept, and lacks them"
    shop.build(NOON_MS + HOUR_MS)
    assert shop.held() == ["a", "b", "c"]
    shop.build(NOON_MS + HOUR_MS)
    assert shop.held() == ["c"], "no kept snapshot lacks them"
    shop.put("d")
    shop.build(0, "--as-of", "2026-11-26T15:00:00Z")
    assert shop.manifest().report["changes"]["seq"] == 4


def test_a_file_older_than_the_last_one_is_told(shop: Shop) -> None:
    shop.build(NOON_MS)
    shop.put("a")
    shop.build(NOON_MS + HOUR_MS)
    made = shop.build(NOON_MS - HOUR_MS)
    assert "may be forgotten" in made.output
    assert "1 later changes are replayed" in made.output


def test_a_staged_snapshot_forgets_nothing(shop: Shop) -> None:
    for _ in range(3):
        shop.build(NOON_MS)
    shop.put("a")
    for _ in range(3):
        shop.build(NOON_MS + HOUR_MS, "--stage")
    assert shop.held() == ["a"]


def test_rollback_tells_what_it_replays(shop: Shop) -> None:
    shop.build(NOON_MS)
    shop.put("a", "b")
    shop.build(NOON_MS + HOUR_MS)
    made = CliRunner().invoke(app, ["snapshots", "rollback", "--data", str(shop.data)])
    assert made.exit_code == 0, made.output
    assert "2 changes that came after its catalogue are replayed" in made.output
    shop.log.forget("main", 1)
    again = CliRunner().invoke(app, ["snapshots", "rollback", "--data", str(shop.data)])
    assert again.exit_code == 1, "there is no older one"
    replay = replay_of(shop.log, "main", shop.manifest())
    assert (replay.changes, replay.whole) == (1, False)


def test_a_log_that_is_half_full_keeps_nothing_for_older_snapshots(shop: Shop) -> None:
    shop.build(NOON_MS)
    os.environ["VITRINA_CHANGE_LOG_MAX_BYTES"] = str(1 << 20)
    try:
        shop.put("a", "b", body=b"x" * 300_000)
        shop.build(NOON_MS + HOUR_MS)
    finally:
        del os.environ["VITRINA_CHANGE_LOG_MAX_BYTES"]
    assert shop.held() == []


def test_another_log_is_replayed_whole(shop: Shop) -> None:
    shop.build(NOON_MS)
    shop.put("a", "b")
    shop.build(NOON_MS + HOUR_MS)
    for left in (shop.data / "main").glob("changes.db*"):
        left.unlink()
    shop.put("c")
    identity = shop.log.identity("main")
    assert folded_in(shop.manifest(), identity) == 0
    assert replay_of(shop.log, "main", shop.manifest()).changes == 1


def test_a_moment_that_is_none(shop: Shop) -> None:
    shop.catalog.write_text(json.dumps(MUGS[0]), "utf-8")
    command = ["build", "--catalog", str(shop.catalog), "--data", str(shop.data)]
    made = CliRunner().invoke(app, [*command, "--as-of", "soon"])
    assert made.exit_code == 2
    assert "must be a date" in made.output


def line(product_id: str, title: str, price: float | None = None) -> bytes:
    return line_of(Product(id=product_id, title=title, price=price))


def products(shop: Shop) -> dict[str, dict[str, Any]]:
    current = read_current(shop.data / "main")
    assert current is not None
    documents = open_snapshot(shop.data / "main" / "snapshots" / current.snapshot).documents
    made = [documents.product_at(doc) for doc in range(len(documents))]
    return {each["id"]: each for each in made}


def test_products_of_the_api_go_with_a_build_unless_they_are_kept(shop: Shop) -> None:
    shop.build(NOON_MS)
    shop.append(
        NewChange("api", "put", line("api", "From the API", 3.0)),
        NewChange("api", "patch", b'{"price":4.0,"stock":2}'),
        NewChange("gone", "put", line("gone", "Deleted again")),
        NewChange("gone", "delete"),
        NewChange("m1", "patch", b'{"price":1.0}'),
        NewChange("m2", "put", line("m2", "Replaced")),
    )
    shop.build(NOON_MS + HOUR_MS, "--keep-live")
    kept = products(shop)
    assert len(kept) == 11
    assert (kept["api"]["price"], kept["api"]["stock"]) == (4.0, 2)
    assert (kept["m1"]["price"], kept["m2"]["title"]) == (5.0, "Mug 2"), "as the catalogue says"
    shop.now_ms += 2 * HOUR_MS
    shop.append(NewChange("api", "patch", b'{"price":6.0}'))
    shop.build(NOON_MS + HOUR_MS, "--keep-live")
    assert products(shop)["api"]["price"] == 4.0, "the later change is replayed, not folded in"
    shop.build(NOON_MS + 3 * HOUR_MS, "--keep-live")
    assert products(shop)["api"]["price"] == 6.0
    shop.build(NOON_MS + 3 * HOUR_MS)
    assert len(products(shop)) == 10


def test_compact_makes_a_snapshot_of_what_there_is(shop: Shop) -> None:
    shop.build(NOON_MS)
    shop.append(
        NewChange("api", "put", line("api", "From the API", 3.0)),
        NewChange("m1", "patch", b'{"price":1.0,"attributes":{"color":"red"}}'),
        NewChange("m1", "patch", b'{"attributes":{"color":null,"size":"L"}}'),
        NewChange("m2", "put", line("m2", "Replaced")),
        NewChange("m3", "delete"),
        NewChange("m4", "patch", b'{"price":-1.0}'),
    )
    made = CliRunner().invoke(app, ["compact", "--data", str(shop.data)])
    assert made.exit_code == 0, made.output
    assert "left out: a patch of 'm4': price" in made.output
    now = products(shop)
    assert list(now) == ["m0", "m1", "m2", "m4", "m5", "m6", "m7", "m8", "m9", "api"]
    assert now["m1"] == {
        "id": "m1", "title": "Mug 1", "price": 1.0, "attributes": {"size": "L"},
    }  # fmt: skip
    assert now["m2"] == {"id": "m2", "title": "Replaced"}
    facts = shop.manifest().report["changes"]
    assert (facts["seq"], facts["kept"]) == (6, ["api"])
    shop.append(NewChange("m5", "patch", b'{"price":9.0}'))
    assert replay_of(shop.log, "main", shop.manifest()).changes == 1
    again = CliRunner().invoke(app, ["compact", "--data", str(shop.data)])
    assert again.exit_code == 0, again.output
    assert products(shop) == now | {"m5": {"id": "m5", "title": "Mug 5", "price": 9.0}}


def test_compact_keeps_vectors_and_asks_for_the_query_log(shop: Shop, tmp_path: Path) -> None:
    rows = [{**row, "vector": [1.0, n / 10, 0.5]} for n, row in enumerate(MUGS)]
    shop.catalog.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    queries = tmp_path / "queries.tsv"
    queries.write_text("mug\t30\n", "utf-8")
    command = ["build", "--catalog", str(shop.catalog), "--data", str(shop.data)]
    made = CliRunner().invoke(app, [*command, "--queries", str(queries)])
    assert made.exit_code == 0, made.output
    before = vectors(shop)
    refused = CliRunner().invoke(app, ["compact", "--data", str(shop.data)])
    assert refused.exit_code == 1
    assert "--queries" in str(refused.exception)
    compacted = ["compact", "--data", str(shop.data), "--queries", str(queries)]
    assert CliRunner().invoke(app, compacted).exit_code == 0
    np.testing.assert_allclose(vectors(shop), before, atol=0.02)


def vectors(shop: Shop) -> Any:
    current = read_current(shop.data / "main")
    assert current is not None
    held = open_snapshot(shop.data / "main" / "snapshots" / current.snapshot).vectors
    return held.vectors(np.arange(len(MUGS), dtype=np.uint32))


def test_doctor_tells_when_a_build_is_due(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.build(NOON_MS)
    doctor = ["doctor", "--data", str(shop.data)]
    well = CliRunner().invoke(app, doctor)
    assert "ok   changes of index main" in well.output
    assert "change log" not in well.output
    shop.put("a", "b", "c", body=b"x" * 200_000)
    monkeypatch.setenv("VITRINA_CHANGE_LOG_MAX_BYTES", str(1 << 20))
    assert "the change log holds 1 MB of 1" in CliRunner().invoke(app, doctor).output
    shop.log.forget("main", 2)
    assert "have been forgotten" in CliRunner().invoke(app, doctor).output
    monkeypatch.setenv("VITRINA_CHANGE_LOG", "redis")
    monkeypatch.setenv("VITRINA_REDIS_URL", "redis://127.0.0.1:1/0")
    away = CliRunner().invoke(app, doctor)
    assert away.exit_code == 1
    assert "FAIL changes of index main: the change log in Redis cannot be used" in away.output


def test_what_there_is_after_a_swap_is_said_by_the_new_snapshot(shop: Shop) -> None:
    """A product of the API that the catalogue lacks is gone, one it has again is there."""
    shop.build(NOON_MS)
    with serving(shop.data, warm=False) as http:
        put = {"products": [{"id": "api", "title": "From the API"}]}
        assert http.put("/v1/products", json=put).json()["items"][0]["status"] == "accepted"
        assert http.delete("/v1/products/m3").status_code == 200
        assert http.patch("/v1/products/m3", json={"price": 1}).status_code == 404
        shop.build(0, "--as-of", "2100-01-01T00:00:00Z")
        patch = {"json": {"price": 1}}
        wait_until(lambda: http.patch("/v1/products/m3", **patch).status_code == 200)
        assert http.patch("/v1/products/api", **patch).status_code == 404
