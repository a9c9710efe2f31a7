"""What knowing the shopper is worth, to them and to others, by what simulated shoppers truly want.

`python -m benchmarks.personalisation [--seed N] [--catalogue FILE] [--train]`: shoppers with tastes
of price and brand shop where everybody sees the same; the shop learns facts, profiles and, if
asked, a model of it. Then people of each class are drawn as often as they search, and ask what is
asked: true nDCG@10, by the class's own tastes, of the page with their profile and of the page as
nobody. Others: the profile is somebody's of another persona (a shared account), the same with
three clicks of the asker's own as the latest (a present), or nothing but the region is known. If
asked, what newcomers find after everybody has shopped once more, each with their profile or all as
nobody, and facts of that.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.taught_shop import PAGE, TaughtShop, taught_again, teach
from indexing.arrays import BoolArray, Float64Array, Int64Array
from ranking.behaviour.profile import Profile, Recent
from ranking.simulation.browsing import CLICK_MODELS
from ranking.simulation.true_ndcg import AT, Interval, ideal_dcg, mean_interval, true_ndcg
from ranking.simulation.world import CLASSES, PERSONAS, REGIONS

PRODUCTS, INTENTS, SEARCHES, USERS = 3_000, 250, 200_000, 10_000
THIN, FULL = 3, 16
OWN_CLICKS, SEEN_BY = 3, 5


@dataclass(frozen=True, slots=True)
class People:
    """Who is measured. users, classes: int64[n]. recent: what is remembered of each. intents:
    int64[n, k]: what each asks.
    """

    users: Int64Array
    classes: Int64Array
    recent: tuple[Recent, ...]
    intents: Int64Array

    @classmethod
    def drawn(cls, shop: TaughtShop, people: int, asked: int, seed: int) -> "People":
        """As often as they search, of those that have clicked anything; equally many a class."""
        crowd, visits = shop.crowd, shop.visits
        chance = np.random.default_rng([seed, 21])
        known = np.unique(visits.searches.users[visits.clicked.any(axis=1)])
        known = known[~crowd.bots[known]]
        users = []
        for each in range(CLASSES):
            own = known[crowd.classes[known] == each]
            often = crowd.activity[own] / crowd.activity[own].sum()
            users.append(chance.choice(own, min(people, len(own)), replace=False, p=often))
        drawn = np.concatenate(users)
        world = shop.truth.world
        intents = np.stack([
            chance.choice(len(world.intents), asked, replace=False, p=world.asked) for _ in drawn
        ])  # fmt: skip
        recent = tuple(shop.recent(user) for user in drawn.tolist())
        return cls(drawn, crowd.classes[drawn], recent, intents)

    @property
    def personas(self) -> Int64Array:
        return self.classes // len(REGIONS)

    @property
    def remembered(self) -> Int64Array:
        return np.array([len(each) for each in self.recent])


def scores(
    shop: TaughtShop, people: People, asked_as: Callable[[int], tuple[Profile | None, str | None]]
) -> Float64Array:
    """float64[n, k]: true nDCG@10 of each one's pages. asked_as: the profile and region that the
    search is told of the n-th.
    """
    ideal = ideal_dcg(shop.truth, np.arange(CLASSES))
    discounts = 1 / np.log2(np.arange(AT) + 2)
    found = np.full(people.intents.shape, np.nan)
    nobody: dict[int, Int64Array] = {}
    for row, (own, intents) in enumerate(zip(people.classes, people.intents, strict=True)):
        profile, region = asked_as(row)
        for column, intent in enumerate(intents.tolist()):
            if profile is None and region is None:
                if intent not in nobody:
                    nobody[intent] = shop.page(intent, None, None)
                page = nobody[intent]
            else:
                page = shop.page(intent, profile, region)
            best = ideal[own, intent]
            if best > 0:
                gains = shop.truth.gains(np.array(intent), page[:AT], np.array(own))
                found[row, column] = float(gains @ discounts) / best
    return found


def told_changes(
    name: str, off: Float64Array, on: Float64Array, people: People, *, by_size: bool = False
) -> None:
    """By persona; by how much is remembered; of all. The intervals are of people."""
    told(f"{name:<28}{'as nobody':>9}  with it")
    rows = [(persona, people.personas == n) for n, persona in enumerate(PERSONAS)]
    much = people.remembered
    sizes = [
        (f"all, {words}", which)
        for words, which in (
            (f"up to {THIN} products", much <= THIN),
            (f"{THIN + 1} to {FULL - 1}", (much > THIN) & (much < FULL)),
            (f"{FULL} and more", much >= FULL),
        )
    ]
    for label, which in [*rows, *(sizes if by_size else []), ("all", much >= 0)]:
        if which.any():
            before, change = of_people(off, which), of_people(on - off, which)
            told(f"  {label:<26}{before.mean:>9.4f}  {change:+}  ({which.sum()} people)")


def of_people(values: Float64Array, which: BoolArray) -> Interval:
    means = np.nanmean(values[which], axis=1)
    return mean_interval(means, np.ones(len(means)), seed=0)


def measure(shop: TaughtShop, people: People, seed: int) -> None:
    chance = np.random.default_rng([seed, 22])
    profiles = [shop.profile(each) for each in people.recent]
    regions = [REGIONS[each % len(REGIONS)] for each in people.classes.tolist()]
    off = scores(shop, people, lambda _: (None, None))
    told_changes("profile and region", off,
                 scores(shop, people, lambda n: (profiles[n], regions[n])), people,
                 by_size=True)  # fmt: skip
    told_changes("profile alone", off,
                 scores(shop, people, lambda n: (profiles[n], None)), people)  # fmt: skip
    told_changes("a new shopper's region", off,
                 scores(shop, people, lambda n: (None, regions[n])), people)  # fmt: skip
    strangers = [
        int(chance.choice(np.flatnonzero(people.personas != own))) for own in people.personas
    ]
    shared = [profiles[n] for n in strangers]
    told_changes("profile of another persona", off,
                 scores(shop, people, lambda n: (shared[n], None)), people)  # fmt: skip
    latest = [
        Recent(each.products[:OWN_CLICKS], each.days[:OWN_CLICKS] * 0, each.worths[:OWN_CLICKS])
        for each in people.recent
    ]
    presents = [shop.profile(latest[n], people.recent[other]) for n, other in enumerate(strangers)]
    told_changes("the same and 3 own clicks", off,
                 scores(shop, people, lambda n: (presents[n], None)), people)  # fmt: skip


def newcomers(shop: TaughtShop, people: People, folder: Path, model: str, seed: int) -> None:
    """SEEN_BY people of each class stand for all of it."""
    world, crowd = shop.truth.world, shop.crowd
    intents = range(len(world.intents))
    nobody = np.stack([shop.page(intent, None, None) for intent in intents])
    shown = []
    for each in range(CLASSES):
        region = REGIONS[each % len(REGIONS)]
        for n in np.resize(np.flatnonzero(people.classes == each), SEEN_BY).tolist():
            profile = shop.profile(people.recent[n])
            shown.append(np.stack([shop.page(intent, profile, region) for intent in intents]))
    everybody = np.arange(len(crowd.classes))
    personal = crowd.classes * SEEN_BY + everybody % SEEN_BY
    taught = [
        taught_again(shop, rankings, seen, folder, model, seed)
        for rankings, seen in ((nobody[None], everybody * 0), (np.stack(shown), personal))
    ]
    told(f"{'newcomers, one period later':<28}{'as nobody':>9}  after personal pages")
    pages = [np.stack([each.page(intent, None, None) for intent in intents]) for each in taught]
    for n, persona in [*enumerate(PERSONAS), (-1, "all")]:
        classes = np.arange(CLASSES)
        classes = classes if n < 0 else classes[classes // len(REGIONS) == n]
        before, after = (true_ndcg(each, shop.truth, classes) for each in pages)
        change = mean_interval(after - before, world.asked, seed=0)
        told(f"  {persona:<26}{mean_interval(before, world.asked, 0).mean:>9.4f}  {change:+}")


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.personalisation")
    parser.add_argument("--catalogue", type=Path, help="a products.jsonl.gz; default: a demo shop")
    parser.add_argument("--products", type=int, default=PRODUCTS)
    parser.add_argument("--intents", type=int, default=INTENTS)
    parser.add_argument("--searches", type=int, default=SEARCHES)
    parser.add_argument("--users", type=int, default=USERS)
    parser.add_argument("--people", type=int, default=20, help="of each class, measured")
    parser.add_argument("--asked", type=int, default=30, help="queries of each of them")
    parser.add_argument("--click-model", choices=CLICK_MODELS, default=CLICK_MODELS[0])
    parser.add_argument("--train", action="store_true", help="also a model of the clicks")
    parser.add_argument("--later", action="store_true", help="also newcomers, one period later")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        shop = teach(
            Path(name), asked.catalogue, asked.products, asked.intents, asked.searches,
            asked.users, asked.click_model, asked.seed, train=asked.train,
        )  # fmt: skip
        told(
            f"{len(shop.truth.world.goods):,} products, {len(shop.matched)} queries, "
            f"{asked.searches:,} searches with pages of {PAGE}, {shop.visits.clicked.sum():,} "
            f"clicks, ranked by {shop.generation.ranker.name}; seed {asked.seed}; "
            f"{time.monotonic() - begun:.0f} s"
        )
        people = People.drawn(shop, asked.people, asked.asked, asked.seed)
        measure(shop, people, asked.seed)
        if asked.later:
            newcomers(shop, people, Path(name), asked.click_model, asked.seed)
        told(f"{time.monotonic() - begun:.0f} s")


def told(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
