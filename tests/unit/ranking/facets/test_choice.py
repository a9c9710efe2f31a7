from pathlib import Path

import numpy as np
import pytest
from columns_of import columns_of, product

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
