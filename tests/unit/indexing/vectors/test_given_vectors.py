"""Vectors that come with the catalogue."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from indexing.catalogue.product import Product
from indexing.catalogue.product_parsing import parse_product
from indexing.errors import BuildError
from indexing.vectors.build import GivenVectors


def product(number: int, vector: list[float] | None) -> Product:
    made = parse_product({"id": str(number), "title": "x", "vector": vector})
    assert isinstance(made, Product)
    return made


@pytest.fixture
def given(tmp_path: Path) -> Iterator[GivenVectors]:
    """Products 0 to 9; the even ones have (0, n + 1), of unit length after reading."""
    vectors = GivenVectors(tmp_path / "vectors.f4")
    for n in range(10):
        vectors.add(product(n, [0.0, n + 1.0] if n % 2 == 0 else None))
    yield vectors
    vectors.close()


def test_chunks_are_in_document_order_with_zeros(given: GivenVectors) -> None:
    order = np.arange(9, -1, -1, dtype=np.uint32)
    rows = np.concatenate(list(given.chunks(order)))
    np.testing.assert_array_equal(rows[:, 1], [0, 1] * 5)


def test_a_sample_is_spread(tmp_path: Path) -> None:
    vectors = GivenVectors(tmp_path / "vectors.f4")
    for n in range(101):
        angle = n / 100
        vectors.add(product(n, [float(np.cos(angle)), float(np.sin(angle))]))
    sample = vectors.sample(5)
    np.testing.assert_allclose(np.arctan2(sample[:, 1], sample[:, 0]), [0, 0.25, 0.5, 0.75, 1])
    assert len(vectors.sample(1000)) == 101


def test_another_length_is_told(given: GivenVectors) -> None:
    with pytest.raises(BuildError, match="'11' has a vector of 3 numbers, others have 2"):
        given.add(product(11, [1.0, 2.0, 3.0]))
