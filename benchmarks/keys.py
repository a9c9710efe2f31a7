"""What an API key costs a search over HTTP: searches without one, and with keys of several kinds.

    python -m benchmarks.keys [--data FOLDER] [--products 20000] [--queries 400]

One worker of the real command, one client; the kinds take turns on every query, so that all meet
the same machine. FOLDER: has the index `main` and keys of nobody; keys are made there and revoked.
"""

import argparse
import http.client
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from benchmarks.change_log import shown_lines
from benchmarks.http_load import make
from benchmarks.http_service import served

Headers = Mapping[str, str]


class Client:
    """One connection that is kept. key: of the admin."""

    def __init__(self, url: str, key: str) -> None:
        parts = urlsplit(url)
        self._link = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        self._admin = {"X-Admin-Key": key, "Content-Type": "application/json"}

    def ask(self, method: str, path: str, headers: Headers, body: Any = None) -> bytes:
        self._link.request(method, path, None if body is None else json.dumps(body), dict(headers))
        answer = self._link.getresponse()
        told = answer.read()
        assert answer.status < 300, told
        return told

    def made(self, **more: Any) -> dict[str, Any]:
        """A new key with scope `search`."""
        body = {"name": "benchmark", "scopes": ["search"]} | more
        found: dict[str, Any] = json.loads(self.ask("POST", "/v1/admin/keys", self._admin, body))
        return found

    def revoke(self, key: str) -> None:
        self.ask("DELETE", f"/v1/admin/keys/{key}", self._admin)


def measure(client: Client, texts: list[str], brand: str) -> None:
    plain, rated = client.made(), client.made(per_minute=60_000)
    forced = client.made(filters=[f"brand:{brand}"])
    kinds: dict[str, tuple[Headers, dict[str, str]]] = {
        "no key": ({}, {}),
        "key": ({"X-API-Key": plain["key"]}, {}),
        "key with a rate": ({"X-API-Key": rated["key"]}, {}),
        "no key, a filter": ({}, {"filter": f"brand:{brand}"}),
        "key with that filter": ({"X-API-Key": forced["key"]}, {}),
    }
    try:
        for name, each in (("ranked", texts), ("from the cache", texts[:1] * len(texts))):
            spent: dict[str, list[float]] = {kind: [] for kind in kinds}
            for number, text in enumerate(each):
                for place, (kind, (headers, more)) in enumerate(kinds.items()):
                    asked = {"q": text, "facets": "brand,category", "budget_ms": "5000"} | more
                    if (
                        name == "ranked"
                    ):  # an answer of its own for each kind: none is from the cache
                        asked["facet_limit"] = str(10 + (number * len(kinds) + place) % 900)
                    begun = time.perf_counter()
                    client.ask("GET", f"/v1/search?{urlencode(asked)}", headers)
                    spent[kind].append((time.perf_counter() - begun) * 1_000)
            print(f"{name}, ms")
            for kind, ms in spent.items():
                late = sorted(ms)[int(len(ms) * 0.95)]
                print(f"  {kind:<22} p50 {statistics.median(ms):7.3f}   p95 {late:7.3f}")
    finally:
        for made in (plain, rated, forced):
            client.revoke(made["id"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--products", type=int, default=20_000)
    parser.add_argument("--queries", type=int, default=400)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = given.data
        if data is None:
            data = Path(folder) / "var"
            make(Path(folder), given.products, 1)
        draw = random.Random(7)
        products = [json.loads(line) for line in draw.sample(shown_lines(data), given.queries)]
        texts = [" ".join(str(product["title"]).split()[:2]) for product in products]
        brand = str(products[0].get("brand", "x"))
        settings = {"admin_key": "benchmark-of-keys", "state_dir": f"{folder}/state"}
        with served(data, 1, **settings) as running:
            measure(Client(running.url, settings["admin_key"]), texts, brand)
    return 0


if __name__ == "__main__":
    sys.exit(main())
