"""What 10,000 merchandising rules cost a search, and what having none costs.

Time of asking all rules (`python -m benchmarks.merchandising`), over a demo shop: rules of
every kind of condition, drawn from what its products say; queries from their titles. Then whole
searches without rules, with 10,000 that do not fire, and with some that do; and reading the rules.
"""

import random
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from indexing.build import BuildOptions, build
from indexing.current import read_current
from indexing.demo.shop import write_demo_shop
from indexing.progress import Silent
from ranking.filters.filters import AnyOf
from ranking.generation import Generation, open_generation
from ranking.rules.merchandising import NO_RULES, Merchandising
from ranking.rules.rule import Rule
from ranking.rules.rule_file import written
from ranking.rules.situation import Situation
from ranking.search.request import SearchRequest
from ranking.search.root import search

PRODUCTS, RULES, SEARCHES = 20_000, 10_000, 2_000
NOW = 1_796_000_000.0
BEST_OF = 3
"""Times that each search is asked: others on the machine make caches cold."""
_NO_BRACES = str.maketrans("", "", "{}%")
Kind = Callable[[random.Random, dict[str, Any]], dict[str, Any]]


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        shop = write_demo_shop(folder / "shop", PRODUCTS, seed=1)
        build(
            BuildOptions([shop.products], folder / "main", "benchmark"), datetime.now(UTC), Silent()
        )
        current = read_current(folder / "main")
        assert current is not None
        generation = open_generation(folder / "main", current, "benchmark")
        measure(generation)


def measure(generation: Generation) -> None:
    draw = random.Random(7)
    documents = generation.snapshot.documents
    products = [documents.product_at(draw.randrange(len(documents))) for _ in range(4_000)]
    for name, kinds in KINDS.items():
        rules = [made(draw, products, kinds, number) for number in range(RULES)]
        tell(name, rules, products, generation)
    mixed = [made(draw, products, KINDS["mixed"], number) for number in range(RULES)]
    text = written({"rule": rule.facts()} for rule in mixed)
    begun = time.perf_counter()
    Merchandising.parse(text, generation.snapshot)
    print(
        f"reading {RULES:,} rules ({len(text) / 1e6:.1f} MB): {time.perf_counter() - begun:.2f} s"
    )
    whole_searches(mixed, products, generation)


def tell(
    name: str, rules: Sequence[Rule], products: Sequence[dict[str, Any]], generation: Generation
) -> None:
    merchandising = Merchandising.of(rules, generation.snapshot)
    draw = random.Random(11)
    asked = [request_of(draw, products) for _ in range(SEARCHES)]
    times, fired = [], 0
    for request in [*asked[:200], *asked]:  # the first ones warm up
        spent = []
        for _ in range(BEST_OF):
            begun = time.thread_time()  # of this thread alone, whatever else the machine does
            decision = merchandising.decide(request.text, request.filters, request.situation, NOW)
            spent.append(time.thread_time() - begun)
        times.append(min(spent))
        fired += len(decision.fired)
    told = np.percentile(np.array(times[200:]) * 1_000, [50, 99, 100])
    print(
        f"{name:12} p50 {told[0]:.3f} ms  p99 {told[1]:.3f} ms  most {told[2]:.3f} ms  "
        f"fired {fired / len(times):.2f}  used {len(merchandising.index.prepared):,}  "
        f"left out {len(merchandising.index.left_out):,}"
    )


