"""The process that applies changes, where something goes wrong in it."""

import os
import time
from pathlib import Path
from typing import Any

import orjson
import pytest
from catalogs import build_index

from app.changes.change_log import NewChange
from app.changes.sqlite_change_log import SqliteChangeLog
from app.live.lock import holds_lock
from app.live.writing import IndexWriter, run
from app.settings import Settings
from indexing.current import read_current
from indexing.live.state import live_folder
from indexing.live.view import ViewKeeper
from indexing.snapshot import open_snapshot


def products_shown(index: Path) -> dict[str, int]:
    current = read_current(index)
    assert current is not None
    base = open_snapshot(index / "snapshots" / current.snapshot)
    return ViewKeeper(base, live_folder(index, current.snapshot)).refresh().counts()


def test_a_merge_that_fails_takes_no_product_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = tmp_path / "main"
    build_index(index, [{"id": "m", "title": "Mug"}])
    log = SqliteChangeLog(tmp_path, 1 << 24, "os", lambda: time.time_ns() // 1_000_000)
    writer = IndexWriter(index, log)

    def full(*_: Any) -> None:
        raise MemoryError

    monkeypatch.setattr("indexing.live.merging.build_segment", full)
    for name in ("a", "b"):
        line = orjson.dumps({"id": name, "title": f"Cup {name}"})
        log.append("main", [NewChange(name, "put", line)], lambda ids: [False] * len(ids))
        writer.guarded(writer.look)
        writer.guarded(writer.tick)
    for _ in range(50):  # the merge was begun by then, and has failed
        writer.guarded(writer.tick)
        time.sleep(0.01)
    assert products_shown(index) == {"products": 3, "gone": 0, "segments": 2}
    log.close()


def test_it_ends_where_its_parent_ended_before_it_began(tmp_path: Path) -> None:
    """Or it would hold the lock for ever, whoever is served then."""
    run(Settings(data_dir=tmp_path), parent=-1)
    handle = holds_lock(tmp_path)
    assert handle is not None
    os.close(handle)
