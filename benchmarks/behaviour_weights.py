"""What shoppers' clicks are worth to a ranker that was not trained with them, by hidden truth.

`python -m benchmarks.behaviour_weights [--products N] [--intents N] [--weights A,B,C,D]`: a demo
shop, simulated shoppers of each click model who see what ships, facts learnt of their clicks
(`vitrina learn`), and true nDCG@10 without them, with BEHAVIOUR_WEIGHTS, with the weights given,
and of the best order of what was ranked. The fine pool is reranked, without the behaviour channel
and diversity. With `--nights N` facts are learnt N times while the searches go on, of all searches
until then, and shoppers see what they rank; with `--little-known` the others are as they are while
`[traffic]` of index.toml gives places to what little is known of, by the hour.
"""

import argparse
import tempfile
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from benchmarks.simulated_log import DAY_S, SHOP, log_tables
from indexing.arrays import Float32Array, Float64Array, Int64Array
from indexing.catalogue.traffic_config import TrafficSettings
from indexing.demo.queries import read_intents
from indexing.demo.shop import write_demo_shop
from ranking.features.behaviour import MOST
from ranking.generation import Generation
from ranking.learning.behaviour.learn import learn
from ranking.learning.cold_start import built
from ranking.rankers.ranker import BEHAVIOUR_WEIGHTS, checked_scores
from ranking.search.context import Context
from ranking.search.fine import features_of
from ranking.search.matching import find
from ranking.search.request import SearchRequest
from ranking.search.root import choose
from ranking.simulation.browsing import CASCADE, CLICK_MODELS, DBN, POSITION, Browsing
from ranking.simulation.goods import Goods, read_goods
from ranking.simulation.shoppers import Crowd, Searches, make_crowd, make_searches
from ranking.simulation.true_ndcg import AT, Interval, ideal_dcg, mean_interval
from ranking.simulation.visits import Visits, visit
from ranking.simulation.world import CLASSES, Truth, make_world
from ranking.traffic.little_known import POOL, hopes, share_given, with_drawn
from ranking.traffic.places import places_given

NAMED = ("clicks_for_query", "clicks_anywhere", "bought_of_clicked", "demand_percentile")
PAGE, DAYS, BEGIN = 20, 7, 1.79e9
CHOSEN_ON = ((POSITION, 20_000, 1), (POSITION, 200_000, 2), (DBN, 20_000, 3), (DBN, 200_000, 4))
LEFT_OUT = ((CASCADE, 20_000, 5), (CASCADE, 200_000, 6), (POSITION, 200_000, 7),
            (DBN, 20_000, 8), (CASCADE, 60_000, 9))  # fmt: skip
"""Click model, searches, seed of the world and its shoppers."""


@dataclass(frozen=True, slots=True)
class Pools:
    """What the fine ranker orders for each intent, in the order of ties. docs, products:
    int64[intents, pool], −1 for none. scores: float32[intents, pool], −inf there.
    """

    docs: Int64Array
    products: Int64Array
    scores: Float32Array

    def best(self, scores: Float64Array | Float32Array, places: int) -> Int64Array:
        """int64[intents, places]: columns, best first."""
        return np.argsort(-scores, axis=1, kind="stable")[:, :places]


def pools_of(texts: tuple[str, ...], generation: Generation, goods: Goods) -> Pools:
    pool = generation.policy.fine_pool
    docs = np.full((len(texts), pool), -1, dtype=np.int64)
    scores = np.full((len(texts), pool), -np.inf, dtype=np.float32)
    for row, text in enumerate(texts):
        context = Context.unhurried(SearchRequest(text=text), generation)
        found = find(context)
        found_best = choose(found.query, found.answer, context, generation.policy.coarse_pool)
        coarse = found_best.candidates
        first = np.arange(min(pool, len(coarse)))
        by_key = first[np.argsort(coarse.keys[first])]
        head, features = features_of(found.query, coarse, by_key, generation)
        docs[row, : len(head)] = head.doc_ids
        scores[row, : len(head)] = checked_scores(generation.ranker, features)
    numbers = {product: place for place, product in enumerate(goods.ids)}
    ids = (generation.snapshot.documents.id_at(doc) for doc in range(len(goods)))
    product_of = np.array([numbers[each] for each in ids])
    return Pools(docs, np.where(docs >= 0, product_of[docs], -1), scores)


def worth_of(pools: Pools, truth: Truth) -> Float64Array:
    """float64[intents, pool]: gain over the ideal DCG, a mean over the classes of shoppers."""
    intents = np.arange(len(pools.docs))[:, None]
    ideal = ideal_dcg(truth, np.arange(CLASSES))
    worth = np.zeros(pools.docs.shape)
    for each in range(CLASSES):
        gains = truth.gains(intents, pools.products, np.array(each))
        worth += np.where(ideal[each] > 0, 1 / np.maximum(ideal[each], 1e-12), 0)[:, None] * gains
    return worth / CLASSES


