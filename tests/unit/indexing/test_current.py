import json
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from indexing.current import (
    CURRENT,
    Current,
    change_current,
    is_withdrawn,
    list_indexes,
    read_current,
    withdraw,
)
from indexing.errors import BuildError, SnapshotError
from ranking.rules.store import BLOCKLIST, publish_rules

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


@pytest.fixture
def index(tmp_path: Path) -> Path:
    folder = tmp_path / "main"
    folder.mkdir()
    change_current(folder, snapshot="s1")
    return folder


def test_each_change_keeps_the_rest(index: Path) -> None:
    assert change_current(index, model="m1") == Current("s1", model="m1")
    assert change_current(index, rules="r1") == Current("s1", "m1", "r1")
    assert change_current(index, snapshot="s2") == Current("s2", "m1", "r1")
    assert change_current(index, model=None) == Current("s2", None, "r1")
    assert read_current(index) == Current("s2", None, "r1")


def test_changes_at_once_are_all_kept(index: Path) -> None:
    """Snapshots, models and rules are published by different processes."""

    def often(name: str) -> None:
        for number in range(20):
            change_current(index, **{name: f"{name}-{number}"})  # type: ignore[arg-type]

    threads = [
        threading.Thread(target=often, args=(name,)) for name in ("snapshot", "model", "rules")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read_current(index) == Current("snapshot-19", "model-19", "rules-19")


def test_what_a_newer_version_wrote_is_kept(index: Path) -> None:
    (index / CURRENT).write_text('{"snapshot": "s1", "model": null, "later": "f1"}')
    assert read_current(index) == Current("s1")
    change_current(index, model="m1")
    assert json.loads((index / CURRENT).read_text())["later"] == "f1"


@pytest.mark.parametrize(
    "damaged",
    ["", "{", "[]", "null", '{"model": "m"}', '{"snapshot": 7}', '{"snapshot": "../../etc"}',
     '{"snapshot": "s", "rules": "a/b"}', b"\xff\xfe"],
)  # fmt: skip
def test_a_damaged_one_is_told_and_repaired_by_choosing_a_snapshot(
    index: Path, damaged: str | bytes
) -> None:
    raw = damaged.encode() if isinstance(damaged, str) else damaged
    (index / CURRENT).write_bytes(raw)
    with pytest.raises(SnapshotError, match="rollback"):
        read_current(index)
    with pytest.raises(SnapshotError):
        change_current(index, rules="r1")
    assert change_current(index, snapshot="s2") == Current("s2")
    assert read_current(index) == Current("s2")


def test_a_folder_in_its_place_is_told_and_moved_aside(index: Path) -> None:
    (index / CURRENT).unlink()
    (index / CURRENT).mkdir()
    (index / CURRENT / "kept").touch()
    assert list_indexes(index.parent) == ["main"]
    with pytest.raises(SnapshotError, match="rollback"):
        read_current(index)
    change_current(index, snapshot="s2")
    assert read_current(index) == Current("s2")
    assert [path.name for path in index.rglob("kept")] == ["kept"]


def test_withdrawing_keeps_everything_for_the_next_publication(index: Path) -> None:
    change_current(index, model="m1", rules="r1")
    assert not is_withdrawn(index)
    withdraw(index)
    assert is_withdrawn(index)
    assert read_current(index) is None
    assert list_indexes(index.parent) == []
    with pytest.raises(BuildError, match="nothing published"):
        change_current(index, model="m2")
    assert change_current(index, snapshot="s2") == Current("s2", "m1", "r1")
    assert not is_withdrawn(index)


def test_nothing_can_be_put_beside_nothing(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="Build it first"):
        change_current(tmp_path, model="m1")
    with pytest.raises(BuildError, match="nothing published"):
        withdraw(tmp_path)
    (tmp_path / "main").mkdir()
    assert read_current(tmp_path / "main") is None


def test_rules_are_in_force_beside_a_model_that_is_published_meanwhile(index: Path) -> None:
    model = threading.Thread(
        target=lambda: [change_current(index, model=f"m{number}") for number in range(50)]
    )
    model.start()
    rules = [publish_rules(index, {BLOCKLIST: f"bad{number}\n"}, NOW) for number in range(10)]
    model.join()
    assert read_current(index) == Current("s1", "m49", rules[-1])
