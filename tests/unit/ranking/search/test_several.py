"""Several searches at once, counts without hits, and facets that keep their own clauses."""

import random
import time
from dataclasses import replace
from pathlib import Path

import pytest

from indexing.catalogue.index_config import IndexConfig
from ranking.filters.filters import AnyOf, Filter, Range
from ranking.generation import Generation
from ranking.search.request import SearchRequest, Sort
from ranking.search.result import SearchResult
from ranking.search.root import search
from ranking.search.several import search_several
from tests.catalogs import build_index, open_index

COLOURS = ("red", "blue", "green")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    """120 lamps of 60 groups; each feature list holds two of three."""
    chance = random.Random(5)
    products = [
        {
            "id": f"p{n}",
            "title": f"{chance.choice(COLOURS)} {chance.choice(['desk', 'floor'])} lamp {n}",
            "brand": chance.choice(["Lumo", "Acme", "Zeta"]),
            "price": float(chance.randrange(5, 200)),
            "rating": chance.choice([3.5, 4.0, 4.5]),
            "group_id": f"g{n // 2}",
            "category": ["Home", chance.choice(["Lamps", "Office"])],
            "attributes": {"features": chance.sample(["dim", "usb", "clip"], 2)},
        }
        for n in range(120)
    ]
    index: Path = tmp_path_factory.mktemp("several") / "main"
    build_index(index, products, config=IndexConfig(min_matches=1))
    return open_index(index)


def run(shop: Generation, request: SearchRequest) -> SearchResult:
    return search(request, shop, time.perf_counter)


def told(result: SearchResult) -> SearchResult:
    """Without times, and without arrays, which cannot be compared so."""
    return replace(result, stages=(), features=None)


REQUEST = SearchRequest(text="desk lamp", budget_ms=60_000)


def test_several_answer_as_one_by_one(shop: Generation) -> None:
    brand: tuple[Filter, ...] = (AnyOf("brand", ("Lumo",)),)
    requests = [
        replace(REQUEST, facets=("brand", "price", "auto"), filters=brand),
        replace(REQUEST, facets=("brand",), page_size=0),
        replace(REQUEST, text="red lamp", sort=Sort("price")),
        replace(REQUEST, relax=False, filters=(Range("price", 20.0, 90.0),)),
        replace(REQUEST, text="lapm", correct=False),
        replace(REQUEST, text="lapm"),
        replace(REQUEST, facets=("brand",), filters=(AnyOf("brand", ("Nobody",)),)),
        REQUEST,
    ]
    together = search_several(requests, shop, time.perf_counter)
    alone = [run(shop, request) for request in requests]
    assert [told(result) for result in together] == [told(result) for result in alone]


def test_a_degraded_match_set_is_told_by_all_that_share_it(shop: Generation) -> None:
    hurried = replace(REQUEST, budget_ms=0.0)
    first, second = search_several([hurried, replace(REQUEST)], shop, time.perf_counter)
    recall = {reason for reason in first.degraded if reason.startswith("recall")}
    assert recall
    assert recall <= set(second.degraded)


def test_no_page_counts_and_ranks_nothing(shop: Generation) -> None:
    whole = run(shop, replace(REQUEST, facets=("brand",)))
    counts = run(shop, replace(REQUEST, facets=("brand",), page_size=0))
    assert counts.hits == counts.fallback_hits == ()
    assert (counts.total, counts.total_strict) == (whole.total, whole.total_strict)
    assert counts.facets == whole.facets
    assert not {"coarse", "fine", "rerank", "page"} & {stage.name for stage in counts.stages}


@pytest.mark.parametrize("seed", range(20))
def test_kept_clauses_count_what_adding_the_value_leaves(shop: Generation, seed: int) -> None:
    """Under `facets_keep_own`, a value's count is the total with that value required as well."""
    chance = random.Random(seed)
    field = chance.choice(["brand", "attributes.features", "category"])
    column = shop.snapshot.columns.keywords[field]
    values = [column.values[place] for place in range(column.first, column.last)]
    chosen = tuple(chance.sample(values, chance.choice([1, 2])))
    filters: tuple[Filter, ...] = (AnyOf(field, chosen), Range("price", 10.0, None))
    asked = replace(
        REQUEST, text=chance.choice(["", "lamp"]), filters=filters, facets=(field,),
        facets_keep_own=True, page_size=0,
    )  # fmt: skip
    facet = run(shop, asked).facets[field]
    for each in facet.values:
        both = (*filters, AnyOf(field, (each.value,)))
        assert run(shop, replace(asked, filters=both)).total == each.count, each


def test_few_numbers_are_told_as_they_are(shop: Generation) -> None:
    asked = replace(REQUEST, text="", facets=("rating", "price"), number_values=10, page_size=0)
    facets = run(shop, asked).facets
    assert [each.value for each in facets["rating"].values] == [3.5, 4.0, 4.5]
    assert facets["rating"].distinct == 3
    assert facets["price"].distinct is None  # bins, as ever
    for each in facets["rating"].values:
        clause = AnyOf("rating", (each.value,))
        assert run(shop, replace(asked, filters=(clause,))).total == each.count
    chosen = replace(asked, filters=(Range("rating", 4.0, None),))
    flags = [each.selected for each in run(shop, chosen).facets["rating"].values]
    assert flags == [False, True, True]


def test_many_values_count_as_few_ones_do(shop: Generation) -> None:
    """Beyond sixteen edges the place is found by halving: the counts must be the same."""
    asked = replace(REQUEST, text="", facets=("price",), number_values=1_000, page_size=0)
    facet = run(shop, asked).facets["price"]
    assert len(facet.values) > 50
    for each in facet.values[:10]:
        clause = AnyOf("price", (each.value,))
        assert run(shop, replace(asked, filters=(clause,))).total == each.count
    assert (facet.values[0].value, facet.values[-1].value) == (facet.min, facet.max)
