"""A small real model: LightGBM trees over random rows, published in an index."""

from pathlib import Path

import numpy as np

from indexing.arrays import Float32Array
from ranking.features.features import FEATURES, NAMES, VERSIONS
from ranking.learning.lambdamart import Table, TreeParams, fit
from ranking.rankers.manifest import EncoderNeeds, ModelManifest
from ranking.rankers.model import Booster, ModelRanker, save_model
from ranking.rankers.model_store import publish_model

QUERIES, PER_QUERY = 30, 20


def random_features(rows: int, seed: int = 0) -> Float32Array:
    """float32[rows, features] within each feature's range, a tenth of it missing."""
    chance = np.random.default_rng(seed)
    low = np.array([feature.low for feature in FEATURES])
    high = np.array([feature.high for feature in FEATURES])
    features = chance.uniform(low, high, (rows, len(FEATURES))).astype(np.float32)
    features[chance.random(features.shape) < 0.1] = np.nan
    return features


def tiny_booster(trees: int = 10, leaves: int = 7, seed: int = 0) -> Booster:
    """Trained so that coverage, cosine and popularity matter."""
    features = random_features(QUERIES * PER_QUERY, seed)
    known = np.nan_to_num(features)
    wanted = (
        known[:, NAMES.index("coverage")]
        + known[:, NAMES.index("cosine")]
        + 0.5 * known[:, NAMES.index("popularity_percentile")]
    )
    labels = np.clip(np.floor(2 * wanted), 0, 3).astype(np.int64)
    sizes = np.full(QUERIES, PER_QUERY, dtype=np.int64)
    table = Table(features, labels, sizes, (0.0, 1.0, 3.0, 7.0))
    return fit(table, TreeParams(trees=trees, leaves=leaves, min_rows=5), trees, seed)


def tiny_manifest(
    model_id: str = "tiny", family: str = "static-catalog-1", dimension: int = 256
) -> ModelManifest:
    return ModelManifest(
        model_id=model_id,
        created_at="2026-11-21T00:00:00+00:00",
        code_version="test",
        features=tuple(VERSIONS.items()),
        encoder=EncoderNeeds(family, dimension),
        base={"bm25": 3.0, "coverage": 2.0, "cosine": 1.5},
        params={},
        seed=0,
        training={},
        measures={},
    )


def tiny_ranker() -> ModelRanker:
    return ModelRanker(tiny_booster(), tiny_manifest())


def publish_tiny(index: Path, model_id: str = "tiny", family: str = "static-catalog-1") -> None:
    """Put it in force in an index that has a snapshot."""
    publish_model(index, tiny_booster(), tiny_manifest(model_id, family))


def write_tiny(index: Path, model_id: str, family: str) -> None:
    """Only write it, whatever the index needs; CURRENT stays."""
    save_model(index / "models" / model_id, tiny_booster(), tiny_manifest(model_id, family))
