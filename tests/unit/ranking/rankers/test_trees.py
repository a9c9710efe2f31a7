"""Our sum of the trees against LightGBM's."""

import lightgbm
import numpy as np
import pytest
from tiny_model import random_features, tiny_booster, tiny_manifest

from ranking.rankers.model import ModelRanker
from ranking.rankers.tree_text import read_trees
from ranking.rankers.trees import FlatTrees, _rounded_down, flat_trees


def flat_of(booster: lightgbm.Booster) -> FlatTrees | None:
    read = read_trees(booster.model_to_string(), "tiny")
    return flat_trees(read, np.arange(len(read.features), dtype=np.int32))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("trees", "leaves"), [(1, 2), (12, 7), (25, 31)])
def test_the_same_to_the_last_bit(trees: int, leaves: int, seed: int) -> None:
    booster = tiny_booster(trees, leaves, seed)
    flat = flat_of(booster)
    assert flat is not None
    rows = random_features(203, seed + 100)
    rows[:3] = np.nan
    rows[3:6] = 0.0
    rows[6, :] = np.inf
    rows[7, :] = -np.inf
    rows[8:20] = np.sign(rows[8:20]) * np.float32(1e-36)
    for count in (203, 5, 4, 3, 1, 0):
        expected = (
            booster.predict(rows[:count], raw_score=True, num_threads=1) if count else np.empty(0)
        )
        np.testing.assert_array_equal(flat.scores(rows[:count]), expected)


def test_thresholds_themselves_go_left() -> None:
    booster = tiny_booster()
    flat = flat_of(booster)
    assert flat is not None
    for feature, threshold in zip(flat.feature[:20], flat.threshold[:20], strict=True):
        rows = random_features(3, 1)
        at = np.float32(threshold)
        rows[:, feature] = [at, np.nextafter(at, np.float32(9)), np.nextafter(at, np.float32(-9))]
        np.testing.assert_array_equal(flat.scores(rows), booster.predict(rows, raw_score=True))


def test_thresholds_round_down_to_what_decides_alike() -> None:
    chance = np.random.default_rng(0)
    thresholds = np.concatenate(
        [chance.normal(size=200), [0.0, 1e-35, 1e300, -1e300, 1e-320, np.inf, 0.1]]
    )
    rounded = _rounded_down(thresholds)
    with np.errstate(over="ignore"):
        above = np.nextafter(rounded, np.float32(np.inf))
    for values in (rounded, above, -rounded):
        np.testing.assert_array_equal(values <= rounded, values.astype(np.float64) <= thresholds)


def test_trees_of_one_leaf() -> None:
    rows = np.random.default_rng(0).normal(size=(40, 3))
    settings = {"objective": "regression", "min_data_in_leaf": 100, "verbose": -1}
    booster = lightgbm.train(settings, lightgbm.Dataset(rows, np.arange(40.0)), 2)
    flat = flat_of(booster)
    assert flat is not None
    found = flat.scores(rows[:5].astype(np.float32))
    np.testing.assert_array_equal(found, booster.predict(rows[:5], raw_score=True))


def test_what_only_lightgbm_knows_is_left_to_it() -> None:
    rows = np.abs(np.random.default_rng(0).normal(size=(200, 3))).round(1)
    labels = rows @ [1.0, 2.0, 3.0]
    settings = {"objective": "regression", "min_data_in_leaf": 5, "verbose": -1}
    zero = lightgbm.Dataset(rows, labels, params={"zero_as_missing": True})
    assert flat_of(lightgbm.train({**settings, "zero_as_missing": True}, zero, 3)) is None
    forest = {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.5}
    mean = lightgbm.train({**settings, **forest}, lightgbm.Dataset(rows, labels), 3)
    assert flat_of(mean) is None


def test_the_ranker_uses_them() -> None:
    ranker = ModelRanker(tiny_booster(), tiny_manifest())
    assert ranker._trees is not None
    rows = random_features(30)
    without = ModelRanker(tiny_booster(), tiny_manifest())
    without._trees = None
    np.testing.assert_array_equal(ranker.scores(rows), without.scores(rows))
