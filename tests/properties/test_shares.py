"""Kernels of ranks and shares against NumPy."""

import numpy as np
import pytest

from ranking.features.shares import key_shares, mid_ranks


@pytest.mark.parametrize("seed", range(40))
def test_mid_ranks_equal_their_twin(seed: int) -> None:
    chance = np.random.default_rng(seed)
    values = chance.integers(0, 12, seed).astype(np.float64)
    values[chance.random(seed) < 0.2] = np.nan
    known = np.sort(values[~np.isnan(values)])
    low, high = (np.searchsorted(known, values, side=side) for side in ("left", "right"))
    expected = np.where(np.isnan(values), np.nan, (low + high) / 2 / max(len(known), 1))
    np.testing.assert_array_equal(mid_ranks(values), expected)


def test_mid_ranks_by_hand() -> None:
    assert mid_ranks(np.array([30.0, 10.0, 10.0, 20.0])).tolist() == [0.875, 0.25, 0.25, 0.625]
    assert np.isnan(mid_ranks(np.array([np.nan]))).all()


@pytest.mark.parametrize("seed", range(40))
def test_shares_equal_their_twin(seed: int) -> None:
    chance = np.random.default_rng(seed)
    count = seed + 1
    keys = chance.integers(-1, 4, count)
    best = chance.permutation(count)[: chance.integers(1, count + 1)]
    weights = 1.0 / np.log2(np.arange(2, len(best) + 2))
    own = np.zeros(count)
    own[best] = weights
    same = (keys[:, None] == keys[best][None, :]) @ weights - own
    others = weights.sum() - own
    known = (keys >= 0) & (others > 1e-9)
    expected = np.full(count, np.nan)
    expected[known] = np.clip(same[known] / others[known], 0, 1)
    np.testing.assert_allclose(key_shares(keys, best, weights), expected, atol=1e-12)
