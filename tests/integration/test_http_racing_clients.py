"""Clients that change, and look, at once, good and bad requests mixed; two workers.

Each client has products of its own and knows what they must be, so after each change that was
waited for any worker must show just that. STEPS and SEED in the environment ask for more.
"""

import os
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from catalogs import build_index
from http_service import served_by_command
from redis_server import RedisServer, require_redis_server

CLIENTS = 3
PRODUCTS, WORDS = 12, 4
"""Of each client; few, so that they are replaced, deleted and put again."""
STEPS = int(os.environ.get("STEPS", "20"))
SEED = int(os.environ.get("SEED", "0"))
LOOKS = 3
"""Each over a connection of its own: so that both workers are asked."""
BAD_BODIES = (
    b"", b"{", b"null", b"[]", b"\xff\xfe", b'{"price":NaN}', b'{"price":1e999}', b'{"price":"x"}',
    b'{"price":{"a":1}}', b'{"id":"other"}', b'{"group_id":"g"}', b'{"title":null}',
    b'{"stock":-1}', b'{"currency":"XXX","price":3}', b'{"version":"abc","price":1}',
    b'{"a\x00":1}', b'{"attributes":' + b'{"a":' * 200 + b"1" + b"}" * 201,
)  # fmt: skip
BAD_PATHS = ("none", "%00", "a" * 300, "none?wait=maybe", "none?index=none")


@pytest.fixture(params=["sqlite", "redis"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    data = tmp_path / "var"
    build_index(
        data / "main", [{"id": "lamp", "title": "Desk Lamp", "price": 3, "currency": "EUR"}]
    )
    environment = {"VITRINA_LIVE": "true", "VITRINA_POLL_S": "0.05"}
    redis = RedisServer(tmp_path, None, "--appendonly", "yes")
    if request.param == "redis":
        require_redis_server()
        redis.start()
        environment["VITRINA_REDIS_URL"] = redis.url
    try:
        with served_by_command(data, "--workers", "2", environment=environment) as (url, _):
            yield url
    finally:
        redis.stop()


class Client:
    """held: id → what its product must show."""

    def __init__(self, url: str, number: int) -> None:
        self.url, self.number = url, number
        self.draw = random.Random(f"{SEED} {number}")
        self.held: dict[str, dict[str, Any]] = {}
        self.http = httpx.Client(base_url=url, timeout=60)

    def run(self) -> dict[str, dict[str, Any]]:
        steps = (self.put, self.patch, self.delete, self.bad)
        with self.http:
            for _ in range(STEPS):
                self.draw.choices(steps, (4, 3, 1, 2))[0]()
                if self.draw.random() < 0.4:
                    self.look()
        return self.held

    def put(self) -> None:
        name, draw = self._name(), self.draw
        shown = {
            "title": f"Gadget {self._word()} {draw.randrange(9)}",
            "price": round(draw.uniform(1, 500), 2),
            "stock": draw.randrange(4),
        }
        group = {"group_id": f"g{self.number}-{draw.randrange(3)}"} if draw.random() < 0.3 else {}
        answer = self.ask("PUT", "", {"products": [{"id": name, **shown, **group}]})
        assert answer.json()["items"] == [{"id": name, "status": "accepted"}]
        self.held[name] = shown

    def patch(self) -> None:
        name, change = self._name(), {"price": self.draw.randrange(500) / 4}
        if self.draw.random() < 0.5:
            change["stock"] = self.draw.randrange(5)
        self.ask("PATCH", f"/{name}", change, 200 if name in self.held else 404)
        if name in self.held:
            self.held[name] |= change

    def delete(self) -> None:
        name = self._name()
        self.ask("DELETE", f"/{name}", None, 200 if name in self.held else 404)
        self.held.pop(name, None)

    def bad(self) -> None:
        method = self.draw.choice(("PATCH", "PUT", "POST", "DELETE"))
        whole = {"PUT": "", "POST": "/batch"}.get(method)
        path = f"/{self.draw.choice(BAD_PATHS)}" if whole is None else whole
        kind = self.draw.choice(("application/json", "text/plain", "application/x-ndjson"))
        answer = self.http.request(
            method, f"/v1/products{path}", content=self.draw.choice(BAD_BODIES),
            headers={"Content-Type": kind},
        )  # fmt: skip
        if answer.status_code == 200:  # a batch whose only item is named
            assert {each["status"] for each in answer.json()["items"]} <= {"rejected"}, answer.text
        else:
            assert 400 <= answer.status_code < 500, answer.text
            assert answer.headers["Content-Type"] == "application/problem+json"

    def look(self) -> None:
        """After a change that was waited for, all of this client's earlier ones are to be seen."""
        mark = self.ask("PUT", "", {"products": [{"id": f"mark-{self.number}", "title": "Mark"}]})
        assert mark.json()["visible"] is True
        word = self._word()
        wanted = {name for name, shown in self.held.items() if word in shown["title"]}
        for _ in range(LOOKS):
            with httpx.Client(base_url=self.url, timeout=60) as fresh:
                asked = {"q": word, "page_size": 100, "correct": "off", "relax": "off"}
                found = fresh.get("/v1/search", params=asked).raise_for_status().json()["hits"]
            names = {hit["id"] for hit in found}
            assert names <= wanted
            assert bool(names) == bool(wanted)
            for hit in found:
                shown = self.held[hit["id"]]
                assert {field: hit["product"][field] for field in shown} == shown

    def ask(self, method: str, path: str, body: Any, status: int = 200) -> httpx.Response:
        waits = {"wait": "visible"} if self.draw.random() < 0.5 or method == "PUT" else {}
        answer = self.http.request(method, f"/v1/products{path}", json=body, params=waits)
        assert answer.status_code == status, answer.text
        return answer

    def _name(self) -> str:
        return f"p{self.number}-{self.draw.randrange(PRODUCTS)}"

    def _word(self) -> str:
        return f"zq{'abcdef'[self.number]}{'ghij'[self.draw.randrange(WORDS)]}w"


def test_every_worker_shows_each_client_what_it_did(url: str) -> None:
    with ThreadPoolExecutor(CLIENTS) as pool:
        ended = list(pool.map(lambda number: Client(url, number).run(), range(CLIENTS)))
    for held in ended:
        for name, shown in held.items():
            product = httpx.get(f"{url}/v1/products/{name}").raise_for_status().json()
            assert {field: product[field] for field in shown} == shown
