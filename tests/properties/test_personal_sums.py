"""What a person's products add up to: kernels, and the choice of the best, against NumPy."""

from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from indexing.arrays import Float32Array, Int64Array
from ranking.behaviour.facts import Facts
from ranking.behaviour.neighbours import Neighbours
from ranking.behaviour.profile import MOST_RELATED, related_to
from ranking.behaviour.sums import sums_by_value, values_at
from ranking.recall.most_liked import most_liked


@pytest.mark.parametrize("seed", range(40))
def test_sums_by_value_equal_their_twin(seed: int) -> None:
    chance = np.random.default_rng(seed)
    values = chance.integers(-1, 9, seed)
    weights = chance.random(seed).astype(np.float32)
    names, at = np.unique(values[values >= 0], return_inverse=True)
    expected = np.bincount(at, weights[values >= 0], len(names))
    found, sums = sums_by_value(values, weights)
    assert found.tolist() == names.tolist()
    assert sums.tolist() == expected.tolist()


@pytest.mark.parametrize("seed", range(20))
def test_values_at_equal_their_twin(seed: int) -> None:
    chance = np.random.default_rng(seed)
    known = np.flatnonzero(chance.random(30) < seed / 20)
    values = chance.random(len(known)).astype(np.float32)
    wanted = chance.integers(-1, 32, 50)
    beside = dict(zip(known.tolist(), values.tolist(), strict=True))
    expected = [beside.get(each, np.nan) for each in wanted.tolist()]
    found = values_at(wanted, known, values, np.float32(np.nan))
    np.testing.assert_array_equal(found, np.array(expected, dtype=np.float32))


@pytest.mark.parametrize("seed", range(60))
def test_related_products_equal_their_twin(seed: int) -> None:
    """Few products and scores, so that sums are often equal; the last seeds have over the most."""
    chance = np.random.default_rng(seed)
    rows_there = int(chance.integers(1, 12 if seed < 40 else 400))
    at = chance.integers(0, rows_there, 40 * seed)
    listed = chance.integers(0, rows_there, len(at))
    scores = chance.integers(1, 4, len(at)) / 2
    lists = Neighbours.best(at, listed, scores, rows_there, 30)
    rows = chance.permutation(np.arange(-1, rows_there))[:32]
    weights = (0.9 ** np.arange(len(rows))).astype(np.float32)
    weights[chance.random(len(rows)) < 0.3] = 0.5
    found, related = related_to(rows, weights, cast(Facts, SimpleNamespace(related=lists)))
    expected_rows, expected = twin(rows, weights, lists)
    assert found.tolist() == expected_rows.tolist()
    assert related.tolist() == expected.tolist()


def twin(
    rows: Int64Array, weights: Float32Array, lists: Neighbours
) -> tuple[Int64Array, Float32Array]:
    """Sums in the order of the rows, then by score down and row up."""
    known = np.flatnonzero(rows >= 0)
    sums: dict[int, float] = {}
    for place in known.tolist():
        for row, score in zip(*lists.of(int(rows[place])), strict=True):
            if row not in rows[known]:
                part = weights[place] * score / (score + np.float32(1))
                sums[int(row)] = sums.get(int(row), 0.0) + float(part)
    names = np.array(sorted(sums), dtype=np.int64)
    scores = np.array([min(sums[name], 1.0) for name in names.tolist()]).astype(np.float32)
    kept = np.sort(np.argsort(-scores, kind="stable")[:MOST_RELATED])
    return names[kept], scores[kept]


@pytest.mark.parametrize("seed", range(40))
def test_the_most_liked_equal_their_twin(seed: int) -> None:
    """Of few different values, so that many are equal."""
    chance = np.random.default_rng(seed)
    liked = (chance.integers(0, 6 if seed % 2 else 1_000, 500) / 8).astype(np.float32)
    docs = np.flatnonzero(chance.random(500) < chance.random()).astype(np.uint32)
    most = int(chance.integers(1, 120))
    best = docs[np.argsort(-liked[docs], kind="stable")[:most]]
    assert np.sort(most_liked(docs, liked, most)).tolist() == np.sort(best).tolist()


def test_whoever_saw_nothing_that_is_known_is_related_to_nothing() -> None:
    lists = Neighbours.best([0, 0, 1], [1, 2, 0], [3.0, 2.0, 1.0], 3, 30)
    facts = cast(Facts, SimpleNamespace(related=lists))
    nobody = np.array([-1, -1]), np.ones(2, dtype=np.float32)
    assert [len(each) for each in related_to(*nobody, facts)] == [0, 0]
    assert [len(each) for each in related_to(*nobody, None)] == [0, 0]
    rows, scores = related_to(np.array([0, 1]), np.ones(2, dtype=np.float32), facts)
    assert rows.tolist() == [2]
    assert scores == pytest.approx([2 / 3])
