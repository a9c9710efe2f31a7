"""How far a query names what titles are: hand-worked roles, and a plain reference at random."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.features.word_order import (
    ABSENT,
    ALONE,
    BESIDE,
    EARLIER,
    FITTED,
    LATEST,
    UNREAD,
    _best_worth,
    _fill,
)


def filled(titles: list[list[int]], roles: list[tuple[int, int]], slots: int) -> list[list[int]]:
    """Slot i asks for term i; every title satisfies each."""
    offsets = np.cumsum([0, *map(len, titles)]).astype(np.uint64)
    terms = np.array([term for title in titles for term in title], dtype=np.uint32)
    found = np.zeros((len(titles), slots), dtype=np.uint8)
    _fill(
        np.arange(len(titles), dtype=np.uint32), offsets, terms,
        np.array(roles, dtype=np.uint64).reshape(len(roles), 2),
        np.tile(np.arange(slots, dtype=np.int32), (len(titles), 1)),
        np.arange(slots, dtype=np.uint32), np.arange(slots + 1, dtype=np.int64), found,
    )  # fmt: skip
    return [[int(role) for role in row] for row in found]


def named(roles: list[int], worth: list[float]) -> float:
    row = np.array([roles], dtype=np.uint8)
    return float(_best_worth(row, np.array(worth, dtype=np.float32))[0])


def test_the_head_names_the_thing_and_what_it_fits_does_not() -> None:
    titles = [[0, 5], [5, 6, 0], [0, 5, 6], [5, 6], [0]]
    roles = [(0b01, 0), (0b001, 0b100), (0b010, 0), (0b01, 0), (0, 0)]
    found = [row[0] for row in filled(titles, roles, 1)]
    assert found == [ALONE, FITTED, BESIDE, ABSENT, UNREAD]
    expected = [1.0, 0.0, 0.35, 0.35, 0.4]
    assert [named([role], [1.0]) for role in found] == pytest.approx(expected)


def test_of_several_heads_the_last_one_is_told() -> None:
    assert filled([[0, 1, 2]], [(0b110, 0)], 3) == [[BESIDE, EARLIER, LATEST]]


def test_the_best_word_counts_by_its_worth() -> None:
    assert named([ALONE, FITTED], [0.8, 1.0]) == pytest.approx(0.8)
    assert named([ALONE, BESIDE], [0.0, 1.0]) == pytest.approx(0.35)


def reference(title: list[int], heads: int, fits: int, slot: int) -> int:
    if not heads and not fits:
        return UNREAD
    places = [place for place, term in enumerate(title) if term == slot]
    if not places:
        return ABSENT
    if any(heads >> place & 1 for place in places):
        if heads & (heads - 1) == 0:
            return ALONE
        return LATEST if heads.bit_length() - 1 in places else EARLIER
    return FITTED if all(fits >> place & 1 for place in places) else BESIDE


@given(
    st.lists(st.integers(0, 4), min_size=1, max_size=8),
    st.integers(0, 255), st.integers(0, 255), st.integers(1, 3),
)  # fmt: skip
def test_equals_a_plain_reference(title: list[int], heads: int, fits: int, slots: int) -> None:
    expected = [reference(title, heads, fits, slot) for slot in range(slots)]
    assert filled([title], [(heads, fits)], slots) == [expected]
