"""The learned ranker: LightGBM trees over the features, checked against code and snapshot."""

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, cast

import numpy as np

from indexing.arrays import Float32Array
from ranking.errors import ModelError, RankerFailedError
from ranking.features.features import NAMES, definition_hash
from ranking.rankers.ranker import linear_scores, linear_weights, told_contributions
from ranking.rankers.tree_text import check_text
from ranking.rankers.trees import FlatTrees, flat_trees
from ranking.rerank.gain_curve import GainCurve


@contextmanager
def _no_scikit_learn() -> Iterator[None]:
    """LightGBM imports it, if it is there, for wrappers that nobody here uses: that would be a
    third of the time in which a worker starts (measured: 2.1 s of 5.9 s on a busy machine).
    """
    modules = cast(dict[str, Any], sys.modules)
    if "sklearn" in modules:
        yield
        return
    modules["sklearn"] = None  # Python's way of saying that it is not there
    try:
        yield
    finally:
        del modules["sklearn"]


with _no_scikit_learn():
    import lightgbm

MODEL_FILE, MANIFEST_FILE = "model.txt", "manifest.json"
MAX_MODEL_BYTES = 64 << 20
MODEL_ID = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]{0,63}")
Booster = lightgbm.Booster
"""Named here, as LightGBM is imported here and in learning/ only."""
_CHECKED_ROWS = 64
_RETRAIN = "Retrain with `vitrina train`, or publish another model."


@dataclass(frozen=True, slots=True)
class ModelManifest:
    """What a model was trained from, and what it needs.

    features, feature_hash: names in order, and their definitions. encoder: family and dimension.
    base: weights of the linear score that the trees correct, by feature. checksum: of model.txt.
    training: sets, split, row and query counts. measures: held-out figures beside baselines.
    warm_up: queries to run before it serves. gain_curve: what its scores are worth; None if too
    little was judged to say, or it was trained before curves were.
    """

    model_id: str
    created_at: str
    code_version: str
    features: tuple[str, ...]
    feature_hash: str
    encoder: dict[str, Any]
    base: dict[str, float]
    params: dict[str, Any]
    seed: int
    training: dict[str, Any]
    measures: dict[str, Any]
    warm_up: tuple[str, ...] = ()
    checksum: str = ""
    gain_curve: GainCurve | None = None


class ModelRanker:
    """A linear base and LightGBM's trees, in one thread: requests are the parallelism.

    The trees are added up by our own kernel, which takes a third of the time of LightGBM's
    predict; by LightGBM where the kernel does not do exactly the same (docs/decisions.md).
    """

    def __init__(self, booster: Booster, manifest: ModelManifest) -> None:
        self.name = manifest.model_id
        self.manifest = manifest
        self.curve = manifest.gain_curve
        self._booster = booster
        self._base = linear_weights(manifest.base)
        self._trees = _checked_trees(booster)

    def scores(self, features: Float32Array) -> Float32Array:
        """Raises RankerFailedError if LightGBM fails or a score is not finite."""
        if not len(features):
            return np.empty(0, dtype=np.float32)
        try:
            if self._trees is not None:
                trees = self._trees.scores(features)
            else:
                added = self._booster.predict(features, raw_score=True, num_threads=1)
                trees = np.asarray(added, dtype=np.float64)
        except (lightgbm.basic.LightGBMError, ValueError) as error:
            raise RankerFailedError(f"model {self.name} failed: {error}") from error
        scores = np.asarray(trees, dtype=np.float32) + linear_scores(features, self._base)
        if scores.shape != (len(features),) or not np.isfinite(scores).all():
            raise RankerFailedError(f"model {self.name} gave scores that are no numbers.")
        return scores

    def contributions(self, row: Float32Array) -> dict[str, float]:
        """What the base and the trees (SHAP values of LightGBM, `pred_contrib`) give each feature.

        With `expected`, the trees' mean, they add up to the score. Empty if LightGBM fails.
        """
        try:
            trees = self._booster.predict(row[None, :], pred_contrib=True, num_threads=1)
        except (lightgbm.basic.LightGBMError, ValueError):
            return {}
        parts = np.asarray(trees, dtype=np.float64)[0]
        together = parts[:-1] + np.nan_to_num(row) * self._base
        told = told_contributions(together.astype(np.float32))
        return {"expected": round(float(parts[-1]), 5)} | told


