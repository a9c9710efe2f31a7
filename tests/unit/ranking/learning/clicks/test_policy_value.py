"""Inverse propensity scoring: by hand, and where the truth is known."""

import numpy as np
import pytest

from ranking.learning.clicks.policy_value import value_of
from ranking.learning.errors import LearningError


def test_by_hand() -> None:
    rewards = np.array([1.0, 0.0, 1.0, 0.0])
    found = value_of(
        rewards, np.array([0.5, 0.5, 0.1, 0.5]), np.array([0.5, 0.5, 0.4, 0.0]), clip=2
    )
    assert found.ips.mean == pytest.approx((1 + 4) / 4)
    assert found.clipped.mean == pytest.approx((1 + 2) / 4)
    assert found.snips.mean == pytest.approx(5 / 6)
    assert found.effective == pytest.approx(36 / 18)


def test_the_same_policy_has_its_own_mean() -> None:
    chance = np.random.default_rng(1)
    rewards = (chance.random(500) < 0.1).astype(np.float64)
    logged = chance.uniform(0.1, 0.9, 500)
    found = value_of(rewards, logged, logged)
    for each in (found.ips, found.clipped, found.snips):
        assert each.mean == pytest.approx(rewards.mean())
    assert found.effective == pytest.approx(500)


def test_intervals_hold_the_truth() -> None:
    """Ten arms; the logged policy likes the low ones, the other the high ones."""
    rates = np.linspace(0.02, 0.2, 10)
    old, new = np.linspace(0.15, 0.05, 10), np.linspace(0.05, 0.15, 10)
    held = {"ips": 0, "snips": 0}
    for seed in range(60):
        chance = np.random.default_rng(seed)
        arms = chance.choice(10, 1_000, p=old / old.sum())
        rewards = (chance.random(1_000) < rates[arms]).astype(np.float64)
        logged, target = (old / old.sum())[arms], (new / new.sum())[arms]
        found = value_of(rewards, logged, target, clip=1e9, draws=300)
        true = float(rates @ new / new.sum())
        held["ips"] += found.ips.low <= true <= found.ips.high
        held["snips"] += found.snips.low <= true <= found.snips.high
        assert found.clipped.mean == pytest.approx(found.ips.mean)
    assert min(held.values()) >= 52


@pytest.mark.parametrize(
    ("rewards", "logged", "target", "why"),
    [
        ([], [], [], "at least one"),
        ([1.0], [0.5, 0.5], [0.5], "give one of each"),
        ([1.0], [0.0], [0.5], "not between 0 and 1"),
        ([1.0], [float("nan")], [0.5], "not between 0 and 1"),
        ([1.0], [0.5], [1.5], "not between 0 and 1"),
        ([1.0], [0.5], [0.0], "nothing of what was logged"),
    ],
)
def test_what_cannot_be_estimated_is_refused(
    rewards: list[float], logged: list[float], target: list[float], why: str
) -> None:
    with pytest.raises(LearningError, match=why):
        value_of(np.array(rewards), np.array(logged), np.array(target))
