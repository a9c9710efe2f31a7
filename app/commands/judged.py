"""An index and the judgments of its products, as `evaluate` and `train` open them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.commands.published import published
from app.version import code_version
from ranking.generation import Generation, open_generation
from ranking.learning.judgment_files import read_judgments
from ranking.learning.judgments import Judgments
from ranking.learning.served import KnownProducts
from ranking.learning.variants import VariantGroups


@dataclass(frozen=True, slots=True)
class Judged:
    """folder: of the index."""

    folder: Path
    generation: Generation
    judgments: Judgments
    warnings: tuple[str, ...]


def open_judged(
    path: Path, queries: Path | None, data: Path, index: str, limit: int | None, seed: int
) -> Judged:
    """Raises IndexingError or LearningError with the remedy."""
    folder, current = published(data, index)
    generation = open_generation(folder, current, code_version())
    judgments, report = read_judgments(
        path, queries, known_products=KnownProducts(generation.snapshot)
    )
    judgments = VariantGroups.of(generation.snapshot).judged(judgments)
    warnings = [*generation.degraded, *report.warnings]
    if limit is not None and limit < len(judgments.queries):
        ids = list(judgments.queries)
        chosen = np.sort(np.random.default_rng(seed).choice(len(ids), limit, replace=False))
        warnings.append(f"{limit} of {len(ids)} queries, drawn by seed {seed}")
        judgments = judgments.subset(ids[i] for i in chosen)
    return Judged(folder, generation, judgments, tuple(warnings))
