"""Whatever rules decide: counts agree with hits, pages hang together, segments answer as one."""

import random
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from catalogs import build_index, open_index
from divided import divided, shares
from same_answers import same

from indexing.catalogue.index_config import IndexConfig
from ranking.filters.filters import AnyOf, Filter, Range
from ranking.generation import Generation
from ranking.rules.merchandising import Merchandising
from ranking.rules.rule import Rule
from ranking.rules.rules import Rules
from ranking.rules.situation import ANYWHERE
from ranking.search.request import SearchRequest, Sort
from ranking.search.result import SearchResult
from ranking.search.root import search

CASES = 10
BRANDS, COLOURS, NOUNS = ("Acme", "Lumo", "Ray"), ("red", "blue", "grey"), ("lamp", "desk", "sofa")


def products() -> list[dict[str, Any]]:
    """Of three nouns in three colours, some of them variants, some sold out."""
    return [
        {"id": f"p{n}", "title": f"{COLOURS[n % 3]} {NOUNS[n // 3 % 3]} {n}",
         "brand": BRANDS[n % 2], "category": ["Home", NOUNS[n // 3 % 3].title()],
         "color": COLOURS[n % 3],
         "price": 5.0 + n, "stock": n % 5}
        | ({"group_id": f"g{n // 4}"} if n % 8 < 4 else {})
        for n in range(160)
    ]  # fmt: skip


@pytest.fixture(scope="module", params=["keep", "hide"])
def shop(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Generation:
    index: Path = tmp_path_factory.mktemp("ruled") / "main"
    build_index(index, products(), config=IndexConfig(out_of_stock=request.param, min_matches=20))
    return open_index(index)


def random_rules(draw: random.Random) -> list[Rule]:
    def some(most: int) -> list[str]:
        return [f"p{draw.randrange(165)}" for _ in range(draw.randrange(most))]

    made = []
    for number in range(draw.randrange(1, 4)):
        pins = dict.fromkeys(some(5))
        places = draw.sample(range(1, 12), len(pins))
        then: dict[str, Any] = {
            "pin": [{"product": p, "position": at} for p, at in zip(pins, places, strict=True)],
            "hide": [p for p in some(4) if p not in pins],
        }
        if draw.random() < 0.5:
            then["boost"] = [{"filter": f"brand:{draw.choice(BRANDS)}", "strength": 3}]
        if draw.random() < 0.3:
            then["bury"] = [{"filter": "price:..40"}]
        if draw.random() < 0.3:
            then["filter"] = [draw.choice(("price:20..120", "-attributes.color:grey"))]
        if draw.random() < 0.3:
            then["query"] = draw.choice(NOUNS)
        if draw.random() < 0.4:
            then["sponsored"] = {"products": [*some(8), "p1"], "first": 2, "every": 4}
        if draw.random() < 0.3:
            then["facets"] = {"order": ["color", "brand"]}
        made.append(Rule.model_validate({"id": f"r{number}", "then": then | {"data": {"n": 1}}}))
    return made


def random_request(draw: random.Random) -> SearchRequest:
    filters: list[Filter] = [AnyOf("brand", ("Acme",)), Range("price", 30.0, 140.0)]
    text = draw.choice(("", "lamp", "red lamp", "sofa 17", "nothing of it", "blue", "desks"))
    return SearchRequest(
        text=text,
        filters=tuple(draw.sample(filters, draw.choice((0, 0, 1, 2)))),
        facets=("brand", "attributes.color", "category"),
        facet_limit=200,
        page_size=100,
        explain=True,
        budget_ms=60_000,
        sort=Sort("price") if draw.random() < 0.2 else None,
    )


def run(asked: SearchRequest, shop: Generation) -> SearchResult:
    merchandising = shop.rules.merchandising
    decision = merchandising.decide(asked.text, asked.filters, ANYWHERE, 0.0)
    return search(replace(asked, decision=decision), shop, time.perf_counter)


def ruled(shop: Generation, rules: list[Rule]) -> Generation:
    return replace(shop, rules=Rules(merchandising=Merchandising.of(rules, shop.snapshot)))


def pages(asked: SearchRequest, shop: Generation, size: int) -> list[str]:
    found: list[str] = []
    for page in range(1, 160 // size + 2):
        found += [h.id for h in run(replace(asked, page=page, page_size=size), shop).hits]
    return found


@pytest.mark.parametrize("seed", range(CASES))
def test_counts_agree_with_hits(shop: Generation, seed: int) -> None:
    draw = random.Random(seed)
    rules, asked = random_rules(draw), random_request(draw)
    generation = ruled(shop, rules)
    whole = run(asked, generation)
    every = pages(asked, generation, 23)
    assert len(every) == len(set(every)) == whole.total
    assert every[:100] == [hit.id for hit in whole.hits]
    for field, facet in whole.facets.items():
        for value in facet.values[:2]:
            chosen = AnyOf(field, (value.value,))
            others = tuple(
                f for f in asked.filters if not (isinstance(f, AnyOf) and f.field == field)
            )
            assert run(replace(asked, filters=(*others, chosen)), generation).total == value.count

    by_price = run(replace(asked, sort=Sort("price")), generation)
    assert by_price.total == whole.total
    assert all(hit.placed is None for hit in by_price.hits)
    scores = [hit.score for hit in whole.hits]
    assert asked.sort is not None or scores == sorted(scores, reverse=True)

    groups = {row["id"]: row.get("group_id", row["id"]) for row in products()}
    hidden = {groups.get(product) for rule in rules for product in rule.then.hide}
    assert not hidden & {groups[product] for product in every}
    sold_out = {row["id"] for row in products() if not row["stock"]}
    if shop.snapshot.config.out_of_stock == "hide":
        assert not sold_out & set(every)


@pytest.mark.parametrize("seed", range(CASES))
def test_pins_stand_where_they_were_pinned(shop: Generation, seed: int) -> None:
    draw = random.Random(1_000 + seed)
    rules, asked = random_rules(draw), replace(random_request(draw), sort=None)
    generation = ruled(shop, rules)
    decision = generation.rules.merchandising.decide(asked.text, asked.filters, ANYWHERE, 0.0)
    found = run(asked, generation)
    at = {hit.id: place for place, hit in enumerate(found.hits, 1)}
    pinned = {pin.product: pin.position for pin in decision.pins if pin.product in at}
    groups = {row["id"]: row.get("group_id", row["id"]) for row in products()}
    shown: set[str] = set()
    for pin in decision.pins:  # of two variants the first position has the product
        if pin.product not in pinned or groups[pin.product] in shown:
            continue
        shown.add(groups[pin.product])
        place = at[pin.product]
        assert place == pin.position or (place < pin.position and place > found.total - len(pinned))
    marks = [hit for hit in found.hits if hit.placed is not None]
    paid = [place for place, hit in enumerate(found.hits, 1)
            if hit.placed is not None and hit.placed.kind == "sponsored"]  # fmt: skip
    assert all(later - earlier >= 4 for earlier, later in pairwise(paid))
    assert all(hit.placed is not None and hit.placed.rule.startswith("r") for hit in marks)
    # The organic places that are told are those of the same search without moves.
    told = [hit.explanation["rules"]["organic_position"] for hit in found.hits
            if hit.explanation is not None and "rules" in hit.explanation]  # fmt: skip
    known = [place for place in told if place is not None]
    assert len(known) == len(set(known))


@pytest.mark.parametrize("seed", range(CASES // 3))
def test_segments_answer_as_one(shop: Generation, seed: int) -> None:
    draw = random.Random(2_000 + seed)
    generation = ruled(shop, random_rules(draw))
    groups = len(shop.snapshot.columns.groups)
    parts = divided(generation, shares(groups, (0.5, 0.3, 0.2), seed=seed), 3)
    asked = random_request(draw)
    same(run(asked, generation), run(asked, parts), asked)
