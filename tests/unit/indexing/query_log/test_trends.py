import numpy as np

from indexing.query_log.trends import DAY_S, NEW, RISING, STEADY, last_days, trends

MIDNIGHT = 20_000 * DAY_S + DAY_S - 1e-6
"""The end of day 0, so that spans of 24 hours are calendar days."""


def daily(*rows: list[int]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.array(rows, dtype=np.float32)


def test_a_day_that_has_half_gone_takes_half_of_the_day_before() -> None:
    spans = last_days(daily([6, 10, 20]), 20_000 * DAY_S + DAY_S / 2)
    assert spans.tolist() == [[6 + 5, 5 + 10, 10]]


def test_growth_is_against_the_mean_of_the_days_before() -> None:
    users = np.array([9, 9, 4], dtype=np.uint32)
    counts = daily([11, 1, 3, 2, 2], [3, 2, 2, 2, 2], [11, 1, 3, 2, 2])
    found = trends(counts, np.ones(3), users, MIDNIGHT, 5)
    # (11 + 1) / (mean(1, 3, 2, 2) + 1) = 12 / 3; (3 + 1) / (2 + 1)
    assert np.round(found.growth, 3).tolist() == [4.0, 1.333, 4.0]
    assert found.tags.tolist() == [RISING, STEADY, STEADY]  # the last: too few users


def test_new_is_what_nobody_asked_before_the_last_three_days() -> None:
    users = np.full(3, 9, dtype=np.uint32)
    counts = daily([6, 1, 0, 0, 0], [6, 1, 0, 0, 1], [0, 0, 0, 0, 9])
    found = trends(counts, np.ones(3), users, MIDNIGHT, 5)
    assert found.tags.tolist() == [NEW, RISING, STEADY]


def test_a_young_log_knows_no_new_queries() -> None:
    found = trends(daily([9, 0, 0, 0, 0]), np.ones(1), np.array([9], np.uint32), MIDNIGHT, 5)
    assert (found.growth.tolist(), found.tags.tolist()) == ([1.0], [STEADY])


def test_heat_halves_every_two_days() -> None:
    found = trends(daily([0, 0, 8], [1, 0, 0]), np.ones(2), np.zeros(2, np.uint32), MIDNIGHT, 5)
    assert np.round(found.heat, 4).tolist() == [4.0, 1.0]


def test_counts_without_days_are_their_own_heat() -> None:
    found = trends(
        np.zeros((2, 14), np.float32), np.array([3.0, 5.0]), np.zeros(2, np.uint32), 0, 5
    )
    assert (found.heat.tolist(), found.tags.tolist()) == ([3.0, 5.0], [STEADY, STEADY])


def test_what_doubles_by_chance_does_not_rise() -> None:
    # (5 + 1) / (0.5 + 1) = 4, but 5 - 0.5 are 4.5 / √1.5 = 3.7 standard deviations only.
    found = trends(daily([5, 1, 0, 0, 1]), np.ones(1), np.array([9], np.uint32), MIDNIGHT, 5)
    assert (np.round(found.growth, 4).tolist(), found.tags.tolist()) == ([4.0], [STEADY])
