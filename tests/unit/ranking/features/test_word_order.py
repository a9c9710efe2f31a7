"""How far a query names what titles are: hand-worked roles, and a plain reference at random."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ranking.features.word_order import BESIDE, FITTED, NAMED, UNKNOWN, _fill

EXTRA = np.uint32(1 << 31)


def filled(
    titles: list[list[int]], roles: list[tuple[int, int]], worth: list[float]
) -> list[float]:
    """Slot i asks for term i; every title satisfies each."""
    offsets = np.cumsum([0, *map(len, titles)]).astype(np.uint64)
    terms = np.array([term for title in titles for term in title], dtype=np.uint32)
    found = np.full(len(titles), UNKNOWN, dtype=np.float32)
    count = len(worth)
    _fill(
        np.arange(len(titles), dtype=np.uint32), offsets, terms,
        np.array(roles, dtype=np.uint64).reshape(len(roles), 2),
        np.tile(np.arange(count, dtype=np.int32), (len(titles), 1)),
        np.arange(count, dtype=np.uint32), np.arange(count + 1, dtype=np.int64),
        np.array(worth, dtype=np.float32), found,
    )  # fmt: skip
    return found.tolist()


def test_the_head_names_the_thing_and_what_it_fits_does_not() -> None:
    titles = [[0, 5], [5, 6, 0], [0, 5, 6], [5, 6], [0]]
    roles = [(0b01, 0), (0b001, 0b100), (0b010, 0), (0b01, 0), (0, 0)]
    expected = [NAMED, FITTED, BESIDE, BESIDE, UNKNOWN]
    assert filled(titles, roles, [1.0]) == [np.float32(value) for value in expected]


def test_the_best_word_counts_by_its_worth() -> None:
    titles, roles = [[0, 1]], [(0b01, 0b10)]
    assert filled(titles, roles, [0.8, 1.0]) == [np.float32(0.8)]


def reference(title: list[int], heads: int, fits: int, worth: list[float]) -> float:
    if not heads and not fits:
        return UNKNOWN
    values = []
    for slot, each in enumerate(worth):
        places = [place for place, term in enumerate(title) if term == slot]
        if not places or each == 0:
            continue
        role = BESIDE
        if any(heads >> place & 1 for place in places):
            role = NAMED
        elif all(fits >> place & 1 for place in places):
            role = FITTED
        values.append(each * role)
    return max(values, default=BESIDE)


@given(
    st.lists(st.integers(0, 4), min_size=1, max_size=8),
    st.integers(0, 255), st.integers(0, 255),
    st.lists(st.sampled_from([0.0, 0.8, 1.0]), min_size=1, max_size=3),
)  # fmt: skip
def test_equals_a_plain_reference(
    title: list[int], heads: int, fits: int, worth: list[float]
) -> None:
    expected = np.float32(reference(title, heads, fits, worth))
    assert filled([title], [(heads, fits)], worth)[0] == np.float32(expected)
