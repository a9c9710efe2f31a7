from pathlib import Path

import pytest
from catalogs import build_index, open_index

from indexing.catalogue.index_config import IndexConfig
from indexing.postings.strict_match import (
    StrictMatch,
    hidden_products,
    query_words,
    strict_words,
    telling_words,
)
from ranking.generation import Generation

PRODUCTS = [
    {"id": "1", "title": "Desk lamp", "description": "Goes with every chair."},
    {"id": "2", "title": "Chair for a desk", "brand": "Lumo"},
    {"id": "3", "title": "温和液体洁面皂洗面奶"},
]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    folder = tmp_path_factory.mktemp("strict") / "main"
    build_index(folder, PRODUCTS)
    return open_index(folder)


def ids(shop: Generation, text: str) -> list[str]:
    strict = StrictMatch(shop.snapshot.analyzer, shop.snapshot.index)
    found = strict.documents(strict.terms(text))
    return sorted(shop.snapshot.documents.id_at(doc) for doc in found.tolist())


def test_all_words_in_one_product(shop: Generation) -> None:
    assert ids(shop, "desk") == ["1", "2"]
    assert ids(shop, "Lamps for the DESK") == ["1"]
    assert ids(shop, "lamp lumo") == ids(shop, "desk sofa") == ids(shop, "  ") == []


def test_a_description_counts_only_when_nothing_else_does(shop: Generation) -> None:
    assert ids(shop, "chair") == ["2"]
    assert ids(shop, "lamp chair") == ["1"]


def test_chinese_words_must_stand_together(shop: Generation) -> None:
    assert ids(shop, "洗面奶") == ids(shop, "液体洗面奶") == ["3"]
    assert ids(shop, "面体") == []  # both characters are there, the word is not
    analyzer = shop.snapshot.analyzer
    assert query_words("液体奶", analyzer) == {"液", "体", "奶"}
    assert strict_words("液体奶", analyzer) >= {"液", "体", "奶", "液体"}


def test_finds_is_documents(shop: Generation) -> None:
    strict = StrictMatch(shop.snapshot.analyzer, shop.snapshot.index)
    for text in ("desk", "lamp chair", "lamp lumo", "zzz", ""):
        terms = strict.terms(text)
        assert strict.finds(terms) == (len(strict.documents(terms)) > 0)


def test_stop_words_count_where_they_are_names(shop: Generation) -> None:
    analyzer = shop.snapshot.analyzer
    assert strict_words("lamp for the desk", analyzer) == {"lamp", "desk"}
    assert strict_words("an皂", analyzer) == {"an", "皂"}
    assert strict_words("3an", analyzer) == {"3", "an"}
    assert strict_words("the 3 lamps", analyzer) == {"3", "lamp"}


def test_chinese_queries_are_alike_by_words(shop: Generation) -> None:
    analyzer = shop.snapshot.analyzer
    assert telling_words("连衣裙", analyzer).isdisjoint(telling_words("衣柜", analyzer))
    assert telling_words("皂", analyzer) == {"皂"}
    assert telling_words("desk lamps", analyzer) == strict_words("desk lamps", analyzer)


def test_hidden_products_are_not_there(tmp_path: Path) -> None:
    stocked = [
        {"id": "1", "title": "Desk lamp", "stock": 0},
        {"id": "2", "title": "Desk", "stock": 1},
        {"id": "3", "title": "Sofa"},
    ]
    for policy, found in (("hide", []), ("keep", ["1"])):
        build_index(tmp_path / policy, stocked, config=IndexConfig(out_of_stock=policy))
        snapshot = open_index(tmp_path / policy).snapshot
        hidden = hidden_products(snapshot.columns, snapshot.config)
        strict = StrictMatch(snapshot.analyzer, snapshot.index, hidden)
        docs = strict.documents(strict.terms("lamp"))
        assert [snapshot.documents.id_at(doc) for doc in docs.tolist()] == found
        assert strict.finds(strict.terms("lamp")) == bool(found)
        assert strict.finds(strict.terms("desk"))
        assert strict.finds(strict.terms("sofa"))
        assert (snapshot.queries.row_of("desk lamp") >= 0) == bool(found)
