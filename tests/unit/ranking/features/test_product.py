"""Features of products alone, from catalogue to feature, with hand-worked values."""

from math import log

import numpy as np
import pytest
from catalogs import build_index, open_index
from feature_inputs import plain_candidates
from worked import check_group

from ranking.bm25 import Bm25Weights
from ranking.features.inputs import Inputs
from ranking.features.product import PRODUCT
from ranking.query.query import Query

PRODUCTS = [
    {"id": "a", "title": "red lamp", "category": "Home > Lamps", "price": 10, "list_price": 40,
     "rating": 4, "rating_count": 5, "popularity": 7, "stock": 3, "brand": "Lumo",
     "created_at": "2026-01-03", "group_id": "g", "description": "to read by",
     "image": "https://x.example/a.jpg"},
    {"id": "b", "title": "blue lamp", "category": "Home > Lamps", "price": 30, "list_price": 20,
     "rating": 2, "rating_count": 15, "popularity": 7, "stock": 0, "brand": "Lumo",
     "created_at": "2026-01-01", "group_id": "g", "description": "to look at",
     "image": "https://x.example/b.jpg"},
    {"id": "c", "title": "green lamp", "category": "Home > Lamps", "price": 20, "rating": 3,
     "popularity": 9, "created_at": "2026-01-02"},
    {"id": "d", "title": "rug", "category": "Home > Rugs", "price": 99, "rating_count": 1},
    {"id": "e", "title": "thing"},
]  # fmt: skip
NAN = float("nan")


def inputs_of_all(tmp_path_factory: pytest.TempPathFactory) -> Inputs:
    index = tmp_path_factory.mktemp("product") / "main"
    build_index(index, PRODUCTS)
    snapshot = open_index(index).snapshot
    docs = [snapshot.documents.find(each) for each in "abcde"]
    found = plain_candidates(np.array(docs, dtype=np.uint32))
    return Inputs.of(Query("", (), None, None), found, snapshot, (snapshot,), Bm25Weights())


def test_every_feature_of_the_product(tmp_path_factory: pytest.TempPathFactory) -> None:
    inputs = inputs_of_all(tmp_path_factory)
    worked = {
        "price_percentile": [1 / 6, 5 / 6, 3 / 6, 1 / 2, NAN],  # mid-ranks in the category
        "discount": [3 / 4, 0, NAN, NAN, NAN],
        # The mean rating is 3; five ratings of it are added; an unknown number counts as one.
        "rating": [(4 * 5 + 15) / 10 / 5, (2 * 15 + 15) / 20 / 5, (3 + 15) / 6 / 5, NAN, NAN],
        "rating_count_percentile": [1 / 4, 3 / 4, NAN, 1 / 2, NAN],
        "popularity_percentile": [1 / 3, 1 / 3, 5 / 6, NAN, NAN],
        "newness_percentile": [5 / 6, 1 / 6, 3 / 6, NAN, NAN],
        "in_stock": [1, 0, NAN, NAN, NAN],
        "group_size": [log(2), log(2), 0, 0, 0],
        "completeness": [0.8, 0.8, 0.4, 0.2, 0],  # of ten fields
    }
    check_group(PRODUCT, inputs, worked)
