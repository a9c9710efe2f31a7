"""What stands beside a model: what it was trained from, and what it needs."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import from_json

from ranking.errors import ModelError
from ranking.rerank.gain_curve import GainCurve

MANIFEST_FILE = "manifest.json"
MAX_MANIFEST_BYTES = 1 << 20
MODEL_ID = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]{0,63}")
HASH_OF_FIRST_VERSIONS = "2bb9231a4282bed2"
"""What manifests held before they named versions: all of their features are of version 1."""
MAX_WEIGHT = 1e9
"""Of a leaf or of the base: what is larger is no learned number, and sums stay finite."""
RETRAIN = "Retrain with `vitrina train`, or publish another model."


@dataclass(frozen=True, slots=True)
class EncoderNeeds:
    """The vectors that the features were computed with."""

    family: str
    dimension: int


@dataclass(frozen=True, slots=True)
class ModelManifest:
    """features: names and versions of the trees' columns, in order. encoder: what it must be.

    base: weights of the linear score that the trees correct, by feature. checksum: of model.txt.
    training: sets, split, row and query counts. measures: held-out figures beside baselines.
    warm_up: queries to run before it serves. gain_curve: what its scores are worth; None if too
    little was judged to say, or it was trained before curves were. behaviour_scale: how wide its
    scores spread over the shipped model's; what behaviour's weights are multiplied by.
    """

    __pydantic_config__: ClassVar = ConfigDict(extra="forbid", strict=True)

    model_id: str
    created_at: str
    code_version: str
    features: tuple[tuple[str, int], ...]
    encoder: EncoderNeeds
    base: dict[str, Annotated[float, Field(ge=-MAX_WEIGHT, le=MAX_WEIGHT)]]
    params: dict[str, Any]
    seed: int
    training: dict[str, Any]
    measures: dict[str, Any]
    warm_up: tuple[str, ...] = ()
    checksum: str = ""
    gain_curve: GainCurve | None = None
    behaviour_scale: Annotated[float, Field(gt=0, le=1_000)] = 1.0


_ADAPTER = TypeAdapter(ModelManifest)


def write_manifest(folder: Path, manifest: ModelManifest) -> None:
    written = json.dumps(asdict(manifest), indent=1, ensure_ascii=False, sort_keys=True)
    (folder / MANIFEST_FILE).write_text(written + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> ModelManifest:
    """Raises ModelError if it is missing or not understood."""
    name = f"model {folder.name}: {MANIFEST_FILE}"
    text = read_text(folder / MANIFEST_FILE, name, MAX_MANIFEST_BYTES)
    try:
        facts = from_json(text)
        if isinstance(facts, dict) and "feature_hash" in facts:
            facts = _with_versions(facts, name)
        manifest = _ADAPTER.validate_json(json.dumps(facts))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise ModelError(f"{name} is not understood: {where}: {first['msg']}. {RETRAIN}") from error
    except ValueError as error:
        raise ModelError(f"{name} is not understood: {error}. {RETRAIN}") from error
    if not MODEL_ID.fullmatch(manifest.model_id):
        raise ModelError(f"{name} has an unusable model_id. {RETRAIN}")
    return manifest


def _with_versions(facts: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A manifest that names features and one hash of their definitions, as they are written now."""
    rest = {key: value for key, value in facts.items() if key != "feature_hash"}
    if facts["feature_hash"] != HASH_OF_FIRST_VERSIONS:
        raise ModelError(f"{name} is of a model whose features were defined otherwise. {RETRAIN}")
    names = facts.get("features")
    return rest | {"features": [[each, 1] for each in names] if isinstance(names, list) else names}


def read_text(path: Path, name: str, most: int) -> str:
    """Raises ModelError if it is missing, no text, or longer than so many bytes."""
    try:
        if path.stat().st_size > most:
            raise ModelError(f"{name} is over {most:,} bytes. Train a smaller model.")
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ModelError(f"{name} is missing. {RETRAIN}") from None
    except OSError as error:
        raise ModelError(f"{name} cannot be read: {error.strerror}. {RETRAIN}") from error
    except UnicodeDecodeError as error:
        raise ModelError(f"{name} is not text: {error}. {RETRAIN}") from error