def whole_searches(
    rules: Sequence[Rule], products: Sequence[dict[str, Any]], generation: Generation
) -> None:
    """Rounds of all arms in turn, so that a slow moment of the machine hits each of them."""
    of = Merchandising.of
    pins = [
        Rule.model_validate({"id": "p", "then": {"pin": [p["id"] for p in products[:10]]}}),
        Rule.model_validate({"id": "b", "then": {"boost": {"filter": "price:10..60"}}}),
    ]
    arms = {
        "no rules": NO_RULES,
        f"{RULES:,} rules": of(rules, generation.snapshot),
        "10 pins and a boost": of(pins, generation.snapshot),
    }
    draw = random.Random(13)
    asked = [request_of(draw, products) for _ in range(300)]
    times: dict[str, list[float]] = {name: [] for name in arms}
    for number, request in enumerate([*asked[:30], *asked]):
        for name, merchandising in arms.items():
            begun = time.perf_counter()
            decision = merchandising.decide(request.text, request.filters, request.situation, NOW)
            search(replace(request, decision=decision), generation, time.perf_counter)
            if number >= 30:
                times[name].append((time.perf_counter() - begun) * 1_000)
    for name, each in times.items():
        told = np.percentile(each, [50, 99])
        print(f"whole search, {name:20} p50 {told[0]:.2f} ms  p99 {told[1]:.2f} ms")


def request_of(draw: random.Random, products: Sequence[dict[str, Any]]) -> SearchRequest:
    product = draw.choice(products)
    words = str(product["title"]).split()
    size = draw.choice((1, 2, 2, 3, 4, 6))
    filters = (AnyOf("brand", (str(product.get("brand", "")),)),) if draw.random() < 0.2 else ()
    situation = Situation(
        context=(f"page {draw.randrange(50)}",) if draw.random() < 0.3 else (),
        segment=(f"s{draw.randrange(20)}",) if draw.random() < 0.3 else (),
        region=draw.choice(("de", "fr", None)),
        who=f"session {draw.randrange(1_000)}",
    )
    first = draw.randrange(max(len(words) - size, 0) + 1)
    return SearchRequest(
        text=" ".join(words[first : first + size]),
        filters=filters,
        facets=("brand", "category"),
        situation=situation,
        budget_ms=60_000,
    )


def _phrase(draw: random.Random, product: dict[str, Any]) -> str:
    words = str(product["title"]).split()
    first = draw.randrange(max(len(words) - 2, 1))
    return " ".join(words[first : first + draw.choice((2, 3, 4))])


def _is(draw: random.Random, product: dict[str, Any]) -> dict[str, Any]:
    return {"query": {"is": _phrase(draw, product)}}


def _contains(draw: random.Random, product: dict[str, Any]) -> dict[str, Any]:
    return {"query": {"contains": _phrase(draw, product)}}


def _matches(draw: random.Random, product: dict[str, Any]) -> dict[str, Any]:
    form = draw.choice(("{brand} %s", "%s {any}", "{colour} %s", "{any} %s {number}", "{word} %s"))
    return {"query": {"matches": form % _phrase(draw, product).translate(_NO_BRACES)}}


def _situation(draw: random.Random, product: dict[str, Any]) -> dict[str, Any]:
    return {
        "context": [f"page {draw.randrange(50)}"],
        "segment": [f"s{draw.randrange(20)}"],
        "query": {"contains": str(product["title"]).split()[0]},
        "share": 0.5,
    }


def _filter(draw: random.Random, product: dict[str, Any]) -> dict[str, Any]:
    return {
        "filter": [f"brand:{product.get('brand', 'x')}"],
        "region": ["de"],
        **_is(draw, product),
    }


KINDS: dict[str, tuple[Kind, ...]] = {
    "is": (_is,),
    "contains": (_contains,),
    "matches": (_matches,),
    "situation": (_situation,),
    "filter": (_filter,),
    "mixed": (_is, _contains, _matches, _situation, _filter),
}


def made(
    draw: random.Random, products: Sequence[dict[str, Any]], kinds: Sequence[Kind], number: int
) -> Rule:
    product = draw.choice(products)
    then = draw.choice(
        ({"pin": [product["id"]]}, {"hide": [product["id"]]}, {"boost": {"filter": "price:..50"}})
    )
    when = draw.choice(kinds)(draw, product)
    if draw.random() < 0.2:
        when |= {"from": "2026-11-01", "to": "2027-01-01"}
    return Rule.model_validate({"id": f"r{number}", "when": when, "then": then})


if __name__ == "__main__":
    main()
