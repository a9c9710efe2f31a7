"""Interleaving: a permutation, in turns, fair, and the same as the plain rule."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ranking.experiments.team_draft import team_draft


def plain(first: list[int], second: list[int], coins: list[bool]) -> list[tuple[int, int]]:
    """Radlinski, Kurup and Joachims (2008), algorithm 2, until both lists are empty."""
    page: list[tuple[int, int]] = []
    teams = [0, 0]
    while True:
        taken = {code for code, _ in page}
        left = [[code for code in side if code not in taken] for side in (first, second)]
        if not left[0] and not left[1]:
            return page
        side = 0 if teams[0] < teams[1] or (teams[0] == teams[1] and coins[len(page)]) else 1
        side = side if left[side] else 1 - side
        page.append((left[side][0], side))
        teams[side] += 1


@st.composite
def drafts(draw: st.DrawFn) -> tuple[list[int], list[int], list[bool]]:
    count = draw(st.integers(0, 30))
    codes = list(range(count))
    first = draw(st.permutations(codes))[: draw(st.integers(0, count))]
    rest = [code for code in codes if code not in first]
    more = draw(st.lists(st.sampled_from(codes), unique=True)) if codes else []
    second = draw(st.permutations(list(dict.fromkeys([*rest, *more]))))
    return list(first), list(second), draw(st.lists(st.booleans(), min_size=count, max_size=count))


@given(drafts())
def test_as_the_paper_says(drawn: tuple[list[int], list[int], list[bool]]) -> None:
    first, second, coins = drawn
    order, sides = team_draft(
        np.array(first, np.int64), np.array(second, np.int64), np.array(coins, np.bool_)
    )
    assert list(zip(order.tolist(), sides.tolist(), strict=True)) == plain(first, second, coins)
    assert sorted(order.tolist()) == list(range(len(coins)))


def test_two_equal_rankers_win_as_often() -> None:
    chance = np.random.default_rng(1)
    codes = np.arange(10)
    wins = np.zeros(2)
    for _ in range(4_000):
        _, sides = team_draft(codes, codes, chance.random(10) < 0.5)
        clicked = chance.random(10) < 0.4 / (1 + codes)
        points = np.bincount(sides[clicked], minlength=2)
        wins += points > points[::-1]
    assert abs(wins[0] - wins[1]) < 3 * np.sqrt(wins.sum())
