"""Which word of a query is the thing by how titles use it: hand-worked shares."""

import numpy as np
import pytest

from ranking.features.thing_lacked import head_shares
from ranking.features.word_order import ABSENT, ALONE, BESIDE, EARLIER, FITTED, LATEST, UNREAD


def shares(roles: list[int], *, noun_first: bool = False) -> float:
    column = np.array(roles, dtype=np.uint8).reshape(-1, 1)
    return float(head_shares(column, noun_first=noun_first)[0])


def test_a_word_that_no_title_has_is_as_likely_as_not() -> None:
    assert shares([ABSENT, UNREAD]) == pytest.approx(0.5)


def test_titles_where_a_word_is_the_only_head_make_it_a_thing() -> None:
    assert shares([ALONE] * 3) == pytest.approx(4.5 / 6)
    assert shares([BESIDE, FITTED, BESIDE]) == pytest.approx(1.5 / 6)


def test_of_several_heads_the_last_one_is_the_thing_where_nouns_stand_first() -> None:
    assert shares([EARLIER, LATEST]) == pytest.approx((1.5 + 1.0) / 5)
    assert shares([LATEST, LATEST], noun_first=True) == pytest.approx((1.5 + 2.0) / 5)
    assert shares([EARLIER, EARLIER], noun_first=True) == pytest.approx((1.5 + 0.2) / 5)
