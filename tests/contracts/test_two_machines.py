"""Two machines, each with a copy of one index, and one Redis: what one takes, both show alike.

Of each machine there is what its processes do: it takes changes, applies what the log holds, and
searches. Only the Redis is shared.
"""

import shutil
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from catalogs import build_index, open_index
from redis_server import RedisServer

from app.changes.asked import Asked
from app.changes.intake import Intake
from app.changes.redis_change_log import RedisChangeLog
from app.live.views import LiveViews
from app.live.writing import IndexWriter
from ranking.filters.filters import Range
from ranking.search.request import SearchRequest
from ranking.search.root import search

SHOP = [
    {"id": f"lamp-{n}", "title": f"Lamp model {n}", "brand": ("Lumo", "Brite")[n % 2],
     "price": 20 + n, "stock": 5, "category": ["Home", "Lamps"]}
    for n in range(20)
]  # fmt: skip


class Machine:
    def __init__(self, index: Path, url: str) -> None:
        self.log = RedisChangeLog(url, 1 << 24, "always", lambda: time.time_ns() // 1_000_000)
        self.generation = open_index(index)
        self._intake = Intake(self.log)
        self._writer = IndexWriter(index, self.log)
        self._views = LiveViews(index.parent, 0)
        self._views.take_up(self.generation)

    def take(self, *asked: Asked) -> list[str]:
        return [item.status for item in self._intake.take(self.generation, asked).items]

    def applied(self) -> dict[str, tuple[str, Any, Any]]:
        """All that is shown once the log is applied: title, brand and price by id."""
        self._writer.look()
        self._writer.tick()
        self._views.look()
        return self.shown()

    def shown(self, **asked: Any) -> dict[str, tuple[str, Any, Any]]:
        now = self._views.shown(self.generation.index)
        assert now is not None
        request = SearchRequest(text="lamp", page_size=50, facets=("brand",), **asked)
        self.answer = search(request, now, time.monotonic)
        assert self.answer.total == len(self.answer.hits)
        products = [orjson.loads(hit.product) for hit in self.answer.hits]
        return {p["id"]: (p["title"], p["brand"], p.get("price")) for p in products}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    index = tmp_path_factory.mktemp("machines") / "shop"
    build_index(index, SHOP)
    return index


@pytest.fixture
def machines(
    built: Path, durable_redis: RedisServer, tmp_path: Path
) -> Iterator[tuple[Machine, Machine]]:
    name = f"shop-{uuid.uuid4().hex[:8]}"  # a stream of its own
    indexes = [Path(shutil.copytree(built, tmp_path / each / name)) for each in ("one", "two")]
    one, two = (Machine(index, durable_redis.url) for index in indexes)
    yield one, two
    one.log.close()
    two.log.close()


def put(name: str, title: str, price: float, version: int | None = None) -> Asked:
    fields = {"id": name, "title": title, "price": price, "brand": "Zorblax",
              "category": ["Home", "Lamps"]}  # fmt: skip
    return Asked("put", name, fields, version)


def patch(name: str, version: int | None = None, **fields: Any) -> Asked:
    return Asked("patch", name, fields, version)


def test_what_one_takes_both_show(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    taken = one.take(patch("lamp-1", price=999.0), put("new", "Lamp of tomorrow", 7))
    taken += two.take(Asked("delete", "lamp-2"), patch("new", title="Lamp of today"))
    assert taken == ["accepted"] * 4
    shown = one.applied()
    assert two.applied() == shown
    assert shown["lamp-1"] == ("Lamp model 1", "Brite", 999.0)
    assert shown["new"] == ("Lamp of today", "Zorblax", 7)
    assert "lamp-2" not in shown
    assert len(shown) == len(SHOP)
    assert one.answer.facets == two.answer.facets
    dear = (Range("price", 900.0, None),)
    assert set(one.shown(filters=dear)) == set(two.shown(filters=dear)) == {"lamp-1"}


def test_a_version_counts_on_both(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    assert one.take(put("new", "Lamp of today", 7, version=5)) == ["accepted"]
    assert two.take(put("new", "Lamp of yesterday", 8, version=4)) == ["stale"]
    assert two.take(patch("new", version=6, price=9)) == ["accepted"]
    assert one.applied()["new"] == two.applied()["new"] == ("Lamp of today", "Zorblax", 9)


def test_one_that_was_away_catches_up(machines: tuple[Machine, Machine]) -> None:
    """However they were cut into batches, and whichever segments each machine has of them."""
    one, two = machines
    for n in range(6):
        one.take(put(f"new-{n}", f"Lamp number {n}", n), patch(f"lamp-{n}", title=f"Lamp {n}a"))
        if n % 3:
            one.take(Asked("delete", f"new-{n - 1}"))
        shown = one.applied()
    assert two.applied() == shown
    assert [hit.id for hit in two.answer.hits] == [hit.id for hit in one.answer.hits]


def test_a_restarted_redis_is_gone_on_with(
    machines: tuple[Machine, Machine], durable_redis: RedisServer
) -> None:
    one, two = machines
    one.take(patch("lamp-3", price=1.5))
    durable_redis.stop()
    durable_redis.start()
    assert two.take(patch("lamp-4", price=2.5)) == ["accepted"]
    shown = two.applied()
    assert one.applied() == shown
    assert (shown["lamp-3"][2], shown["lamp-4"][2]) == (1.5, 2.5)
