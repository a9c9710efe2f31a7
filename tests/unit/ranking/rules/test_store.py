import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from filelock import FileLock

from indexing.current import Current, change_current, read_current
from indexing.errors import RulesError
from ranking.rules.store import BLOCKLIST, HINTS, publish_rules, read_rules_file

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


@pytest.fixture
def index(tmp_path: Path) -> Path:
    folder = tmp_path / "main"
    folder.mkdir()
    change_current(folder, snapshot="s1", model="m1")
    return folder


def test_without_rules_every_file_is_empty(index: Path) -> None:
    assert read_rules_file(index, None, BLOCKLIST) == ""


def test_a_change_keeps_the_other_files_and_what_else_is_in_force(index: Path) -> None:
    first = publish_rules(index, {BLOCKLIST: "bad\n", HINTS: "lamp\n"}, NOW)
    second = publish_rules(index, {BLOCKLIST: "worse\n"}, NOW)
    assert first != second
    assert read_current(index) == Current("s1", model="m1", rules=second)
    assert read_rules_file(index, second, BLOCKLIST) == "worse\n"
    assert read_rules_file(index, second, HINTS) == "lamp\n"
    assert read_rules_file(index, first, BLOCKLIST) == "bad\n"


def test_an_emptied_file_is_gone(index: Path) -> None:
    publish_rules(index, {BLOCKLIST: "bad\n"}, NOW)
    emptied = publish_rules(index, {BLOCKLIST: ""}, NOW)
    assert read_rules_file(index, emptied, BLOCKLIST) == ""


def test_a_new_snapshot_keeps_the_rules(index: Path) -> None:
    rules = publish_rules(index, {BLOCKLIST: "bad\n"}, NOW)
    assert change_current(index, snapshot="s2") == Current("s2", model="m1", rules=rules)


def test_changes_at_once_are_all_kept(index: Path) -> None:
    changes = [{BLOCKLIST: "bad\n"}, {HINTS: "lamp\n"}]
    threads = [threading.Thread(target=publish_rules, args=(index, each, NOW)) for each in changes]
    with FileLock(index / ".rules.lock"):
        for thread in threads:
            thread.start()
    for thread in threads:
        thread.join()
    current = read_current(index)
    assert current is not None
    texts = [read_rules_file(index, current.rules, name) for name in (BLOCKLIST, HINTS)]
    assert texts == ["bad\n", "lamp\n"]


def test_what_cannot_be_is_told(index: Path, tmp_path: Path) -> None:
    with pytest.raises(RulesError, match=r"rules have no file 'x\.txt'; they have blocklist\.txt"):
        publish_rules(index, {"x.txt": ""}, NOW)
    (tmp_path / "empty").mkdir()
    with pytest.raises(RulesError, match="nothing published yet"):
        publish_rules(tmp_path / "empty", {BLOCKLIST: "bad"}, NOW)
    with pytest.raises(RulesError, match="is missing, and"):
        read_rules_file(index, "20200101T000000-aaaaaa", BLOCKLIST)
