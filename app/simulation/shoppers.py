"""Shoppers of simulated hours: they search, click, fill carts and buy, over HTTP."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from app.simulation.client import Client
from app.simulation.kills import Kills
from indexing.arrays import Float64Array, Int64Array
from indexing.demo.products import CURRENCY
from ranking.learning.clicks.click_log import CART, PURCHASE
from ranking.simulation.browsing import Browsing
from ranking.simulation.shoppers import Crowd, Searches, make_searches
from ranking.simulation.visits import Visits, visit
from ranking.simulation.world import REGIONS, Truth

PAGE: Final = 20
DAY_S: Final = 86_400.0
BATCH: Final = 200
_MOST_EVENTS: Final = 1_000
_AFTER_S: Final = (("click", 8.0), ("add_to_cart", 40.0), ("purchase", 150.0))
"""What happens how long after a search."""


@dataclass(slots=True)
class Tally:
    """What shoppers did. events: acknowledged, by type. of_new, of_planted: places on pages and
    clicks that products had which came later.
    """

    searches: int = 0
    clicked_searches: int = 0
    events: Counter[str] = field(default_factory=Counter)
    shown_new: int = 0
    shown_planted: int = 0
    clicked_planted: int = 0


class Shoppers:
    """begin: seconds since the epoch at the start of day 0."""

    def __init__(
        self,
        client: Client,
        index: str,
        crowd: Crowd,
        browsing: Browsing,
        begin: float,
        kills: Kills,
        new: tuple[int, Int64Array],
        seed: int,
    ) -> None:
        """new: the first product that came later, and the groups of the good ones."""
        self._client = client
        self._index = index
        self._crowd = crowd
        self._browsing = browsing
        self._begin = begin
        self._kills = kills
        self._first_new, self._planted = new
        self._chance = np.random.default_rng([seed, 2])
        self._numbers: dict[str, int] = {}
        self._made = 0

    def shop(
        self, count: int, begin: float, end: float, truth: Truth, tally: Tally, *, late: bool
    ) -> None:
        """From day `begin` until day `end`. late: the service is told when each thing happened,
        else it happens now.
        """
        world = truth.world
        searches = make_searches(count, begin, end, world.asked, self._crowd, self._chance)
        for first in range(0, count, BATCH):
            some = slice(first, first + BATCH)
            part = Searches(searches.intents[some], searches.users[some], searches.days[some])
            moments = self._begin + part.days * DAY_S if late else None
            with self._kills.meanwhile():
                self._batch(part, truth, tally, moments)

    def _batch(
        self, searches: Searches, truth: Truth, tally: Tally, moments: Float64Array | None
    ) -> None:

        def search(place: int, intent: int) -> dict[str, Any]:
            return self._client.search(
                self._made + place,
                None if moments is None else float(moments[place]),
                q=truth.world.intents[intent].query,
                page_size=PAGE,
                fields="price",
                index=self._index,
                **self._who(searches, place),
            )

        answers = self._client.each(search, searches.intents.tolist())
        self._made += len(answers)
        pages = pages_of(answers, self.numbers(truth), PAGE)
        visits = visit(searches, pages, truth, self._crowd, self._browsing, self._chance)
        self._send(self._events(visits, answers, truth, moments), tally)
        groups = truth.world.goods.groups[pages]
        planted = np.isin(groups, self._planted) & (pages >= 0)
        tally.searches += len(searches)
        tally.clicked_searches += int(visits.clicked.any(axis=1).sum())
        tally.shown_new += int((pages >= self._first_new).sum())
        tally.shown_planted += int(planted.sum())
        tally.clicked_planted += int((planted & visits.clicked).sum())

    def numbers(self, truth: Truth) -> dict[str, int]:
        """Product id → its place in the world."""
        if not self._numbers:
            self._numbers = {name: place for place, name in enumerate(truth.world.goods.ids)}
        return self._numbers

    def _who(self, searches: Searches, place: int) -> dict[str, str]:
        user = int(searches.users[place])
        session = f"s{user}-{int(searches.days[place] * 24)}"
        region = REGIONS[int(self._crowd.classes[user]) % len(REGIONS)]
        return {"user_id": f"u{user}", "session_id": session, "region": region}

    def _events(
        self,
        visits: Visits,
        answers: Sequence[dict[str, Any]],
        truth: Truth,
        moments: Float64Array | None,
    ) -> list[dict[str, Any]]:
        """As the shop's own server sends them: it may tell of purchases, and of what is past."""
        goods, made = truth.world.goods, []
        reached = (None, CART, PURCHASE)
        for place, at in np.argwhere(visits.clicked).tolist():
            query_id, product = answers[place]["query_id"], int(visits.pages[place, at])
            for (kind, after), least in zip(_AFTER_S, reached, strict=True):
                if least is not None and visits.outcomes[place, at] < least:
                    break
                event = {
                    "type": kind,
                    "event_id": f"{query_id}-{at}-{kind}",
                    "query_id": query_id,
                    "product_id": goods.ids[product],
                    "position": at + 1,
                    "index": self._index,
                    **self._who(visits.searches, place),
                }
                if moments is not None:
                    event["time"] = round(float(moments[place]) + after, 3)
                if kind != "click":
                    event |= {
                        "value": float(goods.prices[product]), "currency": CURRENCY, "quantity": 1,
                    }  # fmt: skip
                made.append(event)
        return made

    def _send(self, events: list[dict[str, Any]], tally: Tally) -> None:
        """Again with the same ids if nobody answered, so that each is there once."""
        batches = [events[i : i + _MOST_EVENTS] for i in range(0, len(events), _MOST_EVENTS)]

        def send(place: int, batch: list[dict[str, Any]]) -> dict[str, Any]:
            turn = self._made + place
            return self._client.ask("POST", "/v1/events", {"events": batch}, turn)

        for batch, answer in zip(batches, self._client.each(send, batches), strict=True):
            taken = answer["accepted"] + answer["duplicates"]
            assert taken == len(batch), answer  # noqa: S101 - of what the schema allows
            tally.events.update(event["type"] for event in batch)


def pages_of(answers: Sequence[dict[str, Any]], numbers: dict[str, int], places: int) -> Int64Array:
    """int64[answers, places]: products of the world; −1 for none, and for what it does not know."""
    pages = np.full((len(answers), places), -1, dtype=np.int64)
    for row, answer in enumerate(answers):
        shown = [numbers.get(hit["id"], -1) for hit in answer["hits"][:places]]
        pages[row, : len(shown)] = shown
    return pages
