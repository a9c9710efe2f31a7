"""The learned ranker: LightGBM trees over the features, checked against code and snapshot."""

import json
import math
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np

from indexing.arrays import Float32Array
from ranking.errors import ModelError
from ranking.features import NAMES, definition_hash
from ranking.ranker import told_contributions

MODEL_FILE, MANIFEST_FILE = "model.txt", "manifest.json"
MAX_MODEL_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class ModelManifest:
    """What a model was trained from, and what it needs.

    features, feature_hash: names in order, and their definitions. encoder: family and dimension.
    training: sets, split, row and query counts. measures: held-out figures beside baselines.
    warm_up: queries to run before it serves.
    """

    model_id: str
    created_at: str
    code_version: str
    features: tuple[str, ...]
    feature_hash: str
    encoder: dict[str, Any]
    params: dict[str, Any]
    seed: int
    training: dict[str, Any]
    measures: dict[str, Any]
    warm_up: tuple[str, ...] = field(default_factory=tuple)


class ModelRanker:
    """Scores with LightGBM's own predict, in one thread: requests are the parallelism."""

    def __init__(self, booster: lightgbm.Booster, manifest: ModelManifest) -> None:
        self.name = manifest.model_id
        self.manifest = manifest
        self._booster = booster

    def scores(self, features: Float32Array) -> Float32Array:
        predicted = self._booster.predict(features, raw_score=True, num_threads=1)
        return np.asarray(predicted, dtype=np.float32)

    def contributions(self, row: Float32Array) -> dict[str, float]:
        """SHAP values of LightGBM (`pred_contrib`); with the expected score they add up."""
        parts = np.asarray(self._booster.predict(row[None, :], pred_contrib=True, num_threads=1))[0]
        return {"expected": round(float(parts[-1]), 5)} | told_contributions(
            parts[:-1].astype(np.float32)
        )


def save_model(folder: Path, booster: lightgbm.Booster, manifest: ModelManifest) -> None:
    """Write model.txt and, last, the manifest."""
    folder.mkdir(parents=True)
    booster.save_model(folder / MODEL_FILE)
    text = json.dumps(asdict(manifest), indent=1, ensure_ascii=False, sort_keys=True)
    (folder / MANIFEST_FILE).write_text(text, encoding="utf-8")


def load_model(folder: Path, encoder_family: str, dimension: int) -> ModelRanker:
    """Open a model and check that it fits. Raises ModelError with the remedy."""
    manifest = _read_manifest(folder)
    _check_fit(manifest, encoder_family, dimension)
    path = folder / MODEL_FILE
    try:
        if path.stat().st_size > MAX_MODEL_BYTES:
            raise ModelError(
                f"{path} is larger than {MAX_MODEL_BYTES:,} bytes. Train a smaller one."
            )
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{path} cannot be read: {error}. {_RETRAIN}") from error
    check_text(text, path)
    try:
        booster = lightgbm.Booster(model_str=text, params={"verbose": -1})
    except lightgbm.basic.LightGBMError as error:
        raise ModelError(f"{path} is no LightGBM model: {error}. {_RETRAIN}") from error
    if tuple(booster.feature_name()) != NAMES:
        raise ModelError(f"{path} names other features than its manifest. {_RETRAIN}")
    return ModelRanker(booster, manifest)


_RETRAIN = "Retrain with `vitrina train`, or publish another model."


def check_text(text: str, path: Path) -> None:
    """Refuse what LightGBM would read without complaint: cut files, NaN leaves, categories."""
    if not text.rstrip().endswith("pandas_categorical:null") or "end of trees" not in text:
        raise ModelError(f"{path} is truncated. {_RETRAIN}")
    for line in text.splitlines():
        name, _, values = line.partition("=")
        if name == "leaf_value" and not all(math.isfinite(float(v)) for v in values.split()):
            raise ModelError(f"{path} has a leaf that is not a finite number. {_RETRAIN}")
        if name == "num_cat" and values.strip() != "0":
            raise ModelError(f"{path} splits on categories, which Vitrina's features do not have. "
                             f"{_RETRAIN}")  # fmt: skip


def _read_manifest(folder: Path) -> ModelManifest:
    path = folder / MANIFEST_FILE
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        facts["features"] = tuple(facts["features"])
        facts["warm_up"] = tuple(facts["warm_up"])
        return ModelManifest(**facts)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{path} cannot be read: {error}. {_RETRAIN}") from error


def _check_fit(manifest: ModelManifest, encoder_family: str, dimension: int) -> None:
    unknown = [name for name in manifest.features if name not in NAMES]
    if unknown:
        raise ModelError(
            f"model {manifest.model_id} was trained with a feature this code does not compute: "
            f"{unknown[0]}. Retrain with `vitrina train`, or run the code version named in the "
            f"model's manifest: {manifest.code_version}."
        )
    if manifest.features != NAMES or manifest.feature_hash != definition_hash():
        raise ModelError(
            f"model {manifest.model_id} was trained when features were defined otherwise. "
            + _RETRAIN
        )
    needed = (manifest.encoder.get("family"), manifest.encoder.get("dimension"))
    if needed != (encoder_family, dimension):
        raise ModelError(
            f"model {manifest.model_id} needs vectors of {needed[0]} with {needed[1]} dimensions; "
            f"this snapshot has {encoder_family} with {dimension}. {_RETRAIN}"
        )
