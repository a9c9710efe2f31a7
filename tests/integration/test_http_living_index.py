"""Changes of products over HTTP, seen by searches of two workers a moment later."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from catalogs import build_index
from http_service import served_by_command

from indexing.current import read_current
from indexing.live.state import live_folder, read_state

LIVE = {"VITRINA_LIVE": "true", "VITRINA_POLL_S": "0.05"}
VISIBLE_S = 60.0
"""Other programs may be running on the machine of the tests."""
ASKED = 8
"""Requests in a row: so that each of two workers answers some."""


def lamps() -> list[dict[str, Any]]:
    return [
        {
            "id": f"lamp-{n}",
            "title": f"Desk Lamp {'Oak' if n % 2 else 'Steel'} Model {n}",
            "brand": ("Lumo", "Brite")[n % 2],
            "category": ["Home", "Lamps"],
            "price": 20.0 + n,
            "stock": 5,
            "attributes": {"colour": ("red", "blue")[n % 2]},
            **({"group_id": f"g{n // 2}"} if n < 10 else {}),
        }
        for n in range(40)
    ]


class Shop:
    """A service of two workers."""

    def __init__(self, url: str, data: Path, process: int) -> None:
        self.data = data
        self.process = process
        self.client = httpx.Client(base_url=url, timeout=60, headers={"Connection": "close"})

    def search(self, **asked: Any) -> dict[str, Any]:
        answer = self.client.get("/v1/search", params={"page_size": 50, **asked})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def change(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        answer = self.client.request(
            method, f"/v1/products{path}", json=body, params={"wait": "visible"}
        )
        assert answer.status_code == 200, answer.text
        assert answer.json()["visible"] is True, answer.text
        return dict(answer.json())

    def everywhere(self, holds: Callable[[], bool]) -> None:
        """Of both workers, at once: the change was waited for."""
        for _ in range(ASKED):
            assert holds()

    def soon(self, holds: Callable[[], bool]) -> None:
        until = time.monotonic() + VISIBLE_S
        while not all(holds() for _ in range(ASKED)):
            assert time.monotonic() < until
            time.sleep(0.05)

    def patched(self, product: str, price: float) -> bool:
        """False where the worker that was asked has just been killed."""
        with suppress(httpx.TransportError):
            sent = self.client.patch(f"/v1/products/{product}", json={"price": price})
            return sent.status_code == 200
        return False

    def ids(self, **asked: Any) -> set[str]:
        return {hit["id"] for hit in self.search(**asked)["hits"]}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    data = tmp_path_factory.mktemp("living") / "var"
    build_index(data / "main", lamps())
    with served_by_command(data, "--workers", "2", environment=LIVE) as (url, process):
        yield Shop(url, data, process.pid)


def test_a_number_is_there_everywhere(shop: Shop) -> None:
    shop.change("PATCH", "/lamp-12", {"price": 777.5, "stock": 0})
    shop.everywhere(lambda: shop.ids(q="lamp", filter="price:777..778") == {"lamp-12"})
    shop.everywhere(lambda: shop.search(q="", sort="price:desc")["hits"][0]["id"] == "lamp-12")
    shown = shop.search(q="lamp", filter="price:700..")["hits"][0]["product"]
    assert (shown["price"], shown["stock"], shown["title"]) == (
        777.5, 0, "Desk Lamp Steel Model 12",
    )  # fmt: skip
    assert shop.client.get("/v1/products/lamp-12").json()["price"] == 777.5
    assert shop.search(q="lamp", facets="price")["facets"]["price"]["max"] == 777.5


def test_a_number_that_is_taken_away(shop: Shop) -> None:
    shop.change("PATCH", "/lamp-14", {"price": None})
    shop.everywhere(lambda: "lamp-14" not in shop.ids(q="lamp", filter="price:0.."))
    assert "price" not in shop.client.get("/v1/products/lamp-14").json()


def test_a_new_product_with_words_and_values_that_were_unknown(shop: Shop) -> None:
    before = shop.search(q="", facets="brand")["total"]
    shop.change("PUT", "", {"products": [{
        "id": "new", "title": "Zorblax Chandelier", "brand": "Zorblax", "price": 5,
        "category": ["Home", "Chandeliers"], "attributes": {"colour": "aquamarine"},
    }]})  # fmt: skip
    shop.everywhere(lambda: shop.search(q="zorblax chandelier")["total_strict"] == 1)
    found = shop.search(q="", facets="brand,category,attributes.colour")
    assert found["total"] == before + 1
    counts = {v["value"]: v["count"] for v in found["facets"]["brand"]["values"]}
    assert counts["Zorblax"] == 1
    assert {"Home > Chandeliers", "Home"} <= {
        v["value"] for v in found["facets"]["category"]["values"]
    }
    for asked in ("brand:Zorblax", "category:Home > Chandeliers", "attributes.colour:Aquamarine"):
        shop.everywhere(lambda asked=asked: shop.ids(q="", filter=asked) == {"new"})
    assert shop.client.get("/v1/products/new/similar").status_code == 200


def test_a_changed_title(shop: Shop) -> None:
    shop.change("PATCH", "/lamp-20", {"title": "Desk Lamp Quokka Edition"})
    shop.everywhere(lambda: shop.search(q="quokka")["hits"][0]["id"] == "lamp-20")
    assert shop.search(q="", page_size=1)["total"] == shop.search(q="lamp", page_size=1)[
        "total"
    ] + len(shop.ids(q="zorblax", relax="off"))


def test_a_deleted_product_is_nowhere(shop: Shop) -> None:
    shop.change("DELETE", "/lamp-30")
    shop.everywhere(lambda: "lamp-30" not in shop.ids(q="lamp"))
    shop.everywhere(lambda: shop.client.get("/v1/products/lamp-30").status_code == 404)
    assert shop.client.get("/v1/products/lamp-30/similar").status_code == 404
    near = shop.client.get("/v1/products/lamp-32/similar", params={"limit": 50}).json()["items"]
    assert "lamp-30" not in {each["id"] for each in near}
    assert shop.client.patch("/v1/products/lamp-30", json={"price": 3}).status_code == 404


def test_a_group_stays_together(shop: Shop) -> None:
    shop.change("PATCH", "/lamp-1", {"title": "Desk Lamp Oak Narwhal"})
    shop.everywhere(lambda: shop.search(q="narwhal")["hits"][0]["variants"] == 1)
    found = shop.search(q="lamp", filter="price:20..21.5")
    assert (found["total"], found["hits"][0]["variants"]) == (1, 2)


def test_what_is_not_waited_for_is_soon_there(shop: Shop) -> None:
    answer = shop.client.patch("/v1/products/lamp-33", json={"price": 555.25})
    assert answer.status_code == 200
    shop.soon(lambda: shop.ids(q="lamp", filter="price:555..556") == {"lamp-33"})


def test_a_thousand_changes_of_one_product(shop: Shop) -> None:
    lines = [{"op": "patch", "id": "lamp-35", "patch": {"price": 1000 + n}} for n in range(1_000)]
    answer = shop.client.post("/v1/products/batch", json={"changes": lines})
    assert answer.status_code == 200, answer.text
    shop.change("PATCH", "/lamp-35", {"stock": 77})
    shown = shop.client.get("/v1/products/lamp-35").json()
    assert (shown["price"], shown["stock"]) == (1999, 77)


def test_whoever_is_killed_nothing_is_lost(shop: Shop) -> None:
    """The process that writes, and a worker, in the middle of changes."""
    for price in (300, 301, 302):
        sent = shop.client.patch("/v1/products/lamp-36", json={"price": price})
        assert sent.status_code == 200
        victims = (writers if price % 2 else children)(shop.process)
        if victims:
            os.kill(victims[0], signal.SIGKILL)
        shop.soon(lambda: shop.patched("lamp-37", price))  # noqa: B023 - called at once
        shop.soon(lambda: price_of(shop, "lamp-37") == price)  # noqa: B023
        shop.soon(lambda: price_of(shop, "lamp-36") == price)  # noqa: B023


def test_a_state_that_is_gone_is_made_again(shop: Shop) -> None:
    current = read_current(shop.data / "main")
    assert current is not None
    folder = live_folder(shop.data / "main", current.snapshot)
    before = read_state(folder)
    assert before is not None
    assert before.seq > 1_000
    for victim in writers(shop.process):
        os.kill(victim, signal.SIGKILL)
    shutil.rmtree(folder)
    shop.soon(lambda: shop.patched("lamp-38", 678.5))
    shop.soon(lambda: price_of(shop, "lamp-38") == 678.5)
    after = read_state(folder)
    assert after is not None
    assert after.seq > before.seq
    shop.everywhere(lambda: shop.search(q="zorblax chandelier")["total_strict"] == 1)
    shop.everywhere(lambda: "lamp-30" not in shop.ids(q="lamp"))
    assert price_of(shop, "lamp-35") == 1999


def test_a_build_folds_changes_in(shop: Shop) -> None:
    """And what came after its catalogue is replayed over it."""
    catalog = shop.data.parent / "again.jsonl"
    catalog.write_bytes(b"".join(orjson.dumps(each) + b"\n" for each in lamps()))
    shop.change("PATCH", "/lamp-3", {"stock": 11})
    until = datetime.now(UTC).isoformat()
    shop.change("PATCH", "/lamp-4", {"stock": 12})
    command = [sys.executable, "-m", "app.cli", "build", "--catalog", str(catalog), "--data",
               str(shop.data), "--as-of", until, "--force"]  # fmt: skip
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    shop.soon(lambda: shop.client.get("/v1/products/lamp-3").json().get("stock") == 5)
    shop.soon(lambda: shop.client.get("/v1/products/lamp-4").json().get("stock") == 12)
    assert "lamp-30" in shop.ids(q="lamp")  # the catalogue, as of then, has it


def test_what_finds_nothing_any_more_is_not_suggested(shop: Shop) -> None:
    def offered() -> list[str]:
        answer = shop.client.get("/v1/suggest", params={"q": "brite"}).json()
        return [each["text"].lower() for each in answer["items"]]

    assert "brite" in offered()
    for n in range(1, 40, 2):
        shop.client.delete(f"/v1/products/lamp-{n}")
    shop.change("PATCH", "/lamp-2", {"stock": 4})
    shop.everywhere(lambda: "brite" not in offered())


def price_of(shop: Shop, product: str) -> float | None:
    try:
        answer = shop.client.get(f"/v1/products/{product}")
    except httpx.TransportError:
        return None
    found: float | None = answer.json().get("price")
    return found


def children(process: int) -> list[int]:
    text = Path(f"/proc/{process}/task/{process}/children").read_text()
    found = [int(each) for each in text.split()]
    return [each for each in found if b"spawn_main" in _command(each)]


def writers(process: int) -> list[int]:
    found = []
    for worker in children(process):
        for task in Path(f"/proc/{worker}/task").iterdir():
            text = (task / "children").read_text()
            found += [int(c) for c in text.split() if b"app.live.writing" in _command(int(c))]
    return found


def _command(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""
