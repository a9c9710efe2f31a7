"""Who searches for what, and when."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from indexing.arrays import BoolArray, Float64Array, Int64Array
from ranking.simulation.world import CLASSES

DAY_RHYTHM: Final = np.array(
    [2, 1, 1, 1, 1, 1, 2, 3, 4, 5, 5, 5, 6, 6, 5, 5, 5, 6, 7, 8, 9, 9, 7, 4], dtype=np.float64
)
"""How much is searched in each hour of a day."""
_ACTIVITY_TAIL: Final = 0.7


@dataclass(frozen=True, slots=True)
class Crowd:
    """classes: int64[users]. activity: float64[users], share of the searches, adds up to 1. bots:
    bool[users].
    """

    classes: Int64Array
    activity: Float64Array
    bots: BoolArray


@dataclass(frozen=True, slots=True)
class Searches:
    """n searches, oldest first. intents, users: int64[n]. days: float64[n]."""

    intents: Int64Array
    users: Int64Array
    days: Float64Array

    def __len__(self) -> int:
        return len(self.intents)


def make_crowd(users: int, bots: int, bot_share: float, seed: int) -> Crowd:
    """users: people, a few of whom search much. bots: beside them, with `bot_share` of all that
    is searched. Classes are equally many; the bots stand last.
    """
    chance = np.random.default_rng([seed, 1])
    people = chance.permutation(users) + 3.0
    activity = people**-_ACTIVITY_TAIL
    activity *= (1 - bot_share if bots else 1.0) / activity.sum()
    return Crowd(
        np.concatenate([np.arange(users) % CLASSES, np.zeros(bots, dtype=np.int64)]),
        np.concatenate([activity, np.full(bots, bot_share / max(bots, 1))]),
        np.arange(users + bots) >= users,
    )


def make_searches(
    count: int,
    begin: float,
    end: float,
    asked: Float64Array,
    crowd: Crowd,
    chance: np.random.Generator,
) -> Searches:
    """From day `begin` until day `end`, more in the evening. asked: float64[intents]."""
    return Searches(
        chance.choice(len(asked), count, p=asked),
        chance.choice(len(crowd.activity), count, p=crowd.activity),
        _moments(count, begin, end, chance),
    )


def _moments(count: int, begin: float, end: float, chance: np.random.Generator) -> Float64Array:
    hours = np.arange(np.floor(begin * 24), np.ceil(end * 24))
    starts = np.clip(hours / 24, begin, end)
    ends = np.clip((hours + 1) / 24, begin, end)
    mass = np.cumsum(DAY_RHYTHM[(hours % 24).astype(np.int64)] * (ends - starts))
    drawn = np.sort(chance.random(count)) * mass[-1]
    moments: Float64Array = np.interp(drawn, np.append(0, mass), np.append(starts, ends[-1]))
    return moments
