"""Packing, deleting people, ageing: readers see every row once, at every moment."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson
import pyarrow.parquet as pq
import pytest
from source_tree import ROOT

from app.state import upkeep as module
from app.state.archive import Archive, read
from app.state.journal import Journal
from app.state.people import export, forget
from app.state.rows import EVENT_COLUMNS, IMPRESSION_COLUMNS
from app.state.tables import PACKED, open_tables
from app.state.upkeep import DAY_S, GRACE_S, Kept, Upkeep

NOW = 20_000 * DAY_S + 43_200.0
YEAR = Kept(365, 1 << 40)
ALL = (-1e18, 1e18)


def row(key: str, at: float, **told: object) -> list[object]:
    known = {"key": key, "happened_at": at, "arrived": at, "type": "click", "shop": "main"}
    given = known | {"product": "p", "trusted": 0, "bot": 0} | told
    return [given.get(name) for name in EVENT_COLUMNS]


def search(query_id: str, at: float, **told: object) -> list[object]:
    given = dict.fromkeys(IMPRESSION_COLUMNS, 0) | {
        "query_id": query_id,
        "happened_at": at,
        "shop": "main",
    }
    given |= {"query": "q", "products": '["p"]', "user_key": None, "session_key": None} | told
    for name in ("understood", "region", "marks", "features", "facts", "profile"):
        given[name] = None
    return [given[name] for name in IMPRESSION_COLUMNS]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(module, "PACK_FROM", 10)
    monkeypatch.setattr(module, "MOST_RECENT", 100)
    archive = Archive(tmp_path, sync=False)
    yield tmp_path
    archive.close()


def add(
    folder: Path, events: list[list[object]], searches: list[list[object]] | None = None
) -> None:
    journal = Journal(folder, "events", sync=False)
    journal.append(orjson.dumps({"events": events, "impressions": searches or []}))
    journal.close()
    archive = Archive(folder, sync=False)
    archive.sweep()
    archive.close()


def keys(folder: Path, begin: float = ALL[0], end: float = ALL[1]) -> list[str]:
    with open_tables(folder, begin, end) as db:
        return [key for (key,) in db.execute("SELECT key FROM events ORDER BY key").fetchall()]


def keep_up(folder: Path, now: float = NOW, kept: Kept = YEAR) -> None:
    upkeep = Upkeep(folder, kept)
    upkeep.run(now)
    upkeep.close()


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / PACKED).iterdir())


def packed_keys(path: Path) -> list[str]:
    told: list[str] = pq.ParquetFile(path).read()["key"].to_pylist()
    return told


def test_closed_days_become_files_and_nobody_sees_a_difference(folder: Path) -> None:
    old = [row(f"old-{n:02}", NOW - 3 * DAY_S + n) for n in range(12)]
    new = [row(f"new-{n:02}", NOW - n) for n in range(30)]
    add(folder, old + new, [search(f"s{n}", NOW - 3 * DAY_S) for n in range(9)])
    before = keys(folder)
    keep_up(folder)
    assert len(files(folder)) == 1, "twelve events of a closed day, but not nine searches"
    assert read(folder, "SELECT count(*) FROM events") == [(30,)]
    assert keys(folder) == before
    assert keys(folder, NOW - 3 * DAY_S + 5, NOW - 3 * DAY_S + 7) == ["old-05", "old-06"]
    assert keys(folder, NOW - 1, NOW + 1) == ["new-00", "new-01"]


def test_what_was_packed_is_not_taken_again_for_seven_days(folder: Path) -> None:
    events = [row(f"e{n:02}", NOW - 2 * DAY_S) for n in range(12)]
    add(folder, events)
    keep_up(folder)
    add(folder, events)
    assert len(keys(folder)) == 12
    keep_up(folder, NOW + 6 * DAY_S)
    add(folder, events[:1])
    assert len(keys(folder)) == 13, "after seven days it is another event"


def test_too_many_recent_rows_are_packed_oldest_first(folder: Path) -> None:
    add(folder, [row(f"e{n:03}", NOW - 1_000 + n) for n in range(160)])
    before = keys(folder)
    keep_up(folder)
    assert read(folder, "SELECT min(key) FROM events") == [("e100",)]
    assert len(files(folder)) == 2
    assert keys(folder) == before


def test_a_file_that_a_killed_upkeep_left_is_no_part(folder: Path) -> None:
    add(folder, [row(f"e{n:02}", NOW - 2 * DAY_S) for n in range(12)])
    keep_up(folder)
    (name,) = files(folder)
    raw = (folder / PACKED / name).read_bytes()
    (folder / PACKED / "events-1-1.parquet").write_bytes(raw)
    (folder / PACKED / ".events-1-2.parquet").write_bytes(raw[:100])
    assert len(keys(folder)) == 12
    keep_up(folder)
    assert files(folder) == [name]


@pytest.mark.parametrize("packed", [False, True])
def test_people_are_forgotten_with_their_sessions(folder: Path, packed: bool) -> None:
    at = NOW - 2 * DAY_S
    events = [row(f"e{n:02}", at + n, user_key="other", session_key="theirs") for n in range(12)]
    events += [
        row("mine", at, user_key="me", session_key="s1"),
        row("before-login", at - 10, session_key="s1"),
        row("no-session", at, user_key="me"),
    ]
    searches = [search(f"q{n:02}", at) for n in range(12)]
    searches += [search("q-mine", at, session_key="s1"), search("q-me", at, user_key="me")]
    add(folder, events, searches)
    if packed:
        keep_up(folder)
        assert read(folder, "SELECT count(*) FROM events") == [(0,)]
    told = export(folder, "me")
    assert len(told["events"]) == 3
    assert {each["query_id"] for each in told["impressions"]} == {"q-mine", "q-me"}
    assert "user_key" not in told["events"][0]

    gone = forget(folder, "me", NOW)
    assert (gone.rows, gone.sessions) == (0 if packed else 5, 1)
    assert keys(folder) == [f"e{n:02}" for n in range(12)]
    assert export(folder, "me") == {"events": [], "impressions": []}
    add(folder, [row("later", NOW + 5, user_key="me")])
    keep_up(folder, NOW + 10)
    assert keys(folder) == [f"e{n:02}" for n in range(12)] + ["later"], "another matter"
    keep_up(folder, NOW + 20 + GRACE_S)
    for path in (folder / PACKED).iterdir():
        assert b"mine" not in path.read_bytes(), "the files were written anew"
    assert len(keys(folder)) == 13
    assert len(export(folder, "other")["events"]) == 12


def test_files_are_written_anew_once_and_take_up_no_late_rows(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = NOW - 2 * DAY_S
    mine = row("mine", at, user_key="me")
    add(folder, [mine, *(row(f"e{n:02}", at + n) for n in range(12))])
    keep_up(folder)
    forget(folder, "me", NOW)
    upkeep = Upkeep(folder, YEAR)
    assert upkeep.is_due(NOW)
    upkeep.run(NOW)
    assert not upkeep.is_due(NOW + 60)
    monkeypatch.setattr("pyarrow.parquet.read_table", lambda path: pytest.fail("read once more"))
    late = [row(f"late{n:02}", at + n, user_key="me") for n in range(12)]
    add(folder, [*late, *(row(f"f{n:02}", at + n) for n in range(12))])
    assert not [key for key in keys(folder) if key.startswith("late")]
    upkeep.run(NOW + 60)
    upkeep.run(NOW + GRACE_S + 61)
    assert len(files(folder)) == 2
    for path in (folder / PACKED).iterdir():
        assert not {key[:4] for key in packed_keys(path)} & {"mine", "late"}
    upkeep.run(NOW + 8 * DAY_S)
    assert read(folder, "SELECT count(*) FROM hidden") == [(0,)]
    upkeep.close()


def test_old_rows_go_and_so_do_the_oldest_beyond_the_size(folder: Path) -> None:
    for day in (400, 20, 10, 2):
        add(folder, [row(f"d{day}-{n}", NOW - day * DAY_S + n) for n in range(12)])
        keep_up(folder, NOW - (day - 1.5) * DAY_S)
    add(folder, [row("lonely-old", NOW - 366 * DAY_S), row("now", NOW)])
    keep_up(folder)
    assert {key.partition("-")[0] for key in keys(folder)} == {"d20", "d10", "d2", "now"}
    used = sum(path.stat().st_size for path in (folder / PACKED).iterdir())
    used += (folder / "archive.sqlite").stat().st_size
    keep_up(folder, NOW + GRACE_S + 1)
    keep_up(folder, NOW + GRACE_S + 1, Kept(365, used - 6_000))
    left = {key.partition("-")[0] for key in keys(folder)}
    assert "d20" not in left
    assert {"d2", "now"} <= left


def test_what_waits_for_its_readers_makes_no_other_file_go(folder: Path) -> None:
    for day in (20, 10, 2):
        add(folder, [row(f"d{day}-{n}", NOW - day * DAY_S + n) for n in range(12)])
        keep_up(folder, NOW - (day - 1.5) * DAY_S)
    paths = [*(folder / PACKED).iterdir(), folder / "archive.sqlite"]
    bound = Kept(365, sum(path.stat().st_size for path in paths) - 1_000)
    for minute in range(3):
        keep_up(folder, NOW + minute * 60, bound)
    assert {key.partition("-")[0] for key in keys(folder)} == {"d10", "d2"}
    upkeep = Upkeep(folder, bound)
    assert not upkeep.is_due(NOW + 180)
    upkeep.close()


def test_it_runs_as_a_process_of_its_own(folder: Path) -> None:
    add(folder, [row(f"e{n}", NOW - 900 * DAY_S) for n in range(3)])
    command = [sys.executable, "-m", "app.state.upkeep", str(folder), "365", str(1 << 40)]
    subprocess.run(command, cwd=ROOT, check=True)
    assert keys(folder) == []
