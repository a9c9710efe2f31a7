"""A shop that clients change and search over HTTP, and what it must show."""

import random
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx

BUILT, MOST = 60, 90
"""Products in the beginning, and at most: all of them on one page."""
CLIENTS, SEARCHERS = 3, 2
SETTLED_S = 120.0
BRANDS = ("Lumo", "Brite", "Zorblax", "Ohm")
_PAGE = {"q": "lamp", "page_size": 100, "facets": "brand", "relax": "off"}


@dataclass(slots=True)
class Found:
    """What was injected and seen. lost, wrong: a line for each."""

    faults: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    refused: int = 0
    searches: int = 0
    checks: int = 0
    lost: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self.faults.items()))
        return (
            f"{self.faults.total()} faults ({kinds}); {self.acknowledged:,} changes acknowledged, "
            f"{self.refused:,} times refused or not answered and sent again; {self.searches:,} "
            f"searches, {self.checks} times compared in whole: {len(self.lost)} lost, "
            f"{len(self.wrong)} wrong"
        )


class Shop:
    """What was acknowledged. Each client changes products of its own, one change after another."""

    def __init__(self, url: str, found: Found, seed: int) -> None:
        self.found = found
        self.products: dict[str, dict[str, Any]] = {}
        self.paused, self.ended = threading.Event(), threading.Event()
        self.waiting, self.going_on = threading.Semaphore(0), threading.Semaphore(0)
        self._url = url
        self._lock = threading.Lock()
        self._sent = 1  # as it was built
        self._threads = [
            *(threading.Thread(target=self._change, args=(n, seed)) for n in range(CLIENTS)),
            *(threading.Thread(target=self._search, args=(n, seed)) for n in range(SEARCHERS)),
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self.ended.set()
        self.paused.clear()
        for thread in self._threads:
            if thread.ident is not None:  # it was started
                thread.join()

    def _client(self) -> httpx.Client:
        headers = {"Connection": "close"}  # any worker may answer
        return httpx.Client(base_url=self._url, timeout=30, headers=headers)

    def _number(self) -> int:
        """Larger than all before: a price that was never sent is told by it."""
        with self._lock:
            self._sent += 1
            return self._sent

    def _change(self, client: int, seed: int) -> None:
        draw = random.Random(seed * 100 + client)
        own = [f"p{n}" for n in range(client, MOST, CLIENTS)]
        with self._client() as http:
            while not self.ended.is_set():
                if self.paused.is_set():
                    self.waiting.release()
                    while self.paused.is_set():
                        time.sleep(0.01)
                    self.going_on.release()
                self._one(http, draw.choice(own), draw)
                time.sleep(draw.uniform(0, 0.02))

    def _one(self, http: httpx.Client, name: str, draw: random.Random) -> None:
        number, held = self._number(), self.products.get(name)
        made = product(name, number, draw.choice(BRANDS)) if held is None else held
        kind = draw.choices(("number", "title", "delete", "put"), (12, 2, 1, 1))[0]
        if held is None or kind == "put":
            made = product(name, number, draw.choice(BRANDS))
            self._until_taken(http, "PUT", "", {"products": [made]})
        elif kind == "delete":
            self._until_taken(http, "DELETE", f"/{name}", None)
            del self.products[name]
            return
        else:
            patch: dict[str, Any] = {"price": number, "stock": draw.randrange(9)}
            if kind == "title":
                patch["title"] = f"Lamp {name} of {number}"
            self._until_taken(http, "PATCH", f"/{name}", patch)
            made = made | patch
        self.products[name] = made

    def _until_taken(self, http: httpx.Client, method: str, path: str, body: Any) -> None:
        while not self.ended.is_set():
            with suppress(httpx.TransportError):
                answer = http.request(method, f"/v1/products{path}", json=body)
                taken = answer.status_code == 200 or (
                    method == "DELETE" and answer.status_code == 404  # sent before
                )
                if taken and method == "PUT":
                    taken = answer.json()["items"][0]["status"] == "accepted"
                if taken:
                    self.found.acknowledged += 1
                    return
                if answer.status_code not in (429, 503):
                    self.found.wrong.append(f"{method} {path}: {answer.status_code} {answer.text}")
            self.found.refused += 1
            time.sleep(0.05)

    def _search(self, client: int, seed: int) -> None:
        draw = random.Random(seed * 100 + 50 + client)
        with self._client() as http:
            while not self.ended.is_set():
                sent = max(self._sent, 2)
                low = draw.randrange(sent) if draw.random() < 0.5 else 0
                with suppress(httpx.TransportError):
                    answer = http.get("/v1/search", params={**_PAGE, "filter": f"price:{low}.."})
                    if answer.status_code == 200:
                        self.found.searches += 1
                        self.found.wrong += faults_of(answer.json(), low, self._sent)
                    elif answer.status_code != 503:
                        self.found.wrong.append(f"search: {answer.status_code} {answer.text}")
                time.sleep(draw.uniform(0, 0.05))

    def compare(self) -> None:
        """Whether all that was acknowledged is shown, by whichever worker answers."""
        self.paused.set()
        for _ in range(CLIENTS):
            self.waiting.acquire()
        self.found.checks += 1
        until, wrong = time.monotonic() + SETTLED_S, ["nobody answered"]
        with self._client() as http:
            while wrong and time.monotonic() < until:
                wrong = []
                for _ in range(6):
                    wrong = wrong or self._differences(http)
                time.sleep(0.1)
        self.found.lost += wrong
        self.paused.clear()
        for _ in range(CLIENTS):  # else the next pause might find one that has not seen this end
            self.going_on.acquire()

    def _differences(self, http: httpx.Client) -> list[str]:
        try:
            answer = http.get("/v1/search", params=_PAGE)
        except httpx.TransportError as error:
            return [str(error)]
        if answer.status_code != 200:
            return [answer.text]
        told = ("title", "price", "stock", "brand")
        shown = {hit["id"]: {n: hit["product"][n] for n in told} for hit in answer.json()["hits"]}
        right = {name: {n: each[n] for n in told} for name, each in self.products.items()}
        names = shown.keys() | right.keys()
        return [
            f"{n}: shown {shown.get(n)}, acknowledged {right.get(n)}"
            for n in sorted(names)
            if shown.get(n) != right.get(n)
        ]


def faults_of(answer: dict[str, Any], low: int, sent: int) -> list[str]:
    """What contradicts itself in the answer to a filter `price:low..`."""
    hits, total = answer["hits"], answer["total"]
    prices = {hit["id"]: hit["product"]["price"] for hit in hits}
    found = []
    if len(prices) != len(hits) or total != len(hits):
        found.append(f"total {total}, {len(hits)} hits of {len(prices)} products")
    if any(not low <= price <= sent for price in prices.values()):
        found.append(f"prices {sorted(prices.values())} beside price:{low}.. ({sent} sent)")
    counts = Counter(hit["product"]["brand"] for hit in hits)
    told = {each["value"]: each["count"] for each in answer["facets"]["brand"]["values"]}
    if counts != told:
        found.append(f"facet {told} beside {dict(counts)}")
    return found


def product(name: str, number: int, brand: str) -> dict[str, Any]:
    return {
        "id": name, "title": f"Lamp {name} model {number}", "brand": brand, "price": number,
        "stock": 3, "category": ["Home", "Lamps"],
    }  # fmt: skip
