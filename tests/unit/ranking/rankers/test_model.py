"""Model files: written, read back, and refused when they do not fit or are not whole."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from catalogs import build_index, open_index
from tiny_model import publish_tiny, random_features, tiny_booster, tiny_manifest, tiny_ranker

from indexing.current import read_current
from indexing.errors import SnapshotError
from ranking.errors import ModelError
from ranking.rankers.model import MODEL_FILE, _checksum, load_model, read_manifest, save_model
from ranking.rankers.model_store import activate_model, list_models, model_folder, publish_model
from ranking.rankers.ranker import linear_scores, linear_weights

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


def line(text: str, key: str, value: str) -> str:
    """The first line `key=…` with another value."""
    before = next(each for each in text.splitlines() if each.startswith(f"{key}="))
    first = before.removeprefix(f"{key}=").split(" ", 1)
    return text.replace(before, f"{key}={' '.join([value, *first[1:]])}", 1)


def test_a_model_read_back_scores_as_before(saved: Path) -> None:
    rows = random_features(200, seed=5)
    before, after = tiny_ranker(), load_model(saved, FAMILY, DIMENSION)
    assert (before.scores(rows) == after.scores(rows)).all()
    trees = np.asarray(tiny_booster().predict(rows, raw_score=True))
    base = linear_scores(rows, linear_weights(tiny_manifest().base))
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
        (lambda text: text.replace("end of trees", ""), "truncated"),
        (lambda text: "", "truncated"),
        (lambda text: line(text, "leaf_value", "nan"), "a leaf that is not a finite number"),
        (lambda text: line(text, "leaf_value", "inf"), "a leaf that is not a finite number"),
        (lambda text: line(text, "leaf_value", "much"), "a leaf that is not a finite number"),
        (lambda text: line(text, "threshold", "nan"), "splits at a value that is not a number"),
        (lambda text: line(text, "num_cat", "1"), "splits on categories"),
        (lambda text: line(text, "is_linear", "1"), "linear leaves"),
        (lambda text: line(text, "num_class", "3"), "several scores"),
        (lambda text: text.replace("bm25_title", "bm25_titel"), "other features"),
    ],
)
def test_a_damaged_model_is_refused_with_the_remedy(
    saved: Path, change: Callable[[str], str], says: str
) -> None:
    rewrite(saved, change)
    with pytest.raises(ModelError, match=says) as refused:
        load_model(saved, FAMILY, DIMENSION)
    assert "Retrain with `vitrina train`" in str(refused.value)


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
        ({"features": ["bm25", "price_vs_median"]}, "does not compute: price_vs_median"),
        ({"base": {"price_vs_median": 1.0}}, "does not compute: price_vs_median"),
        ({"features": ["bm25"]}, "features were defined otherwise"),
        ({"feature_hash": "0" * 16}, "features were defined otherwise"),
        ({"encoder": {"family": "other-2", "dimension": 256}}, "needs vectors of other-2"),
        ({"encoder": {"family": FAMILY, "dimension": 64}}, "with 64 dimensions"),
        ({"model_id": "../../etc"}, "unusable model_id"),
        ({"base": {"bm25": "much"}}, "not understood"),
        ({"unheard_of": 1}, "not understood"),
    ],
)
def test_a_model_that_does_not_fit_is_refused(
    saved: Path, changed: dict[str, Any], says: str
) -> None:
    manifest(saved, **changed)
    with pytest.raises(ModelError, match=says):
        load_model(saved, FAMILY, DIMENSION)


def test_a_manifest_that_is_no_json_is_refused(saved: Path) -> None:
    for text in ("", "[]", "{", "null"):
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
