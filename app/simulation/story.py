"""One simulated stretch of a shop's life, written out: sell, learn, sell, train, compare, build."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import numpy as np

from app.errors import SimulationError
from app.simulation.client import Client
from app.simulation.commands import Commands, generations, swapped
from app.simulation.experiment import Comparison, obey, told
from app.simulation.kept import wait_kept
from app.simulation.kills import Kills
from app.simulation.pages_now import Worth, shown_pages, worth_of
from app.simulation.plan import Plan
from app.simulation.shop import Shop
from app.simulation.shoppers import DAY_S, Shoppers, Tally
from indexing.arrays import Float64Array, Int64Array
from indexing.current import index_folder, read_current
from ranking.simulation.true_ndcg import true_ndcg
from ranking.simulation.world import Truth

HOUR_S: Final = 3_600.0
PARTS: Final = 3
_LOOKS: Final = 3
"""How often in a row each worker's share of answers must be of what was published."""
_PRICED_SHARE: Final = 0.002
"""Of the products, whose price changes in an hour."""
_UNPROVEN: Final = "not proven better: "
_MOST_PUT: Final = 200


class Story:
    """begin: seconds since the epoch at hour 0. tell: what, and how it went."""

    def __init__(
        self,
        plan: Plan,
        begin: float,
        shop: Shop,
        client: Client,
        shoppers: Shoppers,
        commands: Commands,
        kills: Kills,
        tell: Callable[[str, str], None],
    ) -> None:
        self._plan = plan
        self._begin = begin
        self._shop = shop
        self._client = client
        self._shoppers = shoppers
        self._commands = commands
        self._kills = kills
        self._tell = tell
        self._world = shop.world
        self._chance = np.random.default_rng([plan.seed, 3])
        self._events: Counter[str] = Counter()
        self._priced = 0

    def run(self) -> Worth:
        """How much better the last page is than the first, by the last hour's truth."""
        hours = [self._plan.hours * part / PARTS for part in range(PARTS + 1)]
        first = self._look("the shop opens", None, hours[0])
        self._sell(hours[0], hours[1])
        before = self._look("before learn", first, hours[1])
        self._learn()
        taught = self._look("after learn", before, hours[1])
        self._arrive(hours[1])
        self._sell(hours[1], hours[2])
        self._learn()
        before = self._look("before train", taught, hours[2])
        if self._plan.train:
            self._train()
        trained = self._look("after train", before, hours[2])
        compared = Comparison(self._client, self._plan.index, _LOOKS * self._plan.workers)
        compared.begin(self._plan.searches // PARTS)
        self._sell(hours[2], hours[3], as_it_happens=True)
        self._kept()
        report = compared.end()
        self._tell("experiment", told(report))
        obey(report, self._model(), self._publish)
        self._publish(
            "build", "build", "--catalog", str(self._shop.catalog), "--queries",
            str(self._shop.queries), "--keep-live",
        )  # fmt: skip
        if self._kills.done:
            self._tell("kill -9", f"{self._kills.done} times while shoppers shopped")
        last = self._look("after build", trained, hours[3])
        gained = worth_of(self._scores(last, hours[3]) - self._scores(first, hours[3]),
                          self._truth(hours[3]), self._plan.seed)  # fmt: skip
        self._tell("all of it", f"true nDCG@10 {gained.asked:+} by how often asked, "
                               f"{gained.alike:+} of all intents alike")  # fmt: skip
        return gained

    def _truth(self, hour: float) -> Truth:
        return self._world.at(hour * HOUR_S / DAY_S)

    def _scores(self, pages: Int64Array, hour: float) -> Float64Array:
        return true_ndcg(pages, self._truth(hour))

    def _look(self, what: str, before: Int64Array | None, hour: float) -> Int64Array:
        """The pages now; their worth is told, and the change since other pages, by this truth."""
        truth = self._truth(hour)
        numbers = self._shoppers.numbers(truth)
        pages = shown_pages(self._client, self._plan.index, self._world.texts, numbers)
        scores = true_ndcg(pages, truth)
        now = worth_of(scores, truth, self._plan.seed)
        line = f"true nDCG@10 {now.asked} by how often asked, {now.alike} of all intents alike"
        if before is not None:
            change = worth_of(scores - true_ndcg(before, truth), truth, self._plan.seed)
            line += f"; change {change.asked:+}"
        self._tell(what, line)
        return pages

    def _sell(self, begin: float, end: float, *, as_it_happens: bool = False) -> None:
        """Hour by hour: prices change, shoppers shop.

        as_it_happens: at the time of the clock, for what is only counted from now on.
        """
        tally, late = Tally(), self._plan.fast and not as_it_happens
        edges = np.append(np.arange(begin, end, 1.0), end)
        shares = np.diff(edges) / self._plan.hours
        for start, stop, share in zip(edges[:-1], edges[1:], shares, strict=True):
            self._wait(float(start))
            self._change_prices()
            count = round(self._plan.searches * float(share))
            day = HOUR_S / DAY_S
            truth = self._truth(float(start))
            self._shoppers.shop(count, start * day, stop * day, truth, tally, late=late)
        self._events.update(tally.events)
        self._tell(
            f"hour {begin:g} to {end:g}",
            f"{tally.searches:,} searches, "
            f"{tally.clicked_searches / max(tally.searches, 1):.1%} clicked, "
            f"{tally.events['click']:,} clicks, {tally.events['add_to_cart']:,} carts, "
            f"{tally.events['purchase']:,} purchases; {self._priced:,} prices changed so far; "
            f"{tally.shown_new:,} places for new products, {tally.clicked_planted:,} clicks on "
            f"good ones among them",
        )  # fmt: skip

    def _wait(self, hour: float) -> None:
        """Until it is that late, unless time is to pass fast."""
        if not self._plan.fast:
            time.sleep(max(0.0, self._begin + hour * HOUR_S - time.time()))

    def _change_prices(self) -> None:
        goods = self._world.goods
        count = max(1, round(_PRICED_SHARE * len(goods)))
        there = len(goods) - len(self._shop.arriving)
        products = np.sort(self._chance.choice(there, min(count, there), replace=False))
        factors = self._chance.choice([0.75, 0.85, 0.95, 1.1], len(products))
        prices = np.maximum(np.round(goods.prices[products] * factors, 2), 0.01)

        def patch(place: int, product: int) -> object:
            path = f"/v1/products/{goods.ids[product]}?index={self._plan.index}"
            return self._client.ask("PATCH", path, {"price": float(prices[place])}, place)

        self._client.each(patch, products.tolist())
        self._world = self._world.priced(products, prices)
        self._priced += len(products)

    def _arrive(self, hour: float) -> None:
        moment = datetime.fromtimestamp(self._begin + hour * HOUR_S, UTC)
        lines = [
            line | {"created_at": moment.isoformat(timespec="seconds")}
            for line in self._shop.arriving
        ]
        for first in range(0, len(lines), _MOST_PUT):
            body = {"products": lines[first : first + _MOST_PUT]}
            path = f"/v1/products?index={self._plan.index}&wait=visible"
            answer = self._client.ask("PUT", path, body)
            refused = [each for each in answer["items"] if each["status"] != "accepted"]
            if refused:
                raise SimulationError(f"a new product was not accepted: {refused[0]}")
        self._tell("new products", f"{len(lines):,} arrived, {len(self._shop.planted)} good groups")

    def _publish(self, what: str, *arguments: str) -> None:
        """Run a command that puts something in force, and wait until it is served."""
        before = generations(self._client, self._plan.index)
        ended = self._commands.run(*arguments)
        waited = swapped(self._client, self._plan.index, before, _LOOKS * self._plan.workers)
        self._tell(what, f"{ended.told} in {ended.seconds:.1f} s, served {waited:.1f} s later")

    def _model(self) -> str | None:
        current = read_current(index_folder(self._plan.data, self._plan.index))
        return None if current is None else current.model

    def _kept(self) -> None:
        """Wait until every archive has all that was acknowledged."""
        plan = self._plan
        searches, waited = wait_kept(self._client, plan.index, self._begin - DAY_S, self._events)
        total = sum(self._events.values())
        self._tell("kept", f"each of {total:,} events once in every archive after {waited:.1f} s, "
                          f"{searches:,} searches")  # fmt: skip

    def _learn(self) -> None:
        self._kept()
        self._publish("learn", "learn")

    def _train(self) -> None:
        """What is not proven better is not published, nor what cannot be trained: no failure."""
        before = generations(self._client, self._plan.index)
        ended = self._commands.run("train", "--from", "events", allowed=(0, 1, 3))
        if ended.code:
            lines = ended.stderr.strip().splitlines() or ["nothing was published"]
            told = [line.partition(_UNPROVEN)[2] for line in lines if line.startswith(_UNPROVEN)]
            why = f"refused, so what serves stays: {'; '.join(told)}" if told else lines[-1]
            self._tell("train", f"{why} ({ended.seconds:.1f} s)")
            return
        waited = swapped(self._client, self._plan.index, before, _LOOKS * self._plan.workers)
        self._tell("train", f"{ended.told} in {ended.seconds:.1f} s, served {waited:.1f} s later")
