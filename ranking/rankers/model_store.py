"""The models of an index: DIR/<index>/models/<id>/, and which one CURRENT names."""

import os
import shutil
from pathlib import Path

from filelock import FileLock

from indexing.current import Current, change_current, read_current, sync_folder
from indexing.errors import SnapshotError
from ranking.errors import ModelError
from ranking.experiments.experiment import parse_experiments
from ranking.rankers.manifest import MANIFEST_FILE, MODEL_ID, ModelManifest, read_manifest
from ranking.rankers.model import Booster, load_model, save_model
from ranking.rules.store import EXPERIMENTS, read_rules_file

KEPT = 3
_STAGING = ".staging-"
_LOCK_WAIT_S = 30


def model_folder(index: Path, model_id: str) -> Path:
    """Folder of one model; the id is checked, so it cannot leave the index."""
    if not MODEL_ID.fullmatch(model_id):
        raise ModelError(
            f"model id {model_id!r} is not usable: letters, digits, '.', - and _, at most 64."
        )
    return index / "models" / model_id


def publish_model(index: Path, booster: Booster, manifest: ModelManifest) -> Current:
    """Write the model, check that it loads, put it in force, keep the last three.

    Whatever fails, what is in force stays. Does not wait for a running build.
    Raises ModelError, SnapshotError.
    """
    _in_force(index)
    with _lock(index):
        folder = model_folder(index, manifest.model_id)
        if folder.exists():
            raise ModelError(f"model {manifest.model_id} is there already. Choose another id.")
        for left in folder.parent.glob(f"{_STAGING}*"):
            shutil.rmtree(left, ignore_errors=True)
        staging = folder.with_name(_STAGING + manifest.model_id)
        try:
            written = save_model(staging, booster, manifest)
            load_model(staging, written.encoder.family, written.encoder.dimension)
            for path in staging.iterdir():
                _sync_file(path)
            sync_folder(staging)
            staging.rename(folder)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        sync_folder(folder.parent)
        current = change_current(index, model=manifest.model_id)
        _prune(index, current)
    return current


def activate_model(index: Path, model_id: str | None) -> Current:
    """Put a kept model in force; None: the shipped one. Raises ModelError, SnapshotError."""
    _in_force(index)
    with _lock(index):
        if model_id is not None and model_id not in {m.model_id for m in list_models(index)}:
            known = ", ".join(m.model_id for m in list_models(index)) or "none"
            raise ModelError(f"index {index.name!r} has no model {model_id!r}. It has: {known}.")
        return change_current(index, model=model_id)


def rollback_model(index: Path) -> Current:
    """Put the model before the one in force in force; before the first comes the shipped one."""
    in_force = _in_force(index).model
    if in_force is None:
        raise ModelError(
            f"index {index.name!r} has the shipped model in force, and none is before it. Choose "
            "one with `vitrina models activate`."
        )
    kept = [manifest.model_id for manifest in list_models(index)]
    older = kept[kept.index(in_force) + 1 :] if in_force in kept else kept
    return activate_model(index, older[0] if older else None)


def list_models(index: Path) -> list[ModelManifest]:
    """Models with a manifest that can be read, newest first."""
    found = []
    for path in (index / "models").glob(f"[!.]*/{MANIFEST_FILE}"):
        try:
            found.append(read_manifest(path.parent))
        except ModelError:
            continue  # opening it says what is wrong with it
    return sorted(found, key=lambda each: (each.created_at, each.model_id), reverse=True)


def _in_force(index: Path) -> Current:
    current = read_current(index)
    if current is None:
        raise SnapshotError(f"index {index.name!r} has no snapshot yet. Run `vitrina build`.")
    return current


def _prune(index: Path, current: Current) -> None:
    text = read_rules_file(index, current.rules, EXPERIMENTS)
    running = parse_experiments(text).running
    used = {current.model, *(variant.model for each in running for variant in each.variants)}
    for manifest in list_models(index)[KEPT:]:
        if manifest.model_id not in used:
            shutil.rmtree(index / "models" / manifest.model_id, ignore_errors=True)


def _sync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _lock(index: Path) -> FileLock:
    """Held by whoever changes the models; it dies with its process."""
    return FileLock(index / ".models.lock", timeout=_LOCK_WAIT_S)
