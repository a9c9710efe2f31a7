from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from columns_of import columns_of, product

from indexing.columns.columns import MOST_BITS
from ranking.facets.choice import choose_facets, worth
from ranking.facets.parts import Part


def test_worth_is_coverage_times_bits() -> None:
    assert worth(np.array([5, 5]), 10, 10) == pytest.approx(1.0)
    assert worth(np.array([5, 0, 5]), 10, 40) == pytest.approx(0.25)
    assert worth(np.array([1, 1, 1, 1]), 4, 4) == pytest.approx(2.0)
    assert worth(np.array([10]), 10, 10) == 0.0
    assert worth(np.array([2, 1, 1]), 4, 4) == pytest.approx(1.5)


def test_of_a_thousand_different_values_only_ten_count() -> None:
    serials = np.ones(1_000, dtype=np.int64)
    assert worth(serials, 1_000, 1_000) == pytest.approx(10 * np.log2(1_000) / 1_000)


def test_telling_attributes_come_first(tmp_path: Path) -> None:
    products = [
        product(
            i,
            attributes={
                "colour": ["red", "blue", "green", "black"][i % 4],
                "serial": f"s{i}",
                "made": "yes",
                "size": ["M", "L"][i % 2],
                "weight": float(i % 8),
                **({"rare": f"r{i % 2}"} if i < 20 else {}),
            },
        )
        for i in range(400)
    ]
    columns = columns_of(tmp_path, products)
    docs = np.arange(400, dtype=np.uint32)
    chosen = choose_facets([Part(columns, docs)], 3)
    assert chosen == ["attributes.weight", "attributes.colour", "attributes.size"]
    rest = choose_facets([Part(columns, docs)], 9, taken=set(chosen))
    assert rest == ["attributes.serial"]  # what all share is worth nothing, what few have too
    assert "attributes.rare" in choose_facets([Part(columns, docs[:20])], 9)  # but here they all do
    assert choose_facets([Part(columns, docs)], 0) == []


def test_numbers_are_chosen_as_if_every_column_were_read(tmp_path: Path) -> None:
    """Seventy attributes, so that some have no bit; some dense, most sparse; any sample."""
    chance = np.random.default_rng(7)
    shares = np.concatenate([chance.uniform(0.02, 0.3, 60), chance.uniform(0.3, 1.0, 10)])
    products = [
        product(
            i,
            attributes={
                f"n{number}": float(chance.integers(0, 9))
                for number in np.flatnonzero(chance.random(70) < shares).tolist()
            },
        )
        for i in range(300)
    ]
    columns = columns_of(tmp_path, products)
    assert len(columns.number_counts) > MOST_BITS
    for size in (3, 40, 200):
        docs = np.sort(chance.choice(300, size, replace=False)).astype(np.uint32)
        at_most = columns.held_at_most(docs)
        assert len(at_most) == MOST_BITS
        for name, most in at_most.items():
            column = columns.numbers[name]
            assert most == (size if column.dense else column.held_by(docs))
        unhelped = replace(columns, number_bits=np.full(300, 2**64 - 1, dtype=np.uint64))
        chosen = choose_facets([Part(columns, docs)], 20)
        assert chosen == choose_facets([Part(unhelped, docs)], 20) != []
