"""The model that ships with Vitrina, for shops without judgments or clicks of their own.

`python -m ranking.learning.cold_start DATA` trains it from judged sets that are free to use, and
proves it on sets that it has not seen; see docs/learning.md. DATA: folder with `esci_us_150`.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np

from indexing.build import BuildOptions, build
from indexing.current import read_current
from indexing.demo.grades import Intent, grade
from indexing.demo.queries import read_intents
from indexing.demo.shop import write_demo_shop
from indexing.progress import Silent
from ranking.features.features import NAMES, VERSIONS
from ranking.features.query import QUERY
from ranking.generation import COLD_START, Generation, open_generation
from ranking.learning.calibration import Points, fit_gain_curve, judged_points
from ranking.learning.cross_validation import FOLDS, SEEDS, CrossValidation, Fold, Sampling
from ranking.learning.dataset import QueryRows, rows_of, training_rows
from ranking.learning.judgment_files import read_judgments
from ranking.learning.judgments import Judgments
from ranking.learning.lambdamart import (
    PRODUCT_FEATURES,
    TreeParams,
    fit,
    gains_of,
    table_of,
)
from ranking.learning.splits import SEEN, digests, split_queries
from ranking.learning.training import compare_held_out, told_measures
from ranking.rankers.manifest import EncoderNeeds, ModelManifest
from ranking.rankers.model import MODEL_FILE, ModelRanker, save_model
from ranking.rankers.ranker import HandWeightedRanker, Ranker
from ranking.rerank.gain_curve import GainCurve

ESCI = "esci_us_150"
DEMO_PRODUCTS, DEMO_SEED = 12_000, 7
DEMO_QUERIES, DEMO_ROWS = 200, 60
WARM_UP = 20
_SHOWN = ("nDCG-linear@10", "nDCG-esci@10", "pair order", "R@100")
CALIBRATED = ("crowdflower", "chorus_icecat", "product1m_zh", "homedepot")
"""Judged sets that say what scores are worth, and nothing else; at most so many queries of each."""
CALIBRATED_QUERIES = 300
DEMO_SHARE = 0.2
"""Of the weight of all queries. Demo queries were written by a program."""

UNSEEN = TreeParams(
    trees=30,
    leaves=7,
    min_rows=30,
    base={name: 2.0 * weight for name, weight in HandWeightedRanker.WEIGHTS.items()},
    masked=QUERY.names,
    hidden=PRODUCT_FEATURES,
)
"""Few trees on a heavy base: where they have not been, they may change little."""
COLD_START_PARAMS = replace(
    UNSEEN, base={k: v for k, v in UNSEEN.base.items() if not k.startswith("rating")}
)
"""On ESCI, ratings by hand cost more than they bring (docs/learning.md)."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """Rows of several sets. weights: one a query; equal grades mean the same in all sets."""

    rows: tuple[QueryRows, ...]
    weights: tuple[float, ...]

    def fit(self, params: TreeParams, seed: int) -> lightgbm.Booster:
        """All trees of the parameters; nothing is held out."""
        table = table_of(self.rows, gains_of(self.rows), params.masked, self.weights)
        return fit(table, params, params.trees, seed)


def built(catalog: Path, index: Path) -> Generation:
    """An index of this catalogue, opened. Raises IndexingError."""
    build(BuildOptions([catalog], index, "cold-start"), datetime.now(UTC), Silent())
    current = read_current(index)
    if current is None:
        raise FileNotFoundError(f"{index} was built, but nothing was published in it.")
    return open_generation(index, current, "cold-start")


def demo_rows(folder: Path) -> list[QueryRows]:
    """Rows of the demo shop, built in this folder: every candidate is judged by its intent.

    Facts of products are left out: the generator drew them, no shopper decided by them.
    """
    shop = write_demo_shop(folder, DEMO_PRODUCTS, DEMO_SEED)
    generation = built(shop.products, folder / "index")
    rows = [
        _judged(str(number), intent, generation)
        for number, intent in enumerate(read_intents(shop.intents))
    ]
    return [each for each in rows if len(np.unique(each.grades)) > 1]


def _judged(query_id: str, intent: Intent, generation: Generation) -> QueryRows:
    rows = rows_of(query_id, intent.query, {}, generation)
    product_at = generation.snapshot.documents.product_at
    grades = [grade(intent, product_at(int(doc))) for doc in rows.doc_ids]
    features = rows.features.copy()
    features[:, [NAMES.index(name) for name in PRODUCT_FEATURES]] = np.nan
    return replace(
        rows,
        features=features,
        grades=np.array(grades, dtype=np.float32),
        judged=np.ones(len(rows), dtype=np.bool_),
    )


def demo_sample(rows: Sequence[QueryRows], seed: int, queries: int = DEMO_QUERIES) -> Weighed:
    """So many queries, and at most 60 candidates of each, drawn by the seed; weight 1 each."""
    chance = np.random.default_rng(seed)
    chosen = np.sort(chance.choice(len(rows), min(queries, len(rows)), replace=False))
    taken = [rows[i].take(np.sort(chance.permutation(len(rows[i]))[:DEMO_ROWS])) for i in chosen]
    return Weighed(tuple(taken), (1.0,) * len(taken))


def mixed(esci: Sequence[QueryRows], demo: Weighed, seed: int) -> Weighed:
    """ESCI with weight 1 a query; the demo shop weighs `DEMO_SHARE` of it all."""
    rows = Sampling().of(esci, seed)
    each = DEMO_SHARE / (1.0 - DEMO_SHARE) * len(rows) / max(len(demo.rows), 1)
    return Weighed((*rows, *demo.rows), (1.0,) * len(rows) + (each,) * len(demo.rows))


def cross_fitted(
    esci: Sequence[QueryRows], demo: Weighed, seed: int, params: TreeParams = COLD_START_PARAMS
) -> tuple[Fold, ...]:
    """Models of demo and four fifths of ESCI, to score the last fifth with."""
    judgments = Judgments({each.query_id: each.text for each in esci}, {})
    folds = []
    for part in split_queries(judgments, FOLDS, seed):
        held = set(part)
        kept = [each for each in esci if each.query_id not in held]
        booster = mixed(kept, demo, seed).fit(params, seed)
        folds.append(Fold.of(booster, params, part, params.trees))
    return tuple(folds)


def cold_start_manifest(
    booster: lightgbm.Booster,
    snapshot_encoder: tuple[str, int],
    now: datetime,
    code_version: str,
    training: Mapping[str, Any],
    measures: Mapping[str, Any],
    warm_up: Sequence[str],
    gain_curve: GainCurve | None,
) -> ModelManifest:
    """What is written beside the shipped model."""
    digest = blake2b(booster.model_to_string().encode(), digest_size=3).hexdigest()
    family, dimension = snapshot_encoder
    return ModelManifest(
        model_id=f"cold-start-{digest}",
        created_at=now.astimezone(UTC).isoformat(timespec="seconds"),
        code_version=code_version,
        features=tuple(VERSIONS.items()),
        encoder=EncoderNeeds(family, dimension),
        base=dict(COLD_START_PARAMS.base),
        params=COLD_START_PARAMS.facts(),
        seed=0,
        training=dict(training),
        measures=dict(measures),
        warm_up=tuple(warm_up),
        gain_curve=gain_curve,
    )


def points_of_others(data: Path, scratch: Path, ranker: Ranker) -> list[Points]:
    """Drops and gains of the sets that the model did not learn from, as far as they are there."""
    points = []
    for name in CALIBRATED:
        if (data / name).is_dir():
            generation = built(data / name / "products.jsonl.gz", scratch / name)
            judgments = sample_queries(read_judgments(data / name)[0], CALIBRATED_QUERIES)
            rows = training_rows(judgments, generation)
            given = {each.query_id: ranker.scores(each.features) for each in rows}
            points.append(judged_points(rows, given))
    return points


def sample_queries(judgments: Judgments, count: int, seed: int = 0) -> Judgments:
    """So many queries, drawn by the seed; all if there are no more."""
    ids = sorted(judgments.queries)
    drawn = np.random.default_rng(seed).permutation(len(ids))[:count]
    return judgments.subset(ids[place] for place in sorted(drawn.tolist()))


def train_cold_start(
    data: Path, out: Path, now: datetime, code_version: str, told: Callable[[str], None]
) -> ModelManifest:
    """Build both sets, cross-validate on ESCI, train on everything, write model and manifest.

    data: folder of judged sets. out: folder of the model; what is there is replaced.
    About a minute and 1 GB. The same data give the same trees.
    """
    source = data / ESCI
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        told(f"building {DEMO_PRODUCTS:,} demo products and {ESCI}")
        demo = demo_sample(demo_rows(scratch / "demo"), seed=0)
        generation = built(source / "products.jsonl.gz", scratch / ESCI)
        judgments, _ = read_judgments(source)
        esci = training_rows(judgments, generation)
        told(f"cross-validating: {SEEDS} seeds of {FOLDS} folds")
        rounds = tuple(cross_fitted(esci, demo, seed) for seed in range(SEEDS))
        comparison = compare_held_out(judgments, esci, CrossValidation(rounds), generation)
        table = mixed(esci, demo, seed=0)
        booster = table.fit(COLD_START_PARAMS, seed=0)
        training = {
            "sets": {
                ESCI: f"{len(esci)} queries, {len(judgments)} judgments (Apache-2.0)",
                "demo shop": f"{len(demo.rows)} queries of known intent, {DEMO_SHARE:.0%} of the "
                f"weight, of {DEMO_PRODUCTS} products by seed {DEMO_SEED}",
            },
            "rows": sum(len(each) for each in table.rows),
            "split": f"{FOLDS} folds by query of {ESCI}, {SEEDS} seeds",
            SEEN: digests(judgments.queries.values()),
        }
        encoder = (generation.snapshot.encoder.family, generation.snapshot.encoder.dimension)
        told(f"gain curve: {ESCI} held out, {', '.join(CALIBRATED)}")
        manifest = cold_start_manifest(
            booster, encoder, now, code_version, training, told_measures(comparison),
            list(judgments.queries.values())[:WARM_UP], None,
        )  # fmt: skip
        held_out = judged_points(esci, CrossValidation(rounds).scores(esci, 0))
        others = points_of_others(data, scratch, ModelRanker(booster, manifest))
        manifest = replace(manifest, gain_curve=fit_gain_curve([held_out, *others]))
    shutil.rmtree(out, ignore_errors=True)
    return save_model(out, booster, manifest)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser("python -m ranking.learning.cold_start")
    parser.add_argument("data", type=Path, help=f"folder that holds {ESCI}/")
    parser.add_argument("--out", type=Path, default=COLD_START, help="folder of the model")
    asked = parser.parse_args(arguments)

    def told(line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    manifest = train_cold_start(asked.data, asked.out, datetime.now(UTC), version("vitrina"), told)
    for ranker, measures in manifest.measures.items():
        cells = (f"{name} {measures[name]['mean']:.4f}" for name in _SHOWN)
        told(f"{ranker:<6} {', '.join(cells)}")
    size = (asked.out / MODEL_FILE).stat().st_size
    told(f"{manifest.model_id}: {size:,} bytes in {asked.out}")


if __name__ == "__main__":
    main(sys.argv[1:])
