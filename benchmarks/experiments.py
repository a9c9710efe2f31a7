"""Experiments and places on a budget, on simulated shoppers whose wishes are known.

How often tests of A against A find a difference; how many searches find a better ranker, split and
interleaved; how soon good new products are found, and what that costs.
"""

from collections.abc import Callable
from itertools import product

import numpy as np

from indexing.arrays import Float64Array, Int64Array
from indexing.catalogue.traffic_config import TrafficSettings
from ranking.experiments.estimates import Estimate, difference, p_value, preference, rate
from ranking.experiments.team_draft import team_draft
from ranking.traffic.explore import believed, budgets, highest_rates, places_given, with_lifted

RUNS = 1_000
PAGE = 10
EXAMINED = 1 / np.arange(1, 101) ** 0.7
"""How often each place is looked at."""


def main() -> None:
    a_against_a()
    better_rankers()
    new_products()


def a_against_a(units: int = 1_000) -> None:
    """Sessions of 1 to many searches, each with its own taste for clicking, carting, buying."""
    chance = np.random.default_rng(1)
    wrong = dict.fromkeys(("ctr", "add_to_cart_rate", "conversion_rate", "revenue", "naive ctr"), 0)
    for _ in range(RUNS):
        sides = [_sessions(chance, units) for _ in range(2)]
        for metric in ("ctr", "add_to_cart_rate", "conversion_rate", "revenue"):
            found = difference(*(rate(side[metric], side["searches"]) for side in sides))
            wrong[metric] += (found.p_value or 0.0) < 0.05
        wrong["naive ctr"] += _naive(*((side["ctr"], side["searches"]) for side in sides)) < 0.05
    print(f"A against A, {RUNS:,} runs of 2 × {units:,} sessions, share told as different at .05:")
    for metric, count in wrong.items():
        print(f"  {metric}: {count / RUNS:.3f}")


def _sessions(chance: np.random.Generator, units: int) -> dict[str, Float64Array]:
    searches = 1 + chance.geometric(0.35, units) * (chance.random(units) < 0.5)
    clicked = chance.binomial(searches, chance.beta(1.2, 1.8, units))
    carted = chance.binomial(clicked, 0.2)
    bought = chance.binomial(carted, 0.4)
    revenue = bought * chance.lognormal(3.0, 0.8, units)
    told = {"searches": searches, "ctr": clicked, "add_to_cart_rate": carted}
    told |= {"conversion_rate": bought, "revenue": revenue}
    return {name: np.asarray(values, dtype=np.float64) for name, values in told.items()}


def _naive(a: tuple[Float64Array, Float64Array], b: tuple[Float64Array, Float64Array]) -> float:
    """p value if searches were independent draws."""
    shares = [clicked.sum() / searches.sum() for clicked, searches in (a, b)]
    variance = sum(s * (1 - s) / searches.sum() for s, (_, searches) in zip(shares, (a, b)))  # noqa: B905 - two and two
    return p_value(shares[1] - shares[0], variance)


def better_rankers() -> None:
    """30 products a query; a ranker sees what they are worth, and some noise."""
    for noise in (0.10, 0.15, 0.30):
        _compared(noise, np.random.default_rng(2))


def _compared(noise: float, chance: np.random.Generator, pool: int = 60_000) -> None:
    """One with this noise against one with 0.05."""
    worth = chance.beta(0.3, 3.7, (pool, 30))
    worse = np.argsort(-(worth + chance.normal(0, noise, worth.shape)), axis=1)
    better = np.argsort(-(worth + chance.normal(0, 0.05, worth.shape)), axis=1)
    shares = [_clicked(chance, worth, order).any(axis=1).astype(float) for order in (worse, better)]
    points = np.array([_points(chance, *rows) for rows in zip(worth, worse, better, strict=True)])
    split = _needed(lambda n: _split(chance, shares, n))
    mixed = _needed(lambda n: _mixed(chance, points, n))
    print(
        f"ctr {shares[0].mean():.3f} against {shares[1].mean():.3f}, the better wins "
        f"{points[:, 1].sum() / points.sum():.3f} of won pages: {split:,} searches split, "
        f"{mixed:,} interleaved"
    )


def _clicked(chance: np.random.Generator, worth: Float64Array, order: Int64Array) -> Float64Array:
    shown = np.take_along_axis(worth, order[:, :PAGE], axis=1)
    return chance.random(shown.shape) < shown * EXAMINED[:PAGE]


def _points(
    chance: np.random.Generator, worth: Float64Array, worse: Int64Array, better: Int64Array
) -> tuple[float, float]:
    order, sides = team_draft(worse, better, chance.random(30) < 0.5)
    hits = chance.random(PAGE) < worth[order[:PAGE]] * EXAMINED[:PAGE]
    clicks = np.bincount(sides[:PAGE][hits], minlength=2)
    return float(clicks[0] > clicks[1]), float(clicks[1] > clicks[0])


