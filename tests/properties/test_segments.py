"""Segments answer as one: the seam that live products and shards stand on."""

import gzip
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from catalogs import build_index, open_index
from divided import divided, shares
from same_answers import hit_facts, requests_of, same

from indexing.catalogue.index_config import IndexConfig
from indexing.columns import Columns
from indexing.demo.shop import write_demo_shop
from ranking.filters.filters import Range
from ranking.generation import Generation
from ranking.query.synonyms import Synonyms
from ranking.rules.rules import Rules
from ranking.search.facet_values import facet_values
from ranking.search.request import SearchRequest, Sort
from ranking.search.root import search
from ranking.search.similar import similar

PRODUCTS = 1_200
REQUESTS = 500
DIVISIONS = {
    "thirds": (1 / 3, 1 / 3, 1 / 3),
    "one large, two small": (0.97, 0.02, 0.01),
    "one empty": (0.6, 0.4, 0.0),
}


def equals() -> list[dict[str, Any]]:
    """Products that are equal in all but their ids, and how their identifiers are written."""
    twins = [
        {"id": f"twin-{n}", "title": "grey felt coaster", "brand": "Equal", "price": 5.0,
         "category": ["Home", "Coasters"], "stock": n % 3,
         "identifiers": [f"TW{'- /'[n % 3]}{n // 4:04}"]}
        | ({"group_id": f"t{n // 6}"} if n % 3 else {})
        for n in range(90)
    ]  # fmt: skip
    return [*twins, *({"id": f"doily-{n}", "title": "plum doily"} for n in range(30))]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    """Variants, sparse attributes, equal products, and a synonym that is found farther off."""
    folder = tmp_path_factory.mktemp("segments")
    shop = write_demo_shop(folder / "shop", PRODUCTS, seed=5)
    with gzip.open(shop.products) as file:
        products = [orjson.loads(line) for line in file]
    index = folder / "main"
    build_index(index, [*products, *equals()], config=IndexConfig(min_matches=20))
    generation = open_index(index)
    synonyms = Synonyms.parse("coaster => doily", generation.snapshot)
    return replace(generation, rules=Rules(synonyms=synonyms))


@pytest.fixture(scope="module", params=DIVISIONS)
def segments(whole: Generation, request: pytest.FixtureRequest) -> Generation:
    weights = DIVISIONS[request.param]
    groups = len(whole.snapshot.columns.groups)
    return divided(whole, shares(groups, weights, seed=1), len(weights))


def everywhere(generation: Generation, **changed: Any) -> Generation:
    """Other facts in the snapshot and in each of its parts."""
    parts = tuple(replace(part, **changed) for part in generation.parts)
    return replace(generation, snapshot=replace(generation.snapshot, **changed), parts=parts)


def compare(whole: Generation, segments: Generation, count: int, seed: int) -> int:
    """Hits that were compared."""
    hits = 0
    for asked in requests_of(whole, count, seed):
        one = search(asked, whole, time.perf_counter)
        same(one, search(asked, segments, time.perf_counter), asked)
        hits += len(one.hits)
    return hits


def test_three_segments_answer_as_one(whole: Generation, segments: Generation) -> None:
    assert compare(whole, segments, REQUESTS // len(DIVISIONS) + 1, seed=len(segments.parts)) > 500


@pytest.mark.parametrize("out_of_stock", ["hide", "demote"])
def test_sold_out_products_go_the_same_way(
    whole: Generation, segments: Generation, out_of_stock: str
) -> None:
    config = whole.snapshot.config.model_copy(update={"out_of_stock": out_of_stock})
    one, other = everywhere(whole, config=config), everywhere(segments, config=config)
    assert compare(one, other, 25, seed=9) > 50


def test_quotas_of_channels_are_shared(whole: Generation, segments: Generation) -> None:
    """Where more products are near than the channel may bring."""
    one, other = everywhere(whole, cosine_floor=-1.0), everywhere(segments, cosine_floor=-1.0)
    assert compare(one, other, 25, seed=13) > 50


def test_small_pools_are_cut_at_the_same_place(whole: Generation, segments: Generation) -> None:
    policy = replace(whole.policy, coarse_pool=40, fine_pool=15)
    narrow = replace(whole, policy=policy), replace(segments, policy=policy)
    assert compare(*narrow, 25, seed=11) > 50


def test_similar_products(whole: Generation, segments: Generation) -> None:
    filters = (Range("price", 2.0, None),)
    for doc in range(0, whole.snapshot.doc_count, 61):
        product = whole.snapshot.documents.id_at(doc)
        (place,) = (
            (number, found)
            for number, part in enumerate(segments.parts)
            if (found := part.documents.find(product)) is not None
        )
        one = similar(doc, whole, 8, filters)
        other = similar(place[1], segments, 8, filters, segment=place[0])
        assert [hit_facts(hit) for hit in other] == [hit_facts(hit) for hit in one]


def test_values_within_a_facet(whole: Generation, segments: Generation) -> None:
    asked = SearchRequest(text="", filters=(Range("price", 5.0, 90.0),), budget_ms=60_000)
    for field, text in (("brand", "a"), ("brand", ""), ("category", "o")):
        one = facet_values(asked, field, text, whole, time.perf_counter)
        assert facet_values(asked, field, text, segments, time.perf_counter) == one


def test_keys_keep_the_order_of_first_appearance(tmp_path: Path) -> None:
    """A product keeps its place when a later line replaces it."""
    index = tmp_path / "main"
    lines = [{"id": "a", "title": "lamp"}, {"id": "b", "title": "lamp"},
             {"id": "c", "title": "lamp", "group_id": "g"}, {"id": "d", "title": "lamp"},
             {"id": "e", "title": "lamp", "group_id": "g"},
             {"id": "a", "title": "lamp"}]  # fmt: skip
    build_index(index, lines)
    generation = open_index(index)
    # All equal: none has a rating.
    asked = SearchRequest(text="lamp", budget_ms=60_000, sort=Sort("rating"))
    found = [hit.id for hit in search(asked, generation, time.perf_counter).hits]
    assert found == ["a", "b", "c", "d"]
    keys = generation.snapshot.columns.keys
    assert [divmod(int(key), 2**32) for key in keys] == [(0, 0), (1, 1), (2, 2), (2, 4), (3, 3)]


def test_a_snapshot_without_keys_has_its_order_as_keys(tmp_path: Path) -> None:
    index = tmp_path / "main"
    build_index(index, [{"id": str(n), "title": "lamp"} for n in range(5)])
    folder = open_index(index).snapshot.folder / "columns"
    (folder / "keys.npy").unlink()
    columns = Columns.load(folder)
    assert columns.keys.tolist() == [0, 1, 2, 3, 4]
    assert columns.keys.dtype == np.uint64
