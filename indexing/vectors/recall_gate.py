"""Do the lists find enough to publish? Recall against exact search, and what to do about it."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from indexing.arrays import Float32Array
from indexing.vectors.index import VectorIndex
from indexing.vectors.index_build import with_probes, without_lists

DEPTH = 100
PROBES = (8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512)
GOOD = 0.95
POOR = 0.80
MAX_MS = 4.0
TIE = 1e-6
OWN_QUERIES = 200


@dataclass(frozen=True, slots=True)
class AnnReport:
    """kind: what is published. recall: of the 100 exactly nearest, 0..1; 1 without lists.

    probes: lists that a search looks at. ms: median of one search, of its thread's own time, as
    other work on the machine must not decide what is published. warning: None if all is well.
    """

    kind: str
    recall: float
    probes: int
    ms: float
    queries: int
    warning: str | None

    def facts(self) -> dict[str, Any]:
        return asdict(self)


def gate(
    index: VectorIndex,
    folder: Path,
    queries: Float32Array,
    clock: Callable[[], float] = time.thread_time,
) -> tuple[VectorIndex, AnnReport]:
    """Look at more lists until recall@100 reaches 0.95, or a search takes 4 ms.

    queries: float32[q, d], a few hundred vectors of what shoppers type; zero rows are left out.
    Without any, as when vectors come with the catalogue, products are the queries.
    The number is written into the index's folder. Under 0.80 the lists are removed and the codes
    are searched exactly; between, the report carries a warning.
    """
    queries = queries[queries.any(axis=1)]
    if not len(queries):
        spread = np.linspace(0, max(len(index) - 1, 0), min(len(index), OWN_QUERIES))
        queries = index.stored(spread.astype(np.int64))
    if index.lists is None or not len(queries):
        ms = _search_ms(index, queries, index.probes, clock)[0]
        report = AnnReport(index.kind, 1.0, index.probes, ms, len(queries), None)
        return index, report
    least = exact_thresholds(index, queries)
    recall, probes, ms = 0.0, PROBES[0], 0.0
    for more in PROBES:
        more_ms, more_recall = _search_ms(index, queries, more, clock, least)
        if more_ms > MAX_MS and ms:
            break
        probes, recall, ms = more, more_recall, more_ms
        if recall >= GOOD:
            break
    if recall < POOR:
        flat = without_lists(index, folder)
        ms = _search_ms(flat, queries, probes, clock)[0]
        warning = (
            f"the lists find only {recall:.0%} of the nearest {DEPTH}; they were dropped, and "
            f"every product is compared instead ({ms:.1f} ms a query)."
        )
        return flat, AnnReport(flat.kind, 1.0, flat.probes, ms, len(queries), warning)
    note: str | None = None
    if recall < GOOD:
        note = (
            f"the lists find {recall:.1%} of the nearest {DEPTH} within {MAX_MS:g} ms, less than "
            f"{GOOD:.0%}. Semantic recall is a little worse than it could be; a flat_sq8 index "
            "finds all, more slowly."
        )
    report = AnnReport(index.kind, recall, probes, ms, len(queries), note)
    return with_probes(index, folder, probes), report


def exact_thresholds(index: VectorIndex, queries: Float32Array) -> Float32Array:
    """Score of the 100th nearest product of each query (or of the last there is), float32[q]."""
    return np.array([index.exact(query, DEPTH).scores[-1] for query in queries], dtype=np.float32)


def _search_ms(
    index: VectorIndex,
    queries: Float32Array,
    probes: int,
    clock: Callable[[], float],
    least: Float32Array | None = None,
) -> tuple[float, float]:
    """Median ms of a search, and the recall against the thresholds (1 without)."""
    wanted = min(DEPTH, len(index))
    times, shares = [0.0], []
    for number, query in enumerate(queries):
        began = clock()
        scores = index.search(query, DEPTH, probes=probes).scores
        times.append(clock() - began)
        if least is not None:
            shares.append(min(int((scores >= least[number] - TIE).sum()), wanted) / wanted)
    median = float(np.median(times[1:])) if len(times) > 1 else 0.0
    return 1e3 * median, float(np.mean(shares)) if shares else 1.0


def cut_titles(titles: list[str], seed: int) -> list[str]:
    """Titles cut to 2 to 4 neighbouring words each, as stand-ins for queries.

    A title without spaces (Chinese) is cut to 4 to 8 characters.
    """
    random = np.random.default_rng(seed)
    cut = []
    for title in titles:
        words = title.split()
        joint = " "
        if len(words) < 3 and not title.isascii():
            words, joint = list(title), ""
        length = int(random.integers(2, 5)) * (1 if joint else 2)
        start = int(random.integers(0, max(len(words) - length, 0) + 1))
        cut.append(joint.join(words[start : start + length]))
    return cut
