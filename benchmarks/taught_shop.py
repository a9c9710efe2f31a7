"""A shop whose simulated shoppers have taught it: facts, a model and profiles, from one log."""

import gzip
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from benchmarks.simulated_log import DAY_S, SHOP, log_tables
from indexing.arrays import Int64Array, UInt64Array
from indexing.catalogue.row_order import hash_of_id
from indexing.demo.grades import Intent
from indexing.demo.queries import read_intents
from indexing.demo.shop import write_demo_shop
from indexing.progress import Silent
from ranking.behaviour.profile import NOTHING_RECENT, Profile, Recent, profile_of
from ranking.generation import Generation
from ranking.learning.behaviour.learn import learn
from ranking.learning.clicks.click_training import ClickTrainingOptions, train_on_clicks
from ranking.learning.clicks.logged_clicks import read_clicks
from ranking.learning.cold_start import built
from ranking.learning.training import manifest_of
from ranking.rankers.model import load_model, save_model
from ranking.search.context import Context
from ranking.search.matching import Matched, find, match_text
from ranking.search.request import SearchRequest
from ranking.search.root import rank
from ranking.simulation.browsing import Browsing
from ranking.simulation.goods import Goods, goods_of, read_goods
from ranking.simulation.shoppers import Crowd, make_crowd, make_searches
from ranking.simulation.visits import Visits, visit
from ranking.simulation.world import Truth, make_world

PAGE, DAYS, BEGIN, SLOTS = 20, 14.0, 1.79e9, 32
WORTHS = np.array([0, 1, 2, 4], dtype=np.uint8)
"""By outcome, as `app/state/profiles.py` has them."""


@dataclass(frozen=True, slots=True)
class TaughtShop:
    """docs_goods: int64[documents], places in the goods. hashes: uint64[products], of their ids.
    matched: what each intent finds, whoever asks.
    """

    generation: Generation
    truth: Truth
    docs_goods: Int64Array
    hashes: UInt64Array
    crowd: Crowd
    visits: Visits
    matched: tuple[Matched, ...]

    def page(self, intent: int, profile: Profile | None, region: str | None) -> Int64Array:
        """int64[PAGE]: products as a search without filters shows them, −1 for none."""
        text = self.truth.world.texts[intent]
        request = SearchRequest(text=text, profile=profile, region=region)
        context = Context.unhurried(request, self.generation)
        found = find(context, self.matched[intent])
        docs = rank(found.query, found.answer, context).candidates.doc_ids[:PAGE]
        shown = np.full(PAGE, -1, dtype=np.int64)
        shown[: len(docs)] = self.docs_goods[docs]
        return shown

    def recent(self, user: int) -> Recent:
        """What the app would remember of a person at the end: the latest SLOTS products."""
        searches = self.visits.searches
        mine = np.flatnonzero(searches.users == user)[::-1]
        rows, places = np.nonzero(self.visits.clicked[mine])
        products = self.hashes[self.visits.pages[mine][rows, places]]
        worths = WORTHS[self.visits.outcomes[mine][rows, places]]
        days = (DAYS - searches.days[mine][rows]).astype(np.int64)
        _, first = np.unique(products, return_index=True)
        kept = np.sort(first)[:SLOTS]
        return Recent(products[kept], days[kept], worths[kept])

    def profile(self, *recent: Recent) -> Profile | None:
        """The latest first."""
        joined = NOTHING_RECENT
        for each in recent:
            joined = Recent(
                np.concatenate([joined.products, each.products])[:SLOTS],
                np.concatenate([joined.days, each.days])[:SLOTS],
                np.concatenate([joined.worths, each.worths])[:SLOTS],
            )
        return profile_of(joined, self.generation.segments, self.generation.facts)


def teach(
    folder: Path,
    catalogue: Path | None,
    products: int,
    intents: int,
    searches: int,
    users: int,
    model: str,
    seed: int,
    *,
    train: bool,
) -> TaughtShop:
    """catalogue: real products with brand, category and price; None: a demo shop of this seed."""
    if catalogue is None:
        made = write_demo_shop(folder, products, seed)
        path, goods = made.products, read_goods(made.products)
        asked = sorted(read_intents(made.intents), key=lambda intent: -intent.weight)
    else:
        path, (goods, asked) = catalogue, real_shop(catalogue, seed)
    generation = built(path, folder / "index")
    asked, matched = _answered(asked, intents, generation)
    numbers = {product: place for place, product in enumerate(goods.ids)}
    documents = generation.snapshot.documents
    docs_goods = np.array([numbers[documents.id_at(d)] for d in range(len(documents))])
    raw = b"".join(hash_of_id(each) for each in goods.ids)
    truth = make_world(asked, goods, seed).at(0.0)
    chance, crowd = np.random.default_rng([seed, 5]), make_crowd(users, 3, 0.02, seed)
    made_searches = make_searches(searches, 0.0, DAYS, truth.world.asked, crowd, chance)
    shop = TaughtShop(
        generation, truth, docs_goods, np.frombuffer(raw, dtype=np.uint64), crowd,
        Visits(made_searches, *np.empty((3, 0, 0))), matched,
    )  # fmt: skip
    pages = np.stack([shop.page(intent, None, None) for intent in range(len(asked))])
    visits = visit(
        made_searches, pages[made_searches.intents], truth, crowd, Browsing(model), chance
    )
    shop = replace(shop, visits=visits)
    return _matched_again(replace(shop, generation=_taught(shop, folder, train=train)))