def _checked_trees(booster: Booster) -> FlatTrees | None:
    """The trees for our own kernel, if it gives what LightGBM gives on rows of every kind."""
    trees = flat_trees(booster.model_to_string())
    if trees is None:
        return None
    chance = np.random.default_rng(0)
    rows = chance.normal(0.3, 1.0, (_CHECKED_ROWS, booster.num_feature())).astype(np.float32)
    rows[chance.random(rows.shape) < 0.2] = np.nan
    rows[chance.random(rows.shape) < 0.2] = 0.0
    expected = booster.predict(rows, raw_score=True, num_threads=1)
    return trees if np.array_equal(trees.scores(rows), expected) else None


def save_model(folder: Path, booster: Booster, manifest: ModelManifest) -> ModelManifest:
    """Write model.txt and, last, the manifest with its checksum. The folder must not exist."""
    text = booster.model_to_string()
    check_text(text, manifest.model_id)
    folder.mkdir(parents=True)
    (folder / MODEL_FILE).write_text(text, encoding="utf-8")
    facts = asdict(manifest) | {"checksum": _checksum(text)}
    written = json.dumps(facts, indent=1, ensure_ascii=False, sort_keys=True)
    (folder / MANIFEST_FILE).write_text(written + "\n", encoding="utf-8")
    return read_manifest(folder)


def load_model(folder: Path, encoder_family: str, dimension: int) -> ModelRanker:
    """Open a model and check that it fits. Raises ModelError with the remedy."""
    manifest = read_manifest(folder)
    _check_fit(manifest, encoder_family, dimension)
    name = f"model {manifest.model_id}: {MODEL_FILE}"
    text = _read(folder / MODEL_FILE, name)
    if _checksum(text) != manifest.checksum:
        raise ModelError(f"{name} is truncated or was changed after training. {_RETRAIN}")
    check_text(text, manifest.model_id)
    try:
        booster = lightgbm.Booster(model_str=text)
    except (lightgbm.basic.LightGBMError, ValueError) as error:
        raise ModelError(f"{name} is no LightGBM model: {error}. {_RETRAIN}") from error
    if tuple(booster.feature_name()) != NAMES or booster.num_model_per_iteration() != 1:
        raise ModelError(f"{name} takes other features than its manifest says. {_RETRAIN}")
    return ModelRanker(booster, manifest)


def read_manifest(folder: Path) -> ModelManifest:
    """Raises ModelError if it is missing or not understood."""
    name = f"model {folder.name}: {MANIFEST_FILE}"
    try:
        facts = json.loads(_read(folder / MANIFEST_FILE, name))
        facts["features"] = tuple(facts["features"])
        facts["warm_up"] = tuple(facts["warm_up"])
        if facts.get("gain_curve") is not None:
            drops, gains = (map(float, facts["gain_curve"][key]) for key in ("drops", "gains"))
            facts["gain_curve"] = GainCurve(tuple(drops), tuple(gains))
        facts["base"] = {str(k): float(v) for k, v in facts["base"].items()}
        manifest = ModelManifest(**facts)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{name} is not understood: {error!r}. {_RETRAIN}") from error
    if not MODEL_ID.fullmatch(str(manifest.model_id)):
        raise ModelError(f"{name} has an unusable model_id. {_RETRAIN}")
    return manifest


def _read(path: Path, name: str) -> str:
    try:
        if path.stat().st_size > MAX_MODEL_BYTES:
            raise ModelError(f"{name} is over {MAX_MODEL_BYTES:,} bytes. Train a smaller model.")
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ModelError(f"{name} is missing. {_RETRAIN}") from None
    except OSError as error:
        raise ModelError(f"{name} cannot be read: {error.strerror}. {_RETRAIN}") from error
    except UnicodeDecodeError as error:
        raise ModelError(f"{name} is not text: {error}. {_RETRAIN}") from error


def _checksum(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _check_fit(manifest: ModelManifest, encoder_family: str, dimension: int) -> None:
    unknown = [name for name in (*manifest.features, *manifest.base) if name not in NAMES]
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
