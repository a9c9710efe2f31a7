"""Features of a candidate among the others, with hand-worked values."""

from dataclasses import replace
from math import log, log2
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from catalogs import build_index, open_index
from feature_inputs import plain_candidates
from worked import check_group

from indexing.arrays import Float32Array
from indexing.snapshot import Snapshot
from ranking.bm25 import Bm25Weights
from ranking.features.inputs import Inputs
from ranking.features.result import RESULT
from ranking.query.query import Query
from ranking.recall.channels import COUNT, LEXICAL

NAN = float("nan")
PRODUCTS = [
    {"id": "a", "title": "red lamp", "brand": "Lumo", "category": "Home > Lamps", "price": 10,
     "popularity": 1, "group_id": "g"},
    {"id": "b", "title": "blue lamp", "brand": "Lumo", "category": "Home > Rugs", "price": 40,
     "popularity": 5},
    {"id": "c", "title": "old rug", "brand": "Brava", "category": "Home > Lamps", "price": 20,
     "popularity": 3},
    {"id": "d", "title": "ball", "category": "Home > Lamps", "price": 40, "popularity": 2},
    {"id": "e", "title": "something", "brand": "Brava"},
]  # fmt: skip
VECTORS = np.array([[1, 0], [0, 1], [0.6, 0.8], [-1, 0], [0, 0]], dtype=np.float32)
FIRST, SECOND, THIRD, FOURTH = (1 / log2(1 + rank) for rank in (1, 2, 3, 4))


class Vectors:
    """Two dimensions instead of the encoder's."""

    def vectors(self, doc_ids: np.ndarray) -> Float32Array:
        return VECTORS[doc_ids]

    def score(self, vector: Float32Array, doc_ids: np.ndarray) -> Float32Array:
        scores: Float32Array = VECTORS[doc_ids] @ vector
        return np.where(VECTORS[doc_ids].any(axis=1), scores, np.float32(NAN))


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    index = tmp_path_factory.mktemp("result") / "main"
    build_index(index, PRODUCTS)
    return open_index(index).snapshot


def inputs_of(snapshot: Snapshot, lexical: list[float], variants: list[int]) -> Inputs:
    """Of products a, b, … by lexical score alone; all popularities stand in one category."""
    k = len(lexical)
    scores = np.full((k, COUNT), NAN, dtype=np.float32)
    scores[:, LEXICAL] = lexical
    found = replace(
        plain_candidates(np.arange(k, dtype=np.uint32)),
        scores=scores, cosine=np.full(k, NAN, np.float32), variants=np.array(variants, np.uint32),
    )  # fmt: skip
    names = {name: getattr(snapshot, name) for name in ("columns", "prices", "priors", "index")}
    flat = cast(Snapshot, SimpleNamespace(**names, vectors=Vectors()))
    return Inputs.of(Query("", (), None, None), found, flat, (flat,), Bm25Weights())


def test_every_feature_of_the_result(snapshot: Snapshot) -> None:
    inputs = inputs_of(snapshot, [8, 4, 2, 1, 0], [2, 1, 3, 1, 1])
    popularity = np.array([0.1, 0.5, 0.3, 0.3, NAN], dtype=np.float32)
    inputs.priors[:, 4] = popularity
    centre = np.array([FIRST + 0.6 * THIRD - FOURTH, SECOND + 0.8 * THIRD])
    centre /= np.linalg.norm(centre)
    fifth = 1 / log2(6)
    total = FIRST + SECOND + THIRD + FOURTH + fifth
    worked = {
        "price_in_results": [1 / 8, 6 / 8, 3 / 8, 6 / 8, NAN],  # 40 twice: the middle of 2 and 4
        "popularity_in_results": [1 / 8, 7 / 8, 4 / 8, 4 / 8, NAN],
        "best_cosine": [centre[0], centre[1], 0.6 * centre[0] + 0.8 * centre[1], -centre[0], NAN],
        # of the other best: c and d share a's category, nobody b's
        "best_category_share": [
            (THIRD + FOURTH) / (total - FIRST), 0, (FIRST + FOURTH) / (total - THIRD),
            (FIRST + THIRD) / (total - FOURTH), NAN],
        "best_brand_share": [
            SECOND / (total - FIRST), FIRST / (total - SECOND), fifth / (total - THIRD), NAN,
            THIRD / (total - fifth)],
        "price_to_best": [log(10 / 30), log(40 / 30), log(20 / 30), log(40 / 30), NAN],
        "variants_matching": [log(2), 0, log(3), 0, 0],
    }  # fmt: skip
    check_group(RESULT, inputs, worked)


def test_the_best_matches_stand_by_their_scores_not_by_their_places(snapshot: Snapshot) -> None:
    inputs = inputs_of(snapshot, [4, 1, 8], [1, 1, 1])  # c, a, b
    worked = {
        "best_brand_share": [THIRD / (FIRST + THIRD), SECOND / (FIRST + SECOND), 0],
        "best_category_share": [FIRST / (FIRST + THIRD), 0, SECOND / (SECOND + THIRD)],
        "price_to_best": [log(10 / 20), log(40 / 20), 0],
    }
    check_group(RESULT, inputs, worked, all_of_it=False)
