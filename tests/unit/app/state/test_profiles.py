"""What people looked at lately: kept, bounded, forgotten, and never read half."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.state.profiles import (
    KEPT_DAYS,
    SLOTS,
    Profiles,
    expire_profiles,
    forget_profiles,
    open_profiles,
)
from app.state.rows import EVENT_COLUMNS, Row
from indexing.catalogue.row_order import hash_of_id
from ranking.behaviour.profile import Recent

NOW, DAY = 1_795_000_000.0, 86_400


def row(product: str | None, at: float = 0, **told: Any) -> Row:
    known = {"happened_at": NOW + at, "type": "view", "session_key": "s", "trusted": 1, "bot": 0}
    return [({"product": product} | known | told).get(name) for name in EVENT_COLUMNS]


def name(product: str) -> int:
    return int.from_bytes(hash_of_id(product), "little")


def told(recent: Recent) -> list[int]:
    return recent.products.tolist()


@pytest.fixture
def profiles(tmp_path: Path) -> Profiles:
    opened = open_profiles(tmp_path, 64)
    assert opened is not None
    return opened


def test_the_newest_first_each_once_with_its_worth(profiles: Profiles) -> None:
    profiles.note([row("a"), row("b", 10), row("a", 20), row("b", 30, type="purchase")])
    profiles.note([row("c", 5, type="add_to_cart"), row("b", 40)])  # late, and looked at again
    found = profiles.recent(["s"], NOW + 50)
    assert told(found) == [name("b"), name("a"), name("c")]
    assert found.worths.tolist() == [4, 1, 2]
    assert found.days.tolist() == [0, 0, 0]
    assert profiles.recent(["s"], NOW + 2 * DAY + 100).days.tolist() == [2, 2, 2]


def test_session_and_user_together(profiles: Profiles) -> None:
    profiles.note([row("a", user_key="u"), row("b", 10, session_key="other", user_key="u")])
    profiles.note([row("c", 20)])
    assert told(profiles.recent(["s", "u"], NOW + 30)) == [name("c"), name("b"), name("a")]
    assert told(profiles.recent(["other"], NOW + 30)) == [name("b")]
    assert len(profiles.recent(["nobody"], NOW)) == len(profiles.recent([], NOW)) == 0


def test_what_counts_nothing(profiles: Profiles) -> None:
    profiles.note([
        row("a", bot=1), row("b", type="purchase", trusted=0), row(None, type="suggestion_click"),
        row("c", session_key=None), row("d", type="dismiss"),
    ])  # fmt: skip
    assert len(profiles.recent(["s"], NOW)) == 0


@pytest.mark.parametrize("undone", ["dismiss", "return", "cancel"])
def test_what_is_undone_goes(profiles: Profiles, undone: str) -> None:
    profiles.note([row("a", type="purchase"), row("b"), row("a", 10, type=undone)])
    assert told(profiles.recent(["s"], NOW + 20)) == [name("b")]
    profiles.note([row("a", 15)])  # and may come again
    assert told(profiles.recent(["s"], NOW + 20)) == [name("a"), name("b")]


def test_ten_thousand_products_and_a_million_events_of_one_person(profiles: Profiles) -> None:
    batch = [row(f"p{number}", number / 1_000) for number in range(1_000)]
    for begin in range(0, 10_000, 1_000):
        profiles.note([row(f"p{begin + number}", begin + number) for number in range(1_000)])
    for _ in range(20):
        profiles.note(batch)
    found = profiles.recent(["s"], NOW + 10_000)
    assert told(found) == [name(f"p{number}") for number in range(9_999, 9_999 - SLOTS, -1)]


def test_more_people_than_there_is_room_for(tmp_path: Path) -> None:
    profiles = open_profiles(tmp_path, 8)
    assert profiles is not None
    for number in range(200):
        profiles.note([row("a", number, session_key=f"s{number}")])
    known = [n for n in range(200) if len(profiles.recent([f"s{n}"], NOW + 200))]
    assert 4 <= len(known) <= 8
    assert 199 in known


def test_forgotten_for_good(tmp_path: Path, profiles: Profiles) -> None:
    profiles.note([row("a", user_key="u")])
    forget_profiles(tmp_path, ["u", "s"], NOW + 5)
    assert len(profiles.recent(["u", "s"], NOW + 6)) == 0
    profiles.note([row("b", 4, user_key="u"), row("c", 8, user_key="u")])  # told late, and after it
    assert told(profiles.recent(["u", "s"], NOW + 10)) == [name("c")]


def test_what_is_old_is_not_told_and_goes(tmp_path: Path, profiles: Profiles) -> None:
    profiles.note([row("a"), row("b", 20 * DAY, session_key="t")])
    later = NOW + KEPT_DAYS * DAY + 10
    assert len(profiles.recent(["s"], later)) == 0
    expire_profiles(tmp_path, later)
    assert len(profiles.recent(["s"], NOW + 1)) == 0
    assert len(profiles.recent(["t"], later)) == 1


def test_another_process_sees_it_and_a_torn_entry_counts_as_none(
    tmp_path: Path, profiles: Profiles
) -> None:
    profiles.note([row("a")])
    other = open_profiles(tmp_path, 64)
    assert other is not None
    assert told(other.recent(["s"], NOW)) == [name("a")]
    path = next(tmp_path.glob("profiles-*.map"))
    raw = bytearray(path.read_bytes())
    place = raw.find(np.uint64(name("a")).tobytes())
    raw[place] ^= 1
    path.write_bytes(raw)
    assert len(other.recent(["s"], NOW)) == 0
    other.note([row("b")])
    assert told(other.recent(["s"], NOW)) == [name("b")]


def test_none_are_kept_where_none_are_asked(tmp_path: Path) -> None:
    assert open_profiles(tmp_path, 64) is not None
    assert open_profiles(tmp_path, 0) is None
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=40, deadline=None)
@given(
    events=st.lists(
        st.tuples(
            st.integers(0, 40), st.integers(0, 60),
            st.sampled_from(["view", "add_to_cart", "purchase", "dismiss"]),
        ),
        max_size=80,
    ),
    seed=st.randoms(),
)  # fmt: skip
def test_batches_and_order_change_nothing(
    tmp_path_factory: pytest.TempPathFactory, events: list[tuple[int, int, str]], seed: Any
) -> None:
    """As long as no two things happen to one product in the same second, or too many."""
    distinct = {(product, at): kind for product, at, kind in events if product < SLOTS - 1}
    rows = [row(f"p{p}", at, type=kind) for (p, at), kind in distinct.items() if kind != "dismiss"]
    found = []
    for parts in (1, 7):
        folder = tmp_path_factory.mktemp("profiles")
        profiles = open_profiles(folder, 16)
        assert profiles is not None
        shuffled = rows[:]
        seed.shuffle(shuffled)
        for begin in range(parts):
            profiles.note(shuffled[begin::parts])
        recent = profiles.recent(["s"], NOW + 100)
        found.append(dict(zip(told(recent), recent.worths.tolist(), strict=True)))
        profiles.close()
    assert found[0] == found[1]
