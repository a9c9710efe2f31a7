"""Facets of several segments: what is looked at and shown does not depend on the division."""

import numpy as np
import pytest
from columns_of import columns_of, product
from divided import columns_of as part_of

from indexing.arrays import UInt32Array
from indexing.columns import Columns
from ranking.facets.facets import count_facets
from ranking.facets.parts import Part, places_at, spread

COUNT = 4_400


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Columns:
    """Every second price is a small one, the others are spread evenly."""
    products = [
        product(n, price=1.0 + n % 7 if n % 2 == 0 else float(n),
                attributes={"colour": "red" if n % 2 else "blue", "size": n % 5})
        for n in range(COUNT)
    ]  # fmt: skip
    return columns_of(tmp_path_factory.mktemp("parts"), products)


def divided(whole: Columns) -> list[Part]:
    """Even documents and odd ones."""
    docs = np.arange(COUNT, dtype=np.uint32)
    parts = [part_of(whole, docs[docs % 2 == rest]) for rest in (0, 1)]
    return [Part(part, np.arange(part.doc_count, dtype=np.uint32)) for part in parts]


def everything(columns: Columns) -> UInt32Array:
    return np.arange(columns.doc_count, dtype=np.uint32)


@pytest.mark.parametrize("size", [1, 7, 1_000, COUNT, COUNT + 1])
def test_the_same_documents_are_sampled(whole: Columns, size: int) -> None:
    (one,) = spread([Part(whole, everything(whole))], size)
    parts = divided(whole)
    keys = [p.columns.keys[docs] for p, docs in zip(parts, spread(parts, size), strict=True)]
    assert sorted(np.concatenate(keys).tolist()) == whole.keys[one].tolist()
    assert len(one) == min(size, COUNT)


@pytest.mark.parametrize("seed", range(8))
def test_ranks_are_found_in_uneven_parts(whole: Columns, seed: int) -> None:
    draw = np.random.default_rng(seed)
    number_of = draw.choice(4, COUNT, p=[0.02, 0.9, 0.07, 0.01])  # the largest is not the first
    number_of[number_of == 3] = 3 if seed % 2 else 1  # or there is none in the last
    parts = []
    for number in range(4):
        own = part_of(whole, np.flatnonzero(number_of == number).astype(np.uint32))
        docs = np.arange(own.doc_count, dtype=np.uint32)
        parts.append(Part(own, docs[draw.random(len(docs)) < 0.5]))
    keys = [part.columns.keys[part.doc_ids] for part in parts]
    ranks = np.sort(draw.choice(sum(map(len, parts)), 50, replace=False))
    found = [own[at] for own, at in zip(keys, places_at(parts, ranks), strict=True)]
    assert sorted(np.concatenate(found)) == np.sort(np.concatenate(keys))[ranks].tolist()
    assert all((np.diff(own.astype(np.int64)) > 0).all() for own in found)


def test_the_same_bins_values_and_choice_are_shown(whole: Columns) -> None:
    fields = ["price", "auto"]
    one = count_facets([Part(whole, everything(whole))], (), fields)
    assert count_facets(divided(whole), (), fields) == one
    assert one["price"].values[1].value == 2  # growing: most of the prices looked at are small
    assert set(one) == {"price", "attributes.colour", "attributes.size"}
