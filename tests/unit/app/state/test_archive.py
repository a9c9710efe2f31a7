"""The sweep: every line of every journal once, however often it is killed."""

import sqlite3
from pathlib import Path
from typing import Any

import orjson
import pytest

from app.state import archive as module
from app.state.archive import Archive, read, swept_up_to
from app.state.journal import FullError, Journal, StateError, journals
from app.state.rows import EVENT_COLUMNS


def event(key: str, at: float = 100.0, **told: Any) -> list[Any]:
    row = {
        "key": key,
        "happened_at": at,
        "arrived": at,
        "type": "click",
        "shop": "main",
        "trusted": 0,
    }
    row |= {"bot": 0} | told
    return [row.get(name) for name in EVENT_COLUMNS]


def written(folder: Path, *batches: list[list[Any]]) -> Journal:
    journal = Journal(folder, "events", sync=False)
    for rows in batches:
        journal.append(orjson.dumps({"events": rows}))
    return journal


def keys(folder: Path) -> list[str]:
    return [key for (key,) in read(folder, "SELECT key FROM events ORDER BY seq")]


def test_rows_are_taken_once_and_files_that_are_done_removed(tmp_path: Path) -> None:
    archive = Archive(tmp_path, sync=False)
    journal = written(tmp_path, [event("a"), event("b")], [event("c")])
    assert archive.sweep() == 2
    assert archive.sweep() == 0
    assert len(journals(tmp_path)) == 1
    journal.append(orjson.dumps({"events": [event("b"), event("d")]}))
    assert archive.sweep() == 1
    assert keys(tmp_path) == ["a", "b", "c", "d"]
    journal.close()
    archive.sweep()
    assert journals(tmp_path) == []
    archive.sweep()
    assert read(tmp_path, "SELECT * FROM journals") == []
    archive.close()


@pytest.mark.parametrize("dies_at", range(1, 9))
def test_a_sweep_that_dies_anywhere_is_done_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dies_at: int
) -> None:
    monkeypatch.setattr(module, "LINES_A_TURN", 2)
    written(tmp_path, *([event(f"e{number}")] for number in range(7))).close()
    statements = 0

    def dying(action: int, *_: Any) -> int:
        nonlocal statements
        if action in {sqlite3.SQLITE_INSERT, sqlite3.SQLITE_TRANSACTION}:
            statements += 1
        return sqlite3.SQLITE_DENY if statements == dies_at else sqlite3.SQLITE_OK

    archive = Archive(tmp_path, sync=False)
    archive._db.set_authorizer(dying)
    with pytest.raises(StateError):
        for _ in range(3):
            archive.sweep()
            Journal(tmp_path, "events", sync=False).append(orjson.dumps({"events": [event("z")]}))
    archive.close()
    after = Archive(tmp_path, sync=False)
    after.sweep()
    assert [key for key in keys(tmp_path) if key != "z"] == [f"e{number}" for number in range(7)]
    after.close()


def test_what_waits_is_known(tmp_path: Path) -> None:
    archive = Archive(tmp_path, sync=False)
    journal = written(tmp_path, [event("a")])
    sizes = {path.name: path.stat().st_size for path in journals(tmp_path)}
    assert not swept_up_to(tmp_path, sizes)
    archive.sweep()
    assert swept_up_to(tmp_path, sizes)
    journal.close()
    archive.sweep()
    assert swept_up_to(tmp_path, sizes), "the file is gone: all of it was taken"
    archive.close()


def test_a_full_disk_is_told_as_one_and_loses_nothing(tmp_path: Path) -> None:
    archive = Archive(tmp_path, sync=False)
    written(tmp_path, [event(f"k{number}", query_id="q" * 200) for number in range(1_000)]).close()
    pages = archive._db.execute("PRAGMA page_count").fetchone()[0]
    archive._db.execute(f"PRAGMA max_page_count={pages + 3}")
    with pytest.raises(FullError, match="full"):
        archive.sweep()
    assert keys(tmp_path) == []
    archive._db.execute("PRAGMA max_page_count=100000")
    archive.sweep()
    assert len(keys(tmp_path)) == 1_000
    archive.close()