def _split(chance: np.random.Generator, shares: list[Float64Array], searches: int) -> bool:
    sides = [chance.choice(share, searches // 2) for share in shares]
    ones = np.ones(searches // 2)
    found = difference(*(rate(side, ones) for side in sides))
    return _above(found.absolute)


def _mixed(chance: np.random.Generator, points: Float64Array, searches: int) -> bool:
    return _above(preference(points[chance.integers(0, len(points), searches)]))


def _above(found: Estimate) -> bool:
    return found.low is not None and found.low > 0


def _needed(finds: Callable[[int], bool]) -> int:
    """Fewest searches, in steps of a fifth, that find it in 80 % of 300 runs."""
    searches = 20
    while sum(finds(searches) for _ in range(300)) < 240:
        searches = int(searches * 1.2)
    return searches


def new_products(worlds: int = 20, days: int = 60, first_seed: int = 100) -> None:
    """60 products a query, of which 4 or 20 come new and last, two of them good; the order is
    learnt from clicks daily. The default share was chosen on seeds 0 to 19.
    """
    for new, share in product((4, 20), (0.05, 0.1, 0.2, 0.34, 0.5)):
        settings = TrafficSettings(impressions_a_day=200, share=share)
        with_, without = [], []
        for seed in range(first_seed, first_seed + worlds):
            with_.append(_world(seed, days, settings, new))
            without.append(_world(seed, days, None, new))
        found, lost = np.array(with_), np.array(without)
        costs = 1 - found[:, 1:] / lost[:, 1:]
        half = 1.96 * costs.std(axis=0, ddof=1) / np.sqrt(worlds)
        told = ", ".join(
            f"{name} {cost:+.2%} ± {width:.2%}"
            for name, cost, width in zip(
                ("first 10 days", "all days"), costs.mean(axis=0), half, strict=True
            )
        )
        print(
            f"{new} new, share {share:g}: good new products are in the first ten after "
            f"{found[:, 0].mean():.1f} days instead of {lost[:, 0].mean():.1f}; clicks lost: {told}"
        )


def _world(
    seed: int, days: int, settings: TrafficSettings | None, new: int
) -> tuple[float, float, float]:
    """Mean days until a good new one is among the first ten (`days` if never), and clicks."""
    chance = np.random.default_rng(seed)
    searches, products = 60, 60
    nobodys = [0.01, 0.02] * (new // 2 - 1)
    firsts, clicks = [], np.zeros(days)
    for query in range(20):
        worth = np.sort(chance.beta(0.8, 4.0, products))[::-1]
        worth[-new:] = chance.permutation([worth[2], worth[5], *nobodys])
        good = np.flatnonzero(worth >= worth[5])
        good = good[good >= products - new]
        seen, hits = 200 * EXAMINED[:products].copy(), np.zeros(products)
        hits[:] = chance.binomial(200, worth * EXAMINED[:products])
        seen[-new:] = hits[-new:] = 0
        given = np.zeros((products, 3), dtype=np.int64)
        first = np.full(products, days)
        for day in range(days):
            order = np.argsort(-(hits + 0.05 * 20) / (seen + 20), kind="stable")
            first[order[:PAGE]] = np.minimum(first[order[:PAGE]], day)
            shown, lifted = _page(order, given, settings, day * 100 + query, new)
            found = chance.binomial(searches, worth[shown] * EXAMINED[:products])
            clicks[day] += found.sum()
            seen[shown] += searches * EXAMINED[:products]
            hits[shown] += found
            given[:, 0] = 0
            on_budget = np.isin(shown, lifted)
            given[shown[on_budget], 1] += searches
            given[shown[on_budget], 2] += found[on_budget]
        firsts += first[good].tolist()
    return float(np.mean(firsts)), float(clicks[:10].sum()), float(clicks.sum())


def _page(
    order: Int64Array, given: Int64Array, settings: TrafficSettings | None, seed: int, new: int
) -> tuple[Int64Array, Int64Array]:
    """The products as they are shown, and which stand where they do on a budget."""
    if settings is None:
        return order, order[:0]
    chance = np.random.default_rng(seed)
    able = (order >= len(order) - new) & (budgets(given[order, 1], settings) > 0)
    able &= highest_rates(given[order], settings) >= settings.usual_ctr
    slots = places_given(settings, len(order), chance)
    places = np.flatnonzero(able)
    drawn = chance.beta(*believed(given[order[places]], settings))
    moved_to, moved = with_lifted(len(order), slots, places[np.argsort(-drawn, kind="stable")])
    return order[moved_to], order[moved]


if __name__ == "__main__":
    main()
