"""The learned ranker: LightGBM trees over the features, checked against code and snapshot."""

from dataclasses import replace
from hashlib import blake2b
from pathlib import Path

import lightgbm
import numpy as np

from indexing.arrays import Float32Array, Int32Array
from ranking.errors import ModelError, RankerFailedError
from ranking.features.features import NAMES
from ranking.rankers.feature_columns import ABSENT, columns_of, gathered
from ranking.rankers.manifest import (
    RETRAIN,
    EncoderNeeds,
    ModelManifest,
    read_manifest,
    read_text,
    write_manifest,
)
from ranking.rankers.ranker import (
    BEHAVIOUR_WEIGHTS,
    KIND,
    KIND_WEIGHT,
    linear_scores,
    linear_weights,
    told_contributions,
)
from ranking.rankers.tree_text import END, TreeText, read_trees
from ranking.rankers.trees import FlatTrees, flat_trees

MODEL_FILE = "model.txt"
MAX_MODEL_BYTES = 64 << 20
OBJECTIVE = "lambdarank"
Booster = lightgbm.Booster
"""Named here, as LightGBM is imported here and in learning/ only."""
_CHECKED_ROWS = 64


class ModelRanker:
    """A linear base and LightGBM's trees, in one thread: requests are the parallelism.

    The trees are added up by our own kernel, which takes a third of the time of LightGBM's
    predict; by LightGBM where the kernel does not do exactly the same (docs/decisions.md). A model
    from before some features came to be takes the columns of those that it was trained with.
    """

    def __init__(self, booster: Booster, manifest: ModelManifest) -> None:
        """Raises ModelError if the model needs features that this code does not compute."""
        read = read_trees(booster.model_to_string(), manifest.model_id)
        self.name = manifest.model_id
        self.manifest = manifest
        self.curve = manifest.gain_curve
        self._booster = booster
        self._columns = columns_of(manifest, read)
        behaviour = {
            name: manifest.behaviour_scale * weight
            for name, weight in BEHAVIOUR_WEIGHTS.items()
            if name not in read.split_on
        }
        self._base = linear_weights({KIND: KIND_WEIGHT} | behaviour | manifest.base)
        self._trees = _checked_trees(booster, read, self._columns)

    def scores(self, features: Float32Array) -> Float32Array:
        """Raises RankerFailedError if LightGBM fails, a score is not finite, or the matrix is not
        the one of this code.
        """
        if features.shape[1] != len(NAMES):
            raise RankerFailedError(
                f"model {self.name} was given {features.shape[1]} features instead of {len(NAMES)}."
            )
        if not len(features):
            return np.empty(0, dtype=np.float32)
        try:
            if self._trees is not None:
                trees = self._trees.scores(features)
            else:
                own = gathered(features, self._columns)
                added = self._booster.predict(own, raw_score=True, num_threads=1)
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
            own = gathered(row[None, :], self._columns)
            trees = self._booster.predict(own, pred_contrib=True, num_threads=1)
        except (lightgbm.basic.LightGBMError, ValueError):
            return {}
        parts = np.asarray(trees, dtype=np.float64)[0]
        together = (np.nan_to_num(row) * self._base).astype(np.float64)
        together[self._columns[self._columns != ABSENT]] += parts[:-1][self._columns != ABSENT]
        told = told_contributions(together.astype(np.float32))
        return {"expected": round(float(parts[-1]), 5)} | told


def _checked_trees(booster: Booster, read: TreeText, columns: Int32Array) -> FlatTrees | None:
    """The trees for our own kernel, if it gives what LightGBM gives on rows of every kind."""
    trees = flat_trees(read, columns)
    if trees is None:
        return None
    rows = _rows_of_every_kind()
    expected = booster.predict(gathered(rows, columns), raw_score=True, num_threads=1)
    return trees if np.array_equal(trees.scores(rows), expected) else None


def _rows_of_every_kind() -> Float32Array:
    """float32[_CHECKED_ROWS, features]: a fifth missing, a fifth of the others 0."""
    chance = np.random.default_rng(0)
    rows = chance.normal(0.3, 1.0, (_CHECKED_ROWS, len(NAMES))).astype(np.float32)
    rows[chance.random(rows.shape) < 0.2] = np.nan
    rows[chance.random(rows.shape) < 0.2] = 0.0
    return rows


def save_model(folder: Path, booster: Booster, manifest: ModelManifest) -> ModelManifest:
    """Write model.txt and, last, the manifest with its checksum. The folder must not exist."""
    text = booster.model_to_string()
    columns_of(manifest, read_trees(text, manifest.model_id))
    folder.mkdir(parents=True)
    (folder / MODEL_FILE).write_text(text, encoding="utf-8")
    write_manifest(folder, replace(manifest, checksum=_checksum(text)))
    return read_manifest(folder)


def load_model(folder: Path, encoder_family: str, dimension: int) -> ModelRanker:
    """Open a model and check that it fits. Raises ModelError with the remedy."""
    manifest = read_manifest(folder)
    _check_encoder(manifest, EncoderNeeds(encoder_family, dimension))
    name = f"model {manifest.model_id}: {MODEL_FILE}"
    text = read_text(folder / MODEL_FILE, name, MAX_MODEL_BYTES)
    if _checksum(text) != manifest.checksum:
        raise ModelError(f"{name} is truncated or was changed after training. {RETRAIN}")
    read = read_trees(text, manifest.model_id)
    if not read.objective.startswith(OBJECTIVE):
        raise ModelError(f"{name} was not trained to order a list. {RETRAIN}")
    columns_of(manifest, read)
    known = text[: text.index(f"\n{END}")] + f"\n{END}\npandas_categorical:null\n"
    try:
        booster = lightgbm.Booster(model_str=known)
    except (lightgbm.basic.LightGBMError, ValueError) as error:
        raise ModelError(f"{name} is no LightGBM model: {error}. {RETRAIN}") from error
    return ModelRanker(booster, manifest)


def _checksum(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _check_encoder(manifest: ModelManifest, there: EncoderNeeds) -> None:
    needed = manifest.encoder
    if needed != there:
        raise ModelError(
            f"model {manifest.model_id} needs vectors of {needed.family} with {needed.dimension} "
            f"dimensions; this snapshot has {there.family} with {there.dimension}. {RETRAIN}"
        )
