"""A shop that counts in another currency has the same order: no feature sees a raw price."""

import gzip

import numpy as np
import orjson
import pytest
from catalogs import build_index, open_index

from indexing.demo.queries import read_intents
from indexing.demo.shop import write_demo_shop
from ranking.generation import Generation
from ranking.learning.dataset import QueryRows, reranked, rows_of

PRODUCTS, SEED, FACTOR, QUERIES = 600, 3, 7.0, 40


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> tuple[Generation, Generation, list[str]]:
    folder = tmp_path_factory.mktemp("shops")
    shop = write_demo_shop(folder, PRODUCTS, SEED)
    with gzip.open(shop.products) as lines:
        products = [orjson.loads(line) for line in lines]
    build_index(folder / "plain", products)
    for product in products:
        for name in ("price", "list_price"):
            if product.get(name) is not None:
                product[name] = round(product[name] * FACTOR, 4)
    build_index(folder / "times", products)
    texts = [each.query for each in read_intents(shop.intents) if each.price is None]
    return open_index(folder / "plain"), open_index(folder / "times"), texts[:QUERIES]


def rows(text: str, generation: Generation) -> QueryRows:
    return rows_of("q", text, {}, generation)


def test_no_feature_changes_with_the_currency(
    shops: tuple[Generation, Generation, list[str]],
) -> None:
    plain, times, texts = shops
    for text in texts:
        before, after = rows(text, plain), rows(text, times)
        assert (before.doc_ids == after.doc_ids).all(), text
        assert np.allclose(before.features, after.features, atol=1e-4, equal_nan=True), text


def test_the_shipped_ranker_keeps_its_order(
    shops: tuple[Generation, Generation, list[str]],
) -> None:
    plain, times, texts = shops
    assert plain.ranker.name == times.ranker.name
    for text in texts:
        before, after = rows(text, plain), rows(text, times)
        first = reranked(before, plain.ranker.scores(before.features), plain.snapshot)
        second = reranked(after, times.ranker.scores(after.features), times.snapshot)
        assert (first == second).all(), text
