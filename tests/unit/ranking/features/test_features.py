"""All groups together: every value is written, and stands in the column of its name."""

import numpy as np
import pytest
from catalogs import build_index, open_index
from feature_inputs import plain_candidates

from ranking.features.extract import extract
from ranking.features.feature import Rows
from ranking.features.features import GROUPS, NAMES
from ranking.features.inputs import Inputs
from ranking.generation import Generation
from ranking.query.understand import understand
from ranking.search.request import SearchRequest

UNWRITTEN = np.float32(-777.0)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    index = tmp_path_factory.mktemp("features") / "main"
    build_index(
        index,
        [
            {"id": str(n), "title": f"red lamp {n}", "brand": f"B{n % 3}", "price": 5.0 + n,
             "category": f"Home > Lamps {n % 2}"}
            for n in range(12)
        ],
    )  # fmt: skip
    return open_index(index)


@pytest.fixture(scope="module")
def inputs(shop: Generation) -> Inputs:
    query = understand(SearchRequest(text="red lamp under 9"), shop.snapshot)
    found = plain_candidates(np.arange(12, dtype=np.uint32))
    return Inputs.of(query, found, shop.snapshot, shop.segments, shop.policy.bm25)


def test_every_row_is_written_by_its_group(inputs: Inputs) -> None:
    for group in GROUPS:
        matrix = np.full((len(group.features), len(inputs)), UNWRITTEN, dtype=np.float32)
        group.fill(inputs, Rows(group.places, matrix))
        left = [name for name, row in zip(group.names, matrix, strict=True) if UNWRITTEN in row]
        assert not left, group.name


def test_the_matrix_holds_every_group_s_values_under_their_names(
    inputs: Inputs, shop: Generation
) -> None:
    matrix = extract(inputs.query, inputs.candidates, shop)
    assert matrix.shape == (len(inputs), len(NAMES))
    for group in GROUPS:
        for name, column in group.values(inputs).items():
            np.testing.assert_array_equal(matrix[:, NAMES.index(name)], column, name)


def test_a_group_writes_no_feature_of_another() -> None:
    group = GROUPS[0]
    rows = Rows(group.places, np.zeros((len(group.features), 1), dtype=np.float32))
    with pytest.raises(KeyError):
        rows[GROUPS[1].names[0]] = 1.0
