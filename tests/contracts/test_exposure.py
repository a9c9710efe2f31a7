"""What a budget was spent on is counted alike by one machine and by two that share a real Redis."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from app.events.pseudonyms import event_key
from app.state.embedded import EmbeddedState
from app.state.exchange import STREAM
from app.state.exposure import read_exposure
from app.state.journal import StateError
from app.state.rows import EVENT_COLUMNS, IMPRESSION_COLUMNS, Row
from app.state.upkeep import Kept
from indexing.catalogue.row_order import hash_of_id
from ranking.traffic.exposure import DAY_S

NOW = time.time()


def shown(query_id: str, *explored: int, at: float = NOW, bot: int = 0) -> Row:
    given: dict[str, Any] = dict.fromkeys(IMPRESSION_COLUMNS, 0) | {
        "query_id": query_id, "happened_at": at, "shop": "main", "query": "q", "page": 1,
        "page_size": 3, "products": '["a","b","c"]', "bot": bot,
        "marks": "{" + ",".join(f'"{place}":"explored"' for place in explored) + "}",
    }  # fmt: skip
    return [given[name] for name in IMPRESSION_COLUMNS]


def clicked(event_id: str, query_id: str, product: str, bot: int = 0) -> Row:
    given = {
        "key": event_key(event_id).hex(), "happened_at": NOW, "arrived": NOW, "type": "click",
        "shop": "main", "query_id": query_id, "product": product, "trusted": 0, "bot": bot,
    }  # fmt: skip
    return [given.get(name) for name in EVENT_COLUMNS]


class Machines:
    """One alone, or two that share a Redis; what is told alternates between them."""

    def __init__(self, folder: Path, url: str | None) -> None:
        folders = [folder / "one", folder / "other"] if url else [folder / "one"]
        self.states = [
            EmbeddedState(each, Kept(365, 1 << 40), sync=False, most_waiting_bytes=1 << 30,
                          redis_url=url, exposure_period_s=0.02)
            for each in folders
        ]  # fmt: skip
        self._turn = 0
        for state in self.states:
            state.start()

    def next(self) -> EmbeddedState:
        self._turn += 1
        return self.states[self._turn % len(self.states)]

    async def told(self, impressions: list[Row], events: list[Row]) -> None:
        for impression in impressions:
            self.next().log([impression])
        for event in events:
            await self.next().add([event], [bytes.fromhex(event[0])], NOW)

    async def counted(self, at: float, most: dict[str, list[int]]) -> None:
        """Soon: each machine counts this, of the day, of all days, clicks."""
        async with asyncio.timeout(60):
            while [self._counts(each.folder, at) for each in self.states] != [most] * len(
                self.states
            ):
                await asyncio.sleep(0.02)

    def _counts(self, folder: Path, at: float) -> dict[str, list[int]] | None:
        """None before anything was counted."""
        try:
            exposure = read_exposure(folder, "main", at)
        except StateError:
            return None
        names = {int.from_bytes(hash_of_id(name), "little"): name for name in "abc"}
        told = zip(exposure.hashes.tolist(), exposure.counts.tolist(), strict=True)
        return {names[name]: counts for name, counts in told}

    async def close(self) -> None:
        for state in self.states:
            await state.close()


@pytest.fixture(params=["alone", "redis"])
def url(request: pytest.FixtureRequest) -> str | None:
    if request.param == "alone":
        return None
    address: str = request.getfixturevalue("redis_server").url
    with Redis.from_url(address) as direct:
        direct.delete(STREAM)
    return address


def against(folder: Path, url: str | None, scenario: Callable[[Machines], Any]) -> None:
    async def run() -> None:
        machines = Machines(folder, url)
        try:
            await scenario(machines)
        finally:
            await machines.close()

    asyncio.run(run())


def test_a_search_and_a_click_count_once_wherever_they_were_told(
    tmp_path: Path, url: str | None
) -> None:
    async def scenario(machines: Machines) -> None:
        await machines.told([shown("q1", 1, 2), shown("q2", 2), shown("bot", 2, bot=1)], [])
        await machines.counted(NOW, {"a": [1, 1, 0], "b": [2, 2, 0]})
        click = clicked("1", "q1", "b")
        await machines.told([], [click, click, clicked("2", "q1", "b"), clicked("3", "q2", "c"),
                                 clicked("4", "q2", "b", bot=1)])  # fmt: skip
        await machines.counted(NOW, {"a": [1, 1, 0], "b": [2, 2, 1]})

    against(tmp_path, url, scenario)


def test_the_day_begins_anew_everywhere(tmp_path: Path, url: str | None) -> None:
    async def scenario(machines: Machines) -> None:
        await machines.told([shown("q1", 1), shown("q2", 1)], [clicked("1", "q2", "a")])
        # each machine heard of one of them last: a click may come before its search
        await machines.counted(NOW, {"a": [2, 2, 1]})
        await machines.told([shown("q3", 1, at=NOW + DAY_S)], [])
        await machines.counted(NOW + DAY_S, {"a": [1, 3, 1]})

    against(tmp_path, url, scenario)