def ndcg(pools: Pools, worth: Float64Array, scores: Float64Array | Float32Array) -> Float64Array:
    head = np.take_along_axis(worth, pools.best(scores, AT), axis=1)
    found: Float64Array = (head / np.log2(np.arange(head.shape[1]) + 2)).sum(axis=1)
    return found


@dataclass(frozen=True, slots=True)
class Learnt:
    """columns: float32[4, intents, pool]: what would be in the features NAMED. doubts: float32
    [intents, pool], of the first of them. clicks: float64[intents], known of each. below: how often
    shoppers look below a click. served: true nDCG@10 of the pages of each night.
    """

    columns: Float32Array
    doubts: Float32Array
    clicks: Float64Array
    below: float
    served: tuple[float, ...] = ()

    def scores(self, pools: Pools, weights: Float32Array) -> Float32Array:
        found: Float32Array = pools.scores + np.tensordot(weights, self.columns, 1)
        return found


def behaviour(
    pools: Pools,
    truth: Truth,
    worth: Float64Array,
    model: str,
    count: int,
    seed: int,
    generation: Generation,
    *,
    weights: Float32Array,
    nights: int = 1,
    little_known: bool = False,
) -> Learnt:
    """After the last night. weights: of the features NAMED, that the pages of the later days are
    ranked with.
    """
    crowd, chance = make_crowd(20_000, 3, 0.02, seed), np.random.default_rng([seed, count])
    nothing = np.zeros((len(NAMED), *pools.docs.shape), dtype=np.float32)
    learnt = Learnt(nothing, nothing[0], np.zeros(len(pools.docs)), 1.0)
    seen, served = list[Visits](), list[float]()
    for night in range(nights):
        begin, end = (DAYS * each / nights for each in (night, night + 1))
        searches = make_searches(count // nights, begin, end, truth.world.asked, crowd, chance)
        if little_known and night:
            places = explored_places(searches, pools, learnt, weights)
        else:
            places = pools.best(learnt.scores(pools, weights), PAGE)[searches.intents]
        head = worth[searches.intents[:, None], places[:, :AT]]
        served.append(float((head / np.log2(np.arange(AT) + 2)).sum(axis=1).mean()))
        pages = pools.products[searches.intents[:, None], places]
        seen.append(visit(searches, pages, truth, crowd, Browsing(model), chance))
        learnt = features_learnt(seen, pools, truth, crowd, generation, BEGIN + end * DAY_S)
    return replace(learnt, served=tuple(served))


def explored_places(
    searches: Searches, pools: Pools, learnt: Learnt, weights: Float32Array
) -> Int64Array:
    """int64[n, PAGE], columns of the pools, as shoppers of that hour and query are shown them."""
    settings, own = TrafficSettings(little_known=True), learnt.scores(pools, weights)
    hours = (searches.days * 24).astype(np.int64)
    asked, which = np.unique(
        np.stack([hours, searches.intents]), axis=1, return_inverse=True
    )  # fmt: skip
    shown = np.empty((asked.shape[1], PAGE), dtype=np.int64)
    for row, (hour, intent) in enumerate(asked.T.tolist()):
        chance = np.random.default_rng([hour, intent])
        size = min(int((pools.docs[intent] >= 0).sum()), POOL)
        share = share_given(settings, learnt.below, float(learnt.clicks[intent]))
        lifts = learnt.columns[0, intent]
        noise = learnt.doubts[intent] * hopes(len(lifts), chance)
        drawn = own[intent] + weights[0] * (np.clip(lifts + noise, -MOST, MOST) - lifts)
        order = np.argsort(-own[intent], kind="stable")
        by_draw = np.argsort(-drawn[order][:size], kind="stable")
        slots = places_given(share, settings.little_known_first, settings.depth, size, chance)
        shown[row] = order[with_drawn(len(order), slots, by_draw, settings.depth)[0][:PAGE]]
    found: Int64Array = shown[which.ravel()]
    return found


def features_learnt(
    seen: list[Visits],
    pools: Pools,
    truth: Truth,
    crowd: Crowd,
    generation: Generation,
    now: float,
) -> Learnt:
    """seen: of each period; the pages of the first were ranked without facts."""
    taught = np.repeat(np.arange(len(seen)) > 0, [len(each.searches) for each in seen])
    names = pa.array(np.where(taught, "facts", ""))
    with log_tables(_one_after_the_other(seen), truth, crowd, BEGIN, names) as db:
        facts = learn(db, SHOP, generation.snapshot, now).facts("simulated")
    known = facts.rows_in(generation.snapshot).of_doc[pools.docs]
    known[pools.docs < 0] = -1
    clicked = [facts.clicked(text) for text in truth.world.texts]
    lifts = np.stack([each.lifts_of(rows) for each, rows in zip(clicked, known, strict=True)])
    doubts = [each.doubts_of(rows, facts.doubt) for each, rows in zip(clicked, known, strict=True)]
    values = np.where(known[..., None] >= 0, np.nan_to_num(facts.values[known]), 0)
    found: Float32Array = np.stack([
        np.clip(lifts, -MOST, MOST),
        np.clip(values[..., 0], -MOST, MOST),
        np.clip(values[..., 1], -MOST, MOST),
        values[..., 2],
    ]).astype(np.float32)  # fmt: skip
    known_clicks = np.array([each.clicks for each in clicked])
    return Learnt(found, np.stack(doubts), known_clicks, facts.looks_below_click)


def _one_after_the_other(seen: list[Visits]) -> Visits:
    searches = Searches(*(
        np.concatenate([getattr(each.searches, field.name) for each in seen])
        for field in fields(Searches)
    ))  # fmt: skip
    return Visits(
        searches,
        np.concatenate([each.pages for each in seen]),
        np.concatenate([each.clicked for each in seen]),
        np.concatenate([each.outcomes for each in seen]),
    )


def gap_closed(
    cold: Float64Array, ours: Float64Array, best: Float64Array, weights: Float64Array
) -> Interval:
    """The share of the way from cold to best; the interval is a bootstrap's, of intents."""
    drawn = np.random.default_rng(0).multinomial(
        len(cold), np.full(len(cold), 1 / len(cold)), 1_000
    )
    shares = (drawn @ (weights * (ours - cold))) / (drawn @ (weights * (best - cold)))
    whole = float(weights @ (ours - cold) / (weights @ (best - cold)))
    return Interval(whole, *np.quantile(shares, (0.025, 0.975)).tolist())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=20_000)
    parser.add_argument("--intents", type=int, default=None)
    parser.add_argument("--searches", type=int, default=200_000, help="At most, of each set.")
    parser.add_argument("--weights", default=None)
    parser.add_argument("--nights", type=int, default=1, help="Times that facts are learnt.")
    parser.add_argument("--little-known", action="store_true", help="The others also explore.")
    parser.add_argument("--models", nargs="*", default=CLICK_MODELS)
    parser.add_argument("--seeds", nargs="*", type=int, default=(10, 11), help="By night.")
    given = parser.parse_args()
    now = np.array([BEHAVIOUR_WEIGHTS[name] for name in NAMED], dtype=np.float32)
    other = now
    if given.weights is not None:
        other = np.array([float(each) for each in given.weights.split(",")], dtype=np.float32)
    pair = ((now, False), (other, given.little_known))
    ranked_with = (
        pair if given.nights > 1 and (given.little_known or (other != now).any()) else pair[:1]
    )
    by_night = [(model, 200_000, seed) for seed in given.seeds for model in given.models]
    with tempfile.TemporaryDirectory() as folder:
        shop = write_demo_shop(Path(folder), given.products, 1)
        generation = built(shop.products, Path(folder) / "index")
        goods, intents = read_goods(shop.products), read_intents(shop.intents)[: given.intents]
        pools = pools_of(tuple(intent.query for intent in intents), generation, goods)
        print(
            "set, seed: cold, with BEHAVIOUR_WEIGHTS, with the others, ceiling; the difference; "
            "the gap that BEHAVIOUR_WEIGHTS close"
        )
        once = (("chosen on", CHOSEN_ON), ("left out", LEFT_OUT))
        for name, sets in once if given.nights == 1 else (("by night", by_night),):
            for model, most, seed in sets:
                count = min(most, given.searches)
                truth = make_world(intents, goods, seed).at(0.0)
                worth = worth_of(pools, truth)
                learnt = [
                    behaviour(pools, truth, worth, model, count, seed, generation, weights=weights,
                              nights=given.nights, little_known=explores)
                    for weights, explores in ranked_with
                ]  # fmt: skip
                cold, ours, theirs, best = (
                    ndcg(pools, worth, scores)
                    for scores in (
                        pools.scores,
                        learnt[0].scores(pools, now),
                        learnt[-1].scores(pools, other),
                        np.where(pools.docs >= 0, worth, -np.inf),
                    )
                )
                for each in learnt if given.nights > 1 else ():
                    print("served ", " ".join(f"{mean:.4f}" for mean in each.served))
                for which, weights in (("as asked", truth.world.asked), ("alike", cold * 0 + 1)):
                    means = [
                        mean_interval(each, weights, 0).mean for each in (cold, ours, theirs, best)
                    ]
                    told = " ".join(f"{mean:.4f}" for mean in means)
                    change = mean_interval(theirs - ours, weights, 0)
                    closes = gap_closed(cold, ours, best, weights)
                    theirs_close = gap_closed(cold, theirs, best, weights)
                    print(f"{name:<10}{model:<9}{count:>8,} {seed} {which:<9}{told}  {change:+}"
                          f"  closes {closes}, {theirs_close}", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
