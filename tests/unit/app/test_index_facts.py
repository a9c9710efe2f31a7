"""How full fields are, worked by hand, and what a segment adds."""

from typing import Any

import numpy as np
import pytest
from catalogs import build_index

from app.index_facts import doubt_of
from indexing.columns.fill import FieldFill, added, fill_of
from indexing.current import read_current
from indexing.snapshot import open_snapshot


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, FieldFill]:
    """Forty products: half with a price; a size of three values; two tags on each."""
    products: list[dict[str, Any]] = [
        {
            "id": f"p{n}", "title": f"Mug {n}", "brand": "Lumo", "category": ["Home", "Mugs"],
            "attributes": {"size": "SMLL"[n % 4], "tags": ["a", "b"]},
        }
        | ({"price": 5.0} if n % 2 else {})
        for n in range(40)
    ]  # fmt: skip
    index = tmp_path_factory.mktemp("fill") / "main"
    build_index(index, products)
    current = read_current(index)
    assert current is not None
    snapshot = open_snapshot(index / "snapshots" / current.snapshot)
    there = np.ones(40, dtype=np.bool_)
    for n in range(4):
        doc = snapshot.find(f"p{n}")
        assert doc is not None
        there[doc] = False
    return {each.name: each for each in fill_of(snapshot.columns, there)}


def test_worked(filled: dict[str, FieldFill]) -> None:
    assert (filled["price"].filled, filled["price"].distinct) == (18, None)
    assert filled["rating"].filled == 0
    assert filled["brand"] == FieldFill("brand", "keyword", 36, 1, 36)
    assert filled["attributes.size"] == FieldFill("attributes.size", "keyword", 36, 3, 18)
    assert filled["attributes.tags"] == FieldFill("attributes.tags", "keyword", 36, 2, 36)


def test_segments_are_added(filled: dict[str, FieldFill]) -> None:
    more = FieldFill("brand", "keyword", 4, 2, 3)
    new = FieldFill("attributes.new", "keyword", 1, 1, 1)
    told = {each.name: each for each in added([[*filled.values()], [more, new]])}
    assert told["brand"] == FieldFill("brand", "keyword", 40, 1, 36)
    assert told["attributes.new"] == new


@pytest.mark.parametrize(
    ("field", "doubt"),
    [
        (FieldFill("rating", "number", 0, None, None), "empty"),
        (FieldFill("brand", "keyword", 1_000, 1, 1_000), None),
        (FieldFill("attributes.a", "keyword", 9, 2, 5), "few"),
        (FieldFill("attributes.a", "keyword", 10, 2, 5), None),
        (FieldFill("attributes.a", "keyword", 1_000, 2, 950), "same"),
        (FieldFill("attributes.a", "keyword", 500, 450, 2), "own"),
        (FieldFill("attributes.a", "keyword", 500, 449, 2), None),
        (FieldFill("attributes.a", "number", 500, None, None), None),
    ],
)
def test_what_helps_nobody(field: FieldFill, doubt: str | None) -> None:
    assert doubt_of(field, 1_000) == doubt
