"""Ids of the last million events."""

import random
from pathlib import Path

from app.state.recent_ids import KEPT_S, RecentIds, open_recent_ids

NOW = 1_795_000_000.0


def test_what_was_added_is_known_for_seven_days(tmp_path: Path) -> None:
    ids = RecentIds(tmp_path / "ids")
    key = bytes(range(16))
    assert not ids.has(key, NOW)
    ids.add(key, NOW)
    assert ids.has(key, NOW)
    assert ids.has(key, NOW + KEPT_S - 2)
    assert not ids.has(key, NOW + KEPT_S + 2)
    ids.close()


def test_all_processes_see_the_same_and_it_outlives_them(tmp_path: Path) -> None:
    one, other = RecentIds(tmp_path / "ids"), RecentIds(tmp_path / "ids")
    one.add(b"a" * 16, NOW)
    assert other.has(b"a" * 16, NOW)
    one.close()
    other.close()
    assert RecentIds(tmp_path / "ids").has(b"a" * 16, NOW)


def test_a_full_bucket_forgets_its_oldest() -> None:
    ids = RecentIds(None)
    keys = [bytes([number]) * 12 + b"same" for number in range(1, 6)]  # one bucket of four
    for age, key in enumerate(keys):
        ids.add(key, NOW + age)
    assert [ids.has(key, NOW + 9) for key in keys] == [False, True, True, True, True]


def test_no_id_is_taken_for_another() -> None:
    ids, source = RecentIds(None), random.Random(5)
    known = {source.randbytes(16) for _ in range(20_000)}
    for key in known:
        ids.add(key, NOW)
    assert all(ids.has(key, NOW) for key in known)
    assert not any(ids.has(source.randbytes(16), NOW) for _ in range(20_000))
    # a key that stands across two entries is none of them
    assert not ids.has(next(iter(known))[1:12] + b"\0" * 5, NOW)


def test_another_start_of_the_machine_begins_anew(tmp_path: Path) -> None:
    first = open_recent_ids(tmp_path, "boot-1")
    first.add(b"a" * 16, NOW)
    first.close()
    assert open_recent_ids(tmp_path, "boot-1").has(b"a" * 16, NOW)
    assert not open_recent_ids(tmp_path, "boot-2").has(b"a" * 16, NOW)
    assert [path.name for path in tmp_path.iterdir()] == ["recent-boot-2.ids"]