def taught_again(
    shop: TaughtShop, rankings: Int64Array, seen: Int64Array, folder: Path, model: str, seed: int
) -> TaughtShop:
    """After as many searches more, with facts of those alone. rankings: int64[n, intents, PAGE].
    seen: int64[users], which of them each is shown.
    """
    chance, world = np.random.default_rng([seed, 6]), shop.truth.world
    count = len(shop.visits.searches)
    searches = make_searches(count, 0.0, DAYS, world.asked, shop.crowd, chance)
    pages = rankings[seen[searches.users], searches.intents]
    visits = visit(searches, pages, shop.truth, shop.crowd, Browsing(model), chance)
    shop = replace(shop, visits=visits)
    own = "own" if len(rankings) > 1 else None
    return _matched_again(replace(shop, generation=_taught(shop, folder, profile=own, train=False)))


def _matched_again(shop: TaughtShop) -> TaughtShop:
    """Facts belong to what a query finds."""
    texts = shop.truth.world.texts
    return replace(shop, matched=tuple(_matched(each, shop.generation) for each in texts))


def _matched(text: str, generation: Generation) -> Matched:
    return match_text(Context.unhurried(SearchRequest(text=text), generation))


def _answered(
    asked: list[Intent], most: int, generation: Generation
) -> tuple[list[Intent], tuple[Matched, ...]]:
    """The first intents that find a page of products."""
    found = ((each, _matched(each.query, generation)) for each in asked)
    enough = (pair for pair in found if sum(len(part) for part in pair[1][1]) >= PAGE)
    kept = list(islice(enough, most))
    return [each for each, _ in kept], tuple(matched for _, matched in kept)


def _taught(
    shop: TaughtShop, folder: Path, *, train: bool, profile: str | None = None
) -> Generation:
    """With what `vitrina learn` and, as asked, `vitrina train --from events --force` publish."""
    generation = shop.generation
    known = None if generation.facts is None else generation.facts.id
    with log_tables(shop.visits, shop.truth, shop.crowd, BEGIN, known, profile) as db:
        facts = learn(db, SHOP, generation.snapshot, BEGIN + DAYS * DAY_S).facts("simulated")
        if not train:
            return replace(generation, facts=facts)
        log = read_clicks(db, SHOP, generation.snapshot).log
    trained = train_on_clicks(log, generation, ClickTrainingOptions(), Silent(), {}, facts=facts)
    manifest = manifest_of(trained, generation.snapshot, datetime.now(UTC), "", "shoppers")
    save_model(folder / "model", trained.booster, manifest)
    encoder = generation.snapshot.encoder
    ranker = load_model(folder / "model", encoder.family, encoder.dimension)
    return replace(generation, facts=facts, ranker=ranker)


def real_shop(catalogue: Path, seed: int) -> tuple[Goods, list[Intent]]:
    """Products of a catalogue, and who asks for its categories, brands, and both."""
    with gzip.open(catalogue, "rb") as file:
        lines = [_whole(orjson.loads(line)) for line in file]
    goods = goods_of(lines)
    chance = np.random.default_rng([seed, 9])
    shelves: dict[tuple[str, ...], list[Mapping[str, Any]]] = defaultdict(list)
    for line in lines:
        shelves[tuple(line["category"])].append(line)
    found: dict[str, Intent] = {}
    for path, held in shelves.items():
        for weight, brand in ((10.0, None), (4.0, held[chance.integers(len(held))]["brand"])):
            text = path[-1] if brand is None else f"{brand} {path[-1]}"
            often = weight * len(held) ** 0.5 * float(chance.lognormal())
            intent = Intent(text.lower(), "real", path, brand or None, {}, None, None, None, often)
            found.setdefault(intent.query, intent)
    return goods, sorted(found.values(), key=lambda intent: -intent.weight)


def _whole(line: dict[str, Any]) -> dict[str, Any]:
    """With all that grades are read from."""
    known = {"attributes": {}, "identifiers": []} | line
    return known | {"brand": line.get("brand") or "", "price": float(line.get("price") or 0)}
