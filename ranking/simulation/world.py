"""What is true in a simulated shop, and hidden from it: what shoppers want, and what contents them.

A product's *attraction* for a query is the chance that somebody who looks at it there clicks;
its *content* the chance that who has clicked wants it. *Gain*, their product, is what a place at
the top is worth: true relevance, read from the shop's fields and from what no catalogue says.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from indexing.arrays import BoolArray, Float32Array, Float64Array, Int64Array
from indexing.demo.grades import Intent
from ranking.simulation.goods import Goods, Grades, grades_of
from ranking.simulation.noise import normals, uniforms

PERSONAS: Final = ("anybody", "thrifty", "choosy", "faithful")
REGIONS: Final = ("north", "south", "west")
CLASSES: Final = len(PERSONAS) * len(REGIONS)
"""Of shoppers: persona · regions + region."""
_ATTRACTED: Final = (0.004, 0.05, 0.15, 0.30)
"""A product of average appeal, by grade."""
_APPEAL, _FIT, _LOOKS, _SATISFIES, _LIKED, _LATER, _DRIFTS = range(7)
_STREAMS: Final = 16


@dataclass(frozen=True, slots=True)
class Tastes:
    """How strongly each thing moves the logit of attraction.

    appeal: what everybody sees in a product. fit: in a product for this query. price, brand: what
    persona and region add. content: how much the chance to be content differs among products.
    drifting: share of the groups whose appeal changes with the days, all of it in `turn_days`.
    """

    appeal: float = 0.7
    fit: float = 0.8
    price: float = 1.6
    brand: float = 0.8
    content: float = 0.9
    drifting: float = 0.3
    turn_days: float = 4.0


@dataclass(frozen=True, slots=True)
class World:
    """intents, goods: of a demo shop, with what is yet to arrive. asked: float64[intents], adds up
    to 1. arrivals: float64[products], day of arrival. lifted: float64[groups], appeal that was
    planted on some.
    """

    intents: tuple[Intent, ...]
    goods: Goods
    grades: Grades
    asked: Float64Array
    arrivals: Float64Array
    lifted: Float64Array
    tastes: Tastes
    seed: int

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(intent.query for intent in self.intents)

    def priced(self, products: Int64Array, prices: Float64Array) -> "World":
        """With other prices; what satisfies whom is read again."""
        goods = self.goods.priced(products, prices)
        return replace(self, goods=goods, grades=grades_of(self.intents, goods))

    def at(self, day: float) -> "Truth":
        """What holds on a day, for products that are there."""
        goods, grades, tastes = self.goods, self.grades, self.tastes
        number = np.arange(len(self.lifted))
        stays, later = self._normals(number, _APPEAL), self._normals(number, _LATER)
        moves = self._uniforms(number, _DRIFTS) < tastes.drifting
        turn = np.where(moves, day / tastes.turn_days * np.pi / 2, 0.0)
        appeal = np.cos(turn) * stays + np.sin(turn) * later + self.lifted
        satisfying = 0.5 * appeal + 0.87 * self._normals(number, _SATISFIES)
        pairs = grades.intents * len(goods) + grades.products
        groups = goods.groups[grades.products]
        fit = self._normals(grades.intents * len(self.lifted) + groups, _FIT)
        logits = _logit(np.array(_ATTRACTED))[grades.grades]
        logits = logits + tastes.appeal * appeal[groups] + tastes.fit * fit
        there = self.arrivals[grades.products] <= day
        return Truth(
            world=self,
            pairs=pairs[there],
            logits=logits[there].astype(np.float32),
            tastes=self._tastes(),
            content=_sigmoid(tastes.content * satisfying)[goods.groups].astype(np.float32),
        )

    def _tastes(self) -> Float32Array:
        """float32[classes, products]."""
        goods, tastes = self.goods, self.tastes
        cheap = 1 - 2 * goods.price_places
        by_price = np.array([0.0, 1.0, -1.0, 0.0]) * tastes.price
        by_brand = np.array([0.25, 0.25, 0.25, 1.0]) * tastes.brand
        found = np.empty((CLASSES, len(goods)), dtype=np.float32)
        for each in range(CLASSES):
            persona, region = divmod(each, len(REGIONS))
            # the faithful of a region like some brands much, everybody there likes them a little
            liked = self._normals(goods.brands * len(REGIONS) + region, _LIKED)
            found[each] = by_price[persona] * cheap + by_brand[persona] * liked
        return found

    def _normals(self, keys: Int64Array, stream: int) -> Float64Array:
        return normals(keys, self.seed * _STREAMS + stream)

    def _uniforms(self, keys: Int64Array, stream: int) -> Float64Array:
        return uniforms(keys, self.seed * _STREAMS + stream)


@dataclass(frozen=True, slots=True)
class Truth:
    """pairs: int64[p], intent · products + product, ascending. logits: float32[p], of attraction
    for a shopper without taste. tastes: float32[classes, products], added to it. content:
    float32[products].
    """

    world: World
    pairs: Int64Array
    logits: Float32Array
    tastes: Float32Array
    content: Float32Array

    def attraction(
        self, intents: Int64Array, products: Int64Array, classes: Int64Array
    ) -> Float32Array:
        """Of products for intents, in the eyes of a class; shapes broadcast. Products below 0 are
        none: 0.
        """
        return self._attraction(intents, products, classes)[0]

    def gains(self, intents: Int64Array, products: Int64Array, classes: Int64Array) -> Float32Array:
        """Attraction · content; 0 for what has no grade."""
        attracted, graded = self._attraction(intents, products, classes)
        found: Float32Array = np.where(graded, attracted * self.content[products], 0)
        return found

    def _attraction(
        self, intents: Int64Array, products: Int64Array, classes: Int64Array
    ) -> tuple[Float32Array, BoolArray]:
        """And which have a grade."""
        logits, graded = self._logits(intents, products)
        shown = products >= 0
        tastes = self.tastes[classes, np.where(shown, products, 0)]
        found: Float32Array = np.where(shown, _sigmoid(logits + tastes), 0).astype(np.float32)
        return found, graded

    def _logits(self, intents: Int64Array, products: Int64Array) -> tuple[Float32Array, BoolArray]:
        """And which have a grade."""
        keys = intents * len(self.world.goods) + products
        if not len(self.pairs):
            return np.full(keys.shape, _logit(_ATTRACTED[0]), np.float32), np.zeros(
                keys.shape, bool
            )
        places = np.minimum(np.searchsorted(self.pairs, keys), len(self.pairs) - 1)
        graded = (self.pairs[places] == keys) & (products >= 0)
        logits = np.where(graded, self.logits[places], np.float32(_logit(_ATTRACTED[0])))
        return logits.astype(np.float32), graded


def make_world(
    intents: Sequence[Intent],
    goods: Goods,
    seed: int,
    tastes: Tastes | None = None,
    arrivals: Float64Array | None = None,
    planted: Int64Array | None = None,
) -> World:
    """arrivals: day of each product; None: all are there from the beginning. planted: numbers of
    groups that everybody likes.
    """
    lifted = np.zeros(int(goods.groups.max(initial=-1)) + 1)
    if planted is not None:
        lifted[planted] = 2.5
    weights = np.array([intent.weight for intent in intents], dtype=np.float64)
    return World(
        tuple(intents),
        goods,
        grades_of(intents, goods),
        weights / weights.sum(),
        np.zeros(len(goods)) if arrivals is None else arrivals,
        lifted,
        tastes or Tastes(),
        seed,
    )


def _sigmoid(logits: Float64Array | Float32Array) -> Float64Array:
    found: Float64Array = 1 / (1 + np.exp(-logits))
    return found


def _logit(chance: Float64Array | float) -> Float64Array:
    found: Float64Array = np.log(chance) - np.log1p(-np.asarray(chance))
    return found
