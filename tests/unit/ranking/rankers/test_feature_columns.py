"""A model names the features that it reads, with versions, and finds them wherever they stand."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pytest
from forged_model import with_sizes
from tiny_model import random_features, tiny_booster, tiny_manifest

from indexing.arrays import Float32Array
from ranking.errors import ModelError, RankerFailedError
from ranking.features.features import NAMES, VERSIONS
from ranking.generation import COLD_START
from ranking.rankers.manifest import HASH_OF_FIRST_VERSIONS, read_manifest
from ranking.rankers.model import MODEL_FILE, ModelRanker, _checksum, load_model, save_model
from ranking.rankers.ranker import (
    BEHAVIOUR_WEIGHTS,
    KIND,
    KIND_WEIGHT,
    linear_scores,
    linear_weights,
)
from ranking.rankers.tree_text import read_trees

NEEDS = ("static-catalog-1", 256)
TRAINED_BEFORE = Path(__file__).parent / "trained_before"
"""Written by the code of 21 November 2026, whose manifests held a hash and no versions."""
BOOSTER = tiny_booster()
READ = sorted(read_trees(BOOSTER.model_to_string(), "tiny").split_on)
UNREAD = sorted(set(NAMES) - set(READ) - set(tiny_manifest().base))


def written(folder: Path, text: str, **changed: Any) -> Path:
    """A model of this text, whose manifest says that it is its own."""
    save_model(folder, BOOSTER, tiny_manifest())
    (folder / MODEL_FILE).write_text(text, encoding="utf-8")
    facts = json.loads((folder / "manifest.json").read_text("utf-8"))
    facts |= {"checksum": _checksum(text), **changed}
    (folder / "manifest.json").write_text(json.dumps(facts), encoding="utf-8")
    return folder


def renamed(old: str, new: str) -> tuple[str, list[list[Any]]]:
    """The model as if a feature had another name, in its trees and in its manifest."""
    names = [new if name == old else name for name in NAMES]
    text = BOOSTER.model_to_string().replace(" ".join(NAMES), " ".join(names))
    return with_sizes(text), [[name, VERSIONS.get(name, 1)] for name in names]


def some_rows() -> Float32Array:
    return random_features(40, seed=8)


def test_a_model_of_few_features_in_another_order_finds_its_own() -> None:
    names = ["cosine", "title_exact", "bm25", "query_slots", "coverage"]
    places = [NAMES.index(name) for name in names]
    rows = some_rows()
    own = rows[:, places].astype(np.float64)
    settings = {"objective": "lambdarank", "min_data_in_leaf": 2, "verbose": -1, "num_threads": 1}
    known = lightgbm.Dataset(own, np.arange(40) % 4, group=[20, 20], feature_name=names)
    booster = lightgbm.train(settings, known, 5)
    features = tuple((name, VERSIONS[name]) for name in names)
    facts = replace(tiny_manifest(), features=features, base={"bm25": 2.0})
    ranker = ModelRanker(booster, facts)
    assert ranker._trees is not None
    expected = np.asarray(booster.predict(own, raw_score=True), dtype=np.float32)
    beside = {KIND: KIND_WEIGHT} | BEHAVIOUR_WEIGHTS
    expected = expected + linear_scores(rows, linear_weights({"bm25": 2.0} | beside))
    np.testing.assert_allclose(ranker.scores(rows), expected, rtol=1e-6)
    ranker._trees = None
    np.testing.assert_allclose(ranker.scores(rows), expected, rtol=1e-6)
    for row, score in zip(rows, expected, strict=True):
        told = ranker.contributions(row)
        assert sum(told.values()) == pytest.approx(float(score), abs=1e-3)
        assert set(told) <= {"expected", *beside, *names}


def test_a_needed_feature_that_the_code_lacks_is_refused_by_name(tmp_path: Path) -> None:
    text, features = renamed(READ[0], "price_vs_median")
    folder = written(tmp_path / "tiny", text, features=features)
    with pytest.raises(ModelError, match="does not compute: price_vs_median") as refused:
        load_model(folder, *NEEDS)
    assert "Retrain with `vitrina train`, or run the code version" in str(refused.value)


def test_a_feature_that_no_tree_asks_for_may_be_lacking(tmp_path: Path) -> None:
    text, features = renamed(UNREAD[0], "of_another_time")
    ranker = load_model(written(tmp_path / "tiny", text, features=features), *NEEDS)
    rows = some_rows()
    expected = ModelRanker(BOOSTER, tiny_manifest())
    np.testing.assert_array_equal(ranker.scores(rows), expected.scores(rows))
    assert ranker.contributions(rows[0]) == expected.contributions(rows[0])


@pytest.mark.parametrize("name", [READ[0], "bm25"])
def test_another_version_of_a_needed_feature_is_refused_by_name(tmp_path: Path, name: str) -> None:
    features = [[each, VERSIONS[each] + (each == name)] for each in NAMES]
    folder = written(tmp_path / "tiny", BOOSTER.model_to_string(), features=features)
    with pytest.raises(
        ModelError, match=f"{name} was defined otherwise: it needs version {VERSIONS[name] + 1}"
    ):
        load_model(folder, *NEEDS)


def test_another_version_of_a_feature_that_nothing_asks_for_is_no_fault(tmp_path: Path) -> None:
    features = [[each, VERSIONS[each] + (each == UNREAD[0])] for each in NAMES]
    folder = written(tmp_path / "tiny", BOOSTER.model_to_string(), features=features)
    rows = some_rows()
    found = load_model(folder, *NEEDS).scores(rows)
    np.testing.assert_array_equal(found, ModelRanker(BOOSTER, tiny_manifest()).scores(rows))


def test_features_in_another_order_than_the_trees_do_not_load(tmp_path: Path) -> None:
    swapped = [[name, 1] for name in NAMES]
    a, b = NAMES.index("price_in_results"), NAMES.index("popularity_in_results")
    swapped[a], swapped[b] = swapped[b], swapped[a]
    folder = written(tmp_path / "tiny", BOOSTER.model_to_string(), features=swapped)
    with pytest.raises(ModelError, match="other features than its manifest says"):
        load_model(folder, *NEEDS)


def test_a_base_weight_needs_a_version_too(tmp_path: Path) -> None:
    text, features = renamed("bm25_brand", "of_another_time")
    folder = written(tmp_path / "tiny", text, features=features, base={"bm25_brand": 1.0})
    with pytest.raises(ModelError, match="bm25_brand"):
        load_model(folder, *NEEDS)


def test_a_matrix_of_other_features_is_not_scored() -> None:
    ranker = ModelRanker(BOOSTER, tiny_manifest())
    for rows in (some_rows()[:, :-1], np.zeros((3, len(NAMES) + 1), np.float32)):
        with pytest.raises(RankerFailedError, match="features instead of"):
            ranker.scores(rows)


def test_models_trained_before_versions_score_as_they_did() -> None:
    known = json.loads((TRAINED_BEFORE / "scores.json").read_text("utf-8"))
    rows = np.zeros((len(known["rows"]), len(NAMES)), dtype=np.float32)
    for place, name in enumerate(known["features"]):
        column = [row[place] for row in known["rows"]]
        rows[:, NAMES.index(name)] = [np.nan if value is None else value for value in column]
    ranker = load_model(TRAINED_BEFORE, *NEEDS)
    assert set(ranker.manifest.features) == {(name, 1) for name in known["features"]}
    np.testing.assert_allclose(ranker.scores(rows), known["scores"], rtol=1e-6)


def test_another_hash_than_that_of_the_first_versions_is_refused(tmp_path: Path) -> None:
    shutil.copytree(TRAINED_BEFORE, tmp_path / "old")
    text = (tmp_path / "old" / "manifest.json").read_text("utf-8")
    assert HASH_OF_FIRST_VERSIONS in text
    text = text.replace(HASH_OF_FIRST_VERSIONS, "0" * 16)
    (tmp_path / "old" / "manifest.json").write_text(text, "utf-8")
    with pytest.raises(ModelError, match="features were defined otherwise"):
        read_manifest(tmp_path / "old")


def test_the_shipped_model_is_of_this_code_s_features() -> None:
    ranker = load_model(COLD_START, *NEEDS)
    assert dict(ranker.manifest.features).items() <= VERSIONS.items()
    assert ranker._trees is not None
