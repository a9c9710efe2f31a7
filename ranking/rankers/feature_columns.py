"""Which column of the feature matrix each feature of a model is: by name and version, not place."""

import numpy as np

from indexing.arrays import Float32Array, Int32Array
from ranking.errors import ModelError
from ranking.features.features import NAMES, VERSIONS
from ranking.rankers.manifest import RETRAIN, ModelManifest
from ranking.rankers.tree_text import TreeText

ABSENT = -1


def columns_of(manifest: ModelManifest, read: TreeText) -> Int32Array:
    """int32[features of the trees]: places among `NAMES`; ABSENT for one that nothing asks for.

    Raises ModelError if the trees take other features than the manifest says, or in another order,
    or if trees or base need a feature that this code lacks or defines otherwise. Features that
    the model does not know are no fault.
    """
    declared = dict(manifest.features)
    who = f"model {manifest.model_id}"
    if tuple(name for name, _ in manifest.features) != read.features:
        raise ModelError(f"{who}: model.txt takes other features than its manifest says. {RETRAIN}")
    for name in sorted(read.split_on | manifest.base.keys()):
        if name not in NAMES:
            raise ModelError(
                f"{who} was trained with a feature this code does not compute: {name}. Retrain "
                "with `vitrina train`, or run the code version named in the model's manifest: "
                f"{manifest.code_version}."
            )
        if name not in declared:
            raise ModelError(
                f"{who} has a base weight of {name}, which it does not name. {RETRAIN}"
            )
        if declared[name] != VERSIONS[name]:
            raise ModelError(
                f"{who} was trained when {name} was defined otherwise: it needs version "
                f"{declared[name]}, this code computes version {VERSIONS[name]}. {RETRAIN}"
            )
    return np.array([_place(name, declared[name]) for name in read.features], dtype=np.int32)


def _place(name: str, version: int) -> int:
    return NAMES.index(name) if VERSIONS.get(name) == version else ABSENT


def gathered(features: Float32Array, columns: Int32Array) -> Float32Array:
    """float32[k, features of the trees] of float32[k, features]; NaN for those that are ABSENT."""
    rows = np.ascontiguousarray(features[:, columns])
    rows[:, columns == ABSENT] = np.nan
    return rows
