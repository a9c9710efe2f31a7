"""Model files: written, read back, and refused when they do not fit or are not whole."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from catalogs import build_index, open_index
from forged_model import forged
from tiny_model import publish_tiny, random_features, tiny_booster, tiny_manifest, tiny_ranker

from indexing.current import read_current
from indexing.errors import SnapshotError
from ranking.errors import ModelError
from ranking.rankers.manifest import read_manifest
from ranking.rankers.model import MODEL_FILE, _checksum, load_model, save_model
from ranking.rankers.model_store import activate_model, list_models, model_folder, publish_model
from ranking.rankers.ranker import (
    BEHAVIOUR_WEIGHTS,
    KIND,
    KIND_WEIGHT,
    linear_scores,
    linear_weights,
)
from ranking.rankers.tree_text import read_trees

FAMILY, DIMENSION = "static-catalog-1", 256
MANIFEST = "manifest.json"


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    save_model(tmp_path / "tiny", tiny_booster(), tiny_manifest())
    return tmp_path / "tiny"


def rewrite(folder: Path, change: Callable[[str], str]) -> None:
    """Change the trees, and let the checksum say that this is how they were written."""
    text = change((folder / MODEL_FILE).read_text(encoding="utf-8"))
    (folder / MODEL_FILE).write_text(text, encoding="utf-8")
    manifest(folder, checksum=_checksum(text))


def manifest(folder: Path, **changed: Any) -> None:
    facts = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    (folder / MANIFEST).write_text(json.dumps({**facts, **changed}), encoding="utf-8")


def test_a_model_read_back_scores_as_before(saved: Path) -> None:
    rows = random_features(200, seed=5)
    before, after = tiny_ranker(), load_model(saved, FAMILY, DIMENSION)
    assert (before.scores(rows) == after.scores(rows)).all()
    trees = np.asarray(tiny_booster().predict(rows, raw_score=True))
    read = read_trees(tiny_booster().model_to_string(), "tiny").split_on
    beside = {name: each for name, each in BEHAVIOUR_WEIGHTS.items() if name not in read}
    assert beside
    weights = {KIND: KIND_WEIGHT} | beside | tiny_manifest().base
    base = linear_scores(rows, linear_weights(weights))
    assert after.scores(rows) == pytest.approx(trees + base, abs=1e-5)
    assert after.scores(rows[:0]).shape == (0,)


def test_contributions_add_up_to_the_score(saved: Path) -> None:
    ranker = load_model(saved, FAMILY, DIMENSION)
    for row in random_features(20, seed=6):
        parts = ranker.contributions(row)
        assert sum(parts.values()) == pytest.approx(float(ranker.scores(row[None, :])[0]), abs=1e-3)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda text: text[: len(text) // 2], "truncated"),
        (lambda text: forged(text, "leaf_value", "nan"), "a leaf that is not a finite number"),
        (lambda text: text.replace("bm25_title", "bm25_titel"), "other features"),
        (lambda text: text.replace("=lambdarank", "=regression"), "not trained to order a list"),
        (lambda text: forged(text, "leaf_value", "1e300"), "a leaf beyond"),
    ],
)
def test_a_damaged_model_is_refused_with_the_remedy(
    saved: Path, change: Callable[[str], str], says: str
) -> None:
    rewrite(saved, change)
    with pytest.raises(ModelError, match=says) as refused:
        load_model(saved, FAMILY, DIMENSION)
    assert "Retrain with `vitrina train`" in str(refused.value)


def test_lightgbm_sees_nothing_but_the_trees(saved: Path) -> None:
    rows = random_features(20, seed=5)
    expected = load_model(saved, FAMILY, DIMENSION).scores(rows)
    rewrite(
        saved, lambda text: text.partition("end of trees\n")[0] + "end of trees\n[junk" + "]" * 99
    )
    np.testing.assert_array_equal(load_model(saved, FAMILY, DIMENSION).scores(rows), expected)


def test_a_model_that_was_cut_or_changed_after_training_is_refused(saved: Path) -> None:
    text = (saved / MODEL_FILE).read_text(encoding="utf-8")
    for changed in (text[:-1000], text + "\n"):
        (saved / MODEL_FILE).write_text(changed, encoding="utf-8")
        with pytest.raises(ModelError, match="truncated or was changed"):
            load_model(saved, FAMILY, DIMENSION)
    (saved / MODEL_FILE).unlink()
    with pytest.raises(ModelError, match="is missing"):
        load_model(saved, FAMILY, DIMENSION)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"features": [["bm25", 1]]}, "other features than its manifest"),
        ({"base": {"price_vs_median": 1.0}}, "does not compute: price_vs_median"),
        ({"encoder": {"family": "other-2", "dimension": 256}}, "needs vectors of other-2"),
        ({"encoder": {"family": FAMILY, "dimension": 64}}, "with 64 dimensions"),
        ({"model_id": "../../etc"}, "unusable model_id"),
        ({"base": {"bm25": 1e300}}, "not understood: base.bm25"),
    ],
)
def test_a_model_that_does_not_fit_is_refused(
    saved: Path, changed: dict[str, Any], says: str
) -> None:
    manifest(saved, **changed)
    with pytest.raises(ModelError, match=says):
        load_model(saved, FAMILY, DIMENSION)


STRANGE: list[dict[str, Any]] = [
    {key: value}
    for key, values in {
        "model_id": [None, 7, ["tiny"]],
        "created_at": [0, None],
        "features": [None, "bm25", 7, [["bm25"]], [["bm25", "1"]], [["bm25", 1, 1]], [7], {}],
        "encoder": [None, [], {}, {"family": FAMILY}, {"family": FAMILY, "dimension": "256"}],
        "base": [None, [], {"bm25": "much"}, {"bm25": None}, {"bm25": True},
                 {"bm25": float("nan")}],
        "params": [None, []],
        "seed": ["0", 0.5, None],
        "training": ["all"],
        "measures": [[]],
        "warm_up": ["lamp", [7], None],
        "checksum": [None, 7],
        "unheard_of": [1],
    }.items()
    for value in values
]  # fmt: skip


@pytest.mark.parametrize("changed", STRANGE, ids=str)
def test_a_manifest_of_strange_types_is_refused(saved: Path, changed: dict[str, Any]) -> None:
    manifest(saved, **changed)
    with pytest.raises(ModelError, match=f"not understood: {next(iter(changed))}"):
        read_manifest(saved)


def test_a_manifest_that_is_no_json_is_refused(saved: Path) -> None:
    for text in ("", "[]", "{", "null", "{}", "[" * 100_000, '{"a":' * 100_000, "\ufeff{}"):
        (saved / MANIFEST).write_text(text, encoding="utf-8")
        with pytest.raises(ModelError, match="not understood"):
            read_manifest(saved)


PRODUCTS = [{"id": str(n), "title": f"red lamp {n}", "price": 5.0 + n} for n in range(8)]


def test_publishing_names_the_model_in_current_and_keeps_three(tmp_path: Path) -> None:
    index = tmp_path / "main"
    build_index(index, PRODUCTS)
    family = open_index(index).snapshot.encoder.family
    dimension = open_index(index).snapshot.encoder.dimension
    for number in range(5):
        made = tiny_manifest(f"m{number}", family, dimension)
        publish_model(index, tiny_booster(2), made)
        assert open_index(index).ranker.name == f"m{number}"
    assert {each.model_id for each in list_models(index)} == {"m2", "m3", "m4"}
    activate_model(index, "m2")
    assert open_index(index).ranker.name == "m2"
    activate_model(index, None)
    current = read_current(index)
    assert current is not None
    assert current.model is None
    with pytest.raises(ModelError, match="has no model 'm0'"):
        activate_model(index, "m0")


def test_a_refused_model_leaves_what_is_in_force(tmp_path: Path) -> None:
    index = tmp_path / "main"
    with pytest.raises(SnapshotError, match="has no snapshot yet"):
        publish_tiny(index)
    build_index(index, PRODUCTS)
    publish_tiny(index, "good")
    before = read_current(index)
    with pytest.raises(ModelError, match="is there already"):
        publish_tiny(index, "good")
    with pytest.raises(ModelError, match="not usable"):
        model_folder(index, "../else")
    assert read_current(index) == before
    assert [path.name for path in (index / "models").iterdir()] == ["good"]


def test_a_rebuild_keeps_its_model(tmp_path: Path) -> None:
    index = tmp_path / "main"
    build_index(index, PRODUCTS)
    publish_tiny(index, "kept")
    build_index(index, [*PRODUCTS, {"id": "new", "title": "blue lamp"}])
    current = read_current(index)
    assert current is not None
    assert current.model == "kept"
