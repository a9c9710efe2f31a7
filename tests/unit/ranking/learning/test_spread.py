"""What behaviour's weights are multiplied by beside a learnt model."""

from dataclasses import replace

import numpy as np
import pytest
from tiny_model import random_features, tiny_booster, tiny_manifest

from indexing.arrays import Float32Array
from ranking.features.features import NAMES
from ranking.learning.dataset import QueryRows
from ranking.learning.spread import behaviour_scale
from ranking.rankers.model import ModelRanker
from ranking.rankers.ranker import RecallOrderRanker

CLICKS = NAMES.index("clicks_for_query")


def query(name: str, to_top: list[float]) -> QueryRows:
    """Candidates of which the shipped ranker, here the order of recall, looks at one feature."""
    count = len(to_top)
    features = np.zeros((count, len(NAMES)), np.float32)
    features[:, NAMES.index("bm25_to_top")] = to_top
    return QueryRows(
        name, name, np.arange(count, dtype=np.uint32), features, np.zeros(count, np.float32),
        np.ones(count, np.bool_), np.ones(count, np.bool_), np.zeros(0, np.uint32),
    )  # fmt: skip


def scores(*values: float) -> Float32Array:
    return np.array(values, np.float32)


def test_it_is_the_mean_spread_within_queries_over_the_shipped_models() -> None:
    rows = [query("a", [0.0, 1.0]), query("b", [0.0, 1.0]), query("not held out", [0.0, 9.0])]
    given = {"a": scores(5.0, 5.1), "b": scores(-3.0, -2.7)}  # .05 and .15 about their means
    assert behaviour_scale(rows, given, RecallOrderRanker()) == pytest.approx(0.2, rel=1e-3)


@pytest.mark.parametrize("given", [{}, {"a": scores(1.0, 1.0)}])
def test_without_any_spread_nothing_is_changed(given: dict[str, Float32Array]) -> None:
    assert behaviour_scale([query("a", [0.0, 1.0])], given, RecallOrderRanker()) == 1.0


def test_it_is_bounded() -> None:
    given = {"a": scores(-1e6, 1e6)}
    assert behaviour_scale([query("a", [0.0, 1.0])], given, RecallOrderRanker()) == 50.0


def test_a_model_takes_behaviour_as_it_says() -> None:
    features = random_features(40, seed=3)
    features[:, CLICKS] = np.linspace(-1.0, 1.0, 40)
    without = features.copy()
    without[:, CLICKS] = np.nan
    booster, manifest = tiny_booster(), tiny_manifest()

    def moved(scale: float) -> Float32Array:
        ranker = ModelRanker(booster, replace(manifest, behaviour_scale=scale))
        return ranker.scores(features) - ranker.scores(without)

    assert np.abs(moved(1.0)).max() > 1.0
    np.testing.assert_allclose(moved(0.25), 0.25 * moved(1.0), atol=1e-4)
